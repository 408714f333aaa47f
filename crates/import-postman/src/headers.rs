//! The headers of a request: lists and text, credentials that stand in them, and the type of the body.

use loadwright_diagnostic::{Origin, Pointer};
use loadwright_scenario::{Body, Field, Text};
use serde_json::Value;

use crate::secret::Vault;
use crate::template::text;
use crate::v1::FROM;
use crate::value::{disabled, scalar, str_of};
use crate::{secret, v1};

/// Headers that are switched on; a repeated name is one line with a comma, which means the same (RFC 9110 section 5.3).
pub fn headers(value: &Value, at: &Origin, vault: &mut Vault) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::new();
    let mut add = |key: &str, value: &str, origin: Option<Origin>| {
        let key = key.trim();
        if key.is_empty() {
            return;
        }
        match position(&out, &key.to_lowercase()).and_then(|i| out.get_mut(i)) {
            Some(field) => {
                field.value.push_str(", ");
                field.value.append(text(value));
            }
            None => {
                let origin = origin.filter(|_| secret::is_secret_header(key));
                let kept = origin.and_then(|o| vault.keep(&secret::variable_name(key), value, o));
                out.push(Field::new(text(key), kept.unwrap_or_else(|| text(value))));
            }
        }
    };
    match value {
        Value::String(block) => {
            for (key, value, off) in v1::parse_headers(block) {
                if !off {
                    add(&key, &value, Some(at.key(&key)));
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate().filter(|(_, h)| !disabled(h)) {
                match item {
                    Value::String(line) => {
                        let (key, value) = line.split_once(':').unwrap_or((line, ""));
                        add(key, value.trim(), None);
                    }
                    item => add(
                        &scalar(item.get("key")).unwrap_or_default(),
                        &scalar(item.get("value")).unwrap_or_default(),
                        Some(str_of(item, FROM).map_or_else(
                            || at.index(i).key("value"),
                            |p| Origin::new(at.source, Pointer::from_text(p)),
                        )),
                    ),
                }
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                add(key, &scalar(Some(value)).unwrap_or_default(), Some(at.key(key)));
            }
        }
        _ => {}
    }
    out
}

pub fn position(headers: &[Field], lower_name: &str) -> Option<usize> {
    headers.iter().position(|f| f.name.to_string().to_lowercase() == lower_name)
}

/// Forms and multipart bodies replace a `Content-Type` of another kind; a switched-off one is not added.
pub fn settle_content_type(headers: &mut Vec<Field>, content: &mut Body, omit: &[String]) {
    let own = position(headers, "content-type");
    let value = own.and_then(|i| headers.get(i)).map(|f| f.value.to_string());
    let off = omit.iter().any(|h| h == "content-type");
    match (content, own) {
        (Body::Form(_), Some(i))
            if !off
                && !value.as_deref().unwrap_or_default().starts_with("application/x-www-form-urlencoded") =>
        {
            headers.remove(i);
        }
        (Body::Multipart(_), Some(i)) if !off => {
            headers.remove(i);
        }
        (Body::File { media_type, .. }, Some(_)) => *media_type = None,
        (Body::Raw { media_type, .. }, _) if off || own.is_some() => *media_type = None,
        (content @ Body::Json { .. }, None) if off => {
            if let Body::Json { value, indent } = content {
                let printed = json_text(value, indent.as_deref());
                *content = Body::Raw { media_type: None, content: Text::literal(printed) };
            }
        }
        _ => {}
    }
}

/// What `read` made a value of, as text again.
fn json_text(value: &loadwright_scenario::Json, indent: Option<&str>) -> String {
    fn go(v: &loadwright_scenario::Json, indent: Option<&str>, depth: usize, out: &mut String) {
        use loadwright_scenario::Json;
        let line = |out: &mut String, depth: usize| {
            if let Some(indent) = indent {
                out.push('\n');
                out.push_str(&indent.repeat(depth));
            }
        };
        match v {
            Json::Null => out.push_str("null"),
            Json::Bool(b) => out.push_str(&b.to_string()),
            Json::Number(n) => out.push_str(n),
            Json::String(t) | Json::Hole(t) => out.push_str(&Value::String(t.to_string()).to_string()),
            Json::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    line(out, depth + 1);
                    go(item, indent, depth + 1, out);
                }
                if !items.is_empty() {
                    line(out, depth);
                }
                out.push(']');
            }
            Json::Object(fields) => {
                out.push('{');
                for (i, (key, item)) in fields.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    line(out, depth + 1);
                    out.push_str(&Value::String(key.clone()).to_string());
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    go(item, indent, depth + 1, out);
                }
                if !fields.is_empty() {
                    line(out, depth);
                }
                out.push('}');
            }
        }
    }
    let mut out = String::new();
    go(value, indent, 0, &mut out);
    out
}
