//! Addresses as Go's `net/url` reads and writes them, which is what k6 puts on the wire.
//!
//! A path that is written validly stays as it is; otherwise it is decoded and encoded again.
//! The query goes out verbatim. The fragment stays in the text and never goes out.

use std::borrow::Cow;
use std::rc::Rc;

use base64::Engine as _;

use crate::escape::{Place, escape, escape_again, quote, unescape};

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

/// An address taken apart; the path is escaped already.
#[derive(Default)]
struct Parts {
    scheme: String,
    user: Option<User>,
    authority: String,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
    opaque: bool,
}

impl Parts {
    fn parse(text: &str) -> Result<Self, String> {
        if text.bytes().any(|b| b < 0x20 || b == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let (rest, fragment) = match text.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (text, None),
        };
        let mut parts = Self::default();
        if let Some(fragment) = fragment.filter(|f| !f.is_empty()) {
            parts.fragment = Some(escape_again(fragment, Place::Fragment)?);
        }
        let (scheme, rest) = split_scheme(rest)?;
        parts.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        parts.query = query.map(str::to_owned);
        if !rest.starts_with('/') {
            if !parts.scheme.is_empty() {
                parts.opaque = true;
                rest.clone_into(&mut parts.path);
                return Ok(parts);
            }
            if rest.split('/').next().is_some_and(|first| first.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let mut path = rest;
        if let Some(after) = rest.strip_prefix("//")
            && (!parts.scheme.is_empty() || !rest.starts_with("///"))
        {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, tail) = after.split_at(end);
            path = tail;
            let host = match authority.rsplit_once('@') {
                Some((user, host)) => {
                    parts.user = Some(parse_user(user)?);
                    host
                }
                None => authority,
            };
            check_host(host)?;
            host.clone_into(&mut parts.authority);
        }
        parts.path = escape_again(path, Place::Path)?;
        Ok(parts)
    }

    fn finish(self) -> Result<Url, String> {
        let Self { scheme, user, authority, path, query, fragment, opaque } = self;
        let (host, port) = split_port(&authority);
        let mut host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        // names beyond ASCII go out in their ASCII form and are shown escaped
        let mut shown = authority.clone();
        let mut authority = authority.strip_suffix(':').unwrap_or(&authority).to_owned();
        if !host.is_ascii() {
            shown = escape(authority.as_bytes(), Place::Host);
            if let Ok(ascii) = url::Host::parse(&host) {
                let ascii = ascii.to_string();
                authority = authority.replacen(&host, &ascii, 1);
                host = ascii;
            }
        }
        let port = match port {
            None | Some("") => None,
            Some(digits) => Some(
                digits
                    .parse()
                    .map_err(|_| format!("invalid port {} after host", quote(&format!(":{digits}"))))?,
            ),
        };
        let mut text = String::with_capacity(scheme.len() + authority.len() + path.len() + 16);
        if !scheme.is_empty() {
            text.push_str(&scheme);
            text.push(':');
        }
        if !opaque {
            if !scheme.is_empty() || !authority.is_empty() || user.is_some() {
                text.push_str("//");
                if let Some(user) = &user {
                    text.push_str(&escape(user.name.as_bytes(), Place::User));
                    if let Some(password) = &user.password {
                        text.push(':');
                        text.push_str(&escape(password.as_bytes(), Place::User));
                    }
                    text.push('@');
                }
                text.push_str(&shown);
            }
            if !path.is_empty() && !path.starts_with('/') && !authority.is_empty() {
                text.push('/');
            }
        }
        text.push_str(&path);
        let mut target = if path.is_empty() { "/".to_owned() } else { path.clone() };
        if let Some(query) = &query {
            for out in [&mut text, &mut target] {
                out.push('?');
                out.push_str(query);
            }
        }
        if let Some(fragment) = &fragment {
            text.push('#');
            text.push_str(fragment);
        }
        let default = if scheme == "https" || scheme == "wss" { 443 } else { 80 };
        let key = key(&scheme, &host, port.unwrap_or(default));
        Ok(Url { text, scheme, user, authority, host, port, path, query, fragment, opaque, target, key })
    }
}

fn key(scheme: &str, host: &str, port: u16) -> Rc<str> {
    format!("{scheme}://{host}:{port}").into()
}

fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((text.get(..i).unwrap_or(""), text.get(i + 1..).unwrap_or(""))),
            _ => break,
        }
    }
    Ok(("", text))
}

fn parse_user(text: &str) -> Result<User, String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b);
    if !text.bytes().all(allowed) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let decode = |t: &str| unescape(t).map(|b| String::from_utf8_lossy(&b).into_owned());
    match text.split_once(':') {
        Some((name, password)) => Ok(User { name: decode(name)?, password: Some(decode(password)?) }),
        None => Ok(User { name: decode(text)?, password: None }),
    }
}

fn check_host(host: &str) -> Result<(), String> {
    if host.starts_with('[') {
        let Some(close) = host.rfind(']') else {
            return Err("missing ']' in host".to_owned());
        };
        let port = host.get(close + 1..).unwrap_or("");
        let fine =
            port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
        return if fine { Ok(()) } else { Err(format!("invalid port {} after host", quote(port))) };
    }
    if let Some((_, port)) = host.rsplit_once(':')
        && !port.bytes().all(|b| b.is_ascii_digit())
    {
        return Err(format!("invalid port {} after host", quote(&format!(":{port}"))));
    }
    if let Some(bad) = host
        .chars()
        .find(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-._~!$&'()*+,;=:[]<>\"".contains(*c))
    {
        if bad == '%' {
            let at = host.find('%').unwrap_or(0);
            return Err(format!(
                "invalid URL escape {}",
                quote(host.get(at..(at + 3).min(host.len())).unwrap_or("%"))
            ));
        }
        return Err(format!("invalid character {} in host name", quote(&bad.to_string())));
    }
    Ok(())
}

/// Host and the digits after the last colon, brackets respected.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let from = authority.rfind(']').unwrap_or(0);
    match authority.get(from..).and_then(|tail| tail.rfind(':')) {
        Some(at) => (authority.get(..from + at).unwrap_or(""), authority.get(from + at + 1..)),
        None => (authority, None),
    }
}

/// Removes `.` and `..` segments.
fn clean_path(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let mut out: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').collect();
    let last = segments.len().saturating_sub(1);
    for (i, segment) in segments.iter().enumerate() {
        match *segment {
            "." | ".." => {
                if *segment == ".." && out.len() > 1 {
                    out.pop();
                }
                if i == last {
                    out.push("");
                }
            }
            other => out.push(other),
        }
    }
    let joined = out.join("/");
    if joined.starts_with('/') { joined } else { format!("/{joined}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_and_queries_are_not() {
        let target = |t: &str| Url::parse(t).unwrap().target().to_owned();
        assert_eq!(target("http://h/p a?q=a b&ü=1&x=\"<>{}[]^\\"), "/p%20a?q=a b&ü=1&x=\"<>{}[]^\\");
        assert_eq!(target("http://h/a%20b/ü/\"<>?#f"), "/a%20b/%C3%BC/%22%3C%3E?");
        assert_eq!(target("http://h/sub%20path/x%2Fy?z=%25"), "/sub%20path/x%2Fy?z=%25");
        assert_eq!(target("http://h"), "/");
        assert_eq!(target("http://h?a=1"), "/?a=1");
        assert_eq!(Url::parse("http://h/x?ok=1#frag").unwrap().as_str(), "http://h/x?ok=1#frag");
    }

    #[test]
    fn errors_are_those_of_go() {
        let text = |t: &str| Url::parse(t).unwrap_err().0;
        assert_eq!(text("http://[::1"), "parse \"http://[::1\": missing ']' in host");
        assert_eq!(text("http://h/%zz"), "parse \"http://h/%zz\": invalid URL escape \"%zz\"");
        assert_eq!(text("http://h:a1/"), "parse \"http://h:a1/\": invalid port \":a1\" after host");
        assert_eq!(text("http://a b/"), "parse \"http://a b/\": invalid character \" \" in host name");
        assert_eq!(text("://x"), "parse \"://x\": missing protocol scheme");
        assert_eq!(Url::parse("not a url").unwrap().scheme(), "");
        assert_eq!(Url::parse("foo://x").unwrap().scheme(), "foo");
    }

    #[test]
    fn user_info_is_masked() {
        let url = Url::parse("http://u:p%40@h:81/x?y#z").unwrap();
        assert_eq!(url.masked(), "http://****:****@h:81/x?y#z");
        assert_eq!(url.credentials(), Some(("u", "p@")));
        assert_eq!(url.without_user(), "http://h:81/x?y#z");
        assert_eq!((url.host(), url.port(), url.authority()), ("h", Some(81), "h:81"));
        assert_eq!(Url::parse("http://[::1]:8080/").unwrap().host(), "::1");
    }

    #[test]
    fn names_beyond_ascii_have_two_forms() {
        let url = Url::parse("http://bücher.example:81/ü").unwrap();
        assert_eq!((url.host(), url.authority()), ("xn--bcher-kva.example", "xn--bcher-kva.example:81"));
        assert_eq!(url.as_str(), "http://b%C3%BCcher.example:81/%C3%BC");
        assert_eq!(Url::parse("http://h:/x").unwrap().authority(), "h");
    }

    #[test]
    fn references_are_resolved() {
        let base = Url::parse("http://h/a/b/c?q=1#f").unwrap();
        for (reference, want) in [
            ("/x", "http://h/x"),
            ("x?y=1", "http://h/a/b/x?y=1"),
            ("../x", "http://h/a/x"),
            ("../../../x", "http://h/x"),
            ("./", "http://h/a/b/"),
            ("?z", "http://h/a/b/c?z"),
            ("", "http://h/a/b/c?q=1#f"),
            ("https://o/p", "https://o/p"),
            ("//o/p", "http://o/p"),
        ] {
            assert_eq!(base.join(reference).unwrap().as_str(), want, "{reference}");
        }
    }
}
