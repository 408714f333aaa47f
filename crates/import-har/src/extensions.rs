//! LI-HAR: checks and variables that load-test recorders put into entries.

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{
    Check, Encoding, Extraction, JsonPath, JsonStep, JsonType, Part, Predicate, RequestStep, Segment,
    Selector, Text, VarName,
};
use serde_json::Value;

use crate::codes;
use crate::entry::Entry;

/// The names that entries declare as variables.
pub(crate) fn declared(entries: &[Entry]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for v in entries.iter().filter_map(|e| e.variables.as_ref()?.as_array()).flatten() {
        if let Some(name) = v.get("name").and_then(Value::as_str)
            && !out.iter().any(|n| n == name)
        {
            out.push(name.to_owned());
        }
    }
    out
}

/// Adds the entry's own checks and extractions to its step.
pub(crate) fn apply(entry: &Entry, step: &mut RequestStep, origin: &Origin, diagnostics: &mut Diagnostics) {
    let mut lost = |what: &str, at: Origin| {
        diagnostics.push(Diagnostic::new(
            &codes::EXTENSION,
            format!("the {what} of this entry was not understood"),
            at,
        ));
    };
    for (i, v) in list(entry.variables.as_ref()).enumerate() {
        let at = origin.key("variables").index(i);
        let name = v.get("name").and_then(Value::as_str).unwrap_or_default();
        match selector(v) {
            Some(from) if !name.is_empty() => step.extractions.push(Extraction {
                into: VarName::new(name),
                from,
                fallback: None,
                guard: None,
                reason: None,
                origin: at,
            }),
            _ => lost("variable", at),
        }
    }
    for (i, v) in list(entry.checks.as_ref()).enumerate() {
        let at = origin.key("checks").index(i);
        match check(v) {
            Some((what, subject, predicate)) => {
                step.checks.push(Check {
                    name: format!("{}: {what}", step.name),
                    subject,
                    predicate,
                    origin: at,
                });
            }
            None => lost("check", at),
        }
    }
}

/// Turns `${name}` into a hole where the recording declares the name.
pub(crate) fn fill(step: &mut RequestStep, names: &[String]) {
    for segment in &mut step.request.url.path {
        if let Segment::Literal(text) = segment
            && names.iter().any(|n| text.contains(&format!("${{{n}}}")))
        {
            let label = text.replace("${", "{");
            *segment = Segment::Param { label, value: Text::literal(text.as_str()), encoding: Encoding::Raw };
        }
    }
    step.for_each_text_mut(&mut |text: &mut Text| {
        for name in names {
            let part = Part::Var(VarName::new(name));
            text.replace_literal(&format!("${{{name}}}"), &part);
            // as it stands in a query that was written from its list
            text.replace_literal(&format!("%24%7B{name}%7D"), &part);
        }
    });
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn selector(v: &Value) -> Option<Selector> {
    let expression = v.get("expression").and_then(Value::as_str)?;
    Some(match kind(v)? {
        0 => Selector::Json(json_path(expression)?),
        1 => Selector::Regex { pattern: expression.to_owned(), group: u32::from(expression.contains('(')) },
        _ => Selector::Css {
            query: expression.to_owned(),
            attribute: v.get("attribute").and_then(Value::as_str).map(str::to_owned),
        },
    })
}

/// By number or by name, as both occur.
fn kind(v: &Value) -> Option<u8> {
    match v.get("type")? {
        Value::Number(n) => n.as_u64().and_then(|n| u8::try_from(n).ok()),
        Value::String(s) => match s.to_ascii_lowercase().as_str() {
            "jsonpath" => Some(0),
            "regex" => Some(1),
            "cssselector" => Some(2),
            _ => None,
        },
        _ => None,
    }
}

fn check(v: &Value) -> Option<(String, Selector, Predicate)> {
    let text = |key: &str| {
        v.get(key).and_then(|x| x.as_str().map(str::to_owned).or_else(|| x.as_i64().map(|n| n.to_string())))
    };
    let subject = match v.get("subject") {
        Some(Value::Number(n)) => match n.as_u64()? {
            0 => Selector::Body,
            2 => Selector::Status,
            _ => return None,
        },
        Some(Value::String(s)) => match s.to_ascii_lowercase().as_str() {
            "responsebody" | "body" => Selector::Body,
            "httpstatuscode" | "status" => Selector::Status,
            _ => return None,
        },
        _ => Selector::Body,
    };
    let code = match v.get("type")? {
        Value::Number(n) => n.as_u64()?,
        Value::String(s) => match s.to_ascii_lowercase().as_str() {
            "text" => 0,
            "jsonpathvalue" => 1,
            "jsonpath" => 2,
            "regex" => 3,
            _ => return None,
        },
        _ => return None,
    };
    match code {
        0 => {
            let value = Text::literal(text("value")?);
            let condition = match v.get("condition")? {
                Value::Number(n) => n.as_u64()?,
                Value::String(s) => ["contains", "not_contains", "equals", "starts_with", "ends_with"]
                    .iter()
                    .position(|c| c.replace('_', "") == s.to_ascii_lowercase().replace(['_', ' '], ""))?
                    as u64,
                _ => return None,
            };
            let predicate = match condition {
                0 => Predicate::Contains(value.clone()),
                1 => Predicate::NotContains(value.clone()),
                // compared as text, so that a status equals "200"
                2 => Predicate::Matches {
                    pattern: format!("^{}$", escaped(&value.to_string())),
                    flags: String::new(),
                },
                3 => Predicate::StartsWith(value.clone()),
                4 => Predicate::EndsWith(value.clone()),
                _ => return None,
            };
            let word = ["contains", "does not contain", "equals", "starts with", "ends with"];
            let subject_name = if subject == Selector::Status { "status" } else { "body" };
            Some((format!("{subject_name} {} {value}", word.get(condition as usize)?), subject, predicate))
        }
        1 => {
            let path = json_path(&text("expression")?)?;
            let value = v.get("value")?;
            let word = text("value").unwrap_or_default();
            let says = Text::literal(word.as_str());
            let condition = v.get("condition").and_then(Value::as_u64).unwrap_or(2);
            let (what, predicate) = match condition {
                0 => ("contains", Predicate::Contains(says)),
                1 => ("does not contain", Predicate::NotContains(says)),
                2 => ("equals", Predicate::Equals(loadwright_import::json_from_value(value))),
                3 => ("starts with", Predicate::StartsWith(says)),
                4 => ("ends with", Predicate::EndsWith(says)),
                5 => ("is of type", Predicate::HasType(json_type(&word)?)),
                _ => return None,
            };
            Some((format!("{path} {what} {word}"), Selector::Json(path), predicate))
        }
        2 => {
            let path = json_path(&text("expression")?)?;
            Some((format!("{path} exists"), Selector::Json(path), Predicate::Exists))
        }
        3 => {
            let pattern = text("expression")?;
            let flags = text("flags").unwrap_or_default();
            Some((format!("body matches {pattern}"), subject, Predicate::Matches { pattern, flags }))
        }
        _ => None,
    }
}

fn json_type(word: &str) -> Option<JsonType> {
    Some(match word {
        "null" => JsonType::Null,
        "boolean" => JsonType::Boolean,
        "number" => JsonType::Number,
        "string" => JsonType::String,
        "array" => JsonType::Array,
        "object" => JsonType::Object,
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "\\^$.|?*+()[]{}/".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// `$.a.b[0]['c']`; paths with filters or wildcards are `None`.
fn json_path(text: &str) -> Option<JsonPath> {
    let mut rest = text.trim().strip_prefix('$').unwrap_or(text.trim());
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(r) = rest.strip_prefix('[') {
            let (inner, after) = r.split_once(']')?;
            steps.push(match inner.trim().strip_prefix(['\'', '"']) {
                Some(key) => JsonStep::Key(key.trim_end_matches(['\'', '"']).into()),
                None => JsonStep::Index(inner.trim().parse().ok()?),
            });
            rest = after;
        } else {
            let r = rest.strip_prefix('.').unwrap_or(rest);
            let end = r.find(['.', '[']).unwrap_or(r.len());
            let key = r.get(..end)?;
            if key.is_empty() || key.contains(['*', '?', '(', '@']) {
                return None;
            }
            steps.push(JsonStep::Key(key.into()));
            rest = r.get(end..)?;
        }
    }
    Some(JsonPath(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_are_typed_and_filters_are_not() {
        assert_eq!(json_path("$.a[0]['b c'].d").map(|p| p.to_string()).as_deref(), Some("$.a[0]['b c'].d"));
        assert_eq!(json_path("$..a"), None);
        assert_eq!(json_path("$.a[?(@.b)]"), None);
    }
}
