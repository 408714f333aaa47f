use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Objects that requests created, by collection (the concrete path that they were posted to) and id.
#[derive(Debug, Default)]
pub(crate) struct Store {
    collections: IndexMap<String, Collection>,
    made: u64,
}

#[derive(Debug, Default)]
struct Collection {
    objects: IndexMap<String, Value>,
    gone: Vec<String>,
}

/// How many objects a collection remembers; a long run must not fill the memory.
const MOST: usize = 10_000;

pub(crate) enum Found<'a> {
    Object(&'a Value),
    Gone,
    Unknown,
}

impl Store {
    /// Remembers what a request created: the promised object with the request's own values, and a fresh id.
    pub fn create(
        &mut self,
        collection: &str,
        promised: &Value,
        sent: Option<&Value>,
        parameter: &str,
    ) -> Value {
        self.made += 1;
        let mut object = promised.clone();
        let key = object.as_object().and_then(|o| id_key(o, parameter)).map(str::to_owned);
        overlay(&mut object, sent, key.as_deref());
        if let (Some(fields), Some(key)) = (object.as_object_mut(), &key) {
            let id = fresh(fields.get(key).unwrap_or(&Value::Null), self.made);
            let text = plain(&id);
            fields.insert(key.clone(), id);
            let c = self.collections.entry(collection.to_owned()).or_default();
            if c.objects.len() >= MOST {
                c.objects.shift_remove_index(0);
            }
            c.objects.insert(text, object.clone());
        }
        object
    }

    pub fn find(&self, collection: &str, id: &str) -> Found<'_> {
        match self.collections.get(collection) {
            Some(c) => match c.objects.get(id) {
                Some(object) => Found::Object(object),
                None if c.gone.iter().any(|g| g == id) => Found::Gone,
                None => Found::Unknown,
            },
            None => Found::Unknown,
        }
    }

    /// Changes a remembered object; others are what the source promises.
    pub fn change(&mut self, collection: &str, id: &str, sent: Option<&Value>) -> Option<Value> {
        let object = self.collections.get_mut(collection)?.objects.get_mut(id)?;
        let key = object.as_object().and_then(|o| id_key(o, "id")).map(str::to_owned);
        overlay(object, sent, key.as_deref());
        Some(object.clone())
    }

    pub fn remove(&mut self, collection: &str, id: &str) {
        if let Some(c) = self.collections.get_mut(collection)
            && c.objects.shift_remove(id).is_some()
        {
            if c.gone.len() >= MOST {
                c.gone.remove(0);
            }
            c.gone.push(id.to_owned());
        }
    }

    /// The newest objects of a collection.
    pub fn list(&self, collection: &str) -> Vec<Value> {
        self.collections
            .get(collection)
            .map(|c| c.objects.values().rev().take(10).cloned().collect())
            .unwrap_or_default()
    }
}

/// The property that identifies an object: `id`, the parameter's own name, `petId` for `{petId}`, or the only `…id`.
pub(crate) fn id_key<'a>(object: &'a Map<String, Value>, parameter: &str) -> Option<&'a str> {
    let norm =
        |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let scalar = |v: &Value| v.is_string() || v.is_number();
    let wanted = norm(parameter);
    let keys = || object.iter().filter(|(_, v)| scalar(v)).map(|(k, _)| k.as_str());
    keys()
        .find(|k| norm(k) == wanted)
        .or_else(|| keys().find(|k| norm(k) == "id"))
        .or_else(|| {
            keys().find(|k| {
                matches!(norm(k).as_str(), "uuid" | "guid" | "slug" | "key" | "name")
                    && wanted.ends_with(&norm(k))
            })
        })
        .or_else(|| {
            let ids: Vec<&str> = keys().filter(|k| norm(k).ends_with("id")).collect();
            if let [only] = ids.as_slice() { Some(*only) } else { None }
        })
        .or_else(|| keys().find(|k| matches!(norm(k).as_str(), "uuid" | "guid")))
}

fn overlay(object: &mut Value, sent: Option<&Value>, id: Option<&str>) {
    let (Some(fields), Some(sent)) = (object.as_object_mut(), sent.and_then(Value::as_object)) else {
        return;
    };
    for (key, value) in sent {
        let same_kind =
            fields.get(key).is_some_and(|old| std::mem::discriminant(old) == std::mem::discriminant(value));
        if same_kind && Some(key.as_str()) != id {
            fields.insert(key.clone(), value.clone());
        }
    }
}

/// An id of the same kind that nobody has yet.
fn fresh(sample: &Value, n: u64) -> Value {
    match sample {
        Value::Number(old) if old.is_f64() => Value::from(n as f64 + 0.5),
        Value::Number(old) => Value::from(old.as_u64().unwrap_or(0).min(1 << 52).wrapping_add(n)),
        Value::String(s) => {
            let uuid = s.len() == 36 && s.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
            if uuid {
                let head: String = s.chars().take(24).collect();
                return Value::String(format!("{head}{n:012x}"));
            }
            if let Ok(old) = s.parse::<u64>() {
                // as many digits as before: lengths and patterns still hold
                return Value::String(format!(
                    "{:0width$}",
                    old.min(1 << 53).wrapping_add(n),
                    width = s.len()
                ));
            }
            // as long as before, so that a limit on the length still holds
            let tail = n.to_string();
            let keep = s.chars().count().saturating_sub(tail.len()).max(1);
            Value::String(s.chars().take(keep).chain(tail.chars()).collect())
        }
        other => other.clone(),
    }
}

pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
