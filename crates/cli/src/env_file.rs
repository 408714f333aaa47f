use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Reads `NAME=value` lines: comments, `export`, single and double quotes as shells have them, no substitution.
pub fn read(path: &Path) -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    parse(&text).with_context(|| path.display().to_string())
}

fn parse(text: &str) -> Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            bail!("line {}: `{line}` is not NAME=value", i + 1);
        };
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            bail!("line {}: `{name}` is no name of a variable", i + 1);
        }
        out.push((name.to_owned(), unquoted(value.trim())));
    }
    Ok(out)
}

fn unquoted(value: &str) -> String {
    if let Some(inner) = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')) {
        return inner.to_owned();
    }
    if let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        return inner.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }
    // a comment behind a bare value needs a space before it
    value.split(" #").next().unwrap_or(value).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_comments_and_exports_are_read_as_shells_do() {
        let text = "\u{feff}# head\nA=1\nexport B='x # y'\nC=\"a\\nb\" \nD=bare # note\nE=\n";
        let got = parse(text).expect("an environment");
        let want = [("A", "1"), ("B", "x # y"), ("C", "a\nb"), ("D", "bare"), ("E", "")];
        assert_eq!(got, want.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert!(parse("nonsense").is_err_and(|e| e.to_string().contains("line 1")));
    }
}
