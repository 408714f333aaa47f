//! Reading a collection's JSON with the leniency that Postman itself has.

use serde_json::Value;

/// A scalar as the text that Postman would put into a template; `None` for null, lists, objects and absence.
pub fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(s) => Some(s.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text that a variable's value becomes in a template, as JavaScript would print it.
pub fn printed(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|v| if v.is_null() { String::new() } else { printed(v) }).collect();
            items.join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
        value => scalar(Some(value)).unwrap_or_default(),
    }
}

pub fn str_of<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `"disabled": true` or, in older exports, `"enabled": false`.
pub fn disabled(value: &Value) -> bool {
    value.get("disabled") == Some(&Value::Bool(true)) || value.get("enabled") == Some(&Value::Bool(false))
}

/// A description: text, or an object with `content`.
pub fn note(value: &Value) -> Option<String> {
    let text = match value.get("description")? {
        Value::String(s) => s.as_str(),
        Value::Object(o) => o.get("content").and_then(Value::as_str)?,
        _ => return None,
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Lines of a script or a body: a string, or a list of lines.
pub fn lines(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(s) => Some(s.clone()),
        Value::Array(items) => {
            let lines: Vec<&str> = items.iter().map(|v| v.as_str().unwrap_or_default()).collect();
            Some(lines.join("\n"))
        }
        _ => None,
    }
}
