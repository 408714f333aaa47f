use std::borrow::Cow;

use loadwright_diagnostic::{Place, Pointer};
use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, Yaml, YamlData};
use serde_json::Number;

use crate::{ImportError, Object, Tree};

/// Reads the first document of a YAML 1.2 text as JSON: keys become strings, aliases and `<<` are resolved.
pub(crate) fn tree_from_yaml(text: &str) -> Result<Tree<'_>, ImportError> {
    let documents = Yaml::load_from_str(text).map_err(|e| {
        let at = e.marker();
        ImportError::new(format!("this is neither JSON nor YAML: {}", e.info())).at(Some(Place {
            line: at.line().max(1),
            column: at.col() + 1,
            length: 1,
        }))
    })?;
    let mut budget = 20_000_000;
    documents.into_iter().next().map_or(Ok(Tree::Null), |d| convert(d, &mut budget))
}

fn convert<'t>(node: Yaml<'t>, budget: &mut usize) -> Result<Tree<'t>, ImportError> {
    *budget = budget
        .checked_sub(1)
        .ok_or_else(|| ImportError::new("the YAML's aliases expand to more values than can be read"))?;
    Ok(match node {
        Yaml::Value(scalar) => scalar_tree(scalar),
        Yaml::Representation(text, ..) => Tree::String(text),
        Yaml::Sequence(items) => {
            Tree::Array(items.into_iter().map(|i| convert(i, budget)).collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(map) => {
            let mut out = Vec::with_capacity(map.len());
            for (key, value) in map {
                let key = key_text(key);
                let value = convert(value, budget)?;
                if key == "<<" {
                    merge(&mut out, value);
                } else {
                    out.push((key, value));
                }
            }
            Tree::Object(Object::new(out))
        }
        Yaml::Tagged(_, inner) => convert(*inner, budget)?,
        Yaml::Alias(_) | Yaml::BadValue => Tree::Null,
    })
}

fn merge<'t>(out: &mut Vec<(Cow<'t, str>, Tree<'t>)>, value: Tree<'t>) {
    match value {
        Tree::Object(fields) => {
            for (k, v) in fields.into_entries() {
                if !out.iter().any(|(known, _)| *known == k) {
                    out.push((k, v));
                }
            }
        }
        Tree::Array(items) => items.into_vec().into_iter().for_each(|i| merge(out, i)),
        _ => {}
    }
}

fn scalar_tree(scalar: Scalar<'_>) -> Tree<'_> {
    match scalar {
        Scalar::Null => Tree::Null,
        Scalar::Boolean(b) => Tree::Bool(b),
        Scalar::Integer(i) => Tree::Number(i.into()),
        Scalar::FloatingPoint(f) => Number::from_f64(f.into_inner()).map_or(Tree::Null, Tree::Number),
        Scalar::String(s) => Tree::String(s),
    }
}

fn key_text(key: Yaml<'_>) -> Cow<'_, str> {
    match key {
        Yaml::Value(scalar) => scalar_text(scalar),
        Yaml::Representation(text, ..) => text,
        _ => Cow::Borrowed(""),
    }
}

/// A scalar as a key of JSON has it.
fn scalar_text(scalar: Scalar<'_>) -> Cow<'_, str> {
    match scalar_tree(scalar) {
        Tree::String(s) => s,
        other => Cow::Owned(other.to_string()),
    }
}

/// Finds the values that pointers name in a YAML text; the nearest parent that exists otherwise.
pub(crate) fn locate_yaml(text: &str, pointers: &[&Pointer]) -> Vec<Option<Place>> {
    let documents = MarkedYaml::load_from_str(text).unwrap_or_default();
    pointers.iter().map(|p| documents.first().map(|d| place(d, p))).collect()
}

fn place(document: &MarkedYaml<'_>, pointer: &Pointer) -> Place {
    let mut node = document;
    let mut span = node.span;
    for token in pointer.tokens() {
        let next = match &node.data {
            YamlData::Mapping(map) => map
                .iter()
                .find(
                    |(k, _)| matches!(&k.data, YamlData::Value(s) if scalar_text(s.clone()) == token.as_str()),
                )
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
    Place { line: span.start.line().max(1), column: span.start.col() + 1, length: length.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: &x\n  b: 1\nc:\n  <<: *x\n  200: yes\n  d: [p, \"q\"]\n";

    #[test]
    fn keys_are_text_merges_are_resolved_and_yes_is_no_boolean() {
        let v = tree_from_yaml(TEXT).expect("yaml").to_value();
        assert_eq!(v["c"], serde_json::json!({"b": 1, "200": "yes", "d": ["p", "q"]}));
    }

    #[test]
    fn places_are_those_of_the_value_or_of_the_key_of_a_block() {
        let at = |p: &str| {
            let places = locate_yaml(TEXT, &[&Pointer::from_text(p)]);
            places.first().copied().flatten().map(|p| (p.line, p.column))
        };
        assert_eq!(at("/c/d/1"), Some((6, 10)));
        assert_eq!(at("/c"), Some((3, 1)));
        assert_eq!(at("/c/200"), Some((5, 8)));
        assert_eq!(at("/c/missing"), Some((3, 1)));
    }

    #[test]
    fn an_error_names_its_line() {
        let e = tree_from_yaml("a: 1\nb: [1, 2\nc: 3\n").expect_err("broken");
        assert!(e.place.is_some_and(|p| p.line >= 2), "{e:?}");
    }
}
