use loadwright_diagnostic::Origin;
use serde_json::Value;

/// Where a value stands in the texts of a request, as a pointer that the script can follow in the source's file.
///
/// The pointer may go on inside a text: into the JSON that the text is, or to a range of its UTF-16 units (`7..40`).
pub(crate) fn place(value: &str, texts: &[(Origin, String)]) -> Option<Origin> {
    let whole = texts.iter().find(|(_, t)| t == value).map(|(at, _)| at.clone());
    whole
        .or_else(|| texts.iter().find_map(|(at, text)| in_json(value, at, text)))
        .or_else(|| texts.iter().find_map(|(at, text)| in_text(value, at, text)))
}

fn in_json(value: &str, at: &Origin, text: &str) -> Option<Origin> {
    if !text.trim_start().starts_with('{') || !text.contains(value.get(..3).unwrap_or(value)) {
        return None;
    }
    leaf(&serde_json::from_str(text).ok()?, value, at.clone())
}

fn leaf(json: &Value, value: &str, at: Origin) -> Option<Origin> {
    match json {
        Value::String(text) => (text == value).then_some(at),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, v)| leaf(v, value, at.index(i))),
        Value::Object(map) => map.iter().find_map(|(k, v)| leaf(v, value, at.key(k))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn in_text(value: &str, at: &Origin, text: &str) -> Option<Origin> {
    let start = text.find(value)?;
    let units = |s: &str| s.encode_utf16().count();
    let from = units(text.get(..start)?);
    Some(at.key(&format!("{from}..{}", from + units(value))))
}

#[cfg(test)]
mod tests {
    use loadwright_diagnostic::{Pointer, SourceId};

    use super::*;

    #[test]
    fn values_are_found_whole_then_in_json_then_as_a_range() {
        let at = |p: &str| Origin::new(SourceId::default(), Pointer::from_text(p));
        let texts = [
            (at("/h"), "Bearer é-secret".to_owned()),
            (at("/c"), "whole-value".to_owned()),
            (at("/b"), "{\"a\": [{\"pass\": \"in \\\"json\"}]}".to_owned()),
        ];
        let found = |v: &str| place(v, &texts).map(|o| o.at.as_str().to_owned());
        assert_eq!(found("whole-value").as_deref(), Some("/c"));
        assert_eq!(found("in \"json").as_deref(), Some("/b/a/0/pass"));
        assert_eq!(found("secret").as_deref(), Some("/h/9..15"));
        assert_eq!(found("elsewhere"), None);
    }
}
