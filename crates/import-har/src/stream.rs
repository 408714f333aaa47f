use std::io;

use loadwright_import::Bytes;

use crate::frame::Frame;
use crate::node::Node;
use crate::tape::{Stop, Tape};
use crate::window::Window;

/// One entry as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    /// Bytes of the file before it.
    pub at: u64,
    pub bytes: &'a [u8],
    /// What it says, when it is JSON by the book.
    pub node: Option<Node<'a>>,
}

/// What is done with each entry.
pub(crate) type Each<'f> = dyn FnMut(Raw<'_>) + 'f;

/// Where a list of entries was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Before the entry at a place of the file.
    Entry(u64),
    /// Behind its last bracket, at a place of the file.
    List(u64),
    /// The file ends first.
    File,
}

/// Reads a recording of any size and hands out its entries one by one; only one entry is in memory at a time.
///
/// Comments, a byte order mark, a JSONP wrapper and text behind the end are read over.
pub(crate) fn read(bytes: &Bytes<'_>, each: &mut Each<'_>) -> io::Result<Frame> {
    read_lists(bytes, &mut |scan| scan.entries(None, each))
}

/// The same; whoever is asked reads the list of entries, from its first entry on.
pub(crate) fn read_lists<'s>(
    bytes: &'s Bytes<'s>,
    list: &mut dyn FnMut(&mut Scan<'s>) -> io::Result<End>,
) -> io::Result<Frame> {
    let mut scan = Scan::new(bytes, 0);
    let mut frame = Frame::default();
    // what stands before the first brace is a mark or the name of a JSONP function
    while let Some(b) = scan.window.peek()? {
        if b == b'{' {
            break;
        }
        scan.window.skip(1);
    }
    frame.truncated = scan.object(&mut frame, 0, list)?.is_none();
    Ok(frame)
}

pub(crate) struct Scan<'s> {
    pub window: Window<'s>,
    tape: Tape,
}

impl<'s> Scan<'s> {
    pub fn new(bytes: &'s Bytes<'s>, at: u64) -> Self {
        Self { window: Window::new(bytes, at), tape: Tape::default() }
    }

    /// Steps over white space, commas and comments.
    pub fn space(&mut self) -> io::Result<Option<u8>> {
        let window = &mut self.window;
        loop {
            match window.peek()? {
                Some(b' ' | b'\t' | b'\n' | b'\r' | b',') => window.skip(1),
                Some(b'/') => {
                    window.skip(1);
                    match window.peek()? {
                        Some(b'/') => {
                            while window.peek()?.is_some_and(|b| b != b'\n') {
                                window.skip(1);
                            }
                        }
                        Some(b'*') => {
                            let mut last = 0;
                            while let Some(b) = window.peek()? {
                                window.skip(1);
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
        list: &mut dyn FnMut(&mut Self) -> io::Result<End>,
    ) -> io::Result<Option<()>> {
        self.window.skip(1);
        loop {
            match self.space()? {
                None => return Ok(None),
                Some(b'}') => {
                    self.window.skip(1);
                    return Ok(Some(()));
                }
                Some(b'"') => {}
                Some(_) => {
                    self.window.skip(1);
                    continue;
                }
            }
            let Some(length) = self.value(true)? else { return Ok(None) };
            let key: String = serde_json::from_slice(self.window.first(length)).unwrap_or_default();
            self.window.skip(length);
            match self.space()? {
                None => return Ok(None),
                Some(b':') => self.window.skip(1),
                Some(_) => continue,
            }
            let Some(first) = self.space()? else { return Ok(None) };
            match (key.as_str(), first) {
                ("log", b'{') if depth == 0 => {
                    if self.object(frame, 1, list)?.is_none() {
                        return Ok(None);
                    }
                }
                ("entries", b'[') => {
                    frame.has_entries = true;
                    self.window.skip(1);
                    match list(self)? {
                        End::List(place) => self.window.go_to(place),
                        End::Entry(_) | End::File => return Ok(None),
                    }
                }
                _ => {
                    let keep = Frame::wants(&key);
                    let Some(length) = self.value(keep)? else { return Ok(None) };
                    if keep {
                        frame.take(&key, self.window.first(length));
                        self.window.skip(length);
                    }
                }
            }
        }
    }

    /// Hands out entries up to the first one that begins at or behind a place of the file.
    pub fn entries(&mut self, until: Option<u64>, each: &mut Each<'_>) -> io::Result<End> {
        loop {
            match self.space()? {
                None => return Ok(End::File),
                Some(b']') => {
                    self.window.skip(1);
                    return Ok(End::List(self.window.place()));
                }
                Some(b'}') => self.window.skip(1),
                Some(_) => {
                    let place = self.window.place();
                    if until.is_some_and(|until| place >= until) {
                        return Ok(End::Entry(place));
                    }
                    if !self.entry(each)? {
                        return Ok(End::File);
                    }
                }
            }
        }
    }

    /// Hands out the entry that begins here. `false` when the text ends inside it.
    fn entry(&mut self, each: &mut Each<'_>) -> io::Result<bool> {
        let at = self.window.place();
        let read = loop {
            match self.tape.read(self.window.rest()) {
                Err(Stop::Cut) if self.window.more()? => {}
                other => break other,
            }
        };
        let length = match read {
            Ok(length) => length,
            Err(Stop::Cut) => return Ok(false),
            Err(Stop::Odd) => match self.value(true)? {
                None => return Ok(false),
                // a bracket that nothing opened
                Some(0) => {
                    self.window.skip(1);
                    return Ok(true);
                }
                Some(length) => length,
            },
        };
        let bytes = self.window.first(length);
        // the text is checked once, not string by string
        let text = std::str::from_utf8(bytes).ok().filter(|_| read.is_ok());
        each(Raw { at, bytes, node: text.and_then(|text| Node::of(&self.tape, text)) });
        self.window.skip(length);
        Ok(true)
    }

    /// The length of the value that begins here, whatever it is; what is not kept is left behind. `None` when the text
    /// ends inside it.
    fn value(&mut self, keep: bool) -> io::Result<Option<usize>> {
        self.walk(0, keep)
    }

    /// Goes behind the object or the list that this is the inside of. `None` when the text ends first.
    pub fn leave(&mut self) -> io::Result<Option<()>> {
        Ok(self.walk(1, false)?.map(|_| ()))
    }

    fn walk(&mut self, mut depth: usize, keep: bool) -> io::Result<Option<usize>> {
        let (mut quoted, mut escaped) = (false, false);
        let mut from = 0;
        loop {
            if from >= self.window.rest().len() && !self.window.more()? {
                return Ok((depth == 0 && !quoted && from > 0).then_some(from));
            }
            let text = self.window.rest();
            let mut next = from;
            let mut end = None;
            while let Some(&b) = text.get(next) {
                let at = next;
                next += 1;
                if escaped {
                    escaped = false;
                } else if quoted {
                    // most of a recording is inside texts
                    let Some(skip) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
                    else {
                        next = text.len();
                        break;
                    };
                    next = at + skip + 1;
                    escaped = text.get(at + skip) == Some(&b'\\');
                    quoted = escaped;
                    if !quoted && depth == 0 {
                        end = Some(next);
                        break;
                    }
                } else {
                    match b {
                        b'"' => quoted = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => {
                            end = Some(at);
                            break;
                        }
                        b'}' | b']' => {
                            depth -= 1;
                            if depth == 0 {
                                end = Some(next);
                                break;
                            }
                        }
                        _ => {}
                    }
                }
            }
            match (end, keep) {
                (Some(end), true) => return Ok(Some(end)),
                (Some(end), false) => {
                    self.window.skip(end);
                    return Ok(Some(0));
                }
                (None, true) => from = next,
                (None, false) => {
                    self.window.skip(next);
                    from = 0;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> (Vec<String>, Frame) {
        let mut out = Vec::new();
        let bytes = Bytes::Text(text.as_bytes());
        let frame = read(&bytes, &mut |raw| {
            let value = serde_json::from_slice::<serde_json::Value>(raw.bytes).ok();
            assert_eq!(raw.node.map(Node::to_value), value.filter(serde_json::Value::is_object));
            assert!(text.as_bytes().get(raw.at as usize..).is_some_and(|t| t.starts_with(raw.bytes)));
            out.push(String::from_utf8_lossy(raw.bytes).into_owned());
        });
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
    fn one_odd_entry_never_costs_the_others() {
        let (list, frame) = entries(
            "{\"log\": {\"entries\": [{\"a\": 1,}, {\"b\": \"x\ny\"}, 7, null, \"t\", {\"c\": tru}, {\"d\": [}]}, ], {\"e\": 1}]}}",
        );
        assert_eq!(
            list,
            ["{\"a\": 1,}", "{\"b\": \"x\ny\"}", "7", "null", "\"t\"", "{\"c\": tru}", "{\"d\": [}]"]
        );
        assert!(!frame.truncated);
    }

    #[test]
    fn texts_longer_than_the_buffer_are_whole() {
        let long = format!("{}\\\"}}]\\\\", "x".repeat(700_000));
        let odd = format!("{{\"b\": \"{long}\",}}");
        let text = format!(
            "{{\"log\": {{\"entries\": [{{\"a\": \"{long}\"}}, {odd}], \"x\": \"{long}\", \"version\": \"1\"}}}}"
        );
        let (list, frame) = entries(&text);
        assert_eq!(list, [format!("{{\"a\": \"{long}\"}}"), odd]);
        assert_eq!((frame.version.as_deref(), frame.truncated), (Some("1"), false));
    }

    #[test]
    fn a_recording_that_breaks_off_gives_what_it_has() {
        for rest in ["{\"b\": ", "{\"b\": \"", "{\"b\": 1,}, {", ""] {
            let (list, frame) = entries(&format!("{{\"log\": {{\"entries\": [{{\"a\": 1}}, {rest}"));
            assert_eq!(list.first().map(String::as_str), Some("{\"a\": 1}"));
            assert!(frame.truncated, "{rest}");
        }
    }
}
