//! Objects within what the document promises: the wrapper around one, the list of many, the id where it stands.

use serde_json::Value;

use crate::store::{Store, id_key, plain};

/// The object may stand in an envelope: `{ "data": { … } }`.
pub fn created(
    store: &mut Store,
    path: &str,
    promised: &Value,
    sent: Option<&Value>,
    parameter: &str,
) -> Value {
    let envelope = promised.as_object().filter(|o| id_key(o, parameter).is_none()).and_then(|o| {
        o.iter()
            .find(|(_, v)| v.as_object().is_some_and(|i| id_key(i, parameter).is_some()))
            .map(|(k, v)| (k.clone(), v.clone()))
    });
    match envelope {
        Some((key, inner)) => {
            let mut out = promised.clone();
            out[key] = store.create(path, &inner, self::inner(sent, Some(promised)), parameter);
            out
        }
        None => store.create(path, promised, sent, parameter),
    }
}

/// The key of an envelope: `{ "article": { … } }` where the object itself has no identifier.
pub fn envelope_key<'v>(promised: &'v Value, object: &Value) -> Option<&'v str> {
    let outer = promised.as_object()?;
    let object = object.as_object()?;
    let likeness =
        |v: &Value| v.as_object().map_or(0, |o| o.keys().filter(|k| object.contains_key(*k)).count());
    let own = likeness(promised);
    let (key, best) = outer.iter().map(|(k, v)| (k.as_str(), likeness(v))).max_by_key(|(_, n)| *n)?;
    (best > own).then_some(key)
}

/// A remembered object as this operation promises it: with the envelope that its answer has.
pub fn enveloped(promised: Option<&Value>, object: Value) -> Value {
    let Some(promised) = promised else { return object };
    match envelope_key(promised, &object).map(str::to_owned) {
        Some(key) => {
            let mut out = promised.clone();
            out[key] = object;
            out
        }
        None => match (promised, object) {
            // what this answer promises beside what is remembered
            (Value::Object(more), Value::Object(mut own)) => {
                for (key, value) in more {
                    own.entry(key.clone()).or_insert_with(|| value.clone());
                }
                Value::Object(own)
            }
            (_, object) => object,
        },
    }
}

/// What was sent, without the envelope that requests may have, too.
pub fn inner<'v>(sent: Option<&'v Value>, promised: Option<&Value>) -> Option<&'v Value> {
    let sent = sent?;
    let only = sent.as_object().filter(|o| o.len() == 1).and_then(|o| o.iter().next());
    match (only, promised) {
        (Some((key, value)), Some(promised)) if value.is_object() && promised.get(key).is_some() => {
            Some(value)
        }
        _ => Some(sent),
    }
}

/// Remembered objects come first in a list.
pub fn listed(mut promised: Value, objects: &[Value]) -> Value {
    let merge = |items: &mut Vec<Value>| {
        let mut all = objects.to_vec();
        all.append(items);
        *items = all;
    };
    match &mut promised {
        Value::Array(items) => merge(items),
        Value::Object(fields) if !objects.is_empty() => {
            if let Some(Value::Array(items)) =
                fields.values_mut().find(|v| v.as_array().is_some_and(|a| a.iter().all(Value::is_object)))
            {
                merge(items);
            }
        }
        _ => {}
    }
    promised
}

/// An object that nobody created still has the id that was asked for.
pub fn with_id(mut promised: Value, id: &str, parameter: Option<&String>) -> Value {
    if let Some(fields) = promised.as_object_mut()
        && let Some(key) = id_key(fields, parameter.map_or("id", String::as_str)).map(str::to_owned)
        && let Some(slot) = fields.get_mut(&key)
    {
        let value = match slot {
            Value::Number(_) => id.parse::<i64>().ok().map(Value::from),
            Value::String(_) => Some(Value::String(id.to_owned())),
            _ => None,
        };
        if let Some(value) = value.filter(|v| plain(v) == id) {
            *slot = value;
        }
    }
    promised
}
