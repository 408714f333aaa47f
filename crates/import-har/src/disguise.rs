use std::collections::HashMap;

use base64::Engine as _;
use loadwright_scenario::is_sensitive;
use regex::Regex;
use serde_json::{Value, json};

use crate::entry::from_base64;
use crate::secrets::{Secrets, decoded};

/// The texts that stand for secrets.
pub(crate) struct Swap {
    find: Option<Regex>,
    with: HashMap<String, String>,
    /// Whole values.
    new: HashMap<String, String>,
}

impl Swap {
    /// What stands for each secret, in every spelling.
    pub fn of(secrets: &Secrets) -> Result<Self, regex::Error> {
        let mut new = HashMap::new();
        let mut literals: Vec<(String, String)> = Vec::new();
        // an escaped spelling is disguised like what it says
        let plain: HashMap<&str, String> = secrets
            .values
            .keys()
            .enumerate()
            .filter(|(_, v)| decoded(v) == **v)
            .map(|(i, v)| (v.as_str(), disguise(v, i as u64)))
            .collect();
        for (i, (value, names)) in secrets.values.iter().enumerate() {
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
        Ok(Self { find, with: literals.into_iter().collect(), new })
    }

    /// How many different values it replaces.
    pub fn count(&self) -> usize {
        self.new.len()
    }

    /// Replaces the secrets of a value of the recording; `key` is what it is called.
    pub fn value(&self, value: &mut Value, key: &str) {
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
