/// A YAML value that prints as people write it. Strings are quoted whenever plain ones would mean something else.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Yaml {
    Text(String),
    /// Printed as it is: numbers and booleans.
    Plain(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
    /// The value with comment lines before it, in a list.
    Noted(String, Box<Yaml>),
}

impl Yaml {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn int(n: i64) -> Self {
        Self::Plain(n.to_string())
    }

    pub fn bool(value: bool) -> Self {
        Self::Plain(value.to_string())
    }

    pub fn map<const N: usize>(pairs: [(&str, Self); N]) -> Self {
        Self::Map(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
    }

    /// The value as a document.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.block(&mut out, 0);
        out
    }

    fn block(&self, out: &mut String, indent: usize) {
        let pad = "  ".repeat(indent);
        match self {
            Self::Map(pairs) => {
                for (key, value) in pairs {
                    out.push_str(&pad);
                    value.entry(out, indent, &scalar(key));
                }
            }
            Self::List(items) => {
                for item in items {
                    let item = match item {
                        Self::Noted(note, item) => {
                            for line in crate::py::comment_lines(note, 100 - 2 * indent) {
                                out.push_str(&format!("{pad}{line}\n"));
                            }
                            item
                        }
                        item => item,
                    };
                    let mut inner = String::new();
                    item.block(&mut inner, indent + 1);
                    out.push_str(&pad);
                    out.push_str("- ");
                    out.push_str(inner.get(2 * (indent + 1)..).unwrap_or(&inner));
                }
            }
            Self::Noted(_, value) => value.block(out, indent),
            Self::Text(_) | Self::Plain(_) => {
                out.push_str(&pad);
                out.push_str(&self.flat(indent));
                out.push('\n');
            }
        }
    }

    fn entry(&self, out: &mut String, indent: usize, key: &str) {
        match self {
            Self::Map(pairs) if pairs.is_empty() => out.push_str(&format!("{key}: {{}}\n")),
            Self::List(items) if items.is_empty() => out.push_str(&format!("{key}: []\n")),
            Self::Map(_) | Self::List(_) => {
                out.push_str(key);
                out.push_str(":\n");
                self.block(out, indent + 1);
            }
            Self::Noted(_, value) => value.entry(out, indent, key),
            Self::Text(_) | Self::Plain(_) => {
                out.push_str(&format!("{key}: {}\n", self.flat(indent)));
            }
        }
    }

    fn flat(&self, indent: usize) -> String {
        match self {
            Self::Text(text) if text.matches('\n').count() > 1 && literal_block(text) => {
                let pad = "  ".repeat(indent + 1);
                let mark = if text.ends_with('\n') { "|" } else { "|-" };
                let lines: Vec<String> = text
                    .strip_suffix('\n')
                    .unwrap_or(text)
                    .split('\n')
                    .map(|l| if l.is_empty() { String::new() } else { format!("{pad}{l}") })
                    .collect();
                format!("{mark}\n{}", lines.join("\n"))
            }
            Self::Text(text) => scalar(text),
            Self::Plain(text) => text.clone(),
            _ => String::new(),
        }
    }
}

fn literal_block(text: &str) -> bool {
    !text.ends_with("\n\n")
        && !text.starts_with([' ', '\n', '\t'])
        && text
            .chars()
            .all(|c| c == '\n' || (!c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')))
        && text.split('\n').all(|l| l.trim_end() == l)
}

/// A plain scalar where that is a string for every YAML reader, else a double-quoted one.
fn scalar(text: &str) -> String {
    let first = text.chars().next();
    let plain = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '/' || c == '$')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " -_./+=;,()$&?".contains(c) || (c as u32) > 0xa0)
        && text.chars().all(|c| !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{85}'))
        && !text.ends_with(' ')
        && !text.contains(" #")
        && !is_word(text);
    if plain { text.to_owned() } else { serde_json::to_string(text).unwrap_or_default() }
}

/// Words that some reader takes for something other than a string.
fn is_word(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_misread_is_quoted() {
        let list = ["yes", "1.0", "a: b", "#x", "{{ id }}", "", "plain text", "a\u{2028}b", "- x"];
        let shown = list.map(scalar);
        assert_eq!(
            shown,
            [
                "\"yes\"",
                "\"1.0\"",
                "\"a: b\"",
                "\"#x\"",
                "\"{{ id }}\"",
                "\"\"",
                "plain text",
                "\"a\u{2028}b\"",
                "\"- x\""
            ]
        );
    }

    #[test]
    fn lists_of_maps_stand_under_their_dash() {
        let y = Yaml::map([(
            "flow",
            Yaml::List(vec![Yaml::Noted(
                "first".into(),
                Box::new(Yaml::map([("get", Yaml::map([("url", Yaml::text("/"))]))])),
            )]),
        )]);
        assert_eq!(y.print(), "flow:\n  # first\n  - get:\n      url: /\n");
    }
}
