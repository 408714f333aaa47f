//! Cookies: `Set-Cookie` parsing and an RFC 6265 jar with the semantics of k6's API.

use std::time::SystemTime;

use crate::Url;

/// A cookie as a server sent it, or as a script puts it into a jar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    pub domain: String,
    pub path: String,
    pub http_only: bool,
    pub secure: bool,
    /// Seconds; 0 = not given, negative = delete now.
    pub max_age: i64,
    pub expires: Option<SystemTime>,
}

/// A cookie for one request (`params.cookies`): goes before the jar's cookies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestCookie {
    pub name: String,
    pub value: String,
    /// Leave out the jar's cookies of this name.
    pub replace: bool,
}

/// Cookies by host; interior mutability, share it with `Rc`.
#[derive(Debug, Default)]
pub struct Jar {}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JarError(pub String);

impl Cookie {
    /// Reads one `Set-Cookie` value; `None` when Go would drop it.
    pub fn parse_set_cookie(_line: &str) -> Option<Self> {
        None
    }

    /// Reads an `expires` date as the script's jar API takes it (RFC 1123).
    pub fn parse_expires(_text: &str) -> Result<SystemTime, JarError> {
        Err(JarError(String::new()))
    }
}

impl Jar {
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores cookies as if `url` had sent them.
    pub fn set(&self, _url: &Url, _cookies: &[Cookie]) {}

    /// Name and value of every cookie that would go to `url`, longest path first.
    pub fn cookies_for(&self, _url: &Url) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Forgets all cookies that would go to `url`.
    pub fn clear(&self, _url: &Url) {}

    /// Forgets the cookies of one name that would go to `url`.
    pub fn delete(&self, _url: &Url, _name: &str) {}

    pub fn is_empty(&self) -> bool {
        true
    }
}
