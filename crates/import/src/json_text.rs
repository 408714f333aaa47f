use loadwright_scenario::Json;
use serde_json::Value;

/// A value that was read elsewhere, as a plan's JSON.
pub fn json_from_value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => Json::Number(n.to_string()),
        Value::String(s) => Json::string(s.as_str()),
        Value::Array(items) => Json::Array(items.iter().map(json_from_value).collect()),
        Value::Object(fields) => {
            Json::Object(fields.iter().map(|(k, v)| (k.clone(), json_from_value(v))).collect())
        }
    }
}

/// Reads a body text as JSON only when printing it again gives the same bytes, so that a target may show it as an object
/// without changing what goes on the wire. The answer is the value and its indent (`None` for compact).
pub fn json_from_text(text: &str) -> Option<(Json, Option<String>)> {
    let first = text.trim_start().chars().next()?;
    if !matches!(first, '{' | '[') {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let json = json_from_value(&value);
    let indent = text
        .split_once('\n')
        .map(|(_, rest)| rest.chars().take_while(|c| matches!(c, ' ' | '\t')).collect::<String>());
    let mut printed = String::with_capacity(text.len());
    print(&json, indent.as_deref(), 0, &mut printed)?;
    (printed == text).then_some((json, indent))
}

/// JSON as JavaScript's `JSON.stringify` prints it; `None` for what JavaScript would print otherwise than the source did:
/// keys that look like array indices come first there, and numbers have one spelling.
fn print(json: &Json, indent: Option<&str>, depth: usize, out: &mut String) -> Option<()> {
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = indent {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str(indent));
        }
    };
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Json::Number(n) => {
            let small = n.len() <= 15 && n != "-0";
            let digits = n.strip_prefix('-').unwrap_or(n);
            let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && !(digits.contains('.') && digits.ends_with('0'))
                && !digits.starts_with("0.000000");
            (small && plain).then(|| out.push_str(n))?;
        }
        Json::String(text) => {
            let text = text.as_literal()?;
            out.push_str(&serde_json::to_string(text).ok()?);
        }
        Json::Hole(_) => return None,
        Json::Array(items) if items.is_empty() => out.push_str("[]"),
        Json::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                print(item, indent, depth + 1, out)?;
            }
            line(out, depth);
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            for (i, (key, value)) in fields.iter().enumerate() {
                (!key.bytes().all(|b| b.is_ascii_digit()) || key.is_empty()).then_some(())?;
                (key != "__proto__").then_some(())?;
                if i > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                out.push_str(&serde_json::to_string(key).ok()?);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                print(value, indent, depth + 1, out)?;
            }
            line(out, depth);
            out.push('}');
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_prints_back_to_the_same_bytes_is_json() {
        assert!(json_from_text(r#"{"a":[1,2.5],"b":{}}"#).is_some());
        assert_eq!(json_from_text("{\n\t\"a\": 1\n}").and_then(|j| j.1).as_deref(), Some("\t"));
        for exact in
            [r#"{"a": 1}"#, r#"{"a":1.0}"#, r#"{"2":1,"1":2}"#, r#"{"a":12345678901234567890}"#, "[1]\n"]
        {
            assert_eq!(json_from_text(exact), None, "{exact}");
        }
        assert_eq!(json_from_text(r#"{"a":1,"a":2}"#), None);
    }
}
