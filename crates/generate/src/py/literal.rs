/// A Python string literal in double quotes, or in single quotes where those need fewer escapes.
pub fn quote(text: &str) -> String {
    let mark = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    escape_into(text, mark, &mut out);
    out.push(mark);
    out
}

/// What stands between the quotes of an f-string with double quotes: braces are doubled.
pub(super) fn f_chunk(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(text, '"', &mut out);
    out.replace('{', "{{").replace('}', "}}")
}

/// A regular expression: a raw string where that is possible.
pub fn raw_quote(text: &str) -> String {
    let plain = text.chars().all(|c| !c.is_control() && c != '"') && !text.ends_with('\\');
    if text.contains('\\') && plain { format!("r\"{text}\"") } else { quote(text) }
}

fn escape_into(text: &str, mark: char, out: &mut String) {
    for c in text.chars() {
        match c {
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if hidden(c) => match c as u32 {
                code @ 0..0x100 => out.push_str(&format!("\\x{code:02x}")),
                code @ 0x100..0x1_0000 => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
            c => out.push(c),
        }
    }
}

/// Characters that cannot be seen or that end a line somewhere.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `#` comments, wrapped at words. No text can end the comment early.
pub fn comment_lines(text: &str, width: usize) -> Vec<String> {
    crate::js::comment_lines(text, width)
        .into_iter()
        .map(|l| format!("#{}", l.trim_start_matches('/')).trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_survive_quotes_braces_and_line_ends() {
        assert_eq!(quote("it's \"x\""), "\"it's \\\"x\\\"\"");
        assert_eq!(quote("say \"x\""), "'say \"x\"'");
        assert_eq!(quote("a\r\n\u{2028}\0\u{e0001}"), "\"a\\r\\n\\u2028\\x00\u{e0001}\"");
        assert_eq!(f_chunk("{a}\"\\"), "{{a}}\\\"\\\\");
        assert_eq!(raw_quote(r"\d+"), "r\"\\d+\"");
        assert_eq!(raw_quote("\\d\""), "'\\\\d\"'");
    }
}
