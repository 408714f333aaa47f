use std::io::{self, Read};

use serde_json::Value;

/// What a recording holds around its entries.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub version: Option<String>,
    pub creator: String,
    pub pages: Vec<Value>,
    pub options: Option<Value>,
    pub comment: Option<String>,
    /// Whether there was a list of entries at all.
    pub has_entries: bool,
    /// The text ended before the JSON did.
    pub truncated: bool,
}

/// One entry as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    /// Position in the list.
    pub index: usize,
    /// Bytes of the file before it.
    pub at: u64,
    pub bytes: &'a [u8],
}

/// Reads a recording of any size and hands out its entries one by one; only one entry is in memory at a time.
///
/// Comments, a byte order mark, a JSONP wrapper and text behind the end are read over.
pub(crate) fn read(reader: impl Read, entry: &mut dyn FnMut(Raw<'_>)) -> io::Result<Frame> {
    let mut scan = Scan { reader, buffer: vec![0; BUFFER], before: 0, at: 0, end: 0 };
    let mut frame = Frame::default();
    // what stands before the first brace is a mark or the name of a JSONP function
    while let Some(b) = scan.peek()? {
        if b == b'{' {
            break;
        }
        scan.at += 1;
    }
    frame.truncated = scan.object(&mut frame, 0, entry)?.is_none();
    Ok(frame)
}

/// As much as the reader below holds, so that it passes on what it reads without a copy.
const BUFFER: usize = 256 * 1024;

struct Scan<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Bytes of the file before those in the buffer.
    before: u64,
    at: usize,
    end: usize,
}

/// Larger values beside the entries are skipped, not kept.
const MOST_KEPT: usize = 16 * 1024 * 1024;

impl<R: Read> Scan<R> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at >= self.end {
            self.before += self.end as u64;
            self.end = self.reader.read(&mut self.buffer)?;
            self.at = 0;
            if self.end == 0 {
                return Ok(None);
            }
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Steps over white space, commas and comments.
    fn space(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\n' | b'\r' | b',') => self.at += 1,
                Some(b'/') => {
                    self.at += 1;
                    match self.peek()? {
                        Some(b'/') => {
                            while self.peek()?.is_some_and(|b| b != b'\n') {
                                self.at += 1;
                            }
                        }
                        Some(b'*') => {
                            let mut last = 0;
                            while let Some(b) = self.peek()? {
                                self.at += 1;
                                if last == b'*' && b == b'/' {
                                    break;
                                }
                                last = b;
                            }
                        }
                        _ => {}
                    }
                }
                other => return Ok(other),
            }
        }
    }

    /// Reads an object and keeps what matters. `None` when the text ends inside it.
    fn object(
        &mut self,
        frame: &mut Frame,
        depth: usize,
        entry: &mut dyn FnMut(Raw<'_>),
    ) -> io::Result<Option<()>> {
        self.at += 1;
        loop {
            match self.space()? {
                None => return Ok(None),
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Some(()));
                }
                Some(b'"') => {}
                Some(_) => {
                    self.at += 1;
                    continue;
                }
            }
            let mut raw = Vec::new();
            if self.value(&mut raw, true)?.is_none() {
                return Ok(None);
            }
            let key: String = serde_json::from_slice(&raw).unwrap_or_default();
            match self.space()? {
                None => return Ok(None),
                Some(b':') => self.at += 1,
                Some(_) => continue,
            }
            let Some(first) = self.space()? else { return Ok(None) };
            match (key.as_str(), first) {
                ("log", b'{') if depth == 0 => {
                    if self.object(frame, 1, entry)?.is_none() {
                        return Ok(None);
                    }
                }
                ("entries", b'[') => {
                    frame.has_entries = true;
                    if self.entries(entry)?.is_none() {
                        return Ok(None);
                    }
                }
                _ => {
                    let keep = matches!(
                        key.as_str(),
                        "version" | "creator" | "browser" | "pages" | "options" | "comment"
                    );
                    raw.clear();
                    if self.value(&mut raw, keep)?.is_none() {
                        return Ok(None);
                    }
                    if keep && raw.len() < MOST_KEPT {
                        keep_value(frame, &key, serde_json::from_slice(&raw).unwrap_or(Value::Null));
                    }
                }
            }
        }
    }

    fn entries(&mut self, entry: &mut dyn FnMut(Raw<'_>)) -> io::Result<Option<()>> {
        self.at += 1;
        let mut raw = Vec::new();
        let mut n = 0;
        loop {
            match self.space()? {
                None => return Ok(None),
                Some(b']') => {
                    self.at += 1;
                    return Ok(Some(()));
                }
                Some(b'}') => self.at += 1,
                Some(_) => {
                    raw.clear();
                    let at = self.before + self.at as u64;
                    let whole = self.value(&mut raw, true)?;
                    if raw.is_empty() && whole.is_some() {
                        self.at += 1;
                        continue;
                    }
                    if whole.is_none() {
                        return Ok(None);
                    }
                    entry(Raw { index: n, at, bytes: &raw });
                    n += 1;
                }
            }
        }
    }

    /// Copies one value, whatever it is. `None` when the text ends inside it.
    fn value(&mut self, out: &mut Vec<u8>, keep: bool) -> io::Result<Option<()>> {
        let mut depth = 0usize;
        let (mut quoted, mut escaped) = (false, false);
        loop {
            let Some(_) = self.peek()? else {
                return Ok(if depth == 0 && !quoted && !out.is_empty() { Some(()) } else { None });
            };
            // a slice at a time: the bytes up to the end of the buffer or of the value
            let window = self.buffer.get(self.at..self.end).unwrap_or_default();
            let mut taken = window.len();
            let mut done = false;
            let mut next = 0;
            while let Some(&b) = window.get(next) {
                let mut i = next;
                next += 1;
                if escaped {
                    escaped = false;
                } else if quoted {
                    // most of a recording is inside texts
                    let Some(skip) = end_of_run(window.get(i..).unwrap_or_default()) else { break };
                    i += skip;
                    next = i + 1;
                    if window.get(i) == Some(&b'"') {
                        quoted = false;
                        done = depth == 0;
                    } else if next < window.len() {
                        next += 1;
                    } else {
                        escaped = true;
                    }
                } else {
                    match b {
                        b'"' => quoted = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' if depth == 0 => {
                            taken = i;
                            done = true;
                            break;
                        }
                        b'}' | b']' => {
                            depth -= 1;
                            done = depth == 0;
                        }
                        b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => {
                            taken = i;
                            done = true;
                            break;
                        }
                        _ => {}
                    }
                }
                if done {
                    taken = i + 1;
                    break;
                }
            }
            if keep {
                out.extend_from_slice(window.get(..taken).unwrap_or_default());
            }
            self.at += taken;
            if done {
                return Ok(Some(()));
            }
        }
    }
}

/// How far it is to the next quote or backslash: a few bytes in a text that is JSON itself, very many in base64.
#[inline]
fn end_of_run(text: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let is = |word: u64, byte: u8| {
        let other = word ^ (ONES * u64::from(byte));
        other.wrapping_sub(ONES) & !other & (ONES << 7)
    };
    let (mut at, mut rest) = (0, text);
    while let Some((chunk, after)) = rest.split_first_chunk::<8>().filter(|_| at < 32) {
        let word = u64::from_le_bytes(*chunk);
        let found = is(word, b'"') | is(word, b'\\');
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
        rest = after;
    }
    memchr::memchr2(b'"', b'\\', rest).map(|n| at + n)
}

fn keep_value(frame: &mut Frame, key: &str, value: Value) {
    match (key, value) {
        ("version", v) => frame.version = v.as_str().map(str::to_owned),
        ("creator" | "browser", v) => {
            // the typed form where it fits; recorders also write a bare string
            let typed = serde_json::from_value::<har::v1_2::Creator>(v.clone()).ok();
            let text = typed.map(|c| format!("{} {}", c.name, c.version)).or_else(|| match &v {
                Value::String(s) => Some(s.clone()),
                other => other.get("name").and_then(Value::as_str).map(str::to_owned),
            });
            if let Some(text) = text.filter(|_| frame.creator.is_empty()) {
                frame.creator = text.trim().to_owned();
            }
        }
        ("pages", Value::Array(pages)) => frame.pages = pages,
        ("options", v) => frame.options = Some(v),
        ("comment", v) => frame.comment = v.as_str().map(str::to_owned),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> (Vec<String>, Frame) {
        let mut out = Vec::new();
        let frame =
            read(text.as_bytes(), &mut |raw| out.push(String::from_utf8_lossy(raw.bytes).into_owned()));
        (out, frame.unwrap_or_default())
    }

    #[test]
    fn entries_are_handed_out_whatever_stands_around_them() {
        let text = "\u{feff}onInputData({\"log\": {\"version\": \"1.2\", /* c */ \"x\": {\"entries\": [9]}, \"entries\": [ {\"a\": \"}]\\\"\"} , {\"b\": [1,2]}], \"pages\": [{}]}});";
        let (list, frame) = entries(text);
        assert_eq!(list, ["{\"a\": \"}]\\\"\"}", "{\"b\": [1,2]}"]);
        assert_eq!((frame.version.as_deref(), frame.pages.len(), frame.truncated), (Some("1.2"), 1, false));
    }

    #[test]
    fn texts_longer_than_the_buffer_are_whole() {
        let long = format!("{}\\\"}}]\\\\", "x".repeat(200_000));
        let text = format!("{{\"log\": {{\"entries\": [{{\"a\": \"{long}\"}}, {{\"b\": \"{long}\"}}]}}}}");
        let (list, frame) = entries(&text);
        assert_eq!(list, [format!("{{\"a\": \"{long}\"}}"), format!("{{\"b\": \"{long}\"}}")]);
        assert!(!frame.truncated);
    }

    #[test]
    fn a_recording_that_breaks_off_gives_what_it_has() {
        let (list, frame) = entries("{\"log\": {\"entries\": [{\"a\": 1}, {\"b\": ");
        assert_eq!(list, ["{\"a\": 1}"]);
        assert!(frame.truncated);
    }
}
