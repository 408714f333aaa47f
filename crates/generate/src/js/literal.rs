/// A JavaScript string literal. Single quotes, unless that costs more escapes than double quotes would.
///
/// Safe inside HTML too (`</script>`), and free of the line separators U+2028 and U+2029.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if text.bytes().all(is_plain) {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
        return out;
    }
    let count = |mark: u8| text.bytes().filter(|b| *b == mark).count();
    let mark = if count(b'\'') > count(b'"') { '"' } else { '\'' };
    out.push(mark);
    for_odd(text, &mut out, |out, c, next| match c {
        c if c == mark => {
            out.push('\\');
            out.push(c);
        }
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '$' | '`' => out.push(c),
        c => escape(out, c, next),
    });
    out.push(mark);
    out
}

/// The text between backticks or holes of a template literal. Line feeds stay: they are what makes it readable.
pub fn template_chunk(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_template_chunk(text, &mut out);
    out
}

/// The same, written behind other text.
pub(super) fn push_template_chunk(text: &str, out: &mut String) {
    for_odd(text, out, |out, c, next| match c {
        '`' => out.push_str("\\`"),
        // a hole may follow the chunk: "$" + "${x}" must not become "$${x}"
        '$' if next.is_none_or(|n| n == b'{') => out.push_str("\\$"),
        '\n' | '\t' => out.push(c),
        c => escape(out, c, next),
    });
}

fn escape(out: &mut String, c: char, next: Option<u8>) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\r' => out.push_str("\\r"),
        '<' if matches!(next, Some(b'/' | b'!')) => out.push_str("\\x3C"),
        c if needs_code(c) => push_code(out, c),
        c => out.push(c),
    }
}

/// Copies the text, all but the characters that are special somewhere: these are handed over, with the byte behind them.
fn for_odd(text: &str, out: &mut String, mut each: impl FnMut(&mut String, char, Option<u8>)) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| !is_plain(b)) {
        let (plain, odd) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = odd.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        each(out, c, rest.as_bytes().first().copied());
    }
    out.push_str(rest);
}

/// Whether a byte stands for itself in every kind of literal.
#[inline]
fn is_plain(byte: u8) -> bool {
    const PLAIN: [bool; 256] = {
        let mut plain = [false; 256];
        let mut b = b' ';
        while b < 0x7f {
            plain[b as usize] = !matches!(b, b'\'' | b'"' | b'\\' | b'`' | b'$' | b'<');
            b += 1;
        }
        plain
    };
    PLAIN.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Whether the text is a line comment as it is.
pub(super) fn is_one_comment(text: &str, width: usize) -> bool {
    let mut space = true;
    let fine = text.bytes().all(|b| {
        let twice = space && b == b' ';
        space = b == b' ';
        matches!(b, b' '..=b'~') && b != b'<' && !twice
    });
    fine && !space && text.len() + 3 <= width
}

/// Line comments, wrapped at words, whatever line ends the text has. No text can end the comment early.
pub fn comment_lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']) {
        let clean: String = line.chars().filter(|c| !needs_code(*c)).collect();
        // a comment is no string: what would close a page's script element is taken apart
        let clean = clean.replace("</", "< /").replace("<!", "< !");
        let mut current = String::new();
        for word in clean.split_whitespace() {
            if !current.is_empty()
                && current.chars().count() + 1 + word.chars().count() > width.saturating_sub(3)
            {
                lines.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        if !current.is_empty() {
            lines.push(current);
        } else if lines.last().is_some_and(|l: &String| !l.is_empty()) {
            lines.push(String::new());
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.into_iter().map(|l| if l.is_empty() { "//".to_owned() } else { format!("// {l}") }).collect()
}

fn needs_code(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push_code(out: &mut String, c: char) {
    let code = c as u32;
    if code < 0x100 {
        out.push_str(&format!("\\x{code:02X}"));
    } else {
        out.push_str(&format!("\\u{code:04X}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_survive_every_kind_of_quote_and_line_end() {
        assert_eq!(quote("it's"), "\"it's\"");
        assert_eq!(quote("a'b\"c"), "'a\\'b\"c'");
        assert_eq!(quote("a\r\n\u{2028}\0"), "'a\\r\\n\\u2028\\x00'");
        assert_eq!(quote("</script><!--"), "'\\x3C/script>\\x3C!--'");
        assert_eq!(quote("\u{202e}"), "'\\u202E'");
        assert_eq!(quote("`${a}` ü\u{1F600}\u{7f}\t<b"), "'`${a}` ü\u{1F600}\\x7F\\t<b'");
    }

    #[test]
    fn templates_have_no_holes_but_ours() {
        assert_eq!(template_chunk("`${x}\\"), "\\`\\${x}\\\\");
        assert_eq!(template_chunk("cost: $"), "cost: \\$");
        assert_eq!(template_chunk("a\nb"), "a\nb");
        assert_eq!(template_chunk("$5 \u{2028}</a>ü\u{1F600}$"), "$5 \\u2028\\x3C/a>ü\u{1F600}\\$");
    }

    #[test]
    fn a_plain_line_is_a_comment_as_it_is() {
        for text in ["a b", "it's", "aaaaaaaaaa"] {
            assert!(is_one_comment(text, 13), "{text}");
            assert_eq!(comment_lines(text, 13), [format!("// {text}")]);
        }
        for text in ["a  b", " a", "a ", "", "a\nb", "a</b>", "a b c d e f"] {
            assert!(!is_one_comment(text, 13), "{text}");
            assert_ne!(comment_lines(text, 13), [format!("// {text}")], "{text}");
        }
    }

    #[test]
    fn a_comment_cannot_be_left() {
        let text = "one\u{2028}alert(1)\r\n*/ two";
        assert!(
            comment_lines(text, 80)
                .iter()
                .all(|l| l.starts_with("//") && !l.contains(['\n', '\r', '\u{2028}']))
        );
    }
}
