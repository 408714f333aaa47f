use std::borrow::Cow;

use base64::Engine as _;
use loadwright_scenario::{Body, Field, Json, PartContent, RequestStep, Segment, Text};

use crate::words::{Between, words};

/// Calls `f` with the name and the text of each value that a request sends: whole values, and the pieces that they are
/// made of. Escaped and base64 forms are given decoded too.
pub(crate) fn atoms(step: &RequestStep, f: &mut dyn FnMut(&str, &str)) {
    atoms_but(step, &[], f);
}

/// The same, without the headers that are known already; where the client comes from is given all the same.
pub(crate) fn atoms_but(step: &RequestStep, known: &[Field], f: &mut dyn FnMut(&str, &str)) {
    let mut before = "";
    for segment in &step.request.url.path {
        match segment {
            Segment::Literal(text) => {
                if !is_asset(text) {
                    pieces(before, text, f);
                }
                before = text;
            }
            Segment::Param { value, .. } => {
                if let Some(text) = value.as_literal() {
                    pieces(before, text, f);
                }
            }
        }
    }
    for q in &step.request.url.query {
        if let (Some(name), Some(value)) = (q.name.as_literal(), q.value.as_ref().and_then(Text::as_literal))
        {
            pieces(name, value, f);
        }
    }
    for (i, field) in step.request.headers.iter().chain(&step.request.cookies).enumerate() {
        let Some(name) = field.name.as_literal() else { continue };
        // clients send most headers in the same order each time
        if (known.get(i) == Some(field) || known.contains(field)) && !is_origin(name) {
            continue;
        }
        // where the client comes from is no value that it was given
        if !["user-agent", "accept", "accept-language"].iter().any(|n| name.eq_ignore_ascii_case(n)) {
            field.value.0.iter().for_each(|p| {
                if let loadwright_scenario::Part::Literal(text) = p {
                    pieces(name, text, f);
                }
            });
        }
    }
    body(&step.request.body, f);
}

/// Whether a header says where the client comes from.
pub(crate) fn is_origin(name: &str) -> bool {
    name.eq_ignore_ascii_case("referer") || name.eq_ignore_ascii_case("origin")
}

fn body(body: &Body, f: &mut dyn FnMut(&str, &str)) {
    match body {
        Body::Json { value, .. } => json("", value, f),
        Body::Form(fields) => {
            for field in fields {
                if let (Some(name), Some(value)) = (field.name.as_literal(), field.value.as_literal()) {
                    pieces(name, value, f);
                }
            }
        }
        Body::Raw { content, .. } => {
            let Some(text) = content.as_literal() else { return };
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(value) => plain("", &value, f),
                Err(_) if is_form(text) => {
                    for (name, value) in text.split('&').filter_map(|p| p.split_once('=')) {
                        pieces(name, value, f);
                    }
                }
                Err(_) => pieces("", text, f),
            }
        }
        Body::Multipart(parts) => {
            for part in parts {
                if let (Some(name), PartContent::Text(value)) = (part.name.as_literal(), &part.content) {
                    pieces(name, value.as_literal().unwrap_or_default(), f);
                }
            }
        }
        Body::GraphQl { variables, .. } => variables.iter().for_each(|v| json("", v, f)),
        Body::Empty | Body::Bytes { .. } | Body::File { .. } => {}
    }
}

fn json(name: &str, value: &Json, f: &mut dyn FnMut(&str, &str)) {
    match value {
        Json::String(text) => text.as_literal().into_iter().for_each(|t| pieces(name, t, f)),
        Json::Number(n) => f(name, n),
        Json::Array(items) => items.iter().for_each(|i| json(name, i, f)),
        Json::Object(fields) => fields.iter().for_each(|(k, v)| json(k, v, f)),
        Json::Null | Json::Bool(_) | Json::Hole(_) => {}
    }
}

fn plain(name: &str, value: &serde_json::Value, f: &mut dyn FnMut(&str, &str)) {
    match value {
        serde_json::Value::String(s) => pieces(name, s, f),
        serde_json::Value::Number(n) => f(name, &n.to_string()),
        serde_json::Value::Array(items) => items.iter().for_each(|i| plain(name, i, f)),
        serde_json::Value::Object(map) => map.iter().for_each(|(k, v)| plain(k, v, f)),
        serde_json::Value::Null | serde_json::Value::Bool(_) => {}
    }
}

/// Whether a text is `a=1&b=2`.
pub(crate) fn is_form(text: &str) -> bool {
    text.contains('=') && !text.contains(['\n', ' ', '<', '"', '{'])
}

/// A file of the page itself: its name has a hash that is the same for everybody.
fn is_asset(segment: &str) -> bool {
    const ENDINGS: &[&str] =
        &[".js", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".woff", ".woff2"];
    ENDINGS.iter().any(|e| segment.ends_with(e))
}

fn pieces(name: &str, text: &str, f: &mut dyn FnMut(&str, &str)) {
    if text.len() > LONGEST {
        return;
    }
    split(name, text, f);
    if text.contains(['%', '+']) {
        let plain = decoded(text);
        if plain != text {
            split(name, &plain, f);
        }
        if text.contains('+') {
            split(name, &decoded(&text.replace('+', " ")), f);
        }
    }
    let token = text.rsplit(' ').next().unwrap_or(text);
    if let Some(inner) = from_base64(token) {
        split(name, &inner, f);
    }
}

/// Longer texts are documents: what they hold was not given by a response.
const LONGEST: usize = 64 * 1024;

/// The text, and the runs between separators: first those that separate fields, then all that are no part of a word.
fn split(name: &str, text: &str, f: &mut dyn FnMut(&str, &str)) {
    if text.len() > LONGEST {
        return;
    }
    f(name, text);
    let mut whole = text.len();
    for between in Between::ALL {
        let mut longest = 0;
        words(text, between, &mut |_, word| longest = longest.max(word.len()));
        if longest < whole {
            whole = longest;
            words(text, between, &mut |_, word| f(name, word));
        }
    }
}

/// What a base64 text says, when it is one and says text.
pub(crate) fn from_base64(text: &str) -> Option<String> {
    if text.len() < 12
        || !text.len().is_multiple_of(4)
        || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    String::from_utf8(bytes).ok().filter(|t| !t.chars().any(|c| c.is_control() && c != '\n'))
}

/// Percent escapes undone; what is no escape stays.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        match text.get(i + 1..i + 3).filter(|_| b == b'%').and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(v) => {
                out.push(v);
                i += 3;
            }
            None => {
                out.push(b);
                i += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// As `encodeURIComponent` writes it.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        pieces("", text, &mut |_, v| out.push(v.to_owned()));
        out
    }

    #[test]
    fn values_are_found_inside_other_spellings() {
        assert!(of("Bearer abc.def-1").contains(&"abc.def-1".to_owned()));
        assert!(of("a%3Ab77%2Bc").contains(&"b77+c".to_owned()));
        assert!(of("Basic dXNlcjo5OWU3").contains(&"99e7".to_owned()));
        assert!(of("{\"id\":\"x-77\"}").contains(&"x-77".to_owned()));
    }
}
