use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics};
use loadwright_import::Tree;
use serde_json::{Map, Value};

use crate::codes;
use crate::document::Document;
use crate::scalar;
use crate::schema::{Kind, Schema};
use crate::valid::{Direction, Validator};

/// Makes values that satisfy schemas: from the document's own examples where they do, else constructed.
///
/// Deterministic: the same document and seed give the same values.
pub(crate) struct Sampler<'d, 'a> {
    pub document: &'d Document<'a>,
    pub direction: Direction,
    /// Optional properties too.
    pub all: bool,
    pub seed: u64,
    /// References that were followed to get here, with their names.
    pub(crate) stack: Vec<(usize, &'a str)>,
    budget: usize,
    limit: usize,
}

/// How many values one sample may consist of before optional parts are left out.
const BUDGET: usize = 3_000;

/// What the schemas that hold at one place say together.
struct Merged<'a> {
    parts: Vec<Schema<'a>>,
    /// References that were followed to get here: what must not be entered again below.
    entered: usize,
}

impl<'d, 'a> Sampler<'d, 'a> {
    pub fn new(document: &'d Document<'a>, direction: Direction, all: bool, seed: u64) -> Self {
        Self { document, direction, all, seed, stack: Vec::new(), budget: BUDGET, limit: BUDGET }
    }

    /// The same for answers: a mock needs the shape, not every optional leaf of a deep graph.
    pub fn brief(document: &'d Document<'a>, seed: u64) -> Self {
        Self { limit: 250, ..Self::new(document, Direction::Response, true, seed) }
    }

    /// A value for the schema. `name` is what it is called, for realistic text.
    pub fn sample(&mut self, schema: &Schema<'a>, name: &str, diagnostics: &mut Diagnostics) -> Value {
        self.budget = self.limit;
        let value = self.value(std::slice::from_ref(schema), name, 0).unwrap_or(Value::Null);
        let judged = self.direction == Direction::Request;
        if judged && !Validator::new(self.document, self.direction).accepts(schema, &value) {
            let message = format!("the sample for `{name}` may not satisfy its schema");
            diagnostics.push(Diagnostic::new(&codes::NOT_SAMPLED, message, schema.node.origin()));
        }
        value
    }

    /// `None` when only endless recursion could give a value.
    fn value(&mut self, schemas: &[Schema<'a>], name: &str, depth: usize) -> Option<Value> {
        self.budget = self.budget.saturating_sub(1);
        if depth > 40 {
            return None;
        }
        let mut first = None;
        let (all, seed) = (self.all, self.seed);
        // every alternative as small as it may be; then with all properties, which tell alternatives apart; then with
        // other values, for what must not be
        for (fuller, shift) in [(all, 0), (true, 0), (all, 1), (all, 2)] {
            let mut doubtful = false;
            for choice in 0..6 {
                (self.all, self.seed) = (fuller, seed.wrapping_add(shift));
                let (value, more, uncertain) = self.attempt(schemas, name, depth, choice);
                (self.all, self.seed) = (all, seed);
                doubtful |= uncertain;
                match value {
                    Some(value) if !uncertain || self.accepted(schemas, &value) => return Some(value),
                    Some(value) => first = first.or(Some(value)),
                    None => {}
                }
                if !more {
                    break;
                }
            }
            if !doubtful || self.direction == Direction::Response || self.budget == 0 {
                break;
            }
        }
        first
    }

    fn accepted(&self, schemas: &[Schema<'a>], value: &Value) -> bool {
        schemas.iter().all(|s| Validator::new(self.document, self.direction).accepts(s, value))
    }

    /// One alternative: its value, whether there are more of them, and whether the value has to be looked at again.
    fn attempt(
        &mut self,
        schemas: &[Schema<'a>],
        name: &str,
        depth: usize,
        choice: usize,
    ) -> (Option<Value>, bool, bool) {
        let mark = self.stack.len();
        let mut more = false;
        let merged = self.merge(schemas, choice, &mut more);
        let mut uncertain = more;
        let value = merged.and_then(|m| {
            uncertain |= m.parts.iter().any(|p| p.get("not").is_some() || p.get("oneOf").is_some());
            let given = self.given(&m, schemas);
            let value = given.or_else(|| self.constructed(&m, name, depth));
            debug_assert!(m.entered >= mark);
            value
        });
        self.stack.truncate(mark);
        (value, more, uncertain)
    }

    /// Flattens references, `allOf` and one alternative of each `oneOf` and `anyOf`.
    fn merge(&mut self, schemas: &[Schema<'a>], choice: usize, more: &mut bool) -> Option<Merged<'a>> {
        let mut parts = Vec::new();
        for schema in schemas {
            self.flatten(schema, choice, more, &mut parts, 0)?;
        }
        Some(Merged { parts, entered: self.stack.len() })
    }

    fn flatten(
        &mut self,
        schema: &Schema<'a>,
        choice: usize,
        more: &mut bool,
        parts: &mut Vec<Schema<'a>>,
        depth: usize,
    ) -> Option<()> {
        if depth > 30 {
            return None;
        }
        if schema.node.text("$ref").is_some() {
            let target = self.document.follow(&schema.node)?;
            let key = target.key();
            if self.stack.iter().filter(|k| k.0 == key).count() > 0 {
                return None;
            }
            self.stack.push((key, target.name()));
            if schema.has_siblings(self.document) {
                parts.push(schema.clone());
            }
            return self.flatten(&Schema::new(target), choice, more, parts, depth + 1);
        }
        parts.push(schema.clone());
        for part in schema.list("allOf") {
            self.flatten(&part, choice, more, parts, depth + 1)?;
        }
        for key in ["oneOf", "anyOf"] {
            let mut branches = schema.list(key);
            branches.retain(|b| b.kind() != Kind::Null || b.get("$ref").is_some());
            if branches.is_empty() {
                continue;
            }
            *more |= choice + 1 < branches.len();
            let order = (0..branches.len()).map(|i| (i + choice) % branches.len());
            let mark = (self.stack.len(), parts.len());
            let mut taken = false;
            for i in order {
                if let Some(branch) = branches.get(i)
                    && self.flatten(branch, 0, &mut false, parts, depth + 1).is_some()
                {
                    taken = true;
                    break;
                }
                self.stack.truncate(mark.0);
                parts.truncate(mark.1);
            }
            taken.then_some(())?;
        }
        if let (Some(_), Some(then)) = (schema.child("if"), schema.child("then")) {
            let _ = self.flatten(&then, choice, more, parts, depth + 1);
        }
        Some(())
    }

    /// The first example, default or enum value of the document that really satisfies all schemas here.
    fn given(&self, merged: &Merged<'a>, schemas: &[Schema<'a>]) -> Option<Value> {
        let mut last_resort = None;
        for part in &merged.parts {
            for candidate in part.given() {
                if candidate.is_null() && merged.parts.iter().any(|p| p.kind() != Kind::Any) {
                    continue;
                }
                let value = self.fitting(candidate, &merged.parts);
                if schemas.iter().all(|s| Validator::new(self.document, self.direction).accepts(s, &value)) {
                    // placeholders that say nothing are used only where nothing better can be made
                    if matches!(value.as_str(), Some("string" | "")) {
                        last_resort = last_resort.or(Some(value));
                        continue;
                    }
                    return Some(value);
                }
            }
        }
        last_resort.filter(|_| merged.parts.iter().any(|p| p.get("enum").is_some()))
    }

    /// An example without what may not be sent in this direction, and of the declared type where that is obvious.
    fn fitting(&self, candidate: &Tree<'_>, parts: &[Schema<'a>]) -> Value {
        let kind = parts.iter().map(Schema::kind).find(|k| *k != Kind::Any).unwrap_or(Kind::Any);
        match (candidate, kind) {
            (Tree::String(s), Kind::Integer) => {
                s.trim().parse::<i64>().map_or_else(|_| candidate.to_value(), Value::from)
            }
            (Tree::String(s), Kind::Number) => {
                s.trim().parse::<f64>().map_or_else(|_| candidate.to_value(), Value::from)
            }
            (Tree::String(s), Kind::Boolean) if s == "true" || s == "false" => Value::Bool(s == "true"),
            (Tree::Number(n), Kind::String) => Value::String(n.to_string()),
            (Tree::Bool(b), Kind::String) => Value::String(b.to_string()),
            (Tree::String(s), Kind::Object | Kind::Array) => serde_json::from_str(s)
                .ok()
                .filter(|v: &Value| v.is_object() || v.is_array())
                .unwrap_or_else(|| candidate.to_value()),
            (Tree::Object(map), _) => {
                let hidden: Vec<&str> = parts
                    .iter()
                    .flat_map(Schema::properties)
                    .filter(|(_, s)| self.is_hidden(s))
                    .map(|(k, _)| k)
                    .collect();
                let kept = map.iter().filter(|(k, _)| !hidden.contains(k));
                Value::Object(kept.map(|(k, v)| (k.to_owned(), v.to_value())).collect())
            }
            _ => candidate.to_value(),
        }
    }

    /// `readOnly` in requests, `writeOnly` in responses.
    fn is_hidden(&self, schema: &Schema<'a>) -> bool {
        let flag = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        schema.node.flag(flag) || self.document.follow(&schema.node).is_some_and(|n| n.flag(flag))
    }

    fn constructed(&mut self, merged: &Merged<'a>, name: &str, depth: usize) -> Option<Value> {
        let kind = merged.parts.iter().map(Schema::kind).find(|k| *k != Kind::Any).unwrap_or(Kind::Any);
        match kind {
            Kind::Null => Some(Value::Null),
            Kind::Boolean => Some(Value::Bool(true)),
            Kind::Integer | Kind::Number => {
                Some(scalar::number(&merged.parts, kind == Kind::Integer, name, self.seed))
            }
            Kind::String => Some(Value::String(scalar::string(&merged.parts, name, self.seed))),
            Kind::Array => self.array(&merged.parts, name, depth),
            Kind::Object => self.object(&merged.parts, name, depth),
            Kind::Any if merged.parts.iter().any(|p| p.get("items").is_some()) => {
                self.array(&merged.parts, name, depth)
            }
            Kind::Any => Some(match self.direction {
                _ if depth == 0 => Value::Object(Map::new()),
                _ => Value::String(scalar::string(&merged.parts, name, self.seed)),
            }),
        }
    }

    fn array(&mut self, parts: &[Schema<'a>], name: &str, depth: usize) -> Option<Value> {
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

    fn object(&mut self, parts: &[Schema<'a>], name: &str, depth: usize) -> Option<Value> {
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
    fn is_given(&self, schemas: &[Schema<'a>]) -> bool {
        schemas.iter().any(|s| {
            let has = |s: &Schema<'a>| s.get("example").is_some() || s.get("x-example").is_some();
            has(s)
                || (s.get("$ref").is_some()
                    && self.document.follow(&s.node).is_some_and(|n| has(&Schema::new(n))))
        })
    }

    fn fill_to_minimum(
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

fn nth_enum(schema: &Schema<'_>, n: usize) -> Option<Value> {
    schema.get("enum")?.as_array()?.get(n).map(Tree::to_value)
}

/// A property that a client would fill in: text or a number, not the id that the server gives.
fn is_plain(key: &str, schemas: &[Schema<'_>]) -> bool {
    key != "id"
        && schemas.iter().all(|s| {
            matches!(s.kind(), Kind::String | Kind::Integer | Kind::Number | Kind::Boolean)
                && !s.is_nullable()
        })
}
