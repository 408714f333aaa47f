/// A JavaScript string literal. Single quotes, unless that costs more escapes than double quotes would.
///
/// Safe inside HTML too (`</script>`), and free of the line separators U+2028 and U+2029.
pub fn quote(text: &str) -> String {
    let single = text.matches('\'').count();
    let double = text.matches('"').count();
    let mark = if single > double { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' if matches!(chars.peek(), Some('/' | '!')) => out.push_str("\\x3C"),
            c if needs_code(c) => push_code(&mut out, c),
            c => out.push(c),
        }
    }
    out.push(mark);
    out
}

/// The text between backticks or holes of a template literal. Line feeds stay: they are what makes it readable.
pub fn template_chunk(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' => out.push_str("\\`"),
            '\\' => out.push_str("\\\\"),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push('\n'),
            '\t' => out.push('\t'),
            '<' if matches!(chars.peek(), Some('/' | '!')) => out.push_str("\\x3C"),
            c if needs_code(c) => push_code(&mut out, c),
            c => out.push(c),
        }
    }
    // a hole may follow: "$" + "${x}" must not become "$${x}"
    if out.ends_with('$') {
        out.pop();
        out.push_str("\\$");
    }
    out
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
    }

    #[test]
    fn templates_have_no_holes_but_ours() {
        assert_eq!(template_chunk("`${x}\\"), "\\`\\${x}\\\\");
        assert_eq!(template_chunk("cost: $"), "cost: \\$");
        assert_eq!(template_chunk("a\nb"), "a\nb");
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
