//! Which values are secrets: they leave the script and come from the environment.

use std::collections::BTreeSet;

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_scenario::{Text, is_secret_value};
use serde_json::Value;

use crate::codes;
use crate::scope::{Known, Scope, Scopes};

/// The environment variable that a secret is read from; `None` when the value is no secret.
pub fn of_variable(name: &str, known: &Known, diagnostics: &mut Diagnostics) -> Option<String> {
    let text = match &known.value {
        Value::String(s) => s.as_str(),
        _ => "",
    };
    if text.is_empty()
        || text.contains("{{")
        || !(known.secret || looks_secret(name) || is_secret_value(text))
    {
        return None;
    }
    let env = env_name(name);
    let message = format!("`{name}` is read from the environment variable {env}");
    // the finding points beside the value: nobody wants to see it on a screen
    let parent = known.origin.at.as_str().rsplit_once('/').map_or("", |(p, _)| p);
    let beside = Origin::new(known.origin.source, Pointer::from_text(parent));
    diagnostics.push(Diagnostic::new(&codes::SECRET, message, beside));
    Some(env)
}

/// Secrets that the collection holds outside its variables: credentials of requests, headers that carry keys.
#[derive(Debug, Default)]
pub struct Vault {
    pub kept: Scope,
    taken: BTreeSet<String>,
}

impl Vault {
    pub fn new(scopes: &Scopes) -> Self {
        let names = scopes.environment.keys().chain(scopes.collection.keys()).chain(scopes.globals.keys());
        Self { kept: Scope::new(), taken: names.cloned().collect() }
    }

    /// The placeholder that stands for a literal secret from now on; `None` when the value is not one.
    pub fn keep(&mut self, wish: &str, value: &str, origin: Origin) -> Option<Text> {
        if value.trim().is_empty() || value.contains("{{") {
            return None;
        }
        let known = self.kept.iter().find(|(n, k)| n.starts_with(wish) && k.value.as_str() == Some(value));
        if let Some((name, _)) = known {
            return Some(Text::var(name.clone()));
        }
        let mut name = wish.to_owned();
        let mut n = 2;
        while self.taken.contains(&name) || self.kept.contains_key(&name) {
            name = format!("{wish}{n}");
            n += 1;
        }
        self.kept
            .insert(name.clone(), Known { value: Value::String(value.to_owned()), secret: true, origin });
        Some(Text::var(name))
    }
}

/// Headers whose whole value is a credential.
pub fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("authorization") || looks_secret(&name)
}

/// Names that hold credentials, as a word or at the end of one.
pub fn looks_secret(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    const WORDS: &[&str] = &[
        "password",
        "passwd",
        "secret",
        "token",
        "apikey",
        "accesskey",
        "secretkey",
        "privatekey",
        "credential",
        "authkey",
        "passphrase",
    ];
    WORDS.iter().any(|w| plain.ends_with(w)) || plain == "pwd" || plain == "pass"
}

/// `X-Api-Key` → `xApiKey`.
pub fn variable_name(header: &str) -> String {
    let mut out = String::new();
    for word in header.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
        let lower = word.to_ascii_lowercase();
        let mut chars = lower.chars();
        match chars.next() {
            Some(first) if !out.is_empty() => {
                out.push(first.to_ascii_uppercase());
                out.push_str(chars.as_str());
            }
            _ => out.push_str(&lower),
        }
    }
    out
}

/// `userToken` → `USER_TOKEN`.
pub fn env_name(name: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && lower {
                out.push('_');
            }
            lower = c.is_ascii_lowercase() || c.is_ascii_digit();
            out.push(c.to_ascii_uppercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
            lower = false;
        }
    }
    let out = out.trim_end_matches('_').to_owned();
    match out.chars().next() {
        None => "VALUE".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("V_{out}"),
        Some(_) => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_known() {
        for name in ["access_token", "userPassword", "API-Key", "client_secret"] {
            assert!(looks_secret(name), "{name}");
        }
        for name in ["tokenUrl", "passenger", "keyboard", "baseUrl"] {
            assert!(!looks_secret(name), "{name}");
        }
        assert_eq!(env_name("userToken-2"), "USER_TOKEN_2");
    }
}
