use loadwright_import::Tree;

use crate::document::{Document, Node, Version};

/// Questions about a schema that every version answers in its own way.
#[derive(Debug, Clone)]
pub(crate) struct Schema<'a> {
    pub node: Node<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
    /// The schema does not say.
    Any,
}

impl<'a> Schema<'a> {
    pub fn new(node: Node<'a>) -> Self {
        Self { node }
    }

    pub fn get(&self, key: &str) -> Option<&'a Tree<'a>> {
        self.node.value.get(key)
    }

    /// The declared type, else the one that the keywords imply. The first that is not null of a 3.1 list.
    pub fn kind(&self) -> Kind {
        let declared = match self.get("type") {
            Some(Tree::String(s)) => Some(s.as_ref()),
            Some(Tree::Array(list)) => {
                list.iter().filter_map(Tree::as_str).find(|t| *t != "null").or_else(|| list.first()?.as_str())
            }
            _ => None,
        };
        match declared {
            Some("null") => Kind::Null,
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("string" | "file") => Kind::String,
            Some("array") => Kind::Array,
            Some("object") => Kind::Object,
            // names of other languages, as documents written by hand have them
            Some(other) => match other.to_ascii_lowercase().as_str() {
                "bool" => Kind::Boolean,
                "int" | "int32" | "int64" | "long" => Kind::Integer,
                "float" | "double" | "decimal" => Kind::Number,
                "str" | "text" | "date" | "datetime" | "uuid" => Kind::String,
                "list" => Kind::Array,
                "dict" | "map" | "json" => Kind::Object,
                _ => self.implied(),
            },
            None => self.implied(),
        }
    }

    fn implied(&self) -> Kind {
        let any = |keys: &[&str]| keys.iter().any(|k| self.get(k).is_some());
        if any(&["properties", "additionalProperties", "required", "minProperties", "patternProperties"]) {
            Kind::Object
        } else if any(&["items", "prefixItems", "minItems", "uniqueItems"]) {
            Kind::Array
        } else if any(&["pattern", "minLength", "maxLength", "format"]) {
            Kind::String
        } else if any(&["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"]) {
            Kind::Number
        } else {
            Kind::Any
        }
    }

    pub fn is_nullable(&self) -> bool {
        self.node.flag("nullable")
            || self.node.flag("x-nullable")
            || self
                .get("type")
                .and_then(Tree::as_array)
                .is_some_and(|l| l.iter().any(|t| t.as_str() == Some("null")))
    }

    /// Candidate values that the document itself gives, best first.
    pub fn given(&self) -> Vec<&'a Tree<'a>> {
        let mut out = Vec::new();
        out.extend(self.get("const"));
        out.extend(self.get("example"));
        out.extend(self.get("x-example"));
        match self.get("examples") {
            Some(Tree::Array(list)) => out.extend(list),
            Some(Tree::Object(map)) => out.extend(map.values().map(|v| v.get("value").unwrap_or(v))),
            _ => {}
        }
        out.extend(self.get("default"));
        if let Some(list) = self.get("enum").and_then(Tree::as_array) {
            out.extend(list.iter().filter(|v| !v.is_null()).chain(list.iter().filter(|v| v.is_null())));
        }
        out
    }

    /// Whether the schema itself, or what it refers to, gives a value.
    pub fn gives(&self, document: &Document<'a>) -> bool {
        let Some(node) = document.follow(&self.node) else { return false };
        let schema = Self::new(node);
        let first = schema.list("allOf").into_iter().chain(schema.list("oneOf").into_iter().take(1));
        !schema.given().is_empty()
            || schema.kind() == Kind::Boolean
            || first
                .chain(schema.list("anyOf").into_iter().take(1))
                .any(|s| document.follow(&s.node).is_some_and(|n| !Self::new(n).given().is_empty()))
    }

    pub fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Tree::as_f64)
    }

    pub fn size(&self, key: &str) -> Option<usize> {
        self.get(key)
            .and_then(|v| v.as_u64().or_else(|| v.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64)))
            .map(|n| usize::try_from(n).unwrap_or(usize::MAX))
    }

    /// Lower bound and whether it is excluded; both the boolean and the numeric form of `exclusiveMinimum`.
    pub fn lower(&self) -> Option<(f64, bool)> {
        bound(self.number("minimum"), self.get("exclusiveMinimum"), f64::max)
    }

    pub fn upper(&self) -> Option<(f64, bool)> {
        bound(self.number("maximum"), self.get("exclusiveMaximum"), f64::min)
    }

    pub fn required(&self) -> Vec<&'a str> {
        self.get("required").and_then(Tree::as_array).into_iter().flatten().filter_map(Tree::as_str).collect()
    }

    pub fn properties(&self) -> Vec<(&'a str, Schema<'a>)> {
        self.node
            .get("properties")
            .map(|p| {
                let list: Vec<_> = p.fields().map(|(k, n)| (k, Schema::new(n))).collect();
                list
            })
            .unwrap_or_default()
    }

    pub fn list(&self, key: &str) -> Vec<Schema<'a>> {
        self.node.get(key).map(|l| l.items().map(Schema::new).collect()).unwrap_or_default()
    }

    pub fn child(&self, key: &str) -> Option<Schema<'a>> {
        self.node.get(key).filter(|n| n.value.is_object()).map(Schema::new)
    }

    /// Whether keywords beside `$ref` count: only from 3.1 on.
    pub fn has_siblings(&self, document: &Document<'a>) -> bool {
        document.version >= Version::OpenApi31
            && self.node.object().is_some_and(|o| {
                o.len() > 1
                    && o.keys()
                        .any(|k| !matches!(k, "$ref" | "description" | "summary" | "title" | "deprecated"))
            })
    }
}

fn bound(
    plain: Option<f64>,
    exclusive: Option<&Tree<'_>>,
    tighter: fn(f64, f64) -> f64,
) -> Option<(f64, bool)> {
    match (plain, exclusive) {
        (Some(p), Some(Tree::Bool(true))) => Some((p, true)),
        (p, Some(Tree::Number(n))) => {
            let e = n.as_f64()?;
            match p {
                Some(p) if tighter(p, e) != e => Some((p, false)),
                _ => Some((e, true)),
            }
        }
        (Some(p), _) => Some((p, false)),
        (None, _) => None,
    }
}
