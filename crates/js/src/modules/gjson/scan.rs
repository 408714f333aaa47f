//! Walking over JSON text and over paths.

use std::borrow::Cow;

use super::{Rest, string_of};

/// Walks the members or elements of one container.
pub struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// Raw elements of an array.
    pub fn elements(json: &'a str) -> impl Iterator<Item = &'a str> {
        let mut scan = Scan { text: json, at: 1 };
        std::iter::from_fn(move || scan.value())
    }

    /// Keys (without escapes) and raw values of an object.
    pub fn members(json: &'a str) -> impl Iterator<Item = (Cow<'a, str>, &'a str)> {
        let mut scan = Scan { text: json, at: 1 };
        std::iter::from_fn(move || {
            let key = scan.value()?;
            let value = scan.value()?;
            Some((string_of(key).unwrap_or(Cow::Borrowed(key)), value))
        })
    }

    /// The next raw value, after separators.
    fn value(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':')) {
            self.at += 1;
        }
        let start = self.at;
        let end = end_of_value(bytes, start)?;
        self.at = end;
        self.text.get(start..end)
    }
}

/// Where the value that starts at `start` ends.
fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start)? {
        b'"' => end_of_string(bytes, start),
        b'{' | b'[' => {
            let mut depth = 0usize;
            let mut at = start;
            while let Some(b) = bytes.get(at) {
                match b {
                    b'"' => {
                        at = end_of_string(bytes, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            None
        }
        b'}' | b']' => None,
        _ => {
            let rest = bytes.get(start..)?;
            let len = rest.iter().position(|b| b",}] \t\r\n:".contains(b)).unwrap_or(rest.len());
            Some(start + len)
        }
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// One part of a path.
pub struct Part<'p> {
    pub raw: &'p str,
}

/// The query of a part.
pub struct Query<'p> {
    pub text: &'p str,
    /// All matches and not only the first.
    pub all: bool,
}

impl<'p> Part<'p> {
    /// Whether an object's key is meant.
    pub fn matches(&self, key: &str) -> bool {
        if !self.raw.contains(['\\', '*', '?']) {
            return key == self.raw;
        }
        like(key, self.raw)
    }

    pub fn query(&self) -> Option<Query<'p>> {
        let inner = self.raw.strip_prefix("#(").or_else(|| self.raw.strip_prefix("#["))?;
        let (inner, all) = match inner.strip_suffix('#') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        Some(Query { text: inner.strip_suffix([')', ']'])?, all })
    }
}

/// Matches `*` (any text), `?` (any character) and `\x` (that character).
pub fn like(text: &str, pattern: &str) -> bool {
    fn step(text: &[char], pattern: &[char], fuel: &mut u32) -> bool {
        *fuel = fuel.saturating_sub(1);
        if *fuel == 0 {
            return false;
        }
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|skip| step(&text[skip..], rest, fuel)),
            ['?', rest @ ..] => !text.is_empty() && step(&text[1..], rest, fuel),
            ['\\', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && step(&text[1..], rest, fuel),
        }
    }
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    step(&text, &pattern, &mut 100_000)
}

/// Splits the first part off a path.
pub fn split_part(path: &str) -> (Part<'_>, Rest<'_>) {
    let bytes = path.as_bytes();
    let mut at = 0;
    if path.starts_with("#(") || path.starts_with("#[") {
        at = end_of_brackets(bytes, 1);
        if bytes.get(at) == Some(&b'#') {
            at += 1;
        }
    }
    while let Some(b) = bytes.get(at) {
        match b {
            b'\\' => at += 2,
            b'.' | b'|' => break,
            _ => at += 1,
        }
    }
    let at = at.min(path.len());
    (Part { raw: path.get(..at).unwrap_or(path) }, rest_at(path, at))
}

/// What follows in `path` from the separator at `at`.
pub fn rest_at(path: &str, at: usize) -> Rest<'_> {
    let piped = path.as_bytes().get(at) == Some(&b'|');
    Rest { path: path.get(at + 1..).unwrap_or_default(), piped }
}

/// The position after the bracket that closes the one at `start`.
pub fn end_of_brackets(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    while let Some(b) = bytes.get(at) {
        match b {
            b'\\' => at += 1,
            b'"' => {
                at = end_of_string(bytes, at).unwrap_or(bytes.len());
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Splits at the first pipe outside of brackets.
pub fn split_pipe(path: &str) -> (&str, Option<&str>) {
    let bytes = path.as_bytes();
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        match b {
            b'\\' => at += 2,
            b'(' | b'[' | b'{' => at = end_of_brackets(bytes, at),
            b'|' => return (path.get(..at).unwrap_or(path), path.get(at + 1..)),
            _ => at += 1,
        }
    }
    (path, None)
}

/// A literal JSON value at the start of a path.
pub fn literal(path: &str) -> (&str, Rest<'_>) {
    let bytes = path.as_bytes();
    let end = match bytes.first() {
        Some(b'"' | b'{' | b'[') => end_of_value(bytes, 0).unwrap_or(path.len()),
        _ => bytes.iter().position(|b| *b == b'|').unwrap_or(path.len()),
    };
    (path.get(..end).unwrap_or(path), rest_at(path, end))
}

/// The comma separated selectors in the brackets at the start of `path`.
pub fn selectors(path: &str) -> Option<(Vec<&str>, Rest<'_>)> {
    let bytes = path.as_bytes();
    let end = end_of_brackets(bytes, 0);
    let inner = path.get(1..end.checked_sub(1)?)?;
    let bytes = inner.as_bytes();
    let mut items = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(b) = bytes.get(at) {
        match b {
            b'\\' => at += 2,
            b'"' => at = end_of_string(bytes, at).unwrap_or(bytes.len()),
            b'(' | b'[' | b'{' => at = end_of_brackets(bytes, at),
            b',' => {
                items.push(inner.get(start..at)?.trim());
                at += 1;
                start = at;
            }
            _ => at += 1,
        }
    }
    items.push(inner.get(start..)?.trim());
    Some((items.into_iter().filter(|i| !i.is_empty()).collect(), rest_at(path, end)))
}

/// `"name":path` or `name:path`.
pub fn named(item: &str) -> (Option<String>, &str) {
    if item.starts_with('"') {
        if let Some(end) = end_of_string(item.as_bytes(), 0) {
            let name = item.get(..end).and_then(string_of).map(Cow::into_owned);
            if let Some(path) = item.get(end..).and_then(|r| r.trim_start().strip_prefix(':')) {
                return (name, path.trim());
            }
        }
        return (None, item);
    }
    match item.split_once(':') {
        Some((name, path)) if !name.contains(['.', '#', '@', '(']) => {
            (Some(name.trim().to_owned()), path.trim())
        }
        _ => (None, item),
    }
}

/// The name that a selector without one gets: its last part.
pub fn last_name(path: &str) -> String {
    let mut rest = path;
    loop {
        let (part, next) = split_part(rest);
        if next.path.is_empty() {
            let plain = part.raw.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            return if plain { part.raw.to_owned() } else { "_".to_owned() };
        }
        rest = next.path;
    }
}
