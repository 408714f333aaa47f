use ecow::{EcoString, eco_format};
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
    let mut add = |at: &dyn Fn(&mut Words) -> EcoString, value: Option<Node<'_>>| {
        if let Some(text) = value.and_then(Node::as_str).filter(|t| !t.is_empty() && t.len() <= LONGEST) {
            out.push(SentText { at: at(words), text: words.get(&text) });
        }
    };
    for list in ["headers", "cookies", "queryString"] {
        for (i, item) in request.get(list).into_iter().flat_map(Node::items).enumerate() {
            match item.get("value") {
                Some(several) if several.kind() == Kind::Array => {
                    for (n, v) in several.items().enumerate() {
                        add(&|_| eco_format!("/request/{list}/{i}/value/{n}"), Some(v));
                    }
                }
                one => add(&|words| words.value_of(list, i), one),
            }
        }
    }
    let post = request.get("postData");
    let params = post.and_then(|p| p.get("params"));
    for (i, param) in params.into_iter().flat_map(Node::items).enumerate() {
        add(&|_| eco_format!("/request/postData/params/{i}/value"), param.get("value"));
    }
    add(&|words| words.get("/request/postData/text"), post.and_then(|p| p.get("text")));
    add(&|_| "/request/url".into(), request.get("url"));
    let messages = entry.get("_webSocketMessages");
    for (i, message) in messages.into_iter().flat_map(Node::items).enumerate() {
        add(&|_| eco_format!("/_webSocketMessages/{i}/data"), message.get("data"));
    }
    out.shrink_to_fit();
    out
}
