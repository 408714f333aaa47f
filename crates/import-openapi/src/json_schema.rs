use std::collections::HashMap;

use loadwright_diagnostic::SourceId;
use loadwright_import::Tree;
use serde_json::{Map, Value, json};

use crate::document::{Document, Node};

/// Schemas of every version as JSON Schema 2020-12. What references name is converted once and shared.
pub(crate) struct JsonSchemas {
    /// The address under which the definitions are known to whoever validates with them.
    id: String,
    numbers: HashMap<usize, usize>,
    definitions: Vec<Value>,
}

impl JsonSchemas {
    pub fn new(source: SourceId) -> Self {
        Self {
            id: format!("urn:loadwright:definitions:{}", source.0),
            numbers: HashMap::new(),
            definitions: Vec::new(),
        }
    }

    pub fn convert<'a>(&mut self, document: &Document<'a>, node: &Node<'a>) -> Value {
        self.walk(document, node, 0)
    }

    /// All shared definitions as one document.
    pub fn finish(self) -> String {
        let defs: Map<String, Value> =
            self.definitions.into_iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect();
        json!({"$id": self.id, "$defs": defs}).to_string()
    }

    fn walk<'a>(&mut self, document: &Document<'a>, node: &Node<'a>, depth: usize) -> Value {
        if depth > 60 {
            return Value::Bool(true);
        }
        let Some(map) = node.object() else {
            return Value::Bool(node.value.as_bool().unwrap_or(true));
        };
        if node.text("$ref").is_some() {
            let Some(target) = document.follow(node) else { return Value::Bool(true) };
            let key = target.key();
            let number = match self.numbers.get(&key) {
                Some(n) => *n,
                None => {
                    let n = self.definitions.len();
                    self.numbers.insert(key, n);
                    self.definitions.push(Value::Bool(true));
                    let converted = self.walk(document, &target, 0);
                    if let Some(slot) = self.definitions.get_mut(n) {
                        *slot = converted;
                    }
                    n
                }
            };
            return json!({"$ref": format!("{}#/$defs/{number}", self.id)});
        }
        let mut out = Map::new();
        for (key, value) in map.iter() {
            let child = || node.field(key, value);
            match key {
                "properties" | "patternProperties" | "$defs" => {
                    let fields = child()
                        .fields()
                        .map(|(k, n)| (k.to_owned(), self.walk(document, &n, depth + 1)))
                        .collect();
                    out.insert(key.to_owned(), Value::Object(fields));
                }
                "items"
                | "additionalProperties"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames" => {
                    out.insert(key.to_owned(), self.walk(document, &child(), depth + 1));
                }
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                    let items: Vec<Value> =
                        child().items().map(|n| self.walk(document, &n, depth + 1)).collect();
                    // with a discriminator its property decides between alternatives that overlap
                    let decided = key == "oneOf" && map.contains_key("discriminator");
                    let key = if decided && !map.contains_key("anyOf") { "anyOf" } else { key };
                    if !items.is_empty() {
                        out.insert(key.to_owned(), Value::Array(items));
                    }
                }
                "exclusiveMinimum" | "exclusiveMaximum" if value.is_bool() => {
                    let bound = if key == "exclusiveMinimum" { "minimum" } else { "maximum" };
                    if let (Tree::Bool(true), Some(n)) = (value, map.get(bound).filter(|n| n.is_number())) {
                        out.insert(key.to_owned(), n.to_value());
                    }
                }
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf"
                    if value.is_number() =>
                {
                    out.insert(key.to_owned(), value.to_value());
                }
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
                    if value.is_u64() =>
                {
                    out.insert(key.to_owned(), value.to_value());
                }
                "uniqueItems" if value.is_bool() => {
                    out.insert(key.to_owned(), value.to_value());
                }
                "const" | "format" => {
                    out.insert(key.to_owned(), value.to_value());
                }
                "enum" if value.as_array().is_some_and(|a| !a.is_empty()) => {
                    out.insert(key.to_owned(), value.to_value());
                }
                "pattern"
                    if value.is_string()
                        && crate::pattern::matches(value.as_str().unwrap_or_default(), "").is_some() =>
                {
                    let pattern = crate::pattern::without_slashes(value.as_str().unwrap_or_default());
                    out.insert(key.to_owned(), Value::from(pattern));
                }
                "type" => {
                    let known = |t: &&str| {
                        matches!(
                            *t,
                            "null" | "boolean" | "integer" | "number" | "string" | "array" | "object"
                        )
                    };
                    match value {
                        Tree::String(t) if known(&t.as_ref()) => out.insert(key.to_owned(), value.to_value()),
                        Tree::Array(list)
                            if !list.is_empty()
                                && list.iter().all(|t| t.as_str().is_some_and(|t| known(&t))) =>
                        {
                            out.insert(key.to_owned(), value.to_value())
                        }
                        _ => None,
                    };
                }
                "required" if value.as_array().is_some_and(|a| a.iter().all(Tree::is_string)) => {
                    out.insert(key.to_owned(), value.to_value());
                }
                _ => {}
            }
        }
        read_only(document, node, &mut out);
        if node.flag("nullable") || node.flag("x-nullable") {
            return nullable(out);
        }
        Value::Object(out)
    }
}

/// A request need not have what only the server writes.
fn read_only<'a>(document: &Document<'a>, node: &Node<'a>, out: &mut Map<String, Value>) {
    let Some(Value::Array(required)) = out.get_mut("required") else { return };
    let Some(properties) = node.get("properties") else { return };
    required.retain(|r| {
        let Some(p) = r.as_str().and_then(|r| properties.get(r)) else { return true };
        let flags = |n: &Node<'_>| n.flag("readOnly") || n.flag("writeOnly");
        !(flags(&p) || document.follow(&p).is_some_and(|n| flags(&n)))
    });
    let mut seen: Vec<Value> = Vec::new();
    required.retain(|r| {
        !seen.contains(r) && {
            seen.push(r.clone());
            true
        }
    });
}

fn nullable(mut out: Map<String, Value>) -> Value {
    if let Some(Value::String(t)) = out.get("type").cloned() {
        out.insert("type".to_owned(), json!([t, "null"]));
        if let Some(Value::Array(list)) = out.get_mut("enum") {
            list.push(Value::Null);
        }
        return Value::Object(out);
    }
    json!({"anyOf": [Value::Object(out), {"type": "null"}]})
}
