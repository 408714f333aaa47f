use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::Pointer;

/// A place in a text, for people: both numbers start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    /// How many characters of that line the value takes; at least 1, and of longer ones some thousands.
    pub length: usize,
}

/// Bytes of a value that are looked at: no line that anybody reads is longer.
const FAR: usize = 4_096;

impl Place {
    /// The place of a byte range of a text.
    pub fn of_bytes(text: &str, start: usize, end: usize) -> Self {
        let before = text.as_bytes().get(..start.min(text.len())).unwrap_or_default();
        let line = line_feeds(before) + 1;
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let column = text.get(line_start..start.min(text.len())).map_or(0, |s| s.chars().count()) + 1;
        Self { line, column, length: length(text, start, end) }
    }
}

/// Characters of the range on its first line.
fn length(text: &str, start: usize, end: usize) -> usize {
    let start = start.min(text.len());
    let mut end = end.clamp(start, start.saturating_add(FAR)).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let range = text.get(start..end).unwrap_or("");
    range.split(['\n', '\r']).next().unwrap_or("").chars().count().max(1)
}

fn line_feeds(bytes: &[u8]) -> usize {
    bytes.iter().map(|b| usize::from(*b == b'\n')).sum()
}

/// Finds the values that pointers name in a JSON text, comments and a byte order mark allowed: one walk for all of them.
///
/// When a pointer leads nowhere, the answer is the deepest value on the way that exists: a finding about a missing key
/// still points into the object that lacks it. `None` only when the text is not JSON up to there.
pub fn locate_json(text: &str, pointers: &[&Pointer]) -> Vec<Option<Place>> {
    let mut root = Wanted::default();
    for (i, pointer) in pointers.iter().enumerate() {
        pointer.tokens().fold(&mut root, |at, token| at.below.entry(token).or_default()).here.push(i);
    }
    let mut scan = Scan { bytes: text.as_bytes(), at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    let mut found = Found { ranges: vec![None; pointers.len()], left: pointers.len(), enough: false };
    // it ends early where the text is broken, or where nothing is left to be found
    let _ = scan.find(&root, 0, &mut found);
    places(text, &found.ranges)
}

/// The pointers that are looked for, as the tree that they make up.
#[derive(Default)]
struct Wanted {
    below: BTreeMap<String, Self>,
    here: Vec<usize>,
}

impl Wanted {
    /// Everything that is looked for here and below stands at one place.
    fn all(&self, at: (usize, usize), found: &mut Found) {
        self.this(at, found);
        self.below.values().for_each(|w| w.all(at, found));
    }

    fn this(&self, at: (usize, usize), found: &mut Found) {
        for i in &self.here {
            if let Some(slot) = found.ranges.get_mut(*i) {
                *slot = Some(at);
                found.left = found.left.saturating_sub(1);
            }
        }
    }
}

/// Byte ranges of pointers, and how many have none yet.
struct Found {
    ranges: Vec<Option<(usize, usize)>>,
    left: usize,
    /// Nothing is left but the ends of what is open, and they are far away.
    enough: bool,
}

/// Byte ranges as places; lines are counted once.
fn places(text: &str, ranges: &[Option<(usize, usize)>]) -> Vec<Option<Place>> {
    let mut order: Vec<(usize, usize, usize)> =
        ranges.iter().enumerate().filter_map(|(i, r)| r.map(|(start, end)| (start, end, i))).collect();
    order.sort_unstable();
    let mut out = vec![None; ranges.len()];
    let (mut from, mut line, mut column) = (0, 1, 1);
    for (start, end, i) in order {
        let between = text.get(from..start).unwrap_or_default();
        match between.rsplit_once('\n') {
            Some((before, last)) => {
                line += line_feeds(before.as_bytes()) + 1;
                column = last.chars().count() + 1;
            }
            None => column += between.chars().count(),
        }
        from = start;
        if let Some(slot) = out.get_mut(i) {
            *slot = Some(Place { line, column, length: length(text, start, end) });
        }
    }
    out
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        loop {
            match (self.peek(), self.bytes.get(self.at + 1)) {
                (Some(b' ' | b'\t' | b'\n' | b'\r' | b','), _) => self.at += 1,
                (Some(b'/'), Some(b'/')) => {
                    while self.peek().is_some_and(|b| b != b'\n') {
                        self.at += 1;
                    }
                }
                (Some(b'/'), Some(b'*')) => {
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    self.at += rest.windows(2).position(|w| w == b"*/").map_or(rest.len(), |i| i + 2);
                }
                _ => return,
            }
        }
    }

    /// Looks for everything that is wanted in the value that starts here, and steps over it. `open` is how many pointers
    /// name what is around it.
    fn find(&mut self, wanted: &Wanted, open: usize, found: &mut Found) -> Option<()> {
        self.space();
        let start = self.at;
        let open = open + wanted.here.len();
        match (self.peek()?, wanted.below.len()) {
            (b'{' | b'[', 0) if found.left <= open => {
                let end = self.bytes.len().min(start + FAR);
                let mut first = Scan { bytes: self.bytes.get(..end)?, at: start };
                match first.skip() {
                    None if end == start + FAR => {
                        found.enough = true;
                        self.at = end;
                    }
                    None => return None,
                    Some(()) => self.at = first.at,
                }
            }
            (_, 0) => self.skip()?,
            (b'{', all) => {
                self.at += 1;
                let mut done: Vec<&str> = Vec::new();
                loop {
                    self.space();
                    if self.peek()? == b'}' {
                        self.at += 1;
                        break;
                    }
                    let key = self.string()?;
                    self.space();
                    (self.peek()? == b':').then(|| self.at += 1)?;
                    let below =
                        if done.len() < all { wanted.below.get_key_value(key.as_ref()) } else { None };
                    match below.filter(|(key, _)| !done.contains(&key.as_str())) {
                        Some((key, below)) => {
                            done.push(key);
                            self.find(below, open, found)?;
                        }
                        None => self.skip()?,
                    }
                    if self.has_enough(start, open, found) {
                        break;
                    }
                }
                let left = wanted.below.iter().filter(|(key, _)| !done.contains(&key.as_str()));
                left.for_each(|(_, w)| w.all((start, start + 1), found));
            }
            (b'[', _) => {
                self.at += 1;
                let (mut list, mut left) = (BTreeMap::new(), Vec::new());
                for (key, below) in &wanted.below {
                    match key.parse::<usize>() {
                        Ok(i) => left.extend(list.insert(i, below)),
                        Err(_) => left.push(below),
                    }
                }
                for i in 0.. {
                    self.space();
                    if self.peek()? == b']' {
                        self.at += 1;
                        break;
                    }
                    match list.remove(&i) {
                        Some(below) => self.find(below, open, found)?,
                        None => self.skip()?,
                    }
                    if self.has_enough(start, open, found) {
                        break;
                    }
                }
                left.into_iter().chain(list.into_values()).for_each(|w| w.all((start, start + 1), found));
            }
            _ => {
                self.skip()?;
                wanted.below.values().for_each(|w| w.all((start, self.at), found));
            }
        }
        wanted.this((start, self.at), found);
        (found.left > 0).then_some(())
    }

    fn has_enough(&self, start: usize, open: usize, found: &mut Found) -> bool {
        found.enough |= found.left <= open && self.at - start > FAR;
        found.enough
    }

    /// Steps over one value without recursion, so that deep nesting cannot exhaust the stack.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            self.space();
            match self.peek()? {
                b'"' => {
                    self.step_over_string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b':' => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    let begin = self.at;
                    while self.peek().is_some_and(|b| !b" \t\r\n,:]}/\"{[".contains(&b)) {
                        self.at += 1;
                    }
                    (self.at > begin).then_some(())?;
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let (start, escaped) = self.step_over_string()?;
        let raw = std::str::from_utf8(self.bytes.get(start..self.at - 1)?).ok()?;
        Some(if escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) })
    }

    /// Where the text of the string begins, and whether there are escapes in it.
    fn step_over_string(&mut self) -> Option<(usize, bool)> {
        (self.peek()? == b'"').then_some(())?;
        let start = self.at + 1;
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += rest.iter().position(|b| matches!(b, b'"' | b'\\'))?;
            if self.peek()? == b'"' {
                self.at += 1;
                return Some((start, escaped));
            }
            escaped = true;
            self.at += 2;
        }
    }
}

fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut units: Vec<u16> = Vec::new();
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        let escape = if c == '\\' { chars.next() } else { None };
        if escape == Some('u') {
            let hex: String = chars.by_ref().take(4).collect();
            units.extend(u16::from_str_radix(&hex, 16).ok());
            continue;
        }
        out.extend(char::decode_utf16(units.drain(..)).map(|r| r.unwrap_or('\u{fffd}')));
        out.push(match escape {
            None => c,
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(other) => other,
        });
    }
    out.extend(char::decode_utf16(units).map(|r| r.unwrap_or('\u{fffd}')));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str, pointer: &str) -> Option<Place> {
        locate_json(text, &[&Pointer::from_text(pointer)]).into_iter().next().flatten()
    }

    fn at(text: &str, pointer: &str) -> (usize, usize, usize) {
        let p = one(text, pointer).expect("a place");
        (p.line, p.column, p.length)
    }

    const TEXT: &str = "{\n  // note\n  \"a/b\": [1, {\"x\\u0041\": \"v,]\"}],\n  \"c\": true\n}";

    #[test]
    fn finds_values_behind_comments_escapes_and_siblings() {
        assert_eq!(at(TEXT, "/c"), (4, 8, 4));
        assert_eq!(at(TEXT, "/a~1b/1/xA"), (3, 26, 5));
        assert_eq!(at(TEXT, "/a~1b/0"), (3, 11, 1));
    }

    #[test]
    fn a_missing_key_points_at_the_object_that_lacks_it() {
        assert_eq!(at(TEXT, "/a~1b/1/nope"), (3, 14, 1));
        assert_eq!(at(TEXT, "/zzz"), (1, 1, 1));
    }

    #[test]
    fn deep_nesting_is_no_recursion() {
        let text = format!("[{}1{}, 7]", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(one(&text, "/1").expect("a place").length, 1);
    }

    #[test]
    fn broken_text_is_no_place() {
        assert_eq!(one("{\"a\": ", "/a"), None);
    }

    #[test]
    fn what_is_open_needs_no_end() {
        let text = format!("[{{\"a\": 1}},\n [{}", "1, ".repeat(FAR));
        let pointers = ["", "/0/a", "/1/2"].map(Pointer::from_text);
        let found = locate_json(&text, &pointers.iter().collect::<Vec<_>>());
        let places: Vec<_> = found.into_iter().flatten().map(|p| (p.line, p.column, p.length)).collect();
        assert_eq!(places, [(1, 1, 10), (1, 8, 1), (2, 9, 1)]);
        assert_eq!(at(&text, "/1"), (2, 2, FAR));
        assert_eq!(one(&text, "/2"), None);
    }

    #[test]
    fn many_pointers_are_found_in_one_walk() {
        let pointers: Vec<Pointer> = ["/c", "/a~1b/1/nope", "", "/a~1b/0", "/a~1b/7", "/c/deeper", "/c"]
            .map(Pointer::from_text)
            .into();
        let found = locate_json(TEXT, &pointers.iter().collect::<Vec<_>>());
        for (pointer, place) in pointers.iter().zip(found) {
            assert_eq!(place, one(TEXT, pointer.as_str()), "{pointer}");
            assert!(place.is_some(), "{pointer}");
        }
    }
}
