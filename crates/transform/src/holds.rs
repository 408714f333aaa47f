use loadwright_scenario::{Check, Json, JsonPath, JsonStep, JsonType, ObservedResponse, Predicate, Selector};
use serde_json::Value;

/// Whether an answer that was seen bears a check out; `None` when that cannot be told without running it.
pub(crate) fn holds(check: &Check, answer: &ObservedResponse) -> Option<bool> {
    match &check.subject {
        Selector::Status => number(&check.predicate, f64::from(answer.status)),
        Selector::Header(name) => {
            let value = answer.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
            text(&check.predicate, value.map(AsRef::as_ref))
        }
        Selector::Body => text(&check.predicate, std::str::from_utf8(&answer.body.bytes()).ok()),
        Selector::Json(path) => {
            let body: Value = serde_json::from_slice(&answer.body.bytes()).ok()?;
            json(&check.predicate, found(&body, path))
        }
        Selector::StatusText
        | Selector::Duration
        | Selector::Size
        | Selector::Cookie(_)
        | Selector::Regex { .. }
        | Selector::HeaderRegex { .. }
        | Selector::UrlRegex { .. }
        | Selector::Fitting { .. }
        | Selector::Css { .. }
        | Selector::JarCookie(_)
        | Selector::Claim { .. }
        | Selector::Var(_) => None,
    }
}

fn found<'v>(value: &'v Value, path: &JsonPath) -> Option<&'v Value> {
    path.0.iter().try_fold(value, |at, step| match step {
        JsonStep::Key(key) => at.get(key.as_str()),
        JsonStep::Index(i) => at.get(i),
    })
}

fn number(predicate: &Predicate, n: f64) -> Option<bool> {
    let is = |j: &Json| matches!(j, Json::Number(t) if t.parse() == Ok(n));
    let bound = |t: &str| t.parse::<f64>().ok();
    Some(match predicate {
        Predicate::Equals(j) => is(j),
        Predicate::NotEquals(j) => !is(j),
        Predicate::OneOf(list) => list.iter().any(is),
        Predicate::Between { min, max } => (bound(min)?..=bound(max)?).contains(&n),
        Predicate::LessThan(t) => n < bound(t)?,
        Predicate::AtMost(t) => n <= bound(t)?,
        Predicate::GreaterThan(t) => n > bound(t)?,
        Predicate::AtLeast(t) => n >= bound(t)?,
        _ => return None,
    })
}

fn text(predicate: &Predicate, value: Option<&str>) -> Option<bool> {
    Some(match predicate {
        Predicate::Exists => value.is_some(),
        Predicate::Missing => value.is_none(),
        Predicate::Contains(t) => value?.contains(t.as_literal()?),
        Predicate::NotContains(t) => !value?.contains(t.as_literal()?),
        Predicate::Equals(Json::String(t)) => value? == t.as_literal()?,
        _ => return None,
    })
}

fn json(predicate: &Predicate, value: Option<&Value>) -> Option<bool> {
    Some(match predicate {
        Predicate::Exists => value.is_some(),
        Predicate::Missing => value.is_none(),
        Predicate::Equals(j) => same(j, value?)?,
        Predicate::NotEquals(j) => !same(j, value?)?,
        Predicate::HasKeys(keys) => value.is_some_and(|v| keys.iter().all(|k| v.get(k).is_some())),
        Predicate::HasType(kind) => value.is_some_and(|v| match kind {
            JsonType::Null => v.is_null(),
            JsonType::Boolean => v.is_boolean(),
            JsonType::Number => v.is_number(),
            JsonType::Integer => v.as_f64().is_some_and(|f| f.fract() == 0.0),
            JsonType::String => v.is_string(),
            JsonType::Array => v.is_array(),
            JsonType::Object => v.is_object(),
        }),
        Predicate::HasLength(n) => value.and_then(Value::as_array).map(|a| a.len() == *n)?,
        Predicate::LengthAtLeast(n) => value.and_then(Value::as_array).map(|a| a.len() >= *n)?,
        _ => return None,
    })
}

/// `None` for values with holes and for lists and objects: those are compared when the test runs.
fn same(json: &Json, value: &Value) -> Option<bool> {
    Some(match json {
        Json::Null => value.is_null(),
        Json::Bool(b) => value.as_bool() == Some(*b),
        Json::Number(n) => value.as_f64().is_some_and(|v| n.parse() == Ok(v)),
        Json::String(t) => value.as_str() == Some(t.as_literal()?),
        Json::Hole(_) | Json::Array(_) | Json::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(subject: Selector, predicate: Predicate) -> Check {
        Check { name: "c".to_owned(), subject, predicate, origin: Default::default() }
    }

    #[test]
    fn a_recorded_answer_bears_checks_out_or_contradicts_them() {
        let answer = ObservedResponse {
            status: 201,
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: r#"{"id": 7, "tags": ["a"]}"#.into(),
            ..ObservedResponse::default()
        };
        let status = |n: &str| check(Selector::Status, Predicate::Equals(Json::Number(n.to_owned())));
        assert_eq!(holds(&status("201"), &answer), Some(true));
        assert_eq!(holds(&status("200"), &answer), Some(false));
        let id = |p| holds(&check(Selector::Json(JsonPath::keys(["id"])), p), &answer);
        assert_eq!(id(Predicate::HasType(JsonType::Integer)), Some(true));
        assert_eq!(id(Predicate::Equals(Json::Number("8".to_owned()))), Some(false));
        assert_eq!(id(Predicate::Truthy), None);
        let header = check(Selector::Header("content-type".to_owned()), Predicate::Missing);
        assert_eq!(holds(&header, &answer), Some(false));
        assert_eq!(holds(&check(Selector::Duration, Predicate::LessThan("5".to_owned())), &answer), None);
    }
}
