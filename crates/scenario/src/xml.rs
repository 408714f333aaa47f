/// Calls `f` with the name and the text of each element and attribute of an XML text, prefixes of names left out;
/// `<param name="x">y</param>` and `<param name="x" value="y"/>` give `x` and `y` too. Texts are as they are spelled,
/// entities included; mark-up that is not well-formed gives what can be told.
pub fn xml_fields<'t>(text: &'t str, f: &mut dyn FnMut(&'t str, &'t str)) {
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        rest = tag;
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, r)| r);
            continue;
        }
        let name = tag.split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default();
        if name.is_empty() || name.starts_with(['?', '!']) {
            continue;
        }
        let end = tag_end(tag);
        let (mut called, mut value) = (None, None);
        for (key, text) in attributes(tag.get(name.len()..end).unwrap_or_default()) {
            f(local(key), text);
            match local(key) {
                "name" => called = Some(text),
                "value" => value = Some(text),
                _ => {}
            }
        }
        rest = tag.get(end..).unwrap_or_default();
        let inner = rest.strip_prefix('>').unwrap_or_default();
        let inside = match inner.strip_prefix("<![CDATA[") {
            Some(raw) => {
                let (raw, after) = raw.split_once("]]>").unwrap_or((raw, ""));
                rest = after;
                Some(raw)
            }
            None => inner.split('<').next(),
        };
        let inside = inside.map(str::trim).filter(|t| !t.is_empty());
        if let Some(text) = inside {
            f(local(name), text);
        }
        if let (Some(called), Some(text)) = (called, value.or(inside)) {
            f(called, text);
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Where the `>` of a tag stands, outside quotes.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (i, b) in tag.bytes().enumerate() {
        match quote {
            Some(q) if q == b => quote = None,
            None if b == b'"' || b == b'\'' => quote = Some(b),
            None if b == b'>' => return i,
            _ => {}
        }
    }
    tag.len()
}

fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, more) = after.get(1..)?.split_once(quote)?;
        rest = more;
        Some((key.trim(), value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_attributes_have_names_and_texts() {
        let text = "<?xml version='1.0'?><!-- <a>no</a> --><s:Body id = \"a>b\"><wsse:Password Type='t'> x&amp;y </wsse:Password>\
                    <p name=\"pin\">12</p><q name='key' value='v'/><c><![CDATA[<raw>]]></c><broken a=\"";
        let mut seen = Vec::new();
        xml_fields(text, &mut |name, value| seen.push((name, value)));
        assert_eq!(
            seen,
            [
                ("id", "a>b"),
                ("Type", "t"),
                ("Password", "x&amp;y"),
                ("name", "pin"),
                ("p", "12"),
                ("pin", "12"),
                ("name", "key"),
                ("value", "v"),
                ("key", "v"),
                ("c", "<raw>"),
            ]
        );
    }
}
