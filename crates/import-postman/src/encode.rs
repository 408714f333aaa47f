//! Percent-encoding as Postman does it: escapes that are there stay, the rest depends on the part of the URL.

use loadwright_scenario::{Part, Text};

/// Which part of a URL a text stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    UserInfo,
}

fn must_escape(byte: u8, place: Place) -> bool {
    if !(0x20..0x7f).contains(&byte) {
        return true;
    }
    match place {
        Place::Query => b" \"#'<>".contains(&byte),
        Place::Path => b" \"<>`#?{}".contains(&byte),
        Place::UserInfo => b" \"<>`#?{}/:;=@[\\]^|".contains(&byte),
    }
}

/// Encodes plain text for a place of a URL.
pub fn encode(text: &str, place: Place) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        let escaped = b == b'%'
            && bytes.get(i + 1).is_some_and(u8::is_ascii_hexdigit)
            && bytes.get(i + 2).is_some_and(u8::is_ascii_hexdigit);
        if !escaped && must_escape(b, place) {
            out.push_str(&format!("%{b:02X}"));
        } else {
            out.push(char::from(b));
        }
        i += 1;
    }
    out
}

/// Encodes the literals of a text; holes are encoded when they are filled.
pub fn encode_text(text: Text, place: Place) -> Text {
    let mut out = Text::default();
    for part in text.0 {
        match part {
            Part::Literal(t) => out.push_str(&encode(&t, place)),
            part => out.push(part),
        }
    }
    out
}

/// `application/x-www-form-urlencoded` as Postman writes it: a space is `%20`, only letters, digits and `-_.~` stay.
pub fn form(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stay_and_each_part_has_its_own_set() {
        assert_eq!(encode("a b%20c%zz/ü{x}", Place::Path), "a%20b%20c%zz/%C3%BC%7Bx%7D");
        assert_eq!(encode("a=b c&{x}'|", Place::Query), "a=b%20c&{x}%27|");
        assert_eq!(encode("u:p@", Place::UserInfo), "u%3Ap%40");
        assert_eq!(form("a b+(c)!é~"), "a%20b%2B%28c%29%21%C3%A9~");
    }
}
