mod shapes;

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
}
