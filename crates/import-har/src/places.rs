use loadwright_diagnostic::Pointer;
use serde_json::Value;

/// Texts longer than this are not looked through for secrets.
const LONGEST: usize = 1024 * 1024;

/// Where each text of a request stands, relative to its entry: whole values first, then those that hold several.
///
/// Passes look here for what they took out, so that a script can read it from the recording again.
pub(crate) fn places(entry: &Value) -> Vec<(Pointer, String)> {
    let mut out = Vec::new();
    let Some(request) = entry.get("request") else { return out };
    let root = Pointer::root().key("request");
    let mut add = |at: Pointer, value: Option<&Value>| {
        if let Some(text) = value.and_then(Value::as_str).filter(|t| !t.is_empty() && t.len() <= LONGEST) {
            out.push((at, text.to_owned()));
        }
    };
    for list in ["headers", "cookies", "queryString"] {
        let items = request.get(list).and_then(Value::as_array).into_iter().flatten().enumerate();
        for (i, item) in items {
            let at = root.key(list).index(i).key("value");
            match item.get("value") {
                Some(Value::Array(several)) => {
                    several.iter().enumerate().for_each(|(n, v)| add(at.index(n), Some(v)));
                }
                one => add(at, one),
            }
        }
    }
    let post = request.get("postData");
    let params = post.and_then(|p| p.get("params")).and_then(Value::as_array).into_iter().flatten();
    for (i, param) in params.enumerate() {
        add(root.key("postData").key("params").index(i).key("value"), param.get("value"));
    }
    add(root.key("postData").key("text"), post.and_then(|p| p.get("text")));
    add(root.key("url"), request.get("url"));
    let messages = entry.get("_webSocketMessages").and_then(Value::as_array).into_iter().flatten();
    for (i, message) in messages.enumerate() {
        add(Pointer::root().key("_webSocketMessages").index(i).key("data"), message.get("data"));
    }
    out
}
