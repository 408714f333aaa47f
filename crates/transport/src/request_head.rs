//! Request heads, byte for byte as Go writes them: `Host`, `User-Agent`, `Content-Length`, then the rest by name.

use std::io::Write as _;

use crate::dial::ProxyUrl;
use crate::escape::quote;
use crate::failure::Broken;
use crate::hop::Step;

/// Names that have their own place, or that the transport decides.
const PLACED: [&str; 5] = ["Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Trailer"];

/// Appends the head. `close` asks for the connection's end; a plain-text proxy needs the absolute address.
pub(crate) fn write_head(
    out: &mut Vec<u8>,
    step: &Step<'_>,
    close: bool,
    proxy: Option<&std::sync::Arc<ProxyUrl>>,
) -> Result<(), Broken> {
    check(step)?;
    let url = step.url;
    out.extend_from_slice(step.method.as_bytes());
    out.push(b' ');
    if proxy.is_some() {
        out.extend_from_slice(b"http://");
        out.extend_from_slice(url.authority().as_bytes());
    }
    out.extend_from_slice(url.target().as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    let host = step.headers.get("Host").filter(|h| !h.is_empty()).unwrap_or_else(|| url.authority());
    line(out, "Host", host);
    if let Some(agent) = step.headers.get("User-Agent").or(step.user_agent).filter(|a| !a.is_empty()) {
        line(out, "User-Agent", agent);
    }
    let length = step.body.map_or(0, |b| b.len());
    if length > 0 || matches!(step.method.as_ref(), "POST" | "PUT" | "PATCH") {
        // writing to a Vec cannot fail
        let _ = write!(out, "Content-Length: {length}\r\n");
    }
    for (name, value) in sorted(step) {
        line(out, name, value);
    }
    if close {
        line(out, "Connection", "close");
    }
    if let Some(basic) = proxy.and_then(|p| p.url()).and_then(|p| p.basic_authorization()) {
        line(out, "Proxy-Authorization", &basic);
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// All other headers by name; values of one name stay in order.
pub(crate) fn sorted<'a>(step: &Step<'a>) -> Vec<(&'a str, &'a str)> {
    let mut list: Vec<(&str, &str)> = Vec::with_capacity(step.headers.len() + 2);
    for (name, value) in step.headers.iter() {
        let replaced = step.cookie.is_some() && name == "Cookie"
            || step.authorization.is_some() && name == "Authorization";
        if !replaced && !PLACED.contains(&name) {
            list.push((name, value));
        }
    }
    list.extend(step.cookie.map(|c| ("Cookie", c)));
    list.extend(step.authorization.map(|a| ("Authorization", a)));
    if !list.is_sorted_by_key(|(name, _)| *name) {
        list.sort_by_key(|(name, _)| *name);
    }
    list
}

fn check(step: &Step<'_>) -> Result<(), Broken> {
    if !is_token(step.method) {
        return Err(Broken::generic(format!("net/http: invalid method {}", quote(step.method))));
    }
    for (name, value) in step.headers.iter() {
        if !is_token(name) {
            return Err(Broken::generic(format!("net/http: invalid header field name {}", quote(name))));
        }
        if value.bytes().any(|b| b == 0x7f || (b < 0x20 && b != b'\t')) {
            return Err(Broken::generic(format!("net/http: invalid header field value for {}", quote(name))));
        }
    }
    Ok(())
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn line(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.trim_matches([' ', '\t']).as_bytes());
    out.extend_from_slice(b"\r\n");
}
