use std::sync::Arc;

use loadwright_diagnostic::Origin;
use loadwright_import::Bytes;
use loadwright_scenario::{Place, SentText, Spelling};

use crate::intern::Words;
use crate::node::Node;
use crate::places::places;
use crate::tape::Tape;

/// The texts of an entry's request: at hand, or in the file.
#[derive(Debug, Default)]
pub(crate) enum Texts {
    #[default]
    None,
    Here(Vec<SentText>),
    /// Where the entry stands.
    There(Arc<Bytes<'static>>, Place),
}

impl Texts {
    fn list(&self) -> Option<Vec<SentText>> {
        match self {
            Self::None => None,
            Self::Here(list) => Some(list.clone()),
            Self::There(file, place) => Some(read(file, *place).unwrap_or_default()),
        }
    }
}

/// Nothing when the file is another one by now.
fn read(file: &Bytes<'_>, place: Place) -> Option<Vec<SentText>> {
    let mut bytes = vec![0; place.length as usize];
    file.read_exact_at(place.start, &mut bytes).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let mut tape = Tape::default();
    tape.read(text.as_bytes()).ok()?;
    Some(places(Node::of(&tape, text)?, &mut Words::default()))
}

/// How a recording spells its requests.
#[derive(Debug)]
pub(crate) struct Requests {
    /// Where the list of entries is.
    entries: Origin,
    /// By the position of the entry.
    texts: Vec<Texts>,
}

impl Requests {
    pub fn new(entries: Origin) -> Self {
        Self { entries, texts: Vec::new() }
    }

    pub fn put(&mut self, index: usize, texts: Texts) {
        if self.texts.len() <= index {
            self.texts.resize_with(index + 1, Texts::default);
        }
        if let Some(place) = self.texts.get_mut(index) {
            *place = texts;
        }
    }
}

impl Spelling for Requests {
    fn of(&self, origin: &Origin) -> Option<Vec<SentText>> {
        let below = origin.at.as_str().strip_prefix(self.entries.at.as_str())?.strip_prefix('/')?;
        let index = below.parse::<usize>().ok().filter(|_| origin.source == self.entries.source)?;
        self.texts.get(index)?.list()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use loadwright_diagnostic::{Pointer, SourceId};

    use super::*;

    #[test]
    fn texts_are_the_same_at_hand_and_in_the_file() {
        let entry = r#"{"request": {"headers": [{"name": "a", "value": "é\n"}], "url": "https://a.test"}}"#;
        let mut tape = Tape::default();
        tape.read(entry.as_bytes()).expect("JSON");
        let here = places(Node::of(&tape, entry).expect("an object"), &mut Words::default());
        assert_eq!(here.iter().map(|t| t.text.as_str()).collect::<Vec<_>>(), ["é\n", "https://a.test"]);
        let mut file = tempfile::tempfile().expect("a file");
        write!(file, "  {entry} ").expect("written");
        let file = Arc::new(Bytes::File(file));
        let at = |start| Texts::There(Arc::clone(&file), Place { start, length: entry.len() as u32 });
        let entries = Origin::new(SourceId(1), Pointer::root().key("log").key("entries"));
        let mut requests = Requests::new(entries.clone());
        requests.put(3, at(2));
        requests.put(1, Texts::Here(here.clone()));
        // behind the end of a file that has become shorter
        requests.put(4, at(9));
        assert_eq!(requests.of(&entries.index(3)), Some(here.clone()));
        assert_eq!(requests.of(&entries.index(1)), Some(here));
        assert_eq!(requests.of(&entries.index(4)), Some(Vec::new()));
        for other in [entries.index(0), entries.index(5), entries.clone(), Origin::default()] {
            assert_eq!(requests.of(&other), None);
        }
        let elsewhere = Origin { source: SourceId(0), ..entries.index(1) };
        assert_eq!(requests.of(&elsewhere), None);
    }
}
