use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer, SourceId};
use serde_json::{Map, Value};

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
pub(crate) fn version_of(value: &Value) -> Option<Version> {
    let text = |v: &Value| match v {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    };
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
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub value: &'a Value,
    pub origin: Origin,
    /// The file it is in; `None` is the main document.
    pub file: Option<&'a str>,
    /// Identifies the value in its file, for cycles.
    pub at: Pointer,
}

impl<'a> Node<'a> {
    pub fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key)?;
        Some(self.step(value, |p| p.key(key)))
    }

    pub fn field(&self, key: &str, value: &'a Value) -> Self {
        self.step(value, |p| p.key(key))
    }

    fn step(&self, value: &'a Value, down: impl Fn(&Pointer) -> Pointer) -> Self {
        let origin = if self.file.is_none() {
            Origin::new(self.origin.source, down(&self.origin.at))
        } else {
            self.origin.clone()
        };
        Node { value, origin, file: self.file, at: down(&self.at) }
    }

    pub fn object(&self) -> Option<&'a Map<String, Value>> {
        self.value.as_object()
    }

    pub fn fields(&self) -> impl Iterator<Item = (&'a String, Self)> + '_ {
        self.object().into_iter().flatten().map(|(k, v)| (k, self.field(k, v)))
    }

    pub fn items(&self) -> impl Iterator<Item = Self> + '_ {
        self.value.as_array().into_iter().flatten().enumerate().map(|(i, v)| self.step(v, |p| p.index(i)))
    }

    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    pub fn flag(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Names the value for cycle checks.
    pub fn key(&self) -> (Option<&'a str>, String) {
        (self.file, self.at.as_str().to_owned())
    }
}

/// The whole document with its references.
pub(crate) struct Document<'a> {
    pub files: &'a Files<'a>,
    pub version: Version,
    source: SourceId,
}

impl<'a> Document<'a> {
    pub fn new(files: &'a Files<'a>, version: Version, source: SourceId) -> Self {
        Self { files, version, source }
    }

    pub fn root(&self) -> Node<'a> {
        Node {
            value: self.files.main,
            origin: Origin::new(self.source, Pointer::root()),
            file: None,
            at: Pointer::root(),
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
                node.origin.key("$ref"),
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

    fn target(&self, from: &Node<'a>, reference: &str) -> Option<Node<'a>> {
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
                Value::Object(map) => map.get(&token).map(|v| node.step(v, |p| p.key(&token))),
                Value::Array(items) => {
                    let i = token.parse::<usize>().ok()?;
                    items.get(i).map(|v| node.step(v, |p| p.index(i)))
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
        Some(Node { value, origin: from.origin.clone(), file: Some(name), at: Pointer::root() })
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
