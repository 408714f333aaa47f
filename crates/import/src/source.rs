use std::cell::OnceCell;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use loadwright_diagnostic::{Place, Pointer, SourceId, locate_json};

use crate::yaml::locate_yaml;
use crate::{ImportError, Tree, read};

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
    /// Where each line begins.
    lines: OnceCell<Vec<usize>>,
}

/// Findings in larger files have a pointer and no line.
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
            lines: OnceCell::new(),
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
            lines: OnceCell::new(),
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

    /// The content piece by piece, for formats too large to hold. UTF-16 has no such reader: take [`Source::text`].
    pub fn reader(&self) -> io::Result<Box<dyn io::Read + '_>> {
        match (&self.path, self.text.get()) {
            (Some(path), None) => {
                Ok(Box::new(io::BufReader::with_capacity(256 * 1024, fs::File::open(path)?)))
            }
            (_, text) => Ok(Box::new(text.map_or("", String::as_str).as_bytes())),
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

    /// A line of the text, counted from 1.
    pub fn line(&self, number: usize) -> Option<&str> {
        let text = self.text().ok()?;
        let starts = self.lines.get_or_init(|| {
            let after = |(i, _)| i + 1;
            std::iter::once(0).chain(text.match_indices('\n').map(after)).collect()
        });
        let start = *starts.get(number.checked_sub(1)?)?;
        text.get(start..)?.lines().next()
    }

    /// Line and column of what a pointer names; the nearest parent when it does not exist.
    pub fn locate(&self, pointer: &Pointer) -> Option<Place> {
        self.locate_all(&[pointer]).into_iter().next().flatten()
    }

    /// The same for many pointers in one walk through the text.
    pub fn locate_all(&self, pointers: &[&Pointer]) -> Vec<Option<Place>> {
        let nowhere = || vec![None; pointers.len()];
        // a file that was never held is not held for the sake of a line number
        if self.text.get().is_none() && self.size() > MOST_TO_LOCATE {
            return nowhere();
        }
        let Ok(text) = self.text() else { return nowhere() };
        let syntax = self.syntax.get().copied().unwrap_or_else(|| read::syntax(text));
        match syntax {
            Syntax::Json => locate_json(text, pointers),
            Syntax::Yaml => locate_yaml(text, pointers),
        }
    }
}
