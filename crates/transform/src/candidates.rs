use loadwright_scenario::{Exchange, JsonPath, JsonStep, ObservedResponse, Selector};
use serde_json::Value;

use crate::html::page_values;
use crate::names::{camel, normal, singular};

/// A value of a response that later requests may depend on.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub value: String,
    pub from: Selector,
    /// What to call it.
    pub name: String,
}

/// Every value of the response that could be dynamic, the most robust extraction first.
pub(crate) fn candidates(exchange: &Exchange) -> Vec<Candidate> {
    let mut out = Vec::new();
    for response in exchange.responses.iter().take(1) {
        let resource = exchange
            .path
            .split('/')
            .rfind(|s| !s.is_empty() && !is_id_like(s))
            .map(singular)
            .unwrap_or_default();
        if let Ok(json) = serde_json::from_slice::<Value>(&response.body) {
            leaves(&json, &mut JsonPath::default(), &resource, &mut out);
        }
        headers(response, &resource, &mut out);
        if let Ok(text) = std::str::from_utf8(&response.body)
            && text.trim_start().starts_with('<')
        {
            for v in page_values(text) {
                out.push(Candidate {
                    name: camel(&v.name),
                    value: v.value,
                    from: Selector::Css { query: v.query, attribute: Some(v.attribute.to_owned()) },
                });
            }
        }
    }
    out.retain(|c| is_dynamic(&c.value, &c.name));
    out
}

fn leaves(value: &Value, path: &mut JsonPath, resource: &str, out: &mut Vec<Candidate>) {
    if out.len() > 2_000 {
        return;
    }
    let text = match value {
        Value::String(s) => s.clone(),
        Value::Number(n) => n.to_string(),
        Value::Array(items) => {
            for (i, v) in items.iter().enumerate().take(50) {
                path.0.push(JsonStep::Index(i));
                leaves(v, path, resource, out);
                path.0.pop();
            }
            return;
        }
        Value::Object(map) => {
            for (k, v) in map {
                path.0.push(JsonStep::Key(k.clone()));
                leaves(v, path, resource, out);
                path.0.pop();
            }
            return;
        }
        Value::Null | Value::Bool(_) => return,
    };
    let keys: Vec<&str> = path
        .0
        .iter()
        .filter_map(|s| match s {
            JsonStep::Key(k) => Some(k.as_str()),
            JsonStep::Index(_) => None,
        })
        .collect();
    let last = keys.last().copied().unwrap_or("value");
    let name = if matches!(normal(last).as_str(), "id" | "uuid" | "key" | "value") {
        let owner = keys.iter().rev().nth(1).map_or_else(|| resource.to_owned(), |k| singular(k));
        let owner = if matches!(owner.as_str(), "data" | "item" | "result" | "") {
            resource.to_owned()
        } else {
            owner
        };
        camel(&format!("{owner} {last}"))
    } else {
        camel(last)
    };
    out.push(Candidate { value: text, from: Selector::Json(path.clone()), name });
}

fn headers(response: &ObservedResponse, resource: &str, out: &mut Vec<Candidate>) {
    for (name, value) in &response.headers {
        let lower = name.to_ascii_lowercase();
        if lower == "location" {
            let path = value.split("://").last().unwrap_or(value);
            let path = path.split(['?', '#']).next().unwrap_or(path);
            if let Some((before, last)) = path.trim_end_matches('/').rsplit_once('/')
                && is_id_like(last)
            {
                let parent = before.rsplit('/').next().unwrap_or_default();
                let owner = if parent.is_empty() { resource.to_owned() } else { singular(parent) };
                out.push(Candidate {
                    value: last.to_owned(),
                    from: Selector::HeaderRegex {
                        header: name.clone(),
                        pattern: "/([^/?#]+)/?(?:[?#].*)?$".to_owned(),
                        group: 1,
                    },
                    name: camel(&format!("{owner} id")),
                });
            }
        } else if lower.starts_with("x-") || lower.contains("token") || lower == "etag" {
            out.push(Candidate {
                value: value.clone(),
                from: Selector::Header(name.clone()),
                name: camel(name),
            });
        }
    }
}

/// Whether a path segment names one thing rather than a kind of things.
pub(crate) fn is_id_like(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let version = segment
        .strip_prefix('v')
        .is_some_and(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    !version && digits > 0 && (digits == segment.len() || segment.len() >= 6) && !segment.contains('.')
}

/// Constants, dates, small numbers and words are no candidates: they are the same for everybody.
pub(crate) fn is_dynamic(value: &str, name: &str) -> bool {
    let value = value.trim();
    let name = normal(name);
    let names_id =
        name.ends_with("id") || name.ends_with("uuid") || name.ends_with("key") || name.ends_with("code");
    let names_secret = crate::secrets::is_sensitive(&name)
        || name == "state"
        || ["nonce", "cursor", "ticket", "hash", "signature", "verification"]
            .iter()
            .any(|w| name.contains(w));
    if value.len() < 3 || value.len() > 8_192 || value.contains(['\n', '\r']) {
        return false;
    }
    if let Ok(n) = value.parse::<f64>() {
        let plain = value.bytes().all(|b| b.is_ascii_digit());
        return plain && (n >= 100.0 && names_id || value.len() >= 9);
    }
    if is_date(value) {
        return false;
    }
    let letters = value.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '.' | ','));
    if letters && !names_secret {
        return false;
    }
    if value.contains(' ') || value.contains("://") {
        return names_secret;
    }
    names_id || names_secret || entropy(value) >= 2.5 && value.len() >= 8
}

fn is_date(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() >= 10
        && b.get(..4).is_some_and(|y| y.iter().all(u8::is_ascii_digit))
        && b.get(4) == Some(&b'-')
        && b.get(7) == Some(&b'-')
}

/// Bits per character.
fn entropy(text: &str) -> f64 {
    let mut counts = [0usize; 256];
    text.bytes().for_each(|b| counts[b as usize] += 1);
    let n = text.len() as f64;
    counts.iter().filter(|c| **c > 0).map(|c| *c as f64 / n).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoys_are_no_candidates() {
        for (value, name) in [
            ("2024-05-01", "startId"),
            ("12", "id"),
            ("Green tea", "name"),
            ("active", "state_name"),
            ("99", "total"),
            ("pending", "orderId"),
            ("4.5", "price"),
        ] {
            assert!(!is_dynamic(value, name), "{value}");
        }
        for (value, name) in [
            ("c-900144", "cartId"),
            ("4711", "id"),
            ("eyJhbGciOiJIUzI1NiJ9.e30.x", "token"),
            ("c5rf-9f8e7d6c5b4a", "_csrf"),
            ("9f8e7d6c5b4a", "x"),
        ] {
            assert!(is_dynamic(value, name), "{value}");
        }
    }
}
