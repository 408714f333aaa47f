use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer, SourceId};
use loadwright_import::{Object, Tree};

use crate::codes;
use crate::load::{Files, percent_decode};

/// Which specification a document follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    Swagger2,
    OpenApi30,
    OpenApi31,
    OpenApi32,
}

/// The version that a document says it has; lenient about patch numbers and types.
pub(crate) fn version_of(value: &Tree<'_>) -> Option<Version> {
    let text = |v: &Tree<'_>| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    if let Some(v) = value.get("swagger") {
        return text(v).starts_with('2').then_some(Version::Swagger2);
    }
    let v = text(value.get("openapi")?);
    match v.as_str() {
        v if v.starts_with("3.0") => Some(Version::OpenApi30),
        v if v.starts_with("3.1") => Some(Version::OpenApi31),
        v if v.starts_with("3.2") => Some(Version::OpenApi32),
        "3" => Some(Version::OpenApi30),
        v if v.starts_with("3.") => Some(Version::OpenApi32),
        _ => None,
    }
}

/// A value of the document, and where it stands.
///
/// The way to it is kept as links to its parents: most nodes are only looked at, and nobody asks where they are.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub value: &'a Tree<'a>,
    /// The file it is in; `None` is the main document.
    pub file: Option<&'a str>,
    parent: Option<Rc<Link<'a>>>,
    key: Key<'a>,
    source: SourceId,
    /// Where the reader has to look when the value is in another file: the place that refers to it.
    pinned: Option<Rc<Origin>>,
}

#[derive(Debug)]
struct Link<'a> {
    parent: Option<Rc<Self>>,
    key: Key<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Key<'a> {
    Root,
    Name(&'a str),
    Index(usize),
}

impl<'a> Node<'a> {
    pub fn get(&self, key: &str) -> Option<Self> {
        let (key, value) = self.object()?.get_key_value(key)?;
        Some(self.below(self.link(), Key::Name(key), value))
    }

    pub fn field(&self, key: &'a str, value: &'a Tree<'a>) -> Self {
        self.below(self.link(), Key::Name(key), value)
    }

    fn link(&self) -> Rc<Link<'a>> {
        Rc::new(Link { parent: self.parent.clone(), key: self.key })
    }

    fn below(&self, parent: Rc<Link<'a>>, key: Key<'a>, value: &'a Tree<'a>) -> Self {
        Node {
            value,
            file: self.file,
            parent: Some(parent),
            key,
            source: self.source,
            pinned: self.pinned.clone(),
        }
    }

    /// Where the reader has to look.
    pub fn origin(&self) -> Origin {
        if let Some(origin) = &self.pinned {
            return Origin::clone(origin);
        }
        let mut keys = vec![self.key];
        let mut link = self.parent.as_ref();
        while let Some(l) = link {
            keys.push(l.key);
            link = l.parent.as_ref();
        }
        let mut at = Pointer::root();
        for key in keys.into_iter().rev() {
            at = match key {
                Key::Root => at,
                Key::Name(name) => at.key(name),
                Key::Index(i) => at.index(i),
            };
        }
        Origin::new(self.source, at)
    }

    /// Makes the node and everything below it stand somewhere else for the reader.
    pub fn pin(&mut self, origin: Origin) {
        self.pinned = Some(Rc::new(origin));
    }

    pub fn object(&self) -> Option<&'a Object<'a>> {
        self.value.as_object()
    }

    pub fn fields(&self) -> impl Iterator<Item = (&'a str, Self)> + '_ {
        let link = self.link();
        self.object()
            .into_iter()
            .flat_map(Object::iter)
            .map(move |(k, v)| (k, self.below(Rc::clone(&link), Key::Name(k), v)))
    }

    pub fn items(&self) -> impl Iterator<Item = Self> + '_ {
        let link = self.link();
        self.value
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .map(move |(i, v)| self.below(Rc::clone(&link), Key::Index(i), v))
    }

    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Tree::as_str)
    }

    pub fn flag(&self, key: &str) -> bool {
        self.value.get(key).and_then(Tree::as_bool).unwrap_or(false)
    }

    /// The last piece of the way to it: `Pet` for `#/components/schemas/Pet`.
    pub fn name(&self) -> &'a str {
        match self.key {
            Key::Name(name) => name,
            Key::Root | Key::Index(_) => "",
        }
    }

    /// Names the value for cycle checks: no two values of the documents share it.
    pub fn key(&self) -> usize {
        std::ptr::from_ref(self.value) as usize
    }
}

/// The whole document with its references.
pub(crate) struct Document<'a> {
    pub files: &'a Files<'a>,
    pub version: Version,
    source: SourceId,
    /// What references of the main document to itself lead to.
    targets: RefCell<HashMap<&'a str, Option<Node<'a>>>>,
}

impl<'a> Document<'a> {
    pub fn new(files: &'a Files<'a>, version: Version, source: SourceId) -> Self {
        Self { files, version, source, targets: RefCell::default() }
    }

    pub fn root(&self) -> Node<'a> {
        Node {
            value: self.files.main,
            file: None,
            parent: None,
            key: Key::Root,
            source: self.source,
            pinned: None,
        }
    }

    /// Follows `$ref`s until something else stands there. A reference that leads nowhere is reported and gives `None`.
    pub fn resolve(&self, node: &Node<'a>, diagnostics: &mut Diagnostics) -> Option<Node<'a>> {
        let found = self.follow(node);
        if found.is_none() {
            let target = node.text("$ref").unwrap_or_default();
            let finding = Diagnostic::new(
                &codes::BAD_REF,
                format!("`{target}` leads nowhere"),
                node.origin().key("$ref"),
            );
            if !diagnostics.contains(&finding) {
                diagnostics.push(finding);
            }
        }
        found
    }

    /// The same without a report.
    pub fn follow(&self, node: &Node<'a>) -> Option<Node<'a>> {
        let mut node = node.clone();
        for _ in 0..64 {
            let Some(reference) = node.text("$ref") else { return Some(node) };
            node = self.target(&node, reference)?;
        }
        None
    }

    fn target(&self, from: &Node<'a>, reference: &'a str) -> Option<Node<'a>> {
        if from.file.is_some() || !reference.starts_with('#') {
            return self.looked_up(from, reference);
        }
        if let Some(known) = self.targets.borrow().get(reference) {
            return known.clone();
        }
        // a reference whose way leads through itself leads nowhere
        self.targets.borrow_mut().insert(reference, None);
        let found = self.looked_up(from, reference);
        self.targets.borrow_mut().insert(reference, found.clone());
        found
    }

    fn looked_up(&self, from: &Node<'a>, reference: &'a str) -> Option<Node<'a>> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let mut node = if file.is_empty() {
            match from.file {
                None => self.root(),
                Some(name) => self.in_file(name, from)?,
            }
        } else {
            let name = self.files.name_of(file, from.file);
            self.in_file(&name, from)?
        };
        if fragment.is_empty() {
            return Some(node);
        }
        if !fragment.starts_with('/') {
            return self.anchor(&node, fragment);
        }
        for token in Pointer::from_text(percent_decode(fragment)).tokens() {
            let next = match node.value {
                Tree::Object(_) => node.get(&token),
                Tree::Array(items) => {
                    let i = token.parse::<usize>().ok()?;
                    items.get(i).map(|v| node.below(node.link(), Key::Index(i), v))
                }
                _ => None,
            };
            node = match next {
                Some(next) => next,
                // a pointer may lead through another reference
                None => {
                    let through = self.target(&node, node.text("$ref")?)?;
                    through.get(&token)?
                }
            };
        }
        Some(node)
    }

    fn in_file(&self, name: &str, from: &Node<'a>) -> Option<Node<'a>> {
        let (name, value) = self.files.others.get_key_value(name)?;
        let pinned = Some(from.pinned.clone().unwrap_or_else(|| Rc::new(from.origin())));
        Some(Node { value, file: Some(name), parent: None, key: Key::Root, source: self.source, pinned })
    }

    /// `#name` of a 3.1 schema: whoever says `$anchor: name` or `$id: name`.
    #[expect(
        clippy::self_only_used_in_recursion,
        reason = "a method beside the others that follow references"
    )]
    fn anchor(&self, node: &Node<'a>, name: &str) -> Option<Node<'a>> {
        if ["$anchor", "$dynamicAnchor"].iter().any(|k| node.text(k) == Some(name)) {
            return Some(node.clone());
        }
        node.fields().map(|(_, n)| n).chain(node.items()).find_map(|n| self.anchor(&n, name))
    }
}
