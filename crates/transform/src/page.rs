/// A value that a page carries for its own later requests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageValue {
    pub name: String,
    pub value: String,
    /// CSS selector and attribute that find it again.
    pub query: String,
    pub attribute: String,
}

/// Wanted values of attributes, whatever their element, each with selectors from the most telling on; tolerant of every
/// kind of mark-up.
pub(crate) fn page_values(html: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<PageValue> {
    let mut out = Vec::new();
    let mut form: Option<String> = None;
    let mut rest = html;
    while let Some(i) = rest.find('<') {
        rest = rest.get(i + 1..).unwrap_or_default();
        let name: String =
            rest.chars().take(20).take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        if name.is_empty() {
            if rest.starts_with("/form") {
                form = None;
            }
            continue;
        }
        let element = name.to_ascii_lowercase();
        let end = tag_end(rest);
        let tag = rest.get(name.len()..end).unwrap_or_default();
        let attributes = attributes(tag);
        rest = rest.get(end..).unwrap_or_default();
        let get = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        if element == "form" {
            form = Some(match (get("id"), get("action")) {
                (Some(id), _) if plain(id) => format!("form[id=\"{id}\"]"),
                (_, Some(action)) if plain(action) => format!("form[action=\"{action}\"]"),
                _ => "form".to_owned(),
            });
        }
        for (attribute, value) in &attributes {
            if matches!(attribute.as_str(), "id" | "name" | "class" | "type") || !wanted(value) {
                continue;
            }
            let names =
                ["name", "property", "id"].iter().find_map(|k| Some((*k, get(k).filter(|v| plain(v))?)));
            let mut add = |query: String| {
                let name = names.map_or(attribute.trim_start_matches("data-"), |(_, n)| n).to_owned();
                out.push(PageValue { name, value: value.clone(), query, attribute: attribute.clone() });
            };
            if let Some((key, value)) = names {
                add(format!("{element}[{key}=\"{value}\"]"));
                if let Some(form) = &form {
                    add(format!("{form} {element}[{key}=\"{value}\"]"));
                }
            } else if attribute.starts_with("data-") && plain(attribute) {
                add(format!("{element}[{attribute}]"));
            }
        }
    }
    out
}

/// Text that needs no escapes inside a quoted part of a selector.
fn plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && !text.contains(['"', '\\', '\n'])
}

fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '>' => return i,
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {}
        }
    }
    // a quote that never ends
    text.find('>').unwrap_or(text.len())
}

/// Names in lower case and values without entities.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = tag.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
        rest = rest.get(end..).unwrap_or_default().trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let (raw, left) = match after.chars().next() {
                Some(q @ ('"' | '\'')) => {
                    let inner = after.get(1..).unwrap_or_default();
                    inner.split_once(q).unwrap_or((inner, ""))
                }
                _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = unescaped(raw);
            rest = left.trim_start();
        } else if name.is_empty() {
            // a slash or something that is no name
            let mut chars = rest.chars();
            chars.next();
            rest = chars.as_str().trim_start();
        }
        if !name.is_empty() {
            out.push((name, value));
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    for (entity, c) in [
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#43;", "+"),
        ("&#x2B;", "+"),
        ("&#61;", "="),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        out = out.replace(entity, c);
    }
    out
}

/// A value inside a text, and what stands around it.
pub(crate) struct Surroundings<'a> {
    text: &'a str,
    at: usize,
    value: &'a str,
    /// What stands before the value on its line, without digits.
    before: &'a str,
    word: &'a str,
}

impl<'a> Surroundings<'a> {
    /// `None` when nothing before the value could name it.
    pub fn new(text: &'a str, at: usize, value: &'a str) -> Option<Self> {
        let line = text.get(..at)?;
        let mut from = at.saturating_sub(60);
        while !line.is_char_boundary(from) {
            from += 1;
        }
        let before = line.get(from..)?;
        let before = before.rsplit('\n').next().unwrap_or(before);
        // no other value of the same page may be a part of it
        let before =
            before.rfind(|c: char| c.is_ascii_digit()).and_then(|i| before.get(i + 1..)).unwrap_or(before);
        let word = before.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).rfind(|w| {
            w.len() >= 2
                && !matches!(*w, "value" | "content" | "data" | "var" | "let" | "const" | "href" | "action")
        })?;
        Some(Self { text, at, value, before, word })
    }

    /// What to call the value.
    pub fn name(&self) -> &'a str {
        self.word
    }

    /// A pattern that finds the value again by what stands before and behind it.
    pub fn pattern(&self) -> Option<String> {
        let Self { text, at, value, before, word } = *self;
        let after = text.get(at + value.len()..)?.chars().next();
        let stop = match after {
            Some(c @ ('"' | '\'' | '<' | '&' | '/' | ')' | '?' | '#')) => {
                format!("[^{}\\s]+", regex::escape(&c.to_string()))
            }
            _ if value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') => {
                "[\\w-]+".to_owned()
            }
            _ => "[^\"'<>&\\s]+".to_owned(),
        };
        // from the last name on, and if that stands elsewhere too, from further left
        let start = before.rfind(word)?;
        for cut in [start, before.get(..start)?.rfind(char::is_whitespace).map_or(0, |i| i + 1), 0] {
            let head: Vec<String> = before.get(cut..)?.split_whitespace().map(regex::escape).collect();
            let mut pattern = head.join("\\s+");
            if before.ends_with(char::is_whitespace) {
                pattern.push_str("\\s*");
            }
            // what a regular expression of JavaScript does not escape
            let pattern = format!(
                "{}({stop})",
                pattern.replace("\\-", "-").replace("\\#", "#").replace("\\&", "&").replace("\\~", "~")
            );
            // bytes, and no tables of Unicode classes: it is built for this one look
            let first = regex::bytes::RegexBuilder::new(&pattern).unicode(false).build().ok()?;
            let found = first.captures(text.as_bytes()).and_then(|c| c.get(1));
            if found.is_some_and(|m| m.as_bytes() == value.as_bytes()) {
                return Some(pattern);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_in_any_spelling() {
        let page = "<form action=/x><INPUT type=hidden value='a&amp;b' name=csrf></form><meta content=\"x\" name=\"t\"/><p name=q value=z><body data-token='d'>";
        let found = page_values(page, &|v| ["a&b", "x", "d"].contains(&v));
        let pairs: Vec<_> =
            found.iter().map(|v| (v.query.as_str(), v.value.as_str(), v.attribute.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("input[name=\"csrf\"]", "a&b", "value"),
                ("form[action=\"/x\"] input[name=\"csrf\"]", "a&b", "value"),
                ("meta[name=\"t\"]", "x", "content"),
                ("body[data-token]", "d", "data-token"),
            ]
        );
    }

    #[test]
    fn a_pattern_is_made_of_what_stands_before_the_value() {
        let text = "<script>var cfg = {build: \"abc\", nonce: \"n9-77x\", next: 1};</script>";
        let at = text.find("n9-77x").unwrap_or(0);
        let around = Surroundings::new(text, at, "n9-77x").expect("a name stands before it");
        assert_eq!(around.name(), "nonce");
        assert_eq!(around.pattern().as_deref(), Some("nonce:\\s+\"([^\"\\s]+)"));
    }
}
