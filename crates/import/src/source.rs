use std::cell::{OnceCell, RefCell};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use loadwright_diagnostic::{Place, Pointer, SourceId, locate_json};

use crate::excerpt::{Excerpt, Excerpts};
use crate::yaml::locate_yaml;
use crate::{Bytes, ImportError, Tree, read};

/// One input: a file, standard input, or what a URL answered. A file is read when its text is first asked for.
#[derive(Debug)]
pub struct Source {
    pub id: SourceId,
    /// As the user wrote it, for messages.
    pub name: String,
    path: Option<PathBuf>,
    text: OnceCell<String>,
    value: OnceCell<serde_json::Value>,
    syntax: OnceCell<Syntax>,
    /// As much of a file that was never held as findings have asked for.
    beginning: RefCell<String>,
    excerpts: Excerpts,
}

/// How far into a file that was never held findings are looked for at first, and at most: behind that they have a pointer
/// and no line.
const LITTLE: usize = 256 * 1024;
const MOST_TO_LOCATE: usize = 64 * 1024 * 1024;

/// How a text is to be read for positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    Json,
    Yaml,
}

impl Source {
    pub fn file(id: SourceId, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.display().to_string();
        Self {
            id,
            name,
            path: Some(path),
            text: OnceCell::new(),
            value: OnceCell::new(),
            syntax: OnceCell::new(),
            beginning: RefCell::default(),
            excerpts: Excerpts::default(),
        }
    }

    pub fn text_of(id: SourceId, name: impl Into<String>, text: String) -> Self {
        let source = Self {
            id,
            name: name.into(),
            path: None,
            text: OnceCell::new(),
            value: OnceCell::new(),
            syntax: OnceCell::new(),
            beginning: RefCell::default(),
            excerpts: Excerpts::default(),
        };
        let _ = source.text.set(text);
        source
    }

    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder that relative names in the source refer to.
    pub fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// The whole content as text; bytes that are not UTF-8 become U+FFFD, UTF-16 is decoded by its mark.
    pub fn text(&self) -> Result<&str, ImportError> {
        if self.text.get().is_none() {
            let path = self.path.as_deref().unwrap_or_else(|| Path::new(""));
            let bytes =
                fs::read(path).map_err(|e| ImportError::new(format!("failed to read {}: {e}", self.name)))?;
            let _ = self.text.set(read::decode(bytes));
        }
        Ok(self.text.get().map_or("", String::as_str))
    }

    /// The content as it is in the file, for formats too large to hold. Of UTF-16 these are no characters: take
    /// [`Source::text`].
    pub fn bytes(&self) -> io::Result<Bytes<'_>> {
        match (&self.path, self.text.get()) {
            (Some(path), None) => fs::File::open(path).map(Bytes::File),
            (_, text) => Ok(Bytes::Text(text.map_or("", String::as_str).as_bytes())),
        }
    }

    /// Bytes of the content, as far as they are known without reading it.
    pub fn size(&self) -> usize {
        let file = || self.path.as_ref().and_then(|p| fs::metadata(p).ok()).map_or(0, |m| m.len());
        self.text.get().map_or_else(|| usize::try_from(file()).unwrap_or(usize::MAX), String::len)
    }

    /// The first bytes, without reading the rest of a large file.
    pub fn head(&self) -> io::Result<String> {
        const HEAD: usize = 64 * 1024;
        if let Some(text) = self.text.get() {
            return Ok(text.chars().take(HEAD).collect());
        }
        let mut buffer = Vec::new();
        if let Some(path) = &self.path {
            fs::File::open(path)?.take(HEAD as u64).read_to_end(&mut buffer)?;
        }
        Ok(read::decode(buffer))
    }

    /// The content as a JSON value in source order, from JSON (comments, trailing commas and a byte order mark allowed)
    /// or YAML 1.2.
    pub fn value(&self) -> Result<&serde_json::Value, ImportError> {
        if self.value.get().is_none() {
            let (value, syntax) = read::value(self.text()?)?;
            let _ = self.value.set(value);
            let _ = self.syntax.set(syntax);
        }
        Ok(self.value.get().unwrap_or(&serde_json::Value::Null))
    }

    /// The same as a tree that borrows from the text; it is made anew each time, and kept by nobody.
    pub fn tree(&self) -> Result<Tree<'_>, ImportError> {
        let (tree, syntax) = read::tree(self.text()?)?;
        let _ = self.syntax.set(syntax);
        Ok(tree)
    }

    /// The line of a place, or what is around it when the line is long. Places in ascending order are found fastest.
    pub fn excerpt(&self, place: Place) -> Option<Excerpt> {
        match self.text.get() {
            Some(text) => self.excerpts.get(text, place),
            None => self.excerpts.get(&self.beginning.borrow(), place),
        }
    }

    /// Line and column of what a pointer names; the nearest parent when it does not exist.
    pub fn locate(&self, pointer: &Pointer) -> Option<Place> {
        self.locate_all(&[pointer]).into_iter().next().flatten()
    }

    /// The same for many pointers in one walk through the text.
    pub fn locate_all(&self, pointers: &[&Pointer]) -> Vec<Option<Place>> {
        let nowhere = || vec![None; pointers.len()];
        if let (None, Some(path)) = (self.text.get(), &self.path)
            && let Some(found) = self.locate_early(path, pointers)
        {
            return found;
        }
        let Ok(text) = self.text() else { return nowhere() };
        let syntax = self.syntax.get().copied().unwrap_or_else(|| read::syntax(text));
        match syntax {
            Syntax::Json => locate_json(text, pointers),
            Syntax::Yaml => locate_yaml(text, pointers),
        }
    }

    /// The same, when all of it stands at the beginning of a JSON file: no more is read than that. A large file is not held
    /// for the sake of a line number: what stands far behind its beginning has none.
    fn locate_early(&self, path: &Path, pointers: &[&Pointer]) -> Option<Vec<Option<Place>>> {
        let size = self.size();
        let is_large = size > MOST_TO_LOCATE;
        let mut most = LITTLE;
        let mut known = None;
        while most < size && most <= MOST_TO_LOCATE {
            let mut bytes = Vec::with_capacity(most);
            fs::File::open(path).ok()?.take(most as u64).read_to_end(&mut bytes).ok()?;
            let text = read::decode(bytes);
            if read::syntax(&text) == Syntax::Yaml {
                return is_large.then(|| vec![None; pointers.len()]);
            }
            let found = locate_json(&text, pointers);
            let all = found.iter().all(Option::is_some);
            self.beginning.replace(text);
            if all {
                return Some(found);
            }
            known = Some(found);
            most *= 8;
        }
        known.filter(|_| is_large)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_is_read_as_far_as_its_findings_go() {
        let items: Vec<String> = (0..40_000).map(|i| format!("{{\"n\": {i}}}")).collect();
        let text = format!("{{\"list\": [{}],\n \"end\": \"é\"}}", items.join(", "));
        assert!(text.len() > LITTLE);
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let whole = Source::text_of(SourceId::default(), "text", text.clone());
        for (pointers, early) in [
            (["/list", "/list/7/n"], true),
            (["/list/20", "/list/39999/n"], false),
            (["/list/3", "/end"], false),
        ] {
            let source = Source::file(SourceId::default(), file.path());
            let pointers = pointers.map(Pointer::from_text);
            let places = source.locate_all(&pointers.iter().collect::<Vec<_>>());
            assert_eq!(places, whole.locate_all(&pointers.iter().collect::<Vec<_>>()));
            assert_eq!(source.text.get().is_none(), early, "{pointers:?}");
            for place in places.into_iter().flatten() {
                assert_eq!(source.excerpt(place), whole.excerpt(place));
            }
        }
    }
}
