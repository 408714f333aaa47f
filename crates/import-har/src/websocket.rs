use loadwright_diagnostic::Origin;
use loadwright_import::{HeaderFate, header_fate};
use loadwright_scenario::{Field, Frame, Text, WebSocketStep};

use crate::entry::{Entry, from_base64};

/// A recorded WebSocket session: what was sent and received, and when.
pub(crate) fn step(entry: &Entry, origin: Origin) -> WebSocketStep {
    let url = match entry.url.split_once("://") {
        Some(("http", rest)) => format!("ws://{rest}"),
        Some(("https", rest)) => format!("wss://{rest}"),
        _ => entry.url.clone(),
    };
    let first = entry.messages.first().map_or(0.0, |m| m.time);
    let frames = entry
        .messages
        .iter()
        .map(|m| {
            let after_ms = (m.time - first).max(0.0) as u64;
            match (m.sent, m.binary) {
                (true, true) => {
                    Frame::SendBinary { bytes: from_base64(&m.data).unwrap_or_default(), after_ms }
                }
                (true, false) => Frame::Send { text: Text::literal(m.data.as_str()), after_ms },
                (false, _) => Frame::Receive { text: m.data.clone(), after_ms },
            }
        })
        .collect();
    let headers = entry
        .headers
        .iter()
        .filter(|(n, _)| {
            header_fate(n) == HeaderFate::Keep
                && !matches!(n.to_ascii_lowercase().as_str(), "upgrade" | "user-agent" | "origin")
                || n.eq_ignore_ascii_case("origin")
        })
        .map(|(n, v)| Field::new(n.as_ref(), v.as_ref()))
        .collect();
    let path = loadwright_import::split_url(&entry.url).path;
    WebSocketStep { name: format!("WS {path}"), url: Text::literal(url), headers, frames, origin }
}
