//! Addresses as Go's `net/url` reads and writes them, which is what k6 puts on the wire.
//!
//! A path that is written validly stays as it is; otherwise it is decoded and encoded again.
//! The query goes out verbatim. The fragment stays in the text and never goes out.

mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::rc::Rc;

use base64::Engine as _;

use crate::escape::quote;
use parse::{Parts, clean_path};

/// A parsed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    text: String,
    scheme: String,
    user: Option<User>,
    /// As written, brackets and port included.
    authority: String,
    /// Without brackets and port.
    host: String,
    port: Option<u16>,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
    opaque: bool,
    target: String,
    key: Rc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct User {
    name: String,
    password: Option<String>,
}

/// A text that is no address; Go's words: `parse "http://[::1": missing ']' in host`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UrlError(pub String);

impl Url {
    /// Parses an absolute or relative address. A missing or unknown scheme is found only when it is sent.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Parts::parse(text)
            .and_then(Parts::finish)
            .map_err(|reason| UrlError(format!("parse {}: {reason}", quote(text))))
    }

    /// The normalised text with user info and fragment: `res.url`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text for tags: user info masked as `****:****`.
    pub fn masked(&self) -> Cow<'_, str> {
        let Some(user) = &self.user else {
            return Cow::Borrowed(&self.text);
        };
        let mask = if user.password.is_some() { "****:****@" } else { "****@" };
        let after = self.text.split_once("//").map_or("", |(_, rest)| rest);
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let host_on = after.get(..end).and_then(|a| a.rfind('@')).map_or(0, |at| at + 1);
        Cow::Owned(format!("{}://{mask}{}", self.scheme, after.get(host_on..).unwrap_or("")))
    }

    /// In lower case; empty when there is none.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host without port and brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port as written.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The port as written, or the scheme's own.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(match self.scheme.as_str() {
            "https" | "wss" => 443,
            _ => 80,
        })
    }

    /// Host and port as they go into the `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The escaped path; `/` when empty.
    pub fn path(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }

    /// What goes into the request line: path and query.
    pub fn target(&self) -> &str {
        &self.target
    }

    pub(crate) fn is_tls(&self) -> bool {
        matches!(self.scheme.as_str(), "https" | "wss")
    }

    pub(crate) fn has_scheme_for_http(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https")
    }

    /// Equal for addresses that can share a connection.
    pub(crate) fn key(&self) -> &Rc<str> {
        &self.key
    }

    /// User name and password, decoded.
    pub(crate) fn credentials(&self) -> Option<(&str, &str)> {
        self.user.as_ref().map(|u| (u.name.as_str(), u.password.as_deref().unwrap_or("")))
    }

    /// `Basic …` from the user info.
    pub(crate) fn basic_authorization(&self) -> Option<String> {
        self.credentials().map(|(user, password)| {
            format!(
                "Basic {}",
                base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
            )
        })
    }

    /// The text without user info, for a `Referer`.
    pub(crate) fn without_user(&self) -> Cow<'_, str> {
        if self.user.is_none() {
            return Cow::Borrowed(&self.text);
        }
        let masked = self.masked();
        Cow::Owned(masked.replacen("****:****@", "", 1).replacen("****@", "", 1))
    }

    /// The same address with another scheme: `ws` is `http` on the wire.
    pub(crate) fn with_scheme(&self, scheme: &str) -> Self {
        let mut out = self.clone();
        out.text = format!("{scheme}{}", out.text.get(out.scheme.len()..).unwrap_or(""));
        scheme.clone_into(&mut out.scheme);
        out.key = key(&out.scheme, &out.host, out.port_or_default());
        out
    }

    /// Resolves a reference such as a `Location` header against this address (RFC 3986, 5.2).
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        let failed = |reason: String| UrlError(format!("parse {}: {reason}", quote(reference)));
        let mut r = Parts::parse(reference).map_err(failed)?;
        if !r.scheme.is_empty() || !r.authority.is_empty() {
            if r.scheme.is_empty() {
                r.scheme.clone_from(&self.scheme);
            }
            if !r.opaque {
                r.path = clean_path(&r.path);
            }
            return r.finish().map_err(failed);
        }
        if r.path.is_empty() {
            r.path.clone_from(&self.path);
            if r.query.is_none() {
                r.query.clone_from(&self.query);
                if r.fragment.is_none() {
                    r.fragment.clone_from(&self.fragment);
                }
            }
        } else if r.path.starts_with('/') {
            r.path = clean_path(&r.path);
        } else {
            let folder = self.path.rfind('/').and_then(|at| self.path.get(..=at)).unwrap_or("/");
            r.path = clean_path(&format!("{folder}{}", r.path));
        }
        r.scheme.clone_from(&self.scheme);
        r.user.clone_from(&self.user);
        r.authority.clone_from(&self.authority);
        r.finish().map_err(failed)
    }
}

fn key(scheme: &str, host: &str, port: u16) -> Rc<str> {
    format!("{scheme}://{host}:{port}").into()
}
