//! Code of the source, indented like the code around it.

/// The code two spaces deep, one line feed behind each line; as it is where a text of it goes over several lines.
pub(super) fn inside(code: &str) -> String {
    let code = code.trim_matches('\n').trim_end();
    if long_text(code) {
        return format!("{code}\n");
    }
    let mut out = String::new();
    for line in shifted(code) {
        if !line.is_empty() {
            out.push_str("  ");
            out.push_str(&line);
        }
        out.push('\n');
    }
    out
}

/// Whether a template literal may have a line feed in it: its lines are not ours to move.
fn long_text(code: &str) -> bool {
    let mut open: Option<char> = None;
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        match (open, c) {
            (_, '\\') => {
                chars.next();
            }
            (Some('`'), '\n') => return true,
            // neither a text in quotes nor a comment goes on
            (Some('\'' | '"' | '/'), '\n') => open = None,
            (Some(quote), c) if quote == c && c != '/' => open = None,
            (None, '\'' | '"' | '`') => open = Some(c),
            (None, '/') if chars.peek() == Some(&'/') => open = Some('/'),
            _ => {}
        }
    }
    false
}

/// The lines of a script without the indentation that all of them share, two spaces for each of its own steps.
fn shifted(code: &str) -> Vec<String> {
    let space = |l: &str| l.len() - l.trim_start_matches([' ', '\t']).len();
    let filled = || code.lines().filter(|l| !l.trim().is_empty());
    let shared = filled().map(space).min().unwrap_or(0);
    let tabs = filled().any(|l| l.starts_with('\t'));
    let steps = filled().map(|l| space(l) - shared).filter(|n| *n > 0);
    // one or two spaces are somebody's own way, more or a tab is the width of an editor
    let step = steps.min().filter(|n| tabs || *n > 2).unwrap_or(2);
    code.lines()
        .map(|l| {
            if l.trim().is_empty() {
                return String::new();
            }
            let deep = space(l).saturating_sub(shared);
            let indent = " ".repeat(deep / step * 2 + deep % step);
            format!("{indent}{}", l.trim())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{inside, shifted};

    #[test]
    fn scripts_are_indented_by_two() {
        for (code, expected) in [
            ("  if (a) {\n      b();\n  }", "if (a) {\n  b();\n}"),
            ("if (a) {\n\tb();\n\n\t\tc();\n}", "if (a) {\n  b();\n\n    c();\n}"),
            ("a(\n   1,\n    2\n)", "a(\n  1,\n   2\n)"),
            ("a {\n  b {\n    c\n", "a {\n  b {\n    c"),
        ] {
            assert_eq!(shifted(code).join("\n"), expected, "{code}");
        }
    }

    #[test]
    fn texts_of_several_lines_stay_where_they_are() {
        assert_eq!(inside("\na();\n  b();\n"), "  a();\n    b();\n");
        assert_eq!(inside("a(`x\n y`);"), "a(`x\n y`);\n");
        assert_eq!(inside("a(`x`);\nb('`');"), "  a(`x`);\n  b('`');\n");
        assert_eq!(inside("// it's `so\nb();"), "  // it's `so\n  b();\n");
    }
}
