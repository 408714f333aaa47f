use diffy::{ConflictStyle, MergeOptions};

use super::blocks;

/// Longer than any marker that a text of somebody's has.
const MARKER: usize = 41;

/// How comments are written, and whether the result can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    JavaScript,
    TypeScript,
    /// `#` begins a comment: Python, YAML, environment files.
    Hash,
    /// No comments: a file is kept or replaced as a whole.
    Opaque,
}

impl Syntax {
    /// By the name of the file.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        match name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).as_deref() {
            Some("js" | "mjs" | "cjs") => Self::JavaScript,
            Some("ts" | "mts") => Self::TypeScript,
            Some("py" | "yml" | "yaml" | "example" | "toml") => Self::Hash,
            _ => Self::Opaque,
        }
    }

    fn comment(self) -> &'static str {
        if self == Self::Hash { "#" } else { "//" }
    }
}

/// One text from three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub text: String,
    /// Places where both sides changed the same lines: the user's stand, the new ones follow as comments.
    pub conflicts: usize,
}

/// Takes what the source changed since `base` into `ours`, and keeps what the user changed. JavaScript that parsed before
/// parses afterwards: a merge by lines that breaks it is done again by whole statements, and if need be not at all.
pub fn merge(base: &str, ours: &str, theirs: &str, syntax: Syntax) -> Merged {
    let whole = |text: &str, conflicts| Merged { text: text.to_owned(), conflicts };
    if ours == base || ours == theirs {
        return whole(theirs, 0);
    }
    if theirs == base {
        return whole(ours, 0);
    }
    if syntax == Syntax::Opaque {
        return whole(ours, 1);
    }
    let by_lines = rendered(&three_way(base, ours, theirs), syntax);
    if !matches!(syntax, Syntax::JavaScript | Syntax::TypeScript) {
        return by_lines;
    }
    if blocks::parses(&by_lines.text, syntax) || !blocks::parses(ours, syntax) {
        return by_lines;
    }
    if let Some(by_blocks) = blocks::merge(base, ours, theirs, syntax)
        && blocks::parses(&by_blocks.text, syntax)
    {
        return by_blocks;
    }
    let mut kept = ours.to_owned();
    if !kept.ends_with('\n') {
        kept.push('\n');
    }
    kept.push_str("// The source has changed in ways that cannot be merged here; what it makes now follows as a comment.\n");
    for line in theirs.lines() {
        kept.push_str(format!("// {line}").trim_end());
        kept.push('\n');
    }
    Merged { text: kept, conflicts: 1 }
}

/// Standard conflict markers of an unusual length.
pub(super) fn three_way(base: &str, ours: &str, theirs: &str) -> String {
    let mut options = MergeOptions::new();
    options.set_conflict_marker_length(MARKER).set_conflict_style(ConflictStyle::Merge);
    match options.merge(base, ours, theirs) {
        Ok(text) | Err(text) => text,
    }
}

/// The user's lines stand; the new ones follow as comments.
fn rendered(text: &str, syntax: Syntax) -> Merged {
    let comment = syntax.comment();
    let mut out = String::with_capacity(text.len());
    let mut conflicts = 0;
    for piece in pieces(text) {
        match piece {
            Piece::Agreed(lines) => out.push_str(lines),
            Piece::Conflict { ours, theirs } => {
                conflicts += 1;
                conflict(&mut out, ours, theirs, comment);
            }
        }
    }
    Merged { text: out, conflicts }
}

pub(super) fn conflict(out: &mut String, ours: &str, theirs: &str, comment: &str) {
    let indent: String = ours
        .lines()
        .chain(theirs.lines())
        .find(|l| !l.trim().is_empty())
        .map(|l| l.chars().take_while(|c| *c == ' ').collect())
        .unwrap_or_default();
    out.push_str(&format!("{indent}{comment} <<<<<<< yours, kept\n{ours}"));
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&format!("{indent}{comment} ======= what the source makes now\n"));
    for line in theirs.lines() {
        let rest = line.strip_prefix(indent.as_str()).unwrap_or(line);
        out.push_str(format!("{indent}{comment} {rest}").trim_end());
        out.push('\n');
    }
    out.push_str(&format!("{indent}{comment} >>>>>>>\n"));
}

pub(super) enum Piece<'a> {
    Agreed(&'a str),
    Conflict { ours: &'a str, theirs: &'a str },
}

/// Cuts a merged text at its markers.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (open, middle, close) = ("<".repeat(MARKER), "=".repeat(MARKER), ">".repeat(MARKER));
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(start) = line_start(rest, &open) {
        let (agreed, tail) = rest.split_at(start);
        let body = tail.find('\n').map_or("", |i| tail.get(i + 1..).unwrap_or_default());
        let Some(half) = line_start(body, &middle) else { break };
        let (ours, tail) = body.split_at(half);
        let after = tail.find('\n').map_or("", |i| tail.get(i + 1..).unwrap_or_default());
        let Some(end) = line_start(after, &close) else { break };
        let (theirs, tail) = after.split_at(end);
        out.push(Piece::Agreed(agreed));
        out.push(Piece::Conflict { ours, theirs });
        rest = tail.find('\n').map_or("", |i| tail.get(i + 1..).unwrap_or_default());
    }
    out.push(Piece::Agreed(rest));
    out
}

fn line_start(text: &str, marker: &str) -> Option<usize> {
    if text.starts_with(marker) {
        return Some(0);
    }
    text.find(&format!("\n{marker}")).map(|i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_and_changes_in_other_places_both_stand() {
        let base = "a();\nb();\nc();\nd();\ne();\n";
        let ours = "a();\nb();\nmine();\nc();\nd();\ne();\n";
        let theirs = "a();\nb();\nc();\nd();\nnewer();\n";
        let merged = merge(base, ours, theirs, Syntax::JavaScript);
        assert_eq!(
            merged,
            Merged { text: "a();\nb();\nmine();\nc();\nd();\nnewer();\n".into(), conflicts: 0 }
        );
    }

    #[test]
    fn a_true_conflict_keeps_the_users_line_and_shows_the_other() {
        let merged = merge("a(1);\n", "a(2);\n", "a(3);\n", Syntax::JavaScript);
        let text =
            "// <<<<<<< yours, kept\na(2);\n// ======= what the source makes now\n// a(3);\n// >>>>>>>\n";
        assert_eq!(merged, Merged { text: text.into(), conflicts: 1 });
        let python = merge("a = 1\n", "a = 2\n", "a = 3\n", Syntax::Hash);
        assert!(python.text.contains("# a = 3\n"));
    }

    #[test]
    fn a_merge_by_lines_that_breaks_the_script_is_done_by_statements() {
        let base = "if (a) {\n  b();\n}\nlast();\n";
        let ours = "if (a) {\n  b();\n  if (x) {\n    b();\n  }\n}\nlast();\n";
        let theirs = "b();\nlast();\n";
        let merged = merge(base, ours, theirs, Syntax::JavaScript);
        assert!(blocks::parses(&merged.text, Syntax::JavaScript), "{}", merged.text);
        assert!(merged.text.contains("if (x) {"), "{}", merged.text);
    }
}
