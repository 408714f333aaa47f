/// As `encodeURIComponent` does it.
pub(crate) fn encode_component(text: &str) -> String {
    escaped(text, |b| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b))
}

/// A form: only letters, digits and `-_.~` stay, so that every server reads the same.
pub(crate) fn encode_form(text: &str) -> String {
    escaped(text, |b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b))
}

fn escaped(text: &str, stays: impl Fn(u8) -> bool) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().map_or('0', char::from);
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if stays(b) {
            out.push(char::from(b));
        } else {
            out.extend(['%', digit(b >> 4), digit(b & 15)]);
        }
    }
    out
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let sextet = (n >> (18 - 6 * i)) & 63;
            out.push(if i <= chunk.len() { ALPHABET[sextet as usize] as char } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        assert_eq!([&b"M"[..], b"Ma", b"Man", b""].map(base64), ["TQ==", "TWE=", "TWFu", ""]);
    }

    #[test]
    fn components_are_encoded_as_javascript_does() {
        assert_eq!(encode_component("a b/ü'(1)"), "a%20b%2F%C3%BC'(1)");
        assert_eq!(encode_form("a b/ü'(1)~"), "a%20b%2F%C3%BC%27%281%29~");
    }
}
