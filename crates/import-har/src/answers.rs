use loadwright_import::split_url;
use loadwright_scenario::{Content, EcoString, Exchange, ObservedResponse, Timing};

use crate::entry::Entry;
use crate::request::Around;

/// What was sent and answered, but for the body of the answer; `chain` is the entry and those that its redirects lead through.
pub(crate) fn exchange(entry: &Entry, chain: &[&Entry], start: f64, around: &Around<'_>) -> Exchange {
    let last = chain.last().copied().unwrap_or(entry);
    let url = split_url(&entry.url);
    Exchange {
        origin: around.origin.clone(),
        method: entry.method.as_str().into(),
        base: around.address.clone(),
        path: if url.path.is_empty() { "/".to_owned() } else { url.path.to_owned() },
        query: url.query.map(str::to_owned),
        request_body: entry.post.as_ref().and_then(|p| p.text.as_ref()).map(|t| t.clone().into_bytes()),
        responses: vec![ObservedResponse {
            links: Vec::new(),
            status: last.response.status,
            status_text: last.response.status_text.clone(),
            headers: headers_of(chain),
            body: Content::default(),
            schema: None,
        }],
        contract: None,
        timing: entry.started.map(|s| Timing {
            start_ms: s - start,
            duration_ms: last.end().map_or(entry.duration_ms, |e| (e - s).max(entry.duration_ms)),
        }),
    }
}

/// The headers of the final answer; cookies that redirects set on the way are there too.
fn headers_of(chain: &[&Entry]) -> Vec<(EcoString, EcoString)> {
    let Some((last, before)) = chain.split_last() else { return Vec::new() };
    let mut out = last.response.headers.clone();
    for hop in before {
        let set = hop.response.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"));
        out.extend(set.cloned());
    }
    if !last.response.mime.is_empty() && !out.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type")) {
        out.push(("Content-Type".into(), last.response.mime.as_str().into()));
    }
    out
}
