use loadwright_import::split_url;
use loadwright_scenario::{is_secret_value, is_sensitive, xml_fields};
use serde_json::Value;

use crate::entry::from_base64;

/// Values in the order in which they were found, and the names that they go by.
#[derive(Default)]
pub(crate) struct Secrets {
    pub values: indexmap::IndexMap<String, Vec<String>>,
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
    pub fn collect(&mut self, value: &Value, key: &str) {
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
}

/// Escapes of addresses and forms undone; what is no escape stays.
pub(crate) fn decoded(text: &str) -> String {
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
    fn secrets_are_found_in_every_kind_of_text() {
        let mut secrets = Secrets::default();
        let entry = serde_json::json!({
            "request": {
                "url": "https://me:url-pw@h.example/?api_key=query%2Dkey",
                "headers": [
                    { "name": "Authorization", "value": "Basic bWU6YmFzaWMtcHc=" },
                    { "name": "Cookie", "value": "sid=cookie-1; theme=dark" },
                ],
                "postData": { "text": "{\"password\": \"json-pw\", \"name\": \"plain\"}" },
            },
            "response": { "content": { "encoding": "base64", "text": "PGlucHV0IG5hbWU9ImNzcmZfdG9rZW4iIHZhbHVlPSJwYWdlLTEiPg==" } },
        });
        secrets.collect(&entry, "");
        for value in ["url-pw", "query-key", "basic-pw", "cookie-1", "json-pw", "page-1"] {
            assert!(secrets.values.contains_key(value), "{value}: {:?}", secrets.values);
        }
        assert!(!secrets.values.contains_key("plain"));
    }
}
