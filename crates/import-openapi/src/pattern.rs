use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

thread_local! {
    // the same few patterns are asked for at every sample of a schema
    static COMPILED: RefCell<HashMap<String, Option<Regex>>> = RefCell::new(HashMap::new());
}

/// Whether the text has a match of an ECMA-262 pattern; `None` when the pattern has look-around or the like.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    COMPILED.with_borrow_mut(|cache| {
        let regex = cache.entry(pattern.to_owned()).or_insert_with(|| Regex::new(&translated(pattern)).ok());
        regex.as_ref().map(|r| r.is_match(text))
    })
}

/// A text that matches the pattern and is between `min` and `max` characters long where the pattern leaves a choice.
pub(crate) fn example(pattern: &str, min: usize, max: usize) -> Option<String> {
    let hir = regex_syntax::ParserBuilder::new().build().parse(&translated(pattern)).ok()?;
    for extra in [0, 1, min, min / 2 + 1, max.min(64)] {
        let mut out = String::new();
        emit(&hir, extra, &mut out);
        let length = out.chars().count();
        if length >= min && length <= max && matches(pattern, &out) == Some(true) {
            return Some(out);
        }
    }
    None
}

/// The pattern itself, where somebody wrote `/pattern/flags`: taken literally, nothing could ever match it.
pub(crate) fn without_slashes(pattern: &str) -> &str {
    match pattern.strip_prefix('/') {
        Some(rest) if rest.len() > 1 && rest.rfind('/').is_some_and(|i| i > 0) => {
            let end = rest.rfind('/').unwrap_or(rest.len());
            let flags = rest.get(end + 1..).unwrap_or_default();
            if flags.chars().all(|c| "gimsuy".contains(c)) {
                rest.get(..end).unwrap_or(rest)
            } else {
                pattern
            }
        }
        _ => pattern,
    }
}

/// ECMA-262 as Rust's syntax: escapes that only one of them has.
fn translated(pattern: &str) -> String {
    let pattern = without_slashes(pattern);
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            (
                '\\',
                Some(
                    '/' | '_' | '"' | '\'' | '@' | '=' | '!' | ',' | ';' | ':' | '<' | '>' | '%' | '`' | ' ',
                ),
            ) => {}
            ('\\', Some('d')) => {
                chars.next();
                out.push_str("[0-9]");
            }
            ('\\', Some('u')) => {
                chars.next();
                let hex: String = chars.by_ref().take(4).collect();
                out.push_str(&format!("\\x{{{hex}}}"));
            }
            ('\\', Some(_)) => {
                out.push(c);
                out.extend(chars.next());
            }
            _ => out.push(c),
        }
    }
    out
}

fn emit(hir: &Hir, extra: usize, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(l) => out.push_str(&String::from_utf8_lossy(&l.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let good = |c: char| class.ranges().iter().any(|r| r.start() <= c && c <= r.end());
            let any = class.ranges().first().map(|r| r.start());
            out.extend(['a', 'A', '1', '0', '-', '_', '.', ' '].into_iter().find(|c| good(*c)).or(any));
        }
        HirKind::Class(Class::Bytes(class)) => {
            out.extend(class.ranges().first().map(|r| char::from(r.start())));
        }
        HirKind::Repetition(r) => {
            let least = r.min as usize;
            let most = r.max.map_or(usize::MAX, |m| m as usize);
            let times = least.saturating_add(extra).min(most).min(least.saturating_add(300));
            for _ in 0..times {
                emit(&r.sub, 0, out);
            }
        }
        HirKind::Capture(c) => emit(&c.sub, extra, out),
        HirKind::Concat(list) => {
            // only the last repetition grows, the others stay as short as they may be
            let grows =
                list.iter().rposition(|h| matches!(h.kind(), HirKind::Repetition(_) | HirKind::Capture(_)));
            for (i, h) in list.iter().enumerate() {
                emit(h, if Some(i) == grows { extra } else { 0 }, out);
            }
        }
        HirKind::Alternation(list) => {
            if let Some(h) = list.first() {
                emit(h, extra, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_match_their_patterns() {
        for p in [
            r"^[A-Z]{2}\d{4}$",
            r"^\/api\/v[0-9]+$",
            r"^(foo|bar)-\w+$",
            r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
            r"^\+?[1-9]\d{1,14}$",
            r"^.{3,}$",
            r"^#([0-9a-f]{3}){1,2}$",
            r"^\S+@\S+\.\S+$",
        ] {
            let text = example(p, 0, 100).unwrap_or_else(|| panic!("{p}"));
            assert_eq!(matches(p, &text), Some(true), "{p} {text}");
        }
        assert!(example("^[a-z]+$", 8, 10).is_some_and(|s| s.len() >= 8));
        assert_eq!(matches("^(?=x)x", "x"), None);
    }
}
