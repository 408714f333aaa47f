use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_import::{ImportOptions, Source, Tree, read};

use crate::codes;

/// The document and every file that it refers to, read once before anything looks at them.
pub(crate) struct Files<'a> {
    pub main: &'a Tree<'a>,
    /// By the name that references resolve to: an absolute path or an address.
    pub others: IndexMap<String, Tree<'static>>,
    pub folder: Option<PathBuf>,
    /// Address of the main document, when it has one.
    pub address: Option<String>,
}

const MOST_FILES: usize = 2_000;

/// Reads what `$ref`s point to, transitively. What cannot be read is a finding, not an error.
pub(crate) fn load<'a>(
    source: &Source,
    main: &'a Tree<'a>,
    options: &ImportOptions,
    diagnostics: &mut Diagnostics,
) -> Files<'a> {
    let address = source.name.starts_with("http").then(|| source.name.clone());
    let folder = source.folder().map(Path::to_path_buf).or_else(|| options.folder.clone());
    let mut files = Files { main, others: IndexMap::new(), folder, address };
    let mut queue: Vec<(String, Origin)> = Vec::new();
    let at = |way: &[Way<'_>]| {
        let pointer = way.iter().fold(Pointer::root(), |at, step| match step {
            Way::Key(key) => at.key(key),
            Way::Index(i) => at.index(*i),
        });
        Origin::new(source.id, pointer)
    };
    references(main, &mut Vec::new(), &mut |reference, way| {
        files.queue(reference, None, &mut queue, || at(way));
    });
    let mut refused: Vec<String> = Vec::new();
    while let Some((name, origin)) = queue.pop() {
        if files.others.contains_key(&name) || refused.contains(&name) || files.others.len() >= MOST_FILES {
            continue;
        }
        match read_one(&name, options) {
            Ok(value) => {
                // pointers into other files mean nothing in the main one
                references(&value, &mut Vec::new(), &mut |reference, _| {
                    files.queue(reference, Some(&name), &mut queue, || origin.clone());
                });
                files.others.insert(name, value);
            }
            Err((code, why)) => {
                diagnostics.push(Diagnostic::new(code, format!("failed to read {name}: {why}"), origin));
                refused.push(name);
            }
        }
    }
    files
}

fn read_one(
    name: &str,
    options: &ImportOptions,
) -> Result<Tree<'static>, (&'static loadwright_diagnostic::CodeInfo, String)> {
    let text = if name.starts_with("http://") || name.starts_with("https://") {
        let Some(fetch) = options.fetcher.filter(|_| options.fetch) else {
            return Err((&codes::REMOTE_REF, "remote references are read with --fetch only".to_owned()));
        };
        fetch(name).map_err(|e| (&codes::REMOTE_REF, e))?
    } else {
        let bytes = std::fs::read(name).map_err(|e| (&codes::BAD_REF, e.to_string()))?;
        read::decode(bytes)
    };
    read::tree(&text).map(|(v, _)| v.into_owned()).map_err(|e| (&codes::BAD_REF, e.message))
}

/// One step on the way to a value.
enum Way<'a> {
    Key(&'a str),
    Index(usize),
}

/// Every reference that stands in a value, and the way to the object that has it.
fn references<'v>(value: &'v Tree<'_>, way: &mut Vec<Way<'v>>, out: &mut dyn FnMut(&str, &[Way<'v>])) {
    match value {
        Tree::Object(fields) => {
            if let Some(reference) = fields.get("$ref").and_then(Tree::as_str) {
                out(reference, way);
            }
            for (key, value) in fields.iter() {
                way.push(Way::Key(key));
                references(value, way, out);
                way.pop();
            }
        }
        Tree::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                way.push(Way::Index(i));
                references(item, way, out);
                way.pop();
            }
        }
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {}
    }
}

impl Files<'_> {
    /// Notes the file that a reference names, with the place of the first reference to it.
    fn queue(
        &self,
        reference: &str,
        base: Option<&str>,
        queue: &mut Vec<(String, Origin)>,
        at: impl FnOnce() -> Origin,
    ) {
        let file = reference.split('#').next().unwrap_or_default();
        if file.is_empty() {
            return;
        }
        let name = self.name_of(file, base);
        if !queue.iter().any(|(n, _)| *n == name) {
            queue.push((name, at()));
        }
    }

    /// The name of a file as another file refers to it.
    pub fn name_of(&self, reference: &str, base: Option<&str>) -> String {
        if reference.contains("://") {
            return reference.to_owned();
        }
        let base = base.or(self.address.as_deref());
        if let Some(address) = base.filter(|b| b.contains("://")) {
            let folder = address.rsplit_once('/').map_or(address, |(f, _)| f);
            return normal(&format!("{folder}/{reference}"));
        }
        let reference = percent_decode(reference.trim_start_matches("file:"));
        let folder = base
            .and_then(|b| Path::new(b).parent().map(Path::to_path_buf))
            .or_else(|| self.folder.clone())
            .unwrap_or_default();
        normal(&folder.join(reference).to_string_lossy())
    }
}

/// Removes `.` and `..` without asking the disk.
fn normal(path: &str) -> String {
    let (scheme, rest) = path.split_once("://").map_or(("", path), |(s, r)| (s, r));
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|p| *p != ".." && !p.is_empty()) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if scheme.is_empty() { joined } else { format!("{scheme}://{joined}") }
}

pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        let hex = text.get(i + 1..i + 3).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (b, hex) {
            (b'%', Some(value)) => {
                out.push(value);
                i += 3;
            }
            _ => {
                out.push(b);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_dots() {
        assert_eq!(normal("/a/b/../c/./d.yaml"), "/a/c/d.yaml");
        assert_eq!(normal("https://h/a/../b.json"), "https://h/b.json");
        assert_eq!(normal("../x.yaml"), "../x.yaml");
        assert_eq!(percent_decode("a%20b%2"), "a b%2");
    }
}
