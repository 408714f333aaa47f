//! Which values are secrets: they leave the script and come from the environment.

use loadwright_diagnostic::{Diagnostic, Diagnostics};
use serde_json::Value;

use crate::codes;
use crate::scope::Known;

/// The environment variable that a secret is read from; `None` when the value is no secret.
pub fn of_variable(name: &str, known: &Known, diagnostics: &mut Diagnostics) -> Option<String> {
    let text = match &known.value {
        Value::String(s) => s.as_str(),
        _ => "",
    };
    if text.is_empty() || text.contains("{{") || !(known.secret || looks_secret(name)) {
        return None;
    }
    let env = env_name(name);
    let message = format!("`{name}` is read from the environment variable {env}");
    diagnostics.push(Diagnostic::new(&codes::SECRET, message, known.origin.clone()));
    Some(env)
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
