use std::sync::Arc;

use loadwright_import::Bytes;
use loadwright_scenario::{Archive, Content, Place};

use crate::entry::from_base64;
use crate::sent;
use crate::unescape::unescaped;

/// The file of a recording, as a place where the texts of answers are left.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    plain: Arc<Texts>,
    base64: Arc<Texts>,
}

#[derive(Debug)]
struct Texts {
    file: Arc<Bytes<'static>>,
    base64: bool,
}

/// Answers beyond this are no evidence for anything.
const MOST: usize = 2 * 1024 * 1024;

impl Recording {
    pub fn new(file: Bytes<'static>) -> Self {
        let file = Arc::new(file);
        let texts = |base64| Arc::new(Texts { file: Arc::clone(&file), base64 });
        Self { plain: texts(false), base64: texts(true) }
    }

    /// The texts of an entry that begins at a place of the file.
    pub fn texts(&self, entry: &[u8], start: u64) -> Option<sent::Texts> {
        let length = u32::try_from(entry.len()).ok()?;
        Some(sent::Texts::There(Arc::clone(&self.plain.file), Place { start, length }))
    }

    /// The answer whose text, a JSON string with its quotes, stands at a place of the file.
    pub fn content(&self, text: &str, start: u64, base64: bool) -> Content {
        match u32::try_from(text.len()) {
            Ok(length) if length as usize <= MOST || !is_too_long(text) => {
                let texts = if base64 { &self.base64 } else { &self.plain };
                Content::in_archive(Arc::clone(texts) as Arc<dyn Archive>, Place { start, length })
            }
            _ => Content::default(),
        }
    }
}

impl Archive for Texts {
    fn read(&self, place: Place) -> Vec<u8> {
        let mut text = vec![0; place.length as usize];
        match self.file.read_exact_at(place.start, &mut text) {
            Ok(()) => decoded(&text, self.base64),
            // the file is another one by now
            Err(_) => Vec::new(),
        }
    }
}

/// The answer that a JSON string is the text of, at hand.
pub(crate) fn content(text: &str, base64: bool) -> Content {
    if text.len() > MOST && is_too_long(text) {
        return Content::default();
    }
    decoded(text.as_bytes(), base64).into()
}

fn is_too_long(text: &str) -> bool {
    unescaped(text.as_bytes()).len() > MOST
}

fn decoded(text: &[u8], base64: bool) -> Vec<u8> {
    let plain = unescaped(text);
    if !base64 {
        return plain;
    }
    std::str::from_utf8(&plain).ok().and_then(from_base64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn answers_are_read_where_they_stand() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(br#"{"text": "a\"b", "more": "aGk="}"#).expect("written");
        let recording = Recording::new(Bytes::File(file));
        assert_eq!(recording.content(r#""a\"b""#, 9, false), Content::from("a\"b"));
        assert_eq!(recording.content(r#""aGk=""#, 25, true), Content::from("hi"));
        // behind the end of a file that has become shorter
        assert!(recording.content(r#""aGk=""#, 28, true).is_empty());
        assert_eq!(content(r#""aGk=""#, true), Content::from("hi"));
        let long = format!("\"{}\"", "x".repeat(MOST + 1));
        assert!(content(&long, false).is_empty() && recording.content(&long, 0, false).is_empty());
    }
}
