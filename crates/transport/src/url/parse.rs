//! Reading an address: its parts, and the errors that Go has for them.

use crate::escape::{Place, escape, escape_again, quote, unescape};

use super::{Url, User, key};

/// An address taken apart; the path is escaped already.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) scheme: String,
    pub(super) user: Option<User>,
    pub(super) authority: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) fragment: Option<String>,
    pub(super) opaque: bool,
}

impl Parts {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
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

    pub(super) fn finish(self) -> Result<Url, String> {
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
pub(super) fn clean_path(path: &str) -> String {
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
