//! Escaping in addresses and forms, as Go does it.

/// Where in an address a text stands: it decides what is escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Host,
    User,
    Fragment,
}

/// Keeps a text that is validly escaped; else decodes it and escapes it anew.
pub(crate) fn escape_again(text: &str, place: Place) -> Result<String, String> {
    let decoded = unescape(text)?;
    let valid = text.bytes().all(|b| b"!$&'()*+,;=:@[]%".contains(&b) || !must_escape(b, place));
    Ok(if valid { text.to_owned() } else { escape(&decoded, place) })
}

pub(crate) fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        if b != b'%' {
            out.push(b);
            i += 1;
            continue;
        }
        let digit = |at: usize| bytes.get(at).and_then(|b| (*b as char).to_digit(16));
        let (Some(high), Some(low)) = (digit(i + 1), digit(i + 2)) else {
            let end = (i + 3).min(bytes.len());
            let wrong = String::from_utf8_lossy(bytes.get(i..end).unwrap_or_default()).into_owned();
            return Err(format!("invalid URL escape {}", quote(&wrong)));
        };
        out.push((high * 16 + low) as u8);
        i += 3;
    }
    Ok(out)
}

fn must_escape(b: u8, place: Place) -> bool {
    if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
        return false;
    }
    let plain: &[u8] = match place {
        Place::Path => b"$&+,/:;=@",
        Place::Host => b"!$&'()*+,;=:[]<>\"",
        Place::User => b"$&+,;=",
        Place::Fragment => b"$&+,/:;=?@!()*",
    };
    !plain.contains(&b)
}

pub(crate) fn escape(bytes: &[u8], place: Place) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &b in bytes {
        if must_escape(b, place) {
            out.push_str(&format!("%{b:02X}"));
        } else {
            out.push(b as char);
        }
    }
    out
}

pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Go's `url.QueryEscape`: `+` for a space, everything but letters, digits and `-_.~` as `%XX`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_escaped_as_go_does() {
        assert_eq!(form_escape([("a b", "~!*()"), ("ü", "&")]), "a+b=~%21%2A%28%29&%C3%BC=%26");
    }
}
