//! Arrays and objects that are built from their schemas.

use indexmap::IndexMap;
use loadwright_import::Tree;
use serde_json::{Map, Value};

use super::Sampler;
use crate::scalar;
use crate::schema::{Kind, Schema};
use crate::valid::Direction;

pub(super) fn nth_enum(schema: &Schema<'_>, n: usize) -> Option<Value> {
    schema.get("enum")?.as_array()?.get(n).map(Tree::to_value)
}

/// A property that a client would fill in: text or a number, not the id that the server gives.
pub(super) fn is_plain(key: &str, schemas: &[Schema<'_>]) -> bool {
    key != "id"
        && schemas.iter().all(|s| {
            matches!(s.kind(), Kind::String | Kind::Integer | Kind::Number | Kind::Boolean)
                && !s.is_nullable()
        })
}

impl<'a> Sampler<'_, 'a> {
    pub(super) fn array(&mut self, parts: &[Schema<'a>], name: &str, depth: usize) -> Option<Value> {
        let min = parts.iter().filter_map(|p| p.size("minItems")).max().unwrap_or(0);
        let max = parts.iter().filter_map(|p| p.size("maxItems")).min().unwrap_or(usize::MAX);
        let want = min.max(1).min(max).min(200);
        let prefix: Vec<Schema<'a>> = parts.iter().flat_map(|p| p.list("prefixItems")).collect();
        let items: Vec<Schema<'a>> = parts.iter().filter_map(|p| p.child("items")).collect();
        let singular = name.strip_suffix('s').unwrap_or(name);
        let mut out: Vec<Value> = Vec::new();
        for schema in prefix.iter().take(max) {
            out.push(self.value(std::slice::from_ref(schema), singular, depth + 1)?);
        }
        let unique = parts.iter().any(|p| p.node.flag("uniqueItems"));
        let mut tries = 0;
        while out.len() < want && tries < want + 20 {
            let seed = self.seed;
            if unique {
                self.seed = self.seed.wrapping_add(tries as u64);
            }
            let item = if items.is_empty() {
                Some(Value::String(format!("{singular}{}", out.len() + 1)))
            } else {
                self.value(&items, singular, depth + 1)
            };
            self.seed = seed;
            tries += 1;
            match item {
                Some(item) if unique && out.contains(&item) => {
                    if let Some(other) = items.first().and_then(|s| nth_enum(s, tries))
                        && !out.contains(&other)
                    {
                        out.push(other);
                    }
                }
                Some(item) => out.push(item),
                None if out.len() < min => return None,
                None => break,
            }
        }
        Some(Value::Array(out))
    }

    pub(super) fn object(&mut self, parts: &[Schema<'a>], name: &str, depth: usize) -> Option<Value> {
        let mut properties: IndexMap<&'a str, Vec<Schema<'a>>> = IndexMap::new();
        for part in parts {
            for (key, schema) in part.properties() {
                properties.entry(key).or_default().push(schema);
            }
        }
        let required: Vec<&str> = parts.iter().flat_map(Schema::required).collect();
        // a body of which nothing is required would be empty, and an empty one creates nothing
        let bare = required.is_empty() && depth <= 1 && self.direction == Direction::Request;
        let mut out = Map::new();
        for (key, schemas) in &properties {
            if schemas.iter().any(|s| self.is_hidden(s)) {
                continue;
            }
            let needed = required.contains(key);
            let wanted = needed || self.all || self.is_given(schemas) || (bare && is_plain(key, schemas));
            if !wanted || (self.budget == 0 && !needed) || (!needed && depth > 8) {
                continue;
            }
            match self.value(schemas, key, depth + 1) {
                Some(value) => {
                    out.insert((*key).to_owned(), value);
                }
                None if needed => {
                    let nullable = schemas.iter().any(Schema::is_nullable);
                    let array = schemas.iter().any(|s| s.kind() == Kind::Array);
                    let empty = if nullable {
                        Value::Null
                    } else if array {
                        Value::Array(Vec::new())
                    } else {
                        return None;
                    };
                    out.insert((*key).to_owned(), empty);
                }
                None => {}
            }
        }
        for key in required {
            if !properties.contains_key(key) && !out.contains_key(key) {
                let extra: Vec<Schema<'a>> =
                    parts.iter().filter_map(|p| p.child("additionalProperties")).collect();
                let value = if extra.is_empty() {
                    Value::String(scalar::string(&[], key, self.seed))
                } else {
                    self.value(&extra, key, depth + 1)?
                };
                out.insert(key.to_owned(), value);
            }
        }
        self.discriminators(parts, &mut out);
        self.fill_to_minimum(parts, &properties, name, depth, &mut out);
        Some(Value::Object(out))
    }

    /// Optional properties for which the document itself has a value.
    pub(super) fn is_given(&self, schemas: &[Schema<'a>]) -> bool {
        schemas.iter().any(|s| {
            let has = |s: &Schema<'a>| s.get("example").is_some() || s.get("x-example").is_some();
            has(s)
                || (s.get("$ref").is_some()
                    && self.document.follow(&s.node).is_some_and(|n| has(&Schema::new(n))))
        })
    }

    pub(super) fn fill_to_minimum(
        &mut self,
        parts: &[Schema<'a>],
        properties: &IndexMap<&'a str, Vec<Schema<'a>>>,
        name: &str,
        depth: usize,
        out: &mut Map<String, Value>,
    ) {
        let min = parts.iter().filter_map(|p| p.size("minProperties")).max().unwrap_or(0).min(100);
        for (key, schemas) in properties {
            if out.len() >= min {
                return;
            }
            if !out.contains_key(*key)
                && !schemas.iter().any(|s| self.is_hidden(s))
                && let Some(value) = self.value(schemas, key, depth + 1)
            {
                out.insert((*key).to_owned(), value);
            }
        }
        let extra: Vec<Schema<'a>> = parts.iter().filter_map(|p| p.child("additionalProperties")).collect();
        let open = !parts.iter().any(|p| p.get("additionalProperties") == Some(&Tree::Bool(false)));
        let wants_one = self.all && !extra.is_empty() && properties.is_empty() && out.is_empty();
        let mut n = 1;
        while open && (out.len() < min || (wants_one && n == 1)) && n < 100 {
            let value = if extra.is_empty() {
                Some(Value::String(format!("value{n}")))
            } else {
                self.value(&extra, name, depth + 1)
            };
            let Some(value) = value else { return };
            out.insert(format!("key{n}"), value);
            n += 1;
        }
    }
}
