/// The text that a JSON string (RFC 8259 section 7, with or without its quotes) says; half a surrogate pair becomes
/// U+FFFD. Bytes that are no escapes stay what they are.
pub(crate) fn unescaped(string: &[u8]) -> Vec<u8> {
    let inner = string.strip_prefix(b"\"").unwrap_or(string);
    let mut rest = inner.strip_suffix(b"\"").filter(|_| string.len() > inner.len()).unwrap_or(inner);
    // no escape says more bytes than it has; one that is cut off says three, and eight are written at once
    let mut out = Out { bytes: vec![0; rest.len() + 16], end: 0 };
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        out.put(word);
        match first_backslash(*word) {
            None => rest = after,
            Some(n) => {
                out.end -= 8 - n;
                rest = escape(rest.get(n + 1..).unwrap_or_default(), &mut out);
            }
        }
    }
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'\\' {
            rest = escape(after, &mut out);
        } else {
            out.put(&[*byte]);
            rest = after;
        }
    }
    out.bytes.truncate(out.end);
    out.bytes
}

/// Room for the whole text from the beginning.
struct Out {
    bytes: Vec<u8>,
    end: usize,
}

impl Out {
    #[inline]
    fn put<const N: usize>(&mut self, bytes: &[u8; N]) {
        if let Some(room) = self.bytes.get_mut(self.end..).and_then(|r| r.first_chunk_mut::<N>()) {
            *room = *bytes;
            self.end += N;
        }
    }
}

/// Eight bytes at a time: most texts of a recording are JSON, with an escape every ten bytes.
#[inline]
fn first_backslash(word: [u8; 8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let other = u64::from_le_bytes(word) ^ (ONES * b'\\' as u64);
    // the lowest zero byte is exact; those above it may be wrong
    let zero = other.wrapping_sub(ONES) & !other & (ONES << 7);
    (zero != 0).then_some((zero.trailing_zeros() / 8) as usize)
}

/// Writes what the escape behind a backslash says, and gives what follows it.
fn escape<'t>(text: &'t [u8], out: &mut Out) -> &'t [u8] {
    let Some((kind, rest)) = text.split_first() else { return text };
    let byte = match kind {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return unicode(rest, out),
        other => *other,
    };
    out.put(&[byte]);
    rest
}

fn unicode<'t>(text: &'t [u8], out: &mut Out) -> &'t [u8] {
    let (first, rest) = unit(text);
    let (c, rest) = match (first, rest.strip_prefix(b"\\u").map(unit)) {
        (Some(high @ 0xd800..=0xdbff), Some((Some(low @ 0xdc00..=0xdfff), rest))) => {
            (char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), rest)
        }
        (unit, _) => (unit.and_then(char::from_u32), rest),
    };
    let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
    c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| out.put(&[b]));
    rest
}

/// Four hexadecimal digits, and what follows them.
fn unit(text: &[u8]) -> (Option<u32>, &[u8]) {
    match text.split_at_checked(4) {
        Some((digits, rest)) => {
            let text = std::str::from_utf8(digits).ok();
            (text.and_then(|t| u32::from_str_radix(t, 16).ok()), rest)
        }
        None => (None, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_says_what_serde_says() {
        for text in [
            "",
            "plain",
            "a\"b\\c/d\u{8}\u{c}\n\r\t\u{0}",
            "{\"id\": \"é\u{1f600}\", \"long\": \"exactly eight and more\"}\\",
            "\\\\\\\\\"\"\"\"",
        ] {
            for json in [serde_json::to_string(text), serde_json::to_string_pretty(text)] {
                let json = json.expect("JSON");
                assert_eq!(String::from_utf8(unescaped(json.as_bytes())).as_deref(), Ok(text), "{json}");
            }
        }
        let said = |json: &str| String::from_utf8_lossy(&unescaped(json.as_bytes())).into_owned();
        assert_eq!(said(r#""\u00e9 \ud83d\ude00 \/""#), "é \u{1f600} /");
    }

    #[test]
    fn what_is_no_text_ends_without_harm() {
        let said = |json: &str| String::from_utf8_lossy(&unescaped(json.as_bytes())).into_owned();
        assert_eq!(said(r#""a\ud83d b\udc00""#), "a\u{fffd} b\u{fffd}");
        assert_eq!(said(r#""\ud83dA""#), "\u{fffd}A");
        assert_eq!(said("\"cut\\u12"), "cut\u{fffd}");
        assert_eq!(said("\"cut\\"), "cut");
        assert_eq!(said("\""), "");
    }
}
