use loadwright_diagnostic::{Place, Pointer};
use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, Yaml, YamlData};
use serde_json::{Map, Number, Value};

use crate::ImportError;

/// Reads the first document of a YAML 1.2 text as JSON: keys become strings, aliases and `<<` are resolved.
pub(crate) fn value_from_yaml(text: &str) -> Result<Value, ImportError> {
    let documents = Yaml::load_from_str(text).map_err(|e| {
        let at = e.marker();
        ImportError::new(format!("this is neither JSON nor YAML: {}", e.info())).at(Some(Place {
            line: at.line().max(1),
            column: at.col() + 1,
            length: 1,
        }))
    })?;
    let mut budget = 20_000_000;
    documents.first().map_or(Ok(Value::Null), |d| convert(d, &mut budget))
}

fn convert(node: &Yaml<'_>, budget: &mut usize) -> Result<Value, ImportError> {
    *budget = budget
        .checked_sub(1)
        .ok_or_else(|| ImportError::new("the YAML's aliases expand to more values than can be read"))?;
    Ok(match node {
        Yaml::Value(scalar) => scalar_value(scalar),
        Yaml::Representation(text, ..) => Value::String(text.to_string()),
        Yaml::Sequence(items) => {
            Value::Array(items.iter().map(|i| convert(i, budget)).collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let key = key_text(key);
                let value = convert(value, budget)?;
                if key == "<<" {
                    merge(&mut out, value);
                } else {
                    out.insert(key, value);
                }
            }
            Value::Object(out)
        }
        Yaml::Tagged(_, inner) => convert(inner, budget)?,
        Yaml::Alias(_) | Yaml::BadValue => Value::Null,
    })
}

fn merge(out: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(fields) => {
            for (k, v) in fields {
                out.entry(k).or_insert(v);
            }
        }
        Value::Array(items) => items.into_iter().for_each(|i| merge(out, i)),
        _ => {}
    }
}

fn scalar_value(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(b) => Value::Bool(*b),
        Scalar::Integer(i) => Value::Number((*i).into()),
        Scalar::FloatingPoint(f) => Number::from_f64(f.into_inner()).map_or(Value::Null, Value::Number),
        Scalar::String(s) => Value::String(s.to_string()),
    }
}

fn key_text(key: &Yaml<'_>) -> String {
    match key {
        Yaml::Value(Scalar::String(s)) => s.to_string(),
        Yaml::Value(Scalar::Null) => "null".to_owned(),
        Yaml::Value(other) => match scalar_value(other) {
            Value::String(s) => s,
            other => other.to_string(),
        },
        Yaml::Representation(text, ..) => text.to_string(),
        _ => String::new(),
    }
}

/// Finds the value that `pointer` names in a YAML text; the nearest parent that exists otherwise.
pub fn locate_yaml(text: &str, pointer: &Pointer) -> Option<Place> {
    let documents = MarkedYaml::load_from_str(text).ok()?;
    let mut node = documents.first()?;
    let mut span = node.span;
    for token in pointer.tokens() {
        let next = match &node.data {
            YamlData::Mapping(map) => map
                .iter()
                .find(|(k, _)| matches!(&k.data, YamlData::Value(s) if scalar_is(s, &token)))
                .map(|(k, v)| (k.span, v)),
            YamlData::Sequence(items) => {
                token.parse::<usize>().ok().and_then(|i| items.get(i)).map(|v| (v.span, v))
            }
            _ => None,
        };
        let Some((at, value)) = next else { break };
        span = if matches!(value.data, YamlData::Value(_)) { value.span } else { at };
        node = value;
    }
    let length = if span.start.line() == span.end.line() {
        span.end.col().saturating_sub(span.start.col())
    } else {
        1
    };
    Some(Place { line: span.start.line().max(1), column: span.start.col() + 1, length: length.max(1) })
}

fn scalar_is(scalar: &Scalar<'_>, token: &str) -> bool {
    match scalar_value(scalar) {
        Value::String(s) => s == token,
        other => {
            let text = other.to_string();
            text == token
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: &x\n  b: 1\nc:\n  <<: *x\n  200: yes\n  d: [p, \"q\"]\n";

    #[test]
    fn keys_are_text_merges_are_resolved_and_yes_is_no_boolean() {
        let v = value_from_yaml(TEXT).expect("yaml");
        assert_eq!(v["c"], serde_json::json!({"b": 1, "200": "yes", "d": ["p", "q"]}));
    }

    #[test]
    fn places_are_those_of_the_value_or_of_the_key_of_a_block() {
        let at = |p: &str| locate_yaml(TEXT, &Pointer::from_text(p)).map(|p| (p.line, p.column));
        assert_eq!(at("/c/d/1"), Some((6, 10)));
        assert_eq!(at("/c"), Some((3, 1)));
        assert_eq!(at("/c/200"), Some((5, 8)));
        assert_eq!(at("/c/missing"), Some((3, 1)));
    }

    #[test]
    fn an_error_names_its_line() {
        let e = value_from_yaml("a: 1\nb: [1, 2\nc: 3\n").expect_err("broken");
        assert!(e.place.is_some_and(|p| p.line >= 2), "{e:?}");
    }
}
