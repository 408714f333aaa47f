//! The values of variables: environment, globals, collection, and rows of data.

use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_import::Source;
use loadwright_scenario::csv_records;
use serde_json::{Map, Value};

use crate::codes;
use crate::value::{disabled, str_of};

/// One enabled variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub value: Value,
    pub secret: bool,
    pub origin: Origin,
}

/// Variables by name in source order; of several with one name, the last that is switched on.
pub type Scope = IndexMap<String, Known>;

/// All scopes of a run.
#[derive(Debug, Default)]
pub struct Scopes {
    pub environment_name: Option<String>,
    /// The values of the first environment, and those that only others have.
    pub environment: Scope,
    /// Several environments by name; empty when there is one or none.
    pub environments: Vec<(String, Scope)>,
    pub globals: Scope,
    pub collection: Scope,
    pub rows: Vec<Map<String, Value>>,
}

impl Scopes {
    /// The value that a request sees before any script ran. Rows of data come first, but change with the iteration.
    pub fn constant(&self, name: &str) -> Option<&Known> {
        self.environment.get(name).or_else(|| self.collection.get(name)).or_else(|| self.globals.get(name))
    }

    /// What each environment has for a name, when they do not agree.
    pub fn switched(&self, name: &str) -> Option<Vec<(&str, Option<&Known>)>> {
        let all: Vec<(&str, Option<&Known>)> =
            self.environments.iter().map(|(env, scope)| (env.as_str(), scope.get(name))).collect();
        let value = |k: Option<&Known>| k.map(|k| k.value.clone());
        let first = all.first().map(|(_, k)| value(*k))?;
        // a secret may be the same text in both, but it stays in its own file
        let secret = all.iter().any(|(_, k)| k.is_some_and(|k| k.secret));
        (all.iter().any(|(_, k)| k.is_some()) && (secret || all.iter().any(|(_, k)| value(*k) != first)))
            .then_some(all)
    }

    pub fn is_column(&self, name: &str) -> bool {
        self.rows.iter().any(|r| r.contains_key(name))
    }
}

/// The list of a collection or of an exported file.
pub fn read(list: &[Value], origin: &Origin) -> Scope {
    let mut scope = Scope::new();
    for (i, item) in list.iter().enumerate().filter(|(_, v)| !disabled(v)) {
        let Some(name) = str_of(item, "key").or_else(|| str_of(item, "id")) else { continue };
        let value = item.get("value").or_else(|| item.get("currentValue")).cloned().unwrap_or(Value::Null);
        let secret = str_of(item, "type") == Some("secret");
        scope.insert(
            name.to_owned(),
            Known {
                value,
                secret,
                origin: origin.index(i).key(if item.get("value").is_some() {
                    "value"
                } else {
                    "currentValue"
                }),
            },
        );
    }
    scope
}

/// An environment or globals file as Postman or its API writes it: the scope and its name.
pub fn file(source: &Source, diagnostics: &mut Diagnostics) -> (Option<String>, Scope) {
    let root = Origin::new(source.id, Pointer::root());
    let bad =
        |what: String| Diagnostic::new(&codes::BAD_FILE, format!("{}: {what}", source.name), root.clone());
    let value = match source.value() {
        Ok(value) => value,
        Err(error) => {
            diagnostics.push(bad(error.message));
            return (None, Scope::new());
        }
    };
    let (holder, at) =
        match ["environment", "globals"].iter().find(|k| value.get(**k).is_some_and(Value::is_object)) {
            Some(key) => (value.get(*key).unwrap_or(value), root.key(key)),
            None => (value, root.clone()),
        };
    let name = str_of(holder, "name").map(str::to_owned);
    match (holder.get("values"), holder) {
        (Some(Value::Array(list)), _) => (name, read(list, &at.key("values"))),
        (_, Value::Array(list)) => (name, read(list, &at)),
        (None, Value::Object(plain)) if plain.get("_postman_variable_scope").is_none() => {
            let known = |(k, v): (&String, &Value)| {
                (k.clone(), Known { value: v.clone(), secret: false, origin: at.key(k) })
            };
            (name, plain.iter().map(known).collect())
        }
        _ => {
            diagnostics.push(bad("there is no list of values in it".to_owned()));
            (name, Scope::new())
        }
    }
}

/// Rows of a data file: a JSON array of objects, or CSV with a header row.
pub fn rows(source: &Source, diagnostics: &mut Diagnostics) -> Vec<Map<String, Value>> {
    let root = Origin::new(source.id, Pointer::root());
    let text = match source.text() {
        Ok(text) => text.trim_start_matches('\u{feff}'),
        Err(error) => {
            diagnostics.push(Diagnostic::new(&codes::BAD_FILE, error.message, root));
            return Vec::new();
        }
    };
    match serde_json::from_str::<Value>(text.trim()) {
        Ok(Value::Array(items)) => {
            items.into_iter().filter_map(|v| if let Value::Object(o) = v { Some(o) } else { None }).collect()
        }
        Ok(Value::Object(row)) => vec![row],
        _ => csv(text),
    }
}

/// CSV as Postman reads it: spaces around a field do not count, numbers without quotes are numbers, lines may be short.
fn csv(text: &str) -> Vec<Map<String, Value>> {
    let mut records = csv_records(text, usize::MAX).into_iter();
    let Some(header) = records.next() else { return Vec::new() };
    records
        .map(|record| {
            header
                .iter()
                .zip(record)
                .map(|(name, field)| (name.text.clone(), cell(field.text, field.quoted)))
                .collect()
        })
        .collect()
}

fn cell(field: String, quoted: bool) -> Value {
    let digits = field.strip_prefix(['-', '+']).unwrap_or(&field);
    let number = !quoted
        && !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.chars().filter(|c| *c == '.').count() <= 1
        && digits.chars().any(|c| c.is_ascii_digit());
    if number {
        let parsed = match field.parse::<i64>() {
            Ok(n) if n.unsigned_abs() < 1 << 53 => Some(serde_json::Number::from(n)),
            _ => field.parse::<f64>().ok().and_then(serde_json::Number::from_f64),
        };
        if let Some(n) = parsed {
            return Value::Number(n);
        }
    }
    Value::String(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_enabled_variable_of_a_name_counts() {
        let scope = read(
            json!([{"key": "a", "value": 1}, {"key": "a", "value": 2, "enabled": true}, {"key": "a", "value": 3, "disabled": true},
                {"key": "b", "value": "x", "enabled": false}]).as_array().map_or(&[], Vec::as_slice),
            &Origin::default(),
        );
        assert_eq!(scope.get("a").map(|k| &k.value), Some(&json!(2)));
        assert!(!scope.contains_key("b"));
    }

    #[test]
    fn csv_has_quotes_numbers_and_short_lines() {
        let rows = csv("a, b,c\n1,\"2\", x y \r\n\"q\"\"t,\n\",-1.5\n\n");
        assert_eq!(Value::Object(rows[0].clone()), json!({"a": 1, "b": "2", "c": "x y"}));
        assert_eq!(Value::Object(rows[1].clone()), json!({"a": "q\"t,\n", "b": -1.5}));
        assert_eq!(rows.len(), 2);
    }
}
