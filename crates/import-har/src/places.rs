use std::fmt::Write as _;

use loadwright_scenario::SentText;

use crate::intern::Words;
use crate::node::Node;
use crate::tape::Kind;

/// Texts longer than this are not looked through for secrets.
const LONGEST: usize = 1024 * 1024;

/// Where each text of a request stands, relative to its entry: whole values first, then those that hold several.
///
/// Passes look here for what they took out, so that a script can read it from the recording again.
pub(crate) fn places(entry: Node<'_>, words: &mut Words) -> Vec<SentText> {
    let mut out = Vec::new();
    let Some(request) = entry.get("request") else { return out };
    let mut at = String::new();
    let mut add = |place: std::fmt::Arguments<'_>, value: Option<Node<'_>>| {
        if let Some(text) = value.and_then(Node::as_str).filter(|t| !t.is_empty() && t.len() <= LONGEST) {
            at.clear();
            // writing to a string does not fail
            let _ = at.write_fmt(place);
            out.push(SentText { at: words.get(&at), text: words.get(&text) });
        }
    };
    for list in ["headers", "cookies", "queryString"] {
        for (i, item) in request.get(list).into_iter().flat_map(Node::items).enumerate() {
            match item.get("value") {
                Some(several) if several.kind() == Kind::Array => {
                    for (n, v) in several.items().enumerate() {
                        add(format_args!("/request/{list}/{i}/value/{n}"), Some(v));
                    }
                }
                one => add(format_args!("/request/{list}/{i}/value"), one),
            }
        }
    }
    let post = request.get("postData");
    let params = post.and_then(|p| p.get("params"));
    for (i, param) in params.into_iter().flat_map(Node::items).enumerate() {
        add(format_args!("/request/postData/params/{i}/value"), param.get("value"));
    }
    add(format_args!("/request/postData/text"), post.and_then(|p| p.get("text")));
    add(format_args!("/request/url"), request.get("url"));
    let messages = entry.get("_webSocketMessages");
    for (i, message) in messages.into_iter().flat_map(Node::items).enumerate() {
        add(format_args!("/_webSocketMessages/{i}/data"), message.get("data"));
    }
    out.shrink_to_fit();
    out
}
