use loadwright_diagnostic::{CodeInfo, Diagnostic, Diagnostics, Origin, Pointer, SourceId};
use loadwright_import::{ImportOptions, MediaType, split_url};
use loadwright_scenario::EcoString;

use crate::codes;
use crate::entry::Entry;

/// Why an entry is not in the plan.
pub(crate) struct Left<'a> {
    code: &'static CodeInfo,
    entries: Vec<&'a Entry>,
}

/// Splits the recording into what is replayed and what is not, with one finding for each reason.
///
/// The positions of what is replayed, in order.
pub(crate) fn select(
    entries: &[Entry],
    options: &ImportOptions,
    source: SourceId,
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
    let hosts = Hosts::new(entries, options);
    let mut kept = Vec::new();
    let mut left: Vec<Left<'_>> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        match reason(entry, options, &hosts) {
            None => kept.push(i),
            Some(code) => match left.iter_mut().find(|l| l.code.code == code.code) {
                Some(l) => l.entries.push(entry),
                None => left.push(Left { code, entries: vec![entry] }),
            },
        }
    }
    for l in left {
        let Some(first) = l.entries.first() else { continue };
        let origin = Origin::new(source, Pointer::root().key("log").key("entries").index(first.index));
        let mut names: Vec<String> = l.entries.iter().map(|e| e.host.to_string()).collect();
        names.sort();
        names.dedup();
        let shown = names.iter().filter(|n| !n.is_empty()).take(6).cloned().collect::<Vec<_>>().join(", ");
        let more =
            if names.len() > 6 { format!(" and {} more hosts", names.len() - 6) } else { String::new() };
        let count = l.entries.len();
        let s = if count == 1 { "entry" } else { "entries" };
        diagnostics.push(Diagnostic::new(
            l.code,
            format!("{count} {s}: {} ({shown}{more})", l.code.title),
            origin,
        ));
    }
    kept
}

fn reason(entry: &Entry, options: &ImportOptions, hosts: &Hosts) -> Option<&'static CodeInfo> {
    if entry.is_websocket {
        return (!hosts.wants(&entry.host) || entry.messages.is_empty()).then_some(&codes::NOT_HTTP);
    }
    let token = |m: &str| {
        !m.is_empty() && m.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    if !entry.scheme.is_http()
        || entry.host.is_empty()
        || entry.method.eq_ignore_ascii_case("connect")
        || !token(&entry.method)
    {
        return Some(&codes::NOT_HTTP);
    }
    let path = split_url(&entry.url).path;
    let select = &options.select;
    if select.safe_only && !matches!(entry.method.to_ascii_uppercase().as_str(), "GET" | "HEAD" | "OPTIONS") {
        return Some(&codes::SKIPPED);
    }
    if !select.wants([path, entry.method.as_str(), entry.url.as_str()].into_iter()) {
        return Some(&codes::SKIPPED);
    }
    if !options.include_static && entry.is_static {
        return Some(&codes::STATIC);
    }
    if options.keep_order {
        return None;
    }
    if !hosts.wants(&entry.host) {
        return Some(&codes::THIRD_PARTY);
    }
    if entry.method.eq_ignore_ascii_case("options") && entry.header("access-control-request-method").is_some()
    {
        return Some(&codes::PREFLIGHT);
    }
    if entry.response.status == 0 {
        return Some(&codes::ABORTED);
    }
    if entry.from_cache {
        return Some(&codes::CACHED);
    }
    None
}

pub(crate) fn is_static(entry: &Entry) -> bool {
    if matches!(
        entry.resource_type.as_str(),
        "image" | "stylesheet" | "font" | "script" | "media" | "manifest" | "texttrack"
    ) {
        return true;
    }
    let mime = MediaType::parse(&entry.response.mime);
    if mime.is_static_asset() {
        return true;
    }
    let path = split_url(&entry.url).path.to_ascii_lowercase();
    const ENDINGS: &[&str] = &[
        ".css", ".js", ".mjs", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".avif", ".woff",
        ".woff2", ".ttf", ".otf", ".eot", ".mp4", ".webm", ".mp3", ".map", ".swf",
    ];
    ENDINGS.iter().any(|e| path.ends_with(e)) && !mime.is_json() && !mime.is_html() && !mime.is_xml()
}

/// Whose requests are replayed: the hosts that the user names, else the main host and its siblings.
struct Hosts {
    named: Vec<String>,
    /// The main host, and what it and its siblings have in common.
    site: Option<(EcoString, String)>,
}

impl Hosts {
    fn new(entries: &[Entry], options: &ImportOptions) -> Self {
        let usable = |e: &&Entry| e.scheme.is_http() && !e.host.is_empty();
        // the page that the recording begins with, else the first request
        let main = entries
            .iter()
            .filter(usable)
            .find(|e| {
                (e.resource_type == "document" || MediaType::parse(&e.response.mime).is_html())
                    && (200..400).contains(&e.response.status)
            })
            .or_else(|| entries.iter().filter(usable).find(|e| !e.is_static))
            .or_else(|| entries.iter().find(usable));
        let all = options.hosts.iter().any(|h| h == "*");
        Self {
            named: options.hosts.iter().map(|h| h.to_ascii_lowercase()).collect(),
            site: if all { None } else { main.map(|e| (e.host.clone(), site_of(&e.host))) },
        }
    }

    fn wants(&self, host: &str) -> bool {
        if !self.named.is_empty() {
            let bare = host.split(':').next().unwrap_or(host);
            return self
                .named
                .iter()
                .any(|n| n == "*" || n == host || n == bare || bare.ends_with(&format!(".{n}")));
        }
        self.site.as_ref().is_none_or(|(main, site)| main.as_str() == host || *site == site_of(host))
    }
}

/// `api.shop.example.co.uk` → `example.co.uk`: the last two labels, three below a short second one.
fn site_of(host: &str) -> String {
    let bare = host.split(':').next().unwrap_or(host);
    let labels: Vec<&str> = bare.split('.').collect();
    if labels.len() <= 2 || bare.parse::<std::net::Ipv4Addr>().is_ok() {
        return bare.to_owned();
    }
    let n = labels.len();
    let second = labels.get(n - 2).copied().unwrap_or_default();
    let public = second.len() <= 3 && labels.last().is_some_and(|l| l.len() == 2);
    labels.get(n - if public { 3 } else { 2 }..).unwrap_or_default().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_registrable_domains() {
        assert_eq!(site_of("api.shop.example.com:8443"), "example.com");
        assert_eq!(site_of("www.bbc.co.uk"), "bbc.co.uk");
        assert_eq!(site_of("127.0.0.1:80"), "127.0.0.1");
        assert_eq!(site_of("localhost"), "localhost");
    }
}
