//! Text in, JSON value out, whatever the file's habits: byte order marks, UTF-16, comments, trailing commas, YAML.

use loadwright_diagnostic::Place;
use serde_json::Value;

use crate::yaml::value_from_yaml;
use crate::{ImportError, Syntax};

/// Bytes as text. A byte order mark decides between UTF-8 and UTF-16; what is no character becomes U+FFFD.
pub fn decode(bytes: Vec<u8>) -> String {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes.get(2..).unwrap_or_default().chunks_exact(2).map(|c| unit([c[0], c[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
    }
}

/// What the text looks like: JSON starts with a brace, a bracket or a comment.
pub fn syntax(text: &str) -> Syntax {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with(['{', '[']) || start.starts_with("//") || start.starts_with("/*") {
        Syntax::Json
    } else {
        Syntax::Yaml
    }
}

/// Reads JSON (comments and trailing commas allowed) or YAML into a value in source order.
pub fn value(text: &str) -> Result<(Value, Syntax), ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(ImportError::new("the input is empty"));
    }
    match syntax(text) {
        Syntax::Json => match json(text) {
            Ok(value) => Ok((value, Syntax::Json)),
            // `{a: 1}` and `[a, b]` are YAML flow collections
            Err(error) => match value_from_yaml(text) {
                Ok(value) if value.is_object() => Ok((value, Syntax::Yaml)),
                _ => Err(error),
            },
        },
        Syntax::Yaml => value_from_yaml(text).map(|v| (v, Syntax::Yaml)),
    }
}

/// Reads JSON; comments and trailing commas are allowed, the place of an error is in the text as given.
pub fn json(text: &str) -> Result<Value, ImportError> {
    let parse = |text: &str| {
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.disable_recursion_limit();
        let value = serde::Deserialize::deserialize(&mut reader)?;
        reader.end().map(|()| value)
    };
    if nesting(text) > MAX_NESTING {
        return Err(ImportError::new(format!("the JSON is nested deeper than {MAX_NESTING} levels")));
    }
    parse(text).or_else(|first: serde_json::Error| {
        parse(&without_comments(text)).map_err(|second| {
            let e = if text.contains("//") || text.contains("/*") { second } else { first };
            let message = e.to_string();
            let reason = message.split(" at line ").next().unwrap_or(&message).to_owned();
            ImportError::new(format!("this is not valid JSON: {reason}")).at(Some(Place {
                line: e.line().max(1),
                column: e.column().max(1),
                length: 1,
            }))
        })
    })
}

/// serde_json stops at 128 levels by default; real documents are deeper and the stack bears this much.
const MAX_NESTING: usize = 1_000;

fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0usize, false, false);
    for b in text.bytes() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Blanks out `//` and `/* */` comments and commas before a closing bracket; every other byte keeps its place.
pub fn without_comments(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let (mut i, mut comma) = (0, None);
    while let Some(&b) = out.get(i) {
        match (b, out.get(i + 1)) {
            (b'"', _) => {
                comma = None;
                i += 1;
                while out.get(i).is_some_and(|b| *b != b'"') {
                    i += if out.get(i) == Some(&b'\\') { 2 } else { 1 };
                }
            }
            (b'/', Some(b'/')) => {
                while out.get(i).is_some_and(|b| *b != b'\n') {
                    out[i] = b' ';
                    i += 1;
                }
                continue;
            }
            (b'/', Some(b'*')) => {
                let end = out.get(i + 2..).and_then(|r| r.windows(2).position(|w| w == b"*/"));
                let end = end.map_or(out.len(), |p| i + 2 + p + 2);
                for b in out.get_mut(i..end).unwrap_or_default() {
                    if *b != b'\n' {
                        *b = b' ';
                    }
                }
                i = end;
                continue;
            }
            (b',', _) => comma = Some(i),
            (b'}' | b']', _) => {
                if let Some(at) = comma.take().and_then(|at: usize| out.get_mut(at)) {
                    *at = b' ';
                }
            }
            (b, _) if b.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        i += 1;
    }
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_read_and_strings_are_left_alone() {
        let v = json("{ // c\n \"u\": \"http://x/*y*/,]\", /* é */ \"a\": [1, 2,], }").expect("json");
        assert_eq!(v["u"], "http://x/*y*/,]");
        assert_eq!(v["a"], serde_json::json!([1, 2]));
    }

    #[test]
    fn an_error_names_its_line() {
        let e = json("{\n  \"a\": nope\n}").expect_err("broken");
        assert_eq!(e.place.map(|p| p.line), Some(2));
    }

    #[test]
    fn marks_decide_the_encoding() {
        assert_eq!(decode(vec![0xff, 0xfe, b'h', 0, b'i', 0]), "hi");
        assert_eq!(decode(vec![0xef, 0xbb, 0xbf, b'h']), "h");
    }

    #[test]
    fn absurd_nesting_is_refused_not_crashed() {
        assert!(json(&"[".repeat(100_000)).is_err());
    }
}
