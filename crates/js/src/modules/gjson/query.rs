//! Queries on array elements: `#(path op value)`.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::scan::like;
use super::{get, string_of};

const OPERATORS: [&str; 9] = ["==", "!=", "<=", ">=", "!%", "=", "<", ">", "%"];

/// Whether `element` satisfies the query.
pub fn holds(element: &str, query: &str) -> bool {
    let (path, operator, wanted) = split(query.trim());
    let found: Option<Cow<'_, str>> =
        if path.is_empty() { Some(Cow::Borrowed(element)) } else { get(element, path) };
    let Some(operator) = operator else { return found.is_some() };
    if let Some(truth) = wanted.strip_prefix('~') {
        let found = found.as_deref();
        let is = match truth.trim() {
            "true" => found.is_some_and(is_truthy),
            "false" => !found.is_some_and(is_truthy),
            "null" => found.is_none_or(|f| f == "null"),
            "*" => found.is_some(),
            _ => false,
        };
        return if operator == "!=" { !is } else { is };
    }
    let Some(found) = found else { return false };
    compare(&found, operator, wanted)
}

fn is_truthy(raw: &str) -> bool {
    match raw.as_bytes().first() {
        Some(b't') => true,
        Some(b'"') => {
            matches!(string_of(raw).as_deref(), Some(s) if matches!(s.to_lowercase().as_str(), "1" | "t" | "true"))
        }
        Some(b'0'..=b'9' | b'-') => raw.parse::<f64>().is_ok_and(|n| n != 0.0),
        Some(b'{' | b'[') => true,
        _ => false,
    }
}

/// Path, operator and right side; operators inside brackets and strings are not seen.
fn split(query: &str) -> (&str, Option<&str>, &str) {
    let bytes = query.as_bytes();
    let mut depth = 0usize;
    let mut quoted = false;
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        match b {
            b'\\' => at += 1,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                let tail = query.get(at..).unwrap_or_default();
                if let Some(operator) = OPERATORS.iter().find(|o| tail.starts_with(**o)) {
                    let path = query.get(..at).unwrap_or_default().trim();
                    let wanted = tail.get(operator.len()..).unwrap_or_default().trim();
                    return (path, Some(if *operator == "=" { "==" } else { operator }), wanted);
                }
            }
            _ => {}
        }
        at += 1;
    }
    (query, None, "")
}

fn compare(found: &str, operator: &str, wanted: &str) -> bool {
    let text = string_of(wanted);
    match (string_of(found), text) {
        (Some(found), wanted_text) => {
            // a bare word compares like a string
            let wanted = wanted_text.unwrap_or(Cow::Borrowed(wanted));
            match operator {
                "%" => like(&found, &wanted),
                "!%" => !like(&found, &wanted),
                _ => ordered(found.as_ref().cmp(wanted.as_ref()), operator),
            }
        }
        (None, Some(_)) => operator == "!=",
        (None, None) => match (found.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(found), Ok(wanted)) => found.partial_cmp(&wanted).is_some_and(|o| ordered(o, operator)),
            _ => match operator {
                "==" => found == wanted,
                "!=" => found != wanted,
                "<" => found == "false" && wanted == "true",
                ">" => found == "true" && wanted == "false",
                "<=" => found == wanted || (found == "false" && wanted == "true"),
                ">=" => found == wanted || (found == "true" && wanted == "false"),
                _ => false,
            },
        },
    }
}

fn ordered(order: Ordering, operator: &str) -> bool {
    match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => false,
    }
}
