use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_import::{HeaderFate, header_fate, query_pieces, split_url};
use loadwright_scenario::{
    Auth, Check, EcoString, Encoding, Field, Json, Overrides, Predicate, QueryField, Request, RequestStep,
    Segment, Selector, Text, UrlTemplate,
};

use crate::body::body;
use crate::codes;
use crate::cookies;
use crate::entry::Entry;

/// What the importer knows beside the entry itself.
pub(crate) struct Around<'a> {
    /// Every byte as recorded.
    pub exact: bool,
    /// The entry's scheme and host.
    pub address: EcoString,
    /// The text for them.
    pub base: Text,
    /// The texts for all schemes and hosts.
    pub bases: &'a IndexMap<EcoString, Text>,
    /// Cookies that a jar would send by itself.
    pub jar: &'a [(String, String)],
    /// The entry whose answer ends the redirects that this one begins; itself without redirects.
    pub last: &'a Entry,
    pub origin: Origin,
}

/// One entry as a step: the bytes of the recording, minus what clients make by themselves.
pub(crate) fn step(
    entry: &Entry,
    around: &Around<'_>,
    browser: &mut usize,
    diagnostics: &mut Diagnostics,
) -> RequestStep {
    let exact = around.exact;
    let origin = &around.origin;
    let url = split_url(&entry.url);
    let mut request = Request {
        method: entry.method.as_str().into(),
        url: UrlTemplate { base: around.base.clone(), path: path(url.path), query: query(entry, url.query) },
        body: body(entry, origin, diagnostics),
        auth: userinfo(url.authority),
        ..Request::default()
    };
    request.headers.reserve_exact(entry.headers.len());
    for (i, (recorded, value)) in entry.headers.iter().enumerate() {
        let name = recorded.trim();
        match header_fate(name) {
            HeaderFate::Managed | HeaderFate::Cookie => continue,
            HeaderFate::Browser if !exact => {
                *browser += 1;
                continue;
            }
            HeaderFate::Browser | HeaderFate::Keep => {}
        }
        let is = |other: &&str| name.eq_ignore_ascii_case(other);
        if !exact && ["if-none-match", "if-modified-since"].iter().any(is) {
            continue;
        }
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) || value.contains(['\r', '\n', '\0']) {
            let message = format!("the header {name:?} cannot be sent");
            diagnostics.push(Diagnostic::new(
                &codes::HEADER,
                message,
                origin.key("request").key("headers").index(i),
            ));
            continue;
        }
        // some recorders list a header twice, once as typed and once as sent
        let text = if ["origin", "referer"].iter().any(is) {
            address(value, around)
        } else {
            Text::literal(trimmed(value))
        };
        let again = request
            .headers
            .iter()
            .any(|f| f.name.as_literal().is_some_and(|n| n.eq_ignore_ascii_case(name)) && f.value == text);
        if !again {
            request.headers.push(Field::new(trimmed(recorded), text));
        }
    }
    cookies_of(entry, around, &mut request);
    let status = around.last.response.status;
    let redirects = (300..400).contains(&entry.response.status) && entry.response.redirect.is_some();
    let followed = redirects && !exact && around.last.index != entry.index;
    request.overrides = Overrides {
        max_redirects: (redirects && !followed).then_some(0),
        expected_statuses: if status >= 400 { vec![status] } else { Vec::new() },
        ..request.overrides
    };
    let path = if url.path.is_empty() { "/" } else { url.path };
    let name = format!("{} {path}", entry.method);
    RequestStep {
        checks: check(&name, status, origin),
        note: entry.comment.clone(),
        request,
        origin: origin.clone(),
        name: name.into(),
        ..RequestStep::default()
    }
}

/// `Origin` and `Referer` say where the server is: they follow the base address when that is changed.
fn address(recorded: &EcoString, around: &Around<'_>) -> Text {
    let value = recorded.trim();
    let url = split_url(value);
    let base = format!("{}://{}", url.scheme.to_ascii_lowercase(), url.authority);
    if let (Some(text), Some(rest)) = (around.bases.get(base.as_str()), value.get(base.len()..))
        && text.as_literal().is_none()
    {
        let mut text = text.clone();
        text.push_str(rest);
        return text;
    }
    Text::literal(trimmed(recorded))
}

/// The same text when nothing surrounds it.
fn trimmed(text: &EcoString) -> EcoString {
    let inner = text.trim();
    if inner.len() == text.len() { text.clone() } else { inner.into() }
}

fn check(name: &str, status: u16, origin: &Origin) -> Vec<Check> {
    let number = |n: u16| Json::Number(n.to_string());
    let (what, predicate) = match status {
        0 => return Vec::new(),
        // the cache that made it 304 is not there any more
        304 => ("status is 200 or 304".to_owned(), Predicate::OneOf(vec![number(200), number(304)])),
        n => (format!("status is {n}"), Predicate::Equals(number(n))),
    };
    vec![Check {
        name: format!("{name}: {what}"),
        subject: Selector::Status,
        predicate,
        origin: origin.below("/response/status"),
    }]
}

/// Cookies that the recording's own answers set are the jar's business; the others the client had before.
fn cookies_of(entry: &Entry, around: &Around<'_>, request: &mut Request) {
    let sent = cookies::sent(entry);
    // jars send values without the quotes that they were set with
    let exact = around.exact;
    let same = |jar: &(String, String), sent: &(String, String)| {
        jar.0 == sent.0 && jar.1 == if exact { sent.1.as_str() } else { sent.1.trim_matches('"') }
    };
    let mut own: Vec<&(String, String)> = Vec::new();
    for cookie in &sent {
        if !around.jar.iter().any(|j| same(j, cookie)) {
            own.push(cookie);
        }
    }
    let surplus = around.jar.iter().any(|j| !sent.iter().any(|c| same(j, c)));
    if exact && surplus {
        // the jar would send what the recording did not: say all of it here
        request.overrides.no_cookies = true;
        own = sent.iter().collect();
        if !own.is_empty() {
            let line: Vec<String> = own.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request.headers.push(Field::new("Cookie", line.join("; ")));
        }
        return;
    }
    if own.iter().any(|(n, v)| {
        v.contains(['"', ' ', ',']) || n.is_empty() || own.iter().filter(|(m, _)| m == n).count() > 1
    }) {
        let line: Vec<String> =
            own.iter().map(|(n, v)| if n.is_empty() { v.clone() } else { format!("{n}={v}") }).collect();
        request.headers.push(Field::new("Cookie", line.join("; ")));
        return;
    }
    request.cookies = own.into_iter().map(|(n, v)| Field::new(n.as_str(), v.as_str())).collect();
}

fn path(path: &str) -> Vec<Segment> {
    match path.strip_prefix('/') {
        None => Vec::new(),
        Some(rest) => rest.split('/').map(|s| Segment::Literal(wire(s))).collect(),
    }
}

fn query(entry: &Entry, query: Option<&str>) -> Vec<QueryField> {
    let field = |name: EcoString, value: Option<EcoString>| QueryField {
        name: Text::literal(name),
        value: value.map(Text::literal),
        encoding: Encoding::Raw,
    };
    match query {
        Some(q) => query_pieces(q).map(|(n, v)| field(wire(n), v.map(wire))).collect(),
        None => entry.query.iter().map(|(n, v)| field(component(n), Some(component(v)))).collect(),
    }
}

/// Bytes that no request line can hold become escapes; everything else stays as recorded.
fn wire(text: &str) -> EcoString {
    let fits = |b: u8| b > 0x20 && b < 0x7f && !matches!(b, b'"' | b'<' | b'>');
    if text.bytes().all(fits) {
        return text.into();
    }
    let mut out = EcoString::with_capacity(text.len());
    for b in text.bytes() {
        if fits(b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// A name or value that a recorder gives only decoded, unless it is encoded already.
fn component(text: &str) -> EcoString {
    let encoded = text.contains('%') && !text.contains([' ', '&', '=']);
    if encoded {
        return wire(text);
    }
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                EcoString::from(b as char)
            } else {
                format!("%{b:02X}").into()
            }
        })
        .collect()
}

fn userinfo(authority: &str) -> Auth {
    match authority.rsplit_once('@').map(|(u, _)| u.split_once(':').unwrap_or((u, ""))) {
        Some((user, password)) => {
            Auth::Basic { username: Text::literal(user), password: Text::literal(password) }
        }
        None => Auth::None,
    }
}
