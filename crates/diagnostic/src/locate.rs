use crate::Pointer;

/// A place in a text, for people: both numbers start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    /// How many characters of that line the value takes; at least 1.
    pub length: usize,
}

impl Place {
    /// The place of a byte range of a text.
    pub fn of_bytes(text: &str, start: usize, end: usize) -> Self {
        let start = start.min(text.len());
        let before = text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let rest = text.get(start..end.clamp(start, text.len())).unwrap_or("");
        let first = rest.split(['\n', '\r']).next().unwrap_or("");
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |s| s.chars().count()) + 1,
            length: first.chars().count().max(1),
        }
    }
}

/// Finds the value that `pointer` names in a JSON text, comments and a byte order mark allowed.
///
/// When the pointer leads nowhere, the answer is the deepest value on the way that exists: a finding about a missing key
/// still points into the object that lacks it. `None` only when the text is not JSON up to there.
pub fn locate_json(text: &str, pointer: &Pointer) -> Option<Place> {
    let tokens: Vec<String> = pointer.tokens().collect();
    let mut scan = Scan { bytes: text.as_bytes(), at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    let (start, end) = scan.find(&tokens)?;
    Some(Place::of_bytes(text, start, end))
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
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

    fn find(&mut self, tokens: &[String]) -> Option<(usize, usize)> {
        self.space();
        let start = self.at;
        let Some((first, rest)) = tokens.split_first() else {
            self.skip()?;
            return Some((start, self.at));
        };
        match self.peek()? {
            b'{' => {
                self.at += 1;
                loop {
                    self.space();
                    if self.peek()? == b'}' {
                        return Some((start, start + 1));
                    }
                    let key = self.string()?;
                    self.space();
                    (self.peek()? == b':').then(|| self.at += 1)?;
                    if key == *first {
                        return self.find(rest);
                    }
                    self.skip()?;
                }
            }
            b'[' => {
                self.at += 1;
                let mut left = first.parse::<usize>().ok();
                loop {
                    self.space();
                    if self.peek()? == b']' {
                        return Some((start, start + 1));
                    }
                    if left == Some(0) {
                        return self.find(rest);
                    }
                    left = left.map(|n| n - 1);
                    self.skip()?;
                }
            }
            _ => {
                self.skip()?;
                Some((start, self.at))
            }
        }
    }

    /// Steps over one value without recursion, so that deep nesting cannot exhaust the stack.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            self.space();
            match self.peek()? {
                b'"' => {
                    self.string()?;
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

    fn string(&mut self) -> Option<String> {
        (self.peek()? == b'"').then_some(())?;
        let start = self.at + 1;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.peek()? {
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                b'"' => break,
                _ => self.at += 1,
            }
        }
        let raw = std::str::from_utf8(self.bytes.get(start..self.at)?).ok()?;
        self.at += 1;
        Some(if escaped { unescape(raw) } else { raw.to_owned() })
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

    fn at(text: &str, pointer: &str) -> (usize, usize, usize) {
        let p = locate_json(text, &Pointer::from_text(pointer)).expect("a place");
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
        assert_eq!(locate_json(&text, &Pointer::from_text("/1")).expect("a place").length, 1);
    }

    #[test]
    fn broken_text_is_no_place() {
        assert_eq!(locate_json("{\"a\": ", &Pointer::from_text("/a")), None);
    }
}
