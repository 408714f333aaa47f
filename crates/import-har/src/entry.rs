use std::borrow::Cow;

use base64::Engine as _;
use loadwright_scenario::{Content, EcoString};
use serde_json::Value;

use crate::intern::Words;
use crate::node::Node;
use crate::pacing::{Sleeps, sleeps};
use crate::select::is_static;
use crate::sent::Texts;
use crate::tape::Kind;

/// One exchange as recorded, in the form that the importer works with. Missing fields are empty.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// Position in the file.
    pub index: usize,
    /// Milliseconds since the epoch.
    pub started: Option<f64>,
    pub duration_ms: f64,
    pub page: Option<String>,
    pub method: String,
    pub url: String,
    pub scheme: Scheme,
    /// Host and port of the address, lower case, default ports dropped.
    pub host: EcoString,
    /// Whether it is a WebSocket session.
    pub is_websocket: bool,
    /// Whether it is a file of the page itself: a picture, a style, a script.
    pub is_static: bool,
    /// In order, repeats kept. The headers of a recording are much the same in all entries: equal ones are in memory
    /// once.
    pub headers: Vec<(EcoString, EcoString)>,
    /// Of a request without a header that says them.
    pub cookies: Vec<(String, String)>,
    /// Of an address that does not say it.
    pub query: Vec<(String, String)>,
    pub post: Option<Post>,
    pub body_size: f64,
    pub response: Response,
    pub resource_type: String,
    pub from_cache: bool,
    pub comment: Option<String>,
    pub messages: Vec<Message>,
    /// LI-HAR extensions, as written.
    pub checks: Option<Value>,
    pub variables: Option<Value>,
    pub sleeps: Sleeps,
    /// Texts of the request and where they stand in the entry. Moved into the evidence; empty afterwards.
    pub texts: Texts,
}

/// How an address is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Scheme {
    Http,
    Https,
    /// `ws` and `wss`.
    Socket,
    #[default]
    Other,
}

impl Scheme {
    pub fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Post {
    pub mime: String,
    pub text: Option<String>,
    pub base64: bool,
    pub params: Vec<Param>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Param {
    pub name: String,
    pub value: Option<String>,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Response {
    pub status: u16,
    pub status_text: String,
    pub headers: Vec<(EcoString, EcoString)>,
    pub mime: String,
    /// Moved into the evidence; empty afterwards.
    pub body: Content,
    pub redirect: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub sent: bool,
    pub time: f64,
    pub binary: bool,
    pub data: String,
}

impl Entry {
    /// `None` when there is no request with a method and an address. Its place in the list is for others to say.
    pub fn new(node: Node<'_>, words: &mut Words) -> Option<Self> {
        let [
            request,
            response,
            started,
            time,
            page,
            kind,
            cached,
            comment,
            messages,
            checks,
            variables,
            sleep,
        ] = node.fields([
            "request",
            "response",
            "startedDateTime",
            "time",
            "pageref",
            "_resourceType",
            "_fromCache",
            "comment",
            "_webSocketMessages",
            "checks",
            "variables",
            "sleep",
        ]);
        let [method, url, headers, cookies, query, body, body_size] =
            request?.fields(["method", "url", "headers", "cookies", "queryString", "postData", "bodySize"]);
        let method = owned(method)?;
        let url = owned(url).map(|u| u.trim().to_owned()).filter(|u| !u.is_empty())?;
        let response = response.filter(|r| r.is_object());
        let headers = self::headers(headers, words);
        let (scheme, host) = site(&url);
        let from_disk = response.and_then(|r| r.get("_fromDiskCache"));
        let mut entry = Self {
            index: 0,
            started: started.and_then(Node::as_str).and_then(|t| epoch_ms(&t)),
            duration_ms: time.and_then(Node::number).filter(|t| *t > 0.0).unwrap_or(0.0),
            page: owned(page),
            cookies: if headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("cookie")) {
                Vec::new()
            } else {
                pairs(cookies)
            },
            query: if url.contains('?') { Vec::new() } else { pairs(query) },
            post: body.filter(|p| p.is_object()).map(post),
            body_size: body_size.and_then(Node::number).unwrap_or(-1.0),
            response: response.map(|r| answer(r, words)).unwrap_or_default(),
            resource_type: owned(kind).unwrap_or_default().to_ascii_lowercase(),
            from_cache: cached.is_some_and(|v| !matches!(v.kind(), Kind::Null | Kind::False))
                || from_disk.is_some_and(|v| v.kind() == Kind::True),
            comment: owned(comment).filter(|c| !c.trim().is_empty()),
            messages: messages.map(|list| list.items().map(message).collect()).unwrap_or_default(),
            checks: checks.map(Node::to_value),
            variables: variables.map(Node::to_value),
            sleeps: sleeps(sleep.map(Node::to_value).as_ref()),
            texts: Texts::default(),
            host: words.get(&host),
            scheme,
            headers,
            method,
            url,
            is_websocket: false,
            is_static: false,
        };
        entry.is_static = is_static(&entry);
        entry.is_websocket = scheme == Scheme::Socket
            || entry.response.status == 101
            || entry.resource_type == "websocket"
            || entry.header("upgrade").is_some_and(|v| v.to_ascii_lowercase().contains("websocket"));
        Some(entry)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_ref())
    }

    pub fn end(&self) -> Option<f64> {
        self.started.map(|s| s + self.duration_ms)
    }
}

/// How an address is spoken to, and its host and port in lower case, without the default port.
fn site(url: &str) -> (Scheme, Cow<'_, str>) {
    let name = url.split(':').next().unwrap_or_default();
    let scheme = match name.len() {
        4 if name.eq_ignore_ascii_case("http") => Scheme::Http,
        5 if name.eq_ignore_ascii_case("https") => Scheme::Https,
        2 | 3 if name.eq_ignore_ascii_case("ws") || name.eq_ignore_ascii_case("wss") => Scheme::Socket,
        _ => Scheme::Other,
    };
    let authority = loadwright_import::split_url(url).authority;
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.strip_suffix(if scheme == Scheme::Https { ":443" } else { ":80" }).unwrap_or(host);
    let lower = host.bytes().any(|b| b.is_ascii_uppercase());
    (scheme, if lower { Cow::Owned(host.to_ascii_lowercase()) } else { Cow::Borrowed(host) })
}

fn answer(node: Node<'_>, words: &mut Words) -> Response {
    let [headers, redirect, status, status_text, content] =
        node.fields(["headers", "redirectURL", "status", "statusText", "content"]);
    let headers = self::headers(headers, words);
    let redirect = owned(redirect).filter(|r| !r.is_empty()).or_else(|| {
        headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("location")).map(|(_, v)| v.to_string())
    });
    Response {
        status: status
            .and_then(Node::number)
            .map_or(0, |s| if (0.0..1000.0).contains(&s) { s as u16 } else { 0 }),
        status_text: owned(status_text).unwrap_or_default(),
        mime: owned(content.and_then(|c| c.get("mimeType"))).unwrap_or_default(),
        body: Content::default(),
        headers,
        redirect,
    }
}

/// Whether one of these names says that the text is base64.
pub(crate) fn is_base64(node: Node<'_>, names: &[&str]) -> bool {
    let says = |name: &&str| node.get(name).and_then(Node::as_str);
    names.iter().filter_map(says).any(|e| e.eq_ignore_ascii_case("base64"))
}

fn post(node: Node<'_>) -> Post {
    Post {
        mime: owned(node.get("mimeType")).unwrap_or_default(),
        text: node.get("text").and_then(Node::as_str).map(Cow::into_owned),
        base64: is_base64(node, &["encoding", "_encoding"]),
        params: node
            .get("params")
            .into_iter()
            .flat_map(Node::items)
            .filter(|p| p.is_object())
            .map(|p| Param {
                name: owned(p.get("name")).unwrap_or_default(),
                value: owned(p.get("value")),
                file_name: owned(p.get("fileName")),
                content_type: owned(p.get("contentType")),
            })
            .collect(),
    }
}

fn message(node: Node<'_>) -> Message {
    Message {
        sent: node.get("type").is_some_and(|t| t.is("send")),
        time: node.get("time").and_then(Node::number).unwrap_or(0.0) * 1000.0,
        binary: node.get("opcode").and_then(Node::number) == Some(2.0),
        data: owned(node.get("data")).unwrap_or_default(),
    }
}

/// Names and values of a list of headers, cookies or parameters.
fn named(list: Option<Node<'_>>) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    list.into_iter().flat_map(Node::items).filter_map(|h| {
        let [name, value] = h.fields(["name", "value"]);
        let value = match value {
            // one recorder writes the values of a name as a list
            Some(several) if several.kind() == Kind::Array => {
                Cow::Owned(several.items().filter_map(Node::text).collect::<Vec<_>>().join(", "))
            }
            one => one.and_then(Node::text).unwrap_or_default(),
        };
        Some((name.and_then(Node::text)?, value))
    })
}

fn pairs(list: Option<Node<'_>>) -> Vec<(String, String)> {
    named(list).map(|(n, v)| (n.into_owned(), v.into_owned())).collect()
}

fn headers(list: Option<Node<'_>>, words: &mut Words) -> Vec<(EcoString, EcoString)> {
    let mut out = Vec::with_capacity(list.map_or(0, |l| l.items().count()));
    out.extend(named(list).map(|(n, v)| (words.get(&n), words.get(&v))));
    out
}

/// A string, or what stands for one.
fn owned(node: Option<Node<'_>>) -> Option<String> {
    node.and_then(Node::text).map(Cow::into_owned)
}

/// Base64 as recorders write it: white space, missing padding and the URL alphabet are fine.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '=')
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    base64::engine::general_purpose::STANDARD_NO_PAD.decode(clean).ok()
}

/// `2024-01-31T12:00:00.123+02:00` as milliseconds since the epoch (RFC 3339, lenient about the zone's colon).
pub(crate) fn epoch_ms(text: &str) -> Option<f64> {
    let text = text.trim();
    let int = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (y, mo, d) = (int(0, 4)?, int(5, 7)?, int(8, 10)?);
    let (h, mi) = (int(11, 13)?, int(14, 16)?);
    let rest = text.get(16..)?;
    let (seconds, zone) = match rest.strip_prefix(':') {
        Some(r) => {
            let end = r.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(r.len());
            (r.get(..end)?.parse::<f64>().ok()?, r.get(end..)?)
        }
        None => (0.0, rest),
    };
    let zone = zone.trim();
    let offset = if zone.is_empty() || zone.eq_ignore_ascii_case("z") {
        0
    } else {
        let sign = if zone.starts_with('-') { -1 } else { 1 };
        let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
        let hours = digits.get(..2)?.parse::<i64>().ok()?;
        sign * (hours * 60 + digits.get(2..4).and_then(|m| m.parse::<i64>().ok()).unwrap_or(0))
    };
    // days since the epoch (Howard Hinnant's civil calendar arithmetic)
    let (y2, m2) = if mo <= 2 { (y - 1, mo + 9) } else { (y, mo - 3) };
    let era = y2.div_euclid(400);
    let yoe = y2 - era * 400;
    let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + (153 * m2 + 2) / 5 + d - 1 - 719_468;
    Some(((days * 24 + h) * 60 + mi - offset) as f64 * 60_000.0 + seconds * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_zone() {
        assert_eq!(epoch_ms("1970-01-02T00:00:00.5Z"), Some(86_400_500.0));
        assert_eq!(epoch_ms("2024-02-29T12:00:00+0200"), epoch_ms("2024-02-29T10:00:00.000Z"));
        assert_eq!(epoch_ms("yesterday"), None);
    }

    #[test]
    fn base64_needs_no_padding() {
        assert_eq!(from_base64("aGk=\n"), Some(b"hi".to_vec()));
        assert_eq!(from_base64("_-8"), Some(vec![0xff, 0xef]));
        assert_eq!(from_base64("!"), None);
    }
}
