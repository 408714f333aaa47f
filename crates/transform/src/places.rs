use loadwright_diagnostic::Origin;
use loadwright_scenario::SentText;
use serde_json::Value;

/// Where a value stands in the texts of a request, as a pointer that the script can follow in the source's file.
///
/// The pointer may go on inside a text: into the JSON that the text is, or to a range of its UTF-16 units (`7..40`).
pub(crate) fn place(value: &str, step: &Origin, texts: &[SentText]) -> Option<Origin> {
    let whole = texts.iter().find(|t| *t.text == *value).map(|t| step.below(&t.at));
    whole
        .or_else(|| texts.iter().find_map(|t| in_json(value, step, t)))
        .or_else(|| texts.iter().find_map(|t| in_text(value, step, t)))
}

fn in_json(value: &str, step: &Origin, sent: &SentText) -> Option<Origin> {
    let text = &sent.text;
    if !text.trim_start().starts_with('{') || !text.contains(value.get(..3).unwrap_or(value)) {
        return None;
    }
    leaf(&serde_json::from_str(text).ok()?, value, step.below(&sent.at))
}

fn leaf(json: &Value, value: &str, at: Origin) -> Option<Origin> {
    match json {
        Value::String(text) => (text == value).then_some(at),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, v)| leaf(v, value, at.index(i))),
        Value::Object(map) => map.iter().find_map(|(k, v)| leaf(v, value, at.key(k))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn in_text(value: &str, step: &Origin, sent: &SentText) -> Option<Origin> {
    let text = &sent.text;
    let start = text.find(value)?;
    let units = |s: &str| s.encode_utf16().count();
    let from = units(text.get(..start)?);
    Some(step.below(&sent.at).key(&format!("{from}..{}", from + units(value))))
}

#[cfg(test)]
mod tests {
    use loadwright_diagnostic::{Pointer, SourceId};

    use super::*;

    #[test]
    fn values_are_found_whole_then_in_json_then_as_a_range() {
        let step = Origin::new(SourceId::default(), Pointer::from_text("/log"));
        let sent = |at: &str, text: &str| SentText { at: at.into(), text: text.into() };
        let texts = [
            sent("/h", "Bearer é-secret"),
            sent("/c", "whole-value"),
            sent("/b", "{\"a\": [{\"pass\": \"in \\\"json\"}]}"),
        ];
        let found = |v: &str| place(v, &step, &texts).map(|o| o.at.as_str().to_owned());
        assert_eq!(found("whole-value").as_deref(), Some("/log/c"));
        assert_eq!(found("in \"json").as_deref(), Some("/log/b/a/0/pass"));
        assert_eq!(found("secret").as_deref(), Some("/log/h/9..15"));
        assert_eq!(found("elsewhere"), None);
    }
}
