use std::borrow::Cow;

/// A value that a page carries for its own later requests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageValue {
    pub name: String,
    pub value: String,
    /// CSS selector and attribute that find it again.
    pub query: String,
    pub attribute: String,
    /// Bytes of the page up to the end of the tag.
    pub end: usize,
}

/// Wanted values of attributes, whatever their element, each with selectors from the most telling on; tolerant of every
/// kind of mark-up.
pub(crate) fn page_values(html: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<PageValue> {
    let mut out = Vec::new();
    let mut form: Option<String> = None;
    let mut rest = html;
    let mut attributes: Vec<(&str, &str)> = Vec::new();
    while let Some(i) = memchr::memchr(b'<', rest.as_bytes()) {
        rest = rest.get(i + 1..).unwrap_or_default();
        let letters = rest.bytes().take(20).take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
        let name = rest.get(..letters).unwrap_or_default();
        if name.is_empty() {
            if rest.starts_with("/form") {
                form = None;
            }
            continue;
        }
        let end = tag_end(rest);
        let tag = rest.get(name.len()..end).unwrap_or_default();
        attributes.clear();
        attributes_of(tag, &mut attributes);
        rest = rest.get(end..).unwrap_or_default();
        let end = html.len() - rest.strip_prefix('>').unwrap_or(rest).len();
        let get = |key: &str| {
            attributes.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| unescaped(v))
        };
        if name.eq_ignore_ascii_case("form") {
            form = Some(match (get("id"), get("action")) {
                (Some(id), _) if plain(&id) => format!("form[id=\"{id}\"]"),
                (_, Some(action)) if plain(&action) => format!("form[action=\"{action}\"]"),
                _ => "form".to_owned(),
            });
        }
        for (attribute, value) in &attributes {
            let value = unescaped(value);
            if ["id", "name", "class", "type"].iter().any(|n| n.eq_ignore_ascii_case(attribute))
                || !wanted(&value)
            {
                continue;
            }
            let (element, attribute) = (name.to_ascii_lowercase(), attribute.to_ascii_lowercase());
            let names =
                ["name", "property", "id"].iter().find_map(|k| Some((*k, get(k).filter(|v| plain(v))?)));
            let mut add = |query: String| {
                let name =
                    names.as_ref().map_or(attribute.trim_start_matches("data-"), |(_, n)| n).to_owned();
                let (value, attribute) = (value.clone().into_owned(), attribute.clone());
                out.push(PageValue { name, value, query, attribute, end });
            };
            if let Some((key, value)) = &names {
                add(format!("{element}[{key}=\"{value}\"]"));
                if let Some(form) = &form {
                    add(format!("{form} {element}[{key}=\"{value}\"]"));
                }
            } else if attribute.starts_with("data-") && plain(&attribute) {
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

/// Names and values as they stand there.
fn attributes_of<'t>(tag: &'t str, out: &mut Vec<(&'t str, &'t str)>) {
    let mut rest = tag.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        rest = rest.get(end..).unwrap_or_default().trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let (raw, left) = match after.chars().next() {
                Some(q @ ('"' | '\'')) => {
                    let inner = after.get(1..).unwrap_or_default();
                    inner.split_once(q).unwrap_or((inner, ""))
                }
                _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = raw;
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
}

/// Without entities.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
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
    Cow::Owned(out)
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
