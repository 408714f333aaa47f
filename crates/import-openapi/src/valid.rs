use loadwright_import::Tree;
use serde_json::Value;

use crate::document::Document;
use crate::pattern;
use crate::schema::{Kind, Schema};

/// Who sends the value: decides about `readOnly` and `writeOnly`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// Whether a value satisfies a schema, well enough to choose among candidates. Unknown keywords accept everything.
pub(crate) struct Validator<'d, 'a> {
    document: &'d Document<'a>,
    direction: Direction,
    steps: std::cell::Cell<usize>,
}

const MOST_STEPS: usize = 20_000;

impl<'d, 'a> Validator<'d, 'a> {
    pub fn new(document: &'d Document<'a>, direction: Direction) -> Self {
        Self { document, direction, steps: std::cell::Cell::new(0) }
    }

    pub fn accepts(&self, schema: &Schema<'a>, value: &Value) -> bool {
        self.check(schema, value, 0)
    }

    fn check(&self, schema: &Schema<'a>, value: &Value, depth: usize) -> bool {
        self.steps.set(self.steps.get() + 1);
        if depth > 60 || self.steps.get() > MOST_STEPS {
            return true;
        }
        if schema.node.value == &Tree::Bool(false) {
            return false;
        }
        if schema.node.text("$ref").is_some() {
            let Some(target) = self.document.follow(&schema.node) else { return true };
            return self.check(&Schema::new(target), value, depth + 1)
                && (!schema.has_siblings(self.document) || self.own(schema, value, depth));
        }
        self.own(schema, value, depth)
    }

    fn own(&self, schema: &Schema<'a>, value: &Value, depth: usize) -> bool {
        if value.is_null() && schema.is_nullable() {
            return true;
        }
        Self::has_type(schema, value)
            && enumerated(schema, value)
            && self.combined(schema, value, depth)
            && match value {
                Value::String(s) => string(schema, s),
                Value::Number(n) => n.as_f64().is_none_or(|f| number(schema, f)),
                Value::Array(items) => self.array(schema, items, depth),
                Value::Object(map) => self.object(schema, map, depth),
                Value::Null | Value::Bool(_) => true,
            }
    }

    fn has_type(schema: &Schema<'a>, value: &Value) -> bool {
        let is = |t: &str| match t {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|f| f.fract() == 0.0),
            "number" => value.is_number(),
            "string" | "file" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        };
        match schema.get("type") {
            Some(Tree::String(t)) => is(t),
            Some(Tree::Array(list)) => list.iter().filter_map(Tree::as_str).any(is),
            _ => true,
        }
    }

    fn combined(&self, schema: &Schema<'a>, value: &Value, depth: usize) -> bool {
        let down = |s: &Schema<'a>| self.check(s, value, depth + 1);
        let one = schema.list("oneOf");
        let any = schema.list("anyOf");
        schema.list("allOf").iter().all(down)
            && (one.is_empty() || self.one_of(schema, &one, value, depth))
            && (any.is_empty() || any.iter().any(down))
            && schema.child("not").is_none_or(|s| !down(&s))
    }

    /// With a discriminator its property decides between alternatives that overlap.
    fn one_of(&self, schema: &Schema<'a>, list: &[Schema<'a>], value: &Value, depth: usize) -> bool {
        let mut fitting = list.iter().filter(|s| self.check(s, value, depth + 1));
        if schema.get("discriminator").is_some() {
            return fitting.next().is_some();
        }
        fitting.next().is_some() && fitting.next().is_none()
    }

    fn array(&self, schema: &Schema<'a>, items: &[Value], depth: usize) -> bool {
        schema.size("minItems").is_none_or(|n| items.len() >= n)
            && schema.size("maxItems").is_none_or(|n| items.len() <= n)
            && (!schema.node.flag("uniqueItems")
                || items.iter().enumerate().all(|(i, v)| !items.iter().take(i).any(|o| o == v)))
            && schema.child("items").is_none_or(|s| items.iter().all(|v| self.check(&s, v, depth + 1)))
    }

    fn object(&self, schema: &Schema<'a>, map: &serde_json::Map<String, Value>, depth: usize) -> bool {
        let properties = schema.properties();
        let hidden = |s: &Schema<'a>| {
            let flag = if self.direction == Direction::Request { "readOnly" } else { "writeOnly" };
            s.node.flag(flag) || self.document.follow(&s.node).is_some_and(|n| n.flag(flag))
        };
        let has = |key: &str| map.contains_key(key) || properties.iter().any(|(k, s)| *k == key && hidden(s));
        schema.required().into_iter().all(has)
            && schema.size("minProperties").is_none_or(|n| map.len() >= n)
            && schema.size("maxProperties").is_none_or(|n| map.len() <= n)
            && properties.iter().all(|(k, s)| map.get(*k).is_none_or(|v| self.check(s, v, depth + 1)))
            && match schema.get("additionalProperties") {
                Some(Tree::Bool(false)) => {
                    schema.get("patternProperties").is_some()
                        || map.keys().all(|k| properties.iter().any(|(p, _)| *p == k))
                }
                Some(Tree::Object(_)) => schema.child("additionalProperties").is_none_or(|s| {
                    map.iter()
                        .filter(|(k, _)| !properties.iter().any(|(p, _)| p == k))
                        .all(|(_, v)| self.check(&s, v, depth + 1))
                }),
                _ => true,
            }
    }
}

fn enumerated(schema: &Schema<'_>, value: &Value) -> bool {
    let same = |a: &Tree<'_>| a == value;
    schema.get("enum").and_then(Tree::as_array).is_none_or(|l| l.iter().any(same))
        && schema.get("const").is_none_or(same)
}

fn number(schema: &Schema<'_>, f: f64) -> bool {
    schema.lower().is_none_or(|(m, ex)| if ex { f > m } else { f >= m })
        && schema.upper().is_none_or(|(m, ex)| if ex { f < m } else { f <= m })
        && schema.number("multipleOf").is_none_or(|m| m == 0.0 || ((f / m) - (f / m).round()).abs() < 1e-9)
        && (schema.kind() != Kind::Integer
            || match schema.get("format").and_then(Tree::as_str) {
                Some("int32") => f.abs() <= 2_147_483_647.0,
                _ => true,
            })
}

fn string(schema: &Schema<'_>, s: &str) -> bool {
    let length = s.chars().count();
    schema.size("minLength").is_none_or(|n| length >= n)
        && schema.size("maxLength").is_none_or(|n| length <= n)
        && schema.get("pattern").and_then(Tree::as_str).is_none_or(|p| pattern::matches(p, s).unwrap_or(true))
        && schema.get("format").and_then(Tree::as_str).is_none_or(|f| crate::scalar::has_format(f, s))
}
