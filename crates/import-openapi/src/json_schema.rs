use std::collections::HashMap;

use loadwright_diagnostic::SourceId;
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

    pub fn convert(&mut self, document: &Document<'_>, node: &Node<'_>) -> Value {
        self.walk(document, node, 0)
    }

    /// All shared definitions as one document.
    pub fn finish(self) -> String {
        let defs: Map<String, Value> =
            self.definitions.into_iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect();
        json!({"$id": self.id, "$defs": defs}).to_string()
    }

    fn walk(&mut self, document: &Document<'_>, node: &Node<'_>, depth: usize) -> Value {
        if depth > 60 {
            return Value::Bool(true);
        }
        let Some(map) = node.object() else {
            return if node.value.is_boolean() { node.value.clone() } else { Value::Bool(true) };
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
        for (key, value) in map {
            let child = || node.field(key, value);
            match key.as_str() {
                "properties" | "patternProperties" | "$defs" => {
                    let fields = child()
                        .fields()
                        .map(|(k, n)| (k.clone(), self.walk(document, &n, depth + 1)))
                        .collect();
                    out.insert(key.clone(), Value::Object(fields));
                }
                "items"
                | "additionalProperties"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames" => {
                    out.insert(key.clone(), self.walk(document, &child(), depth + 1));
                }
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                    let items: Vec<Value> =
                        child().items().map(|n| self.walk(document, &n, depth + 1)).collect();
                    // with a discriminator its property decides between alternatives that overlap
                    let decided = key == "oneOf" && map.contains_key("discriminator");
                    let key = if decided && !map.contains_key("anyOf") { "anyOf" } else { key.as_str() };
                    if !items.is_empty() {
                        out.insert(key.to_owned(), Value::Array(items));
                    }
                }
                "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {
                    let bound = if key == "exclusiveMinimum" { "minimum" } else { "maximum" };
                    if let (Value::Bool(true), Some(n)) = (value, map.get(bound).filter(|n| n.is_number())) {
                        out.insert(key.clone(), n.clone());
                    }
                }
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf"
                    if value.is_number() =>
                {
                    out.insert(key.clone(), value.clone());
                }
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
                    if value.is_u64() =>
                {
                    out.insert(key.clone(), value.clone());
                }
                "uniqueItems" if value.is_boolean() => {
                    out.insert(key.clone(), value.clone());
                }
                "const" | "format" => {
                    out.insert(key.clone(), value.clone());
                }
                "enum" if value.as_array().is_some_and(|a| !a.is_empty()) => {
                    out.insert(key.clone(), value.clone());
                }
                "pattern"
                    if value.is_string()
                        && crate::pattern::matches(value.as_str().unwrap_or_default(), "").is_some() =>
                {
                    let pattern = crate::pattern::without_slashes(value.as_str().unwrap_or_default());
                    out.insert(key.clone(), Value::from(pattern));
                }
                "type" => {
                    let known = |t: &&str| {
                        matches!(
                            *t,
                            "null" | "boolean" | "integer" | "number" | "string" | "array" | "object"
                        )
                    };
                    match value {
                        Value::String(t) if known(&t.as_str()) => out.insert(key.clone(), value.clone()),
                        Value::Array(list)
                            if !list.is_empty()
                                && list.iter().all(|t| t.as_str().is_some_and(|t| known(&t))) =>
                        {
                            out.insert(key.clone(), value.clone())
                        }
                        _ => None,
                    };
                }
                "required" if value.as_array().is_some_and(|a| a.iter().all(Value::is_string)) => {
                    out.insert(key.clone(), value.clone());
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
fn read_only(document: &Document<'_>, node: &Node<'_>, out: &mut Map<String, Value>) {
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
