/// A value that a page carries for its own later requests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageValue {
    pub name: String,
    pub value: String,
    /// CSS selector and attribute that find it again.
    pub query: String,
    pub attribute: &'static str,
}

/// Hidden inputs and named meta elements; tolerant of every other kind of mark-up.
pub(crate) fn page_values(html: &str) -> Vec<PageValue> {
    let mut out = Vec::new();
    let mut rest = html;
    while let Some(i) = rest.find('<') {
        rest = rest.get(i + 1..).unwrap_or_default();
        let lower = rest.get(..6).unwrap_or(rest).to_ascii_lowercase();
        let kind = if lower.starts_with("input") {
            ("input", "value")
        } else if lower.starts_with("meta") {
            ("meta", "content")
        } else {
            continue;
        };
        let end = rest.find('>').unwrap_or(rest.len());
        let tag = rest.get(..end).unwrap_or_default();
        let (Some(name), Some(value)) = (attribute(tag, "name"), attribute(tag, kind.1)) else { continue };
        if !name.contains(['"', '\\']) && !value.is_empty() {
            out.push(PageValue {
                query: format!("{}[name=\"{name}\"]", kind.0),
                name,
                value,
                attribute: kind.1,
            });
        }
    }
    out
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = lower.get(from..)?.find(name)? + from;
        from = at + name.len();
        let before = lower.get(..at).and_then(|s| s.chars().last()).unwrap_or(' ');
        let after = lower.get(from..)?.trim_start();
        if !(before.is_whitespace() || before == '"' || before == '\'') || !after.starts_with('=') {
            continue;
        }
        let raw = tag.get(from..)?.trim_start().strip_prefix('=')?.trim_start();
        let value = match raw.chars().next()? {
            q @ ('"' | '\'') => raw.get(1..)?.split(q).next()?,
            _ => raw.split(|c: char| c.is_whitespace() || c == '/').next()?,
        };
        return Some(
            value
                .replace("&amp;", "&")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&#x27;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_and_metas_are_found_in_any_spelling() {
        let found = page_values(
            "<INPUT type=hidden value='a&amp;b' name=csrf><meta content=\"x\" name=\"t\"/><p name=q value=z>",
        );
        let pairs: Vec<_> = found.iter().map(|v| (v.query.as_str(), v.value.as_str(), v.attribute)).collect();
        assert_eq!(pairs, [("input[name=\"csrf\"]", "a&b", "value"), ("meta[name=\"t\"]", "x", "content")]);
    }
}
