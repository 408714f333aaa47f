use std::collections::HashMap;
use std::io::{self, Write};

use base64::Engine as _;
use loadwright_import::{ImportError, Source, split_url};
use loadwright_scenario::{is_secret_value, is_sensitive, xml_fields};
use regex::Regex;
use serde_json::{Value, json};

use crate::entry::from_base64;
use crate::stream;

/// How much was taken out of a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redacted {
    pub entries: usize,
    /// Different values.
    pub values: usize,
}

/// Writes a recording without its secrets: tokens, cookies, passwords and keys, wherever they stand. Each is replaced by
/// a text of the same length and shape, the same one everywhere, so that what flows from responses into requests still
/// does. The file is read twice, entry by entry.
pub fn redact(source: &Source, out: &mut dyn Write) -> Result<Redacted, ImportError> {
    let fail = |e: io::Error| ImportError::new(format!("failed to redact {}: {e}", source.name));
    let mut secrets = Secrets::default();
    let frame = stream::read(source.reader().map_err(fail)?, &mut |raw| {
        if let Some(entry) = parsed(raw.bytes) {
            secrets.collect(&entry, "");
        }
    })
    .map_err(fail)?;
    if !frame.has_entries {
        return Err(ImportError::new("the file has no log.entries: this is no HTTP archive"));
    }
    let swap =
        secrets.swap().map_err(|e| ImportError::new(format!("failed to redact {}: {e}", source.name)))?;
    let mut pages = Value::Array(frame.pages);
    swap.value(&mut pages, "");
    let head =
        json!({ "name": if frame.creator.is_empty() { "unknown" } else { &frame.creator }, "version": "" });
    let version = frame.version.as_deref().unwrap_or("1.2");
    let mut first = Some(format!(
        "{{\"log\":{{\"version\":{},\"creator\":{head},\"comment\":\"secrets were replaced\",\"pages\":{pages},\"entries\":[\n",
        json!(version)
    ));
    let mut done = Redacted { entries: 0, values: swap.new.len() };
    let mut problem = None;
    stream::read(source.reader().map_err(fail)?, &mut |raw| {
        let Some(mut entry) = parsed(raw.bytes).filter(|_| problem.is_none()) else { return };
        swap.value(&mut entry, "");
        let before = first.take().unwrap_or_else(|| ",\n".to_owned());
        if let Err(e) = write!(out, "{before}{entry}") {
            problem = Some(e);
        }
        done.entries += 1;
    })
    .map_err(fail)?;
    if let Some(e) = problem {
        return Err(fail(e));
    }
    writeln!(out, "{}\n]}}}}", first.unwrap_or_default()).map_err(fail)?;
    Ok(done)
}

fn parsed(raw: &[u8]) -> Option<Value> {
    serde_json::from_slice(raw)
        .ok()
        .or_else(|| loadwright_import::read::json(&String::from_utf8_lossy(raw)).ok())
}

/// Values in the order in which they were found, and the names that they go by.
#[derive(Default)]
struct Secrets {
    values: indexmap::IndexMap<String, Vec<String>>,
}

impl Secrets {
    fn add(&mut self, name: &str, value: &str) {
        let value = value.trim().trim_matches('"');
        if value.is_empty() || matches!(value, "true" | "false" | "null" | "deleted") || value.len() > 16_384
        {
            return;
        }
        let names = self.values.entry(value.to_owned()).or_default();
        if !name.is_empty() && names.len() < 8 && !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }

    /// Looks through a value of the recording; `key` is what it is called.
    fn collect(&mut self, value: &Value, key: &str) {
        match value {
            Value::Object(map) => {
                if let (Some(Value::String(name)), Some(Value::String(text))) =
                    (map.get("name"), map.get("value"))
                {
                    self.named(name, text, matches!(key, "cookies"));
                }
                let base64 = map
                    .get("encoding")
                    .and_then(Value::as_str)
                    .is_some_and(|e| e.eq_ignore_ascii_case("base64"));
                for (k, v) in map {
                    match v {
                        Value::String(text) if k == "text" && base64 => {
                            if let Some(text) = from_base64(text).and_then(|b| String::from_utf8(b).ok()) {
                                self.text(&text);
                            }
                        }
                        Value::String(text) if is_sensitive(k) => self.add(k, text),
                        Value::String(text) => self.text(text),
                        v => self.collect(v, k),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|i| self.collect(i, key)),
            Value::String(text) => self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn named(&mut self, name: &str, value: &str, cookie: bool) {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            _ if cookie => self.cookie(name, value),
            "authorization" | "proxy-authorization" => {
                let (scheme, token) = value.split_once(' ').unwrap_or(("", value));
                self.add(name, token);
                if scheme.eq_ignore_ascii_case("basic")
                    && let Some(pair) = from_base64(token).and_then(|b| String::from_utf8(b).ok())
                    && let Some((_, password)) = pair.split_once(':')
                {
                    self.add("password", password);
                }
            }
            "cookie" => {
                for (n, v) in value.split(';').filter_map(|p| p.split_once('=')) {
                    self.cookie(n.trim(), v);
                }
            }
            "set-cookie" => {
                for line in value.split('\n') {
                    if let Some((n, v)) = line.split(';').next().and_then(|p| p.split_once('=')) {
                        self.cookie(n.trim(), v);
                    }
                }
            }
            _ if is_sensitive(name) => {
                self.add(name, value);
                self.add(name, &decoded(value));
            }
            _ => {}
        }
    }

    fn cookie(&mut self, name: &str, value: &str) {
        self.add(name, value);
        self.add(name, &decoded(value));
    }

    /// Bodies, addresses and every other text.
    fn text(&mut self, text: &str) {
        let start = text.trim_start();
        if start.starts_with(['{', '['])
            && let Ok(value) = serde_json::from_str::<Value>(start)
        {
            self.collect(&value, "");
        }
        let authority = split_url(text).authority;
        if let Some((user, _)) = authority.rsplit_once('@').filter(|_| text.contains("://"))
            && let Some((_, password)) = user.split_once(':')
        {
            self.add("password", password);
        }
        // a=1&b=2, in addresses and forms
        for (name, value) in text
            .split(['&', '?', ';', '#', ' ', '\n', '"', '\'', '<', '>'])
            .filter_map(|p| p.split_once('='))
            .filter(|(n, _)| n.len() < 60 && is_sensitive(n))
        {
            self.add(name, value);
            self.add(name, &decoded(value));
        }
        // hidden fields of pages
        for tag in text.split('<').filter(|t| t.starts_with("input") || t.starts_with("meta")) {
            let attribute = |key: &str| {
                let rest = tag.split_once(&format!("{key}=")).map(|(_, r)| r)?;
                let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
                rest.get(1..)?.split(quote).next()
            };
            if let (Some(name), Some(value)) =
                (attribute("name"), attribute("value").or(attribute("content")))
                && is_sensitive(name)
            {
                self.add(name, value);
            }
        }
        if start.starts_with('<') {
            xml_fields(text, &mut |name, value| {
                if is_sensitive(name) {
                    self.add(name, value);
                }
            });
        }
        // parts of multipart bodies
        for part in text.split("name=\"").skip(1) {
            if let Some((name, rest)) = part.split_once('"')
                && is_sensitive(name)
                && let Some((_, value)) = rest.split_once("\r\n\r\n")
            {
                self.add(name, value.split("\r\n").next().unwrap_or(value));
            }
        }
        // values that tell by themselves what they are
        for token in text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))) {
            if is_secret_value(token) {
                self.add("", token);
            }
        }
    }

    fn swap(self) -> Result<Swap, regex::Error> {
        let mut new = HashMap::new();
        let mut literals: Vec<(String, String)> = Vec::new();
        // an escaped spelling is disguised like what it says
        let plain: HashMap<&str, String> = self
            .values
            .keys()
            .enumerate()
            .filter(|(_, v)| decoded(v) == **v)
            .map(|(i, v)| (v.as_str(), disguise(v, i as u64)))
            .collect();
        for (i, (value, names)) in self.values.iter().enumerate() {
            let says = decoded(value);
            let with = match plain.get(says.as_str()) {
                Some(with) if says == *value => with.clone(),
                Some(with) if value.contains('+') => plus(with),
                Some(with) => percent(with),
                None => disguise(value, i as u64),
            };
            let telling =
                value.len() >= 6 && !value.chars().all(|c| c.is_ascii_lowercase()) || value.len() >= 12;
            if telling {
                for spell in [|t: &str| t.to_owned(), percent, plus, escaped, entities] {
                    literals.push((spell(value), spell(&with)));
                }
            }
            for name in names {
                for (before, after) in [("=", ""), ("\":\"", "\""), ("\": \"", "\""), ("\\\":\\\"", "\\\"")] {
                    let of = |v: &str| format!("{name}{before}{v}{after}");
                    literals.push((of(value), of(&with)));
                    literals.push((of(&percent(value)), of(&percent(&with))));
                }
                let part = |v: &str| format!("name=\"{name}\"\r\n\r\n{v}");
                literals.push((part(value), part(&with)));
            }
            new.insert(value.clone(), with);
        }
        literals.retain(|(a, b)| a != b);
        literals.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        literals.dedup_by(|a, b| a.0 == b.0);
        let pattern = literals.iter().map(|(a, _)| regex::escape(a)).collect::<Vec<_>>().join("|");
        let find = if literals.is_empty() {
            None
        } else {
            Some(regex::RegexBuilder::new(&pattern).size_limit(1 << 30).build()?)
        };
        Ok(Swap { find, with: literals.into_iter().collect(), new })
    }
}

struct Swap {
    find: Option<Regex>,
    with: HashMap<String, String>,
    /// Whole values.
    new: HashMap<String, String>,
}

impl Swap {
    fn value(&self, value: &mut Value, key: &str) {
        match value {
            Value::Object(map) => {
                let secret = match map.get("name").and_then(Value::as_str) {
                    Some(name) => key == "cookies" || is_sensitive(name),
                    None => false,
                };
                let base64 = map
                    .get("encoding")
                    .and_then(Value::as_str)
                    .is_some_and(|e| e.eq_ignore_ascii_case("base64"));
                for (k, v) in map.iter_mut() {
                    match v {
                        Value::String(text) if k == "text" && base64 => {
                            if let Some(bytes) = from_base64(text)
                                && let Ok(plain) = String::from_utf8(bytes)
                            {
                                *text = base64::engine::general_purpose::STANDARD.encode(self.text(&plain));
                            }
                        }
                        Value::String(text)
                            if (k == "value" && secret || is_sensitive(k))
                                && self.new.contains_key(text.trim()) =>
                        {
                            if let Some(with) = self.new.get(text.trim()) {
                                text.clone_from(with);
                            }
                        }
                        v => self.value(v, k),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|i| self.value(i, key)),
            Value::String(text) => *text = self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&self, text: &str) -> String {
        let Some(find) = &self.find else { return text.to_owned() };
        let out = find.replace_all(text, |found: &regex::Captures<'_>| {
            let old = found.get(0).map_or("", |m| m.as_str());
            self.with.get(old).cloned().unwrap_or_default()
        });
        self.inside_base64(&out)
    }

    /// A piece of base64 that says a secret is replaced by one that does not.
    fn inside_base64(&self, text: &str) -> String {
        let mut out = text.to_owned();
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
        for token in text.split(|c| !letter(c)).filter(|t| (12..=8_192).contains(&t.len())) {
            if let Some(find) = &self.find
                && let Some(says) = from_base64(token).and_then(|b| String::from_utf8(b).ok())
                && find.is_match(&says)
            {
                let engine = base64::engine::general_purpose::STANDARD;
                let plain = find.replace_all(&says, |found: &regex::Captures<'_>| {
                    let old = found.get(0).map_or("", |m| m.as_str());
                    self.with.get(old).cloned().unwrap_or_default()
                });
                out = out.replace(token, &engine.encode(plain.as_bytes()));
            }
        }
        out
    }
}

/// Other characters of the same kinds: digits stay digits, letters keep their case, the rest stays as it is.
fn disguise(value: &str, seed: u64) -> String {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % n
    };
    let hex = value.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let letters = if hex { 6 } else { 26 };
    let jwt = value.starts_with("eyJ");
    value
        .char_indices()
        .map(|(i, c)| match c {
            _ if jwt && i < 3 => c,
            '0'..='9' => (b'0' + next(10) as u8) as char,
            'a'..='z' => (b'a' + next(letters) as u8) as char,
            'A'..='Z' => (b'A' + next(letters) as u8) as char,
            c if c.is_alphanumeric() => 'x',
            c => c,
        })
        .collect()
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

fn plus(text: &str) -> String {
    percent(text).replace("%20", "+")
}

fn escaped(text: &str) -> String {
    let quoted = json!(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

fn decoded(text: &str) -> String {
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
                out.push(if b == b'+' { b' ' } else { b });
                i += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disguise_keeps_the_shape_and_nothing_else() {
        let with = disguise("S3cret-Pw_77", 4);
        assert_eq!(with.len(), 12);
        assert!(with.starts_with(char::is_uppercase) && with.contains('-') && with.contains('_'), "{with}");
        assert_ne!(with, "S3cret-Pw_77");
        assert_ne!(disguise("aaaaaa", 1), disguise("aaaaaa", 2));
        assert!(disguise("9f8e-aa", 3).chars().all(|c| c.is_ascii_hexdigit() || c == '-'));
    }
}
