use ecow::EcoString;

/// Names that people give to what must stay private: of headers, cookies, fields, parameters.
pub fn is_sensitive(name: &str) -> bool {
    let n: EcoString =
        name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect();
    let has = |w: &str| n.contains(w);
    [
        "password",
        "passwd",
        "secret",
        "apikey",
        "accesstoken",
        "refreshtoken",
        "idtoken",
        "authtoken",
        "csrf",
        "xsrf",
        "sessionid",
        "privatekey",
    ]
    .iter()
    .any(|w| has(w))
        || matches!(
            n.as_str(),
            "token"
                | "pwd"
                | "sid"
                | "ssid"
                | "jwt"
                | "session"
                | "sessid"
                | "phpsessid"
                | "jsessionid"
                | "connectsid"
                | "pass"
                | "xauth"
                | "auth"
                | "credential"
                | "credentials"
                | "otp"
                | "pin"
        )
        || n.ends_with("token")
        || n.ends_with("session")
}

/// Values that tell by themselves that they are private: signed tokens, and keys with a vendor's prefix.
pub fn is_secret_value(value: &str) -> bool {
    const KEYS: &[&str] =
        &["sk_live_", "sk_test_", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "AIza", "glpat-"];
    let jwt = value.len() > 20 && value.starts_with("eyJ") && value.matches('.').count() == 2;
    jwt || value.len() >= 16
        && value.starts_with(['s', 'g', 'x', 'A'])
        && KEYS.iter().any(|k| value.starts_with(k))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_private() {
        for name in [
            "X-CSRF-Token",
            "password",
            "newPassword",
            "JSESSIONID",
            "x-api-key",
            "refresh_token",
            "connect.sid",
        ] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in ["theme", "_ga", "page", "author", "passenger", "tokens_per_page"] {
            assert!(!is_sensitive(name), "{name}");
        }
    }
}
