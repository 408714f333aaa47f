//! Text in, JSON value out, whatever the file's habits: byte order marks, UTF-16, comments, trailing commas, YAML.

use loadwright_diagnostic::Place;
use serde_json::Value;

use crate::yaml::tree_from_yaml;
use crate::{ImportError, Syntax, Tree};

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
    either(text, json, |text| tree_from_yaml(text).map(|t| t.to_value()), Value::is_object)
}

/// The same as [`value`], as a tree that borrows from the text.
pub fn tree(text: &str) -> Result<(Tree<'_>, Syntax), ImportError> {
    either(text, json_tree, tree_from_yaml, Tree::is_object)
}

fn either<'t, T>(
    text: &'t str,
    json: impl Fn(&'t str) -> Result<T, ImportError>,
    yaml: impl Fn(&'t str) -> Result<T, ImportError>,
    is_object: impl Fn(&T) -> bool,
) -> Result<(T, Syntax), ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(ImportError::new("the input is empty")
            .help("a Postman collection, an OpenAPI document or a HAR recording is expected"));
    }
    if let Some(what) = binary(text) {
        return Err(ImportError::new(format!("this is {what}, not JSON or YAML")).help(
            "a Postman collection, an OpenAPI document or a HAR recording is expected, unpacked and as text",
        ));
    }
    match syntax(text) {
        Syntax::Json => match json(text) {
            Ok(value) => Ok((value, Syntax::Json)),
            // `{a: 1}` and `[a, b]` are YAML flow collections
            Err(error) => match yaml(text) {
                Ok(value) if is_object(&value) => Ok((value, Syntax::Yaml)),
                _ => Err(error),
            },
        },
        Syntax::Yaml => yaml(text).map(|v| (v, Syntax::Yaml)),
    }
}

/// What a text that is none was before it was decoded.
fn binary(text: &str) -> Option<&'static str> {
    let head: Vec<char> = text.chars().take(512).collect();
    match head.as_slice() {
        ['P', 'K', '\u{3}' | '\u{5}', ..] => return Some("a ZIP archive"),
        ['\u{1f}', ..] => return Some("a compressed file"),
        ['%', 'P', 'D', 'F', ..] => return Some("a PDF document"),
        _ => {}
    }
    let odd = head.iter().filter(|c| matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{fffd}')).count();
    (odd * 10 > head.len()).then_some("a binary file")
}

/// Reads JSON; comments and trailing commas are allowed, the place of an error is in the text as given.
pub fn json(text: &str) -> Result<Value, ImportError> {
    serde_json::from_str(text).or_else(|_| relaxed(text, |text| deep::<Value>(text)))
}

/// The same as a tree that borrows from the text.
pub fn json_tree(text: &str) -> Result<Tree<'_>, ImportError> {
    serde_json::from_str(text).or_else(|_| relaxed(text, |text| deep::<Tree<'_>>(text).map(Tree::into_owned)))
}

/// What is no JSON by the book, or nested deeper than serde_json goes by itself.
fn relaxed<T>(text: &str, parse: impl Fn(&str) -> Result<T, serde_json::Error>) -> Result<T, ImportError> {
    if nesting(text) > MAX_NESTING {
        return Err(ImportError::new(format!("the JSON is nested deeper than {MAX_NESTING} levels")));
    }
    parse(text).or_else(|first| {
        parse(&without_comments(text)).map_err(|second| {
            let e = if text.contains("//") || text.contains("/*") { second } else { first };
            let message = e.to_string();
            let reason = message.split(" at line ").next().unwrap_or(&message).to_owned();
            let line = e.line().max(1);
            let error = if line >= text.trim_end().lines().count() && is_open(text) {
                ImportError::new("the JSON breaks off: it ends before everything that it opens is closed")
                    .help("get the file again: it was cut off when it was written, copied or downloaded")
            } else {
                ImportError::new(format!("this is not valid JSON: {reason}"))
            };
            error.at(Some(Place { line, column: e.column().max(1), length: 1 }))
        })
    })
}

fn deep<'t, T: serde::Deserialize<'t>>(text: &'t str) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = T::deserialize(&mut reader)?;
    reader.end().map(|()| value)
}

/// serde_json stops at 128 levels by default; real documents are deeper and the stack bears this much.
const MAX_NESTING: usize = 1_000;

fn nesting(text: &str) -> usize {
    brackets(text).0
}

/// Whether the text ends inside a string, a list or an object.
fn is_open(text: &str) -> bool {
    let (_, depth, quoted) = brackets(text);
    depth > 0 || quoted
}

/// How deep the brackets go, how many are open at the end, and whether a string is.
fn brackets(text: &str) -> (usize, usize, bool) {
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
    (deepest, depth, quoted)
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
