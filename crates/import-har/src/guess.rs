use std::io;

use memchr::memmem;

use crate::stream::Scan;

/// Every entry has it (HAR 1.2), and nothing else has.
const KEY: &[u8] = b"\"startedDateTime\"";

/// How far before it an entry is believed to begin, in bytes. Recorders write it first, behind a short field, or last.
const NEAR: usize = 2 * 1024;

/// Goes to where an entry seems to begin, from here on and before a place of the file.
///
/// What is looked at may be the inside of anything: the result is a guess.
pub(crate) fn next_entry(scan: &mut Scan<'_>, end: Option<u64>) -> io::Result<Option<u64>> {
    let finder = memmem::Finder::new(KEY);
    let before_end = |place: u64| end.is_none_or(|end| place < end);
    loop {
        let text = scan.window.rest();
        let Some(key) = finder.find(text) else {
            // the key may be cut, and what stands before it may be wanted
            scan.window.skip(text.len().saturating_sub(NEAR));
            if !before_end(scan.window.place()) || !scan.window.more()? {
                return Ok(None);
            }
            continue;
        };
        let quoted = key.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'\\');
        if quoted {
            scan.window.skip(key + 1);
            continue;
        }
        match beginning(text, key) {
            Some(at) => scan.window.skip(at),
            // the entry is one that began before: the next one begins behind it
            None => {
                scan.window.skip(key + KEY.len());
                if scan.leave()?.is_none() || scan.space()? != Some(b'{') {
                    return Ok(None);
                }
            }
        }
        return Ok(Some(scan.window.place()).filter(|place| before_end(*place)));
    }
}

/// Where the object begins that has a key of its own at a place; what is farther away is no brace of a text.
fn beginning(text: &[u8], key: usize) -> Option<usize> {
    let far = key.saturating_sub(NEAR);
    let mut braces = memchr::memchr_iter(b'{', text.get(far..key)?).map(|at| far + at);
    braces.find(|at| leads(text, at + 1, key))
}

/// Whether the fields of an object, from the first one on, lead to one that begins at a place.
fn leads(text: &[u8], first: usize, key: usize) -> bool {
    let mut at = first;
    loop {
        at = space(text, at);
        if at >= key {
            return at == key;
        }
        // a name, a value and what is between them, up to the comma
        match after_comma(text, at, key) {
            Some(next) => at = next,
            None => return false,
        }
    }
}

fn space(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// The end of the first comma that stands outside texts, lists and objects.
fn after_comma(text: &[u8], from: usize, limit: usize) -> Option<usize> {
    let (mut depth, mut at) = (0usize, from);
    while at < limit {
        match text.get(at)? {
            b'"' => {
                at += 1;
                loop {
                    at += memchr::memchr2(b'"', b'\\', text.get(at..limit)?)?;
                    if text.get(at) == Some(&b'"') {
                        break;
                    }
                    at += 2;
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use loadwright_import::Bytes;

    use super::*;

    /// From each place of a list of entries the next entry that begins.
    fn all_found(entries: &[&str], separator: &str) -> usize {
        let text = format!("{}]", entries.join(separator));
        let starts: Vec<usize> = entries
            .iter()
            .scan(0, |at, e| {
                let start = *at;
                *at += e.len() + separator.len();
                Some(start)
            })
            .collect();
        let bytes = Bytes::Text(text.as_bytes());
        (0..text.len())
            .filter(|from| {
                let found = next_entry(&mut Scan::new(&bytes, *from as u64), None).expect("bytes");
                let next = starts.iter().find(|s| *s >= from);
                found == next.map(|n| *n as u64)
            })
            .count()
            * 100
            / text.len()
    }

    #[test]
    fn the_next_entry_is_found_whatever_the_recorder() {
        let body = "\"response\": {\"content\": {\"text\": \"{\\\"startedDateTime\\\": {} }\"}, \"headers\": [{\"name\": \"a\"}]}";
        let first = format!("{{\"startedDateTime\": \"t\", \"request\": {{}}, {body}}}");
        let second =
            format!("{{ \"pageref\": \"p}}, {{\", \"x\": [{{}}], \"startedDateTime\": \"t\", {body}}}");
        let last = format!(
            "{{\"_initiator\": {{\"type\": \"a\"}}, {body}, \"startedDateTime\": \"t\", \"time\": 1}}"
        );
        assert_eq!(all_found(&[&first, &first, &first], ", "), 100);
        assert_eq!(all_found(&[&second, &second, &second], ",\n  "), 100);
        // where the key stands after all of the rest, what follows it is the only part that misleads
        assert!(all_found(&[&last, &last, &last], ",") > 80);
        assert!(all_found(&[&first, &second, &last, &first], ",") > 80);
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        for text in [
            "",
            "]",
            "{\"a\": 1}]",
            "\"startedDateTime\": 1}]",
            "\"startedDateTime\": {",
            "\\\"startedDateTime\"",
        ] {
            let bytes = Bytes::Text(text.as_bytes());
            assert_eq!(next_entry(&mut Scan::new(&bytes, 0), None).ok(), Some(None), "{text}");
        }
        let bytes = Bytes::Text(b"    {\"startedDateTime\": 1}");
        assert_eq!(next_entry(&mut Scan::new(&bytes, 1), Some(4)).ok(), Some(None));
        assert_eq!(next_entry(&mut Scan::new(&bytes, 1), Some(5)).ok(), Some(Some(4)));
    }
}
