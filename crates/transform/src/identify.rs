use loadwright_scenario::{JsonPath, JsonStep};
use serde_json::Value;

use crate::names::{normal, singular};

/// The field of an answer that identifies a thing: by the parameter's name, `id`, or the owner's `petId`.
///
/// Envelopes are looked into: `{ "data": { … } }`, and lists at the top or one level below.
pub(crate) fn identifier(
    sample: &Value,
    parameter: &str,
    owner: &str,
    list: bool,
) -> Option<(JsonPath, Value)> {
    if list {
        if let Some(items) = sample.as_array() {
            return in_list(items, JsonPath::default(), parameter, owner);
        }
        let map = sample.as_object()?;
        let direct = map.iter().find_map(|(k, v)| {
            in_list(v.as_array()?, JsonPath(vec![JsonStep::Key(k.into())]), parameter, owner)
        });
        // `{ "data": { "items": [ … ] } }`
        return direct.or_else(|| {
            map.iter().find_map(|(k, v)| {
                let (mut path, value) = v.as_object()?.iter().find_map(|(inner, v)| {
                    let at = JsonPath(vec![JsonStep::Key(inner.into())]);
                    in_list(v.as_array()?, at, parameter, owner)
                })?;
                path.0.insert(0, JsonStep::Key(k.into()));
                Some((path, value))
            })
        });
    }
    if sample.is_string() || sample.is_number() {
        return Some((JsonPath::default(), sample.clone()));
    }
    if let Some(found) = in_object(sample, parameter, owner) {
        return Some((JsonPath(vec![JsonStep::Key(found.0.into())]), found.1));
    }
    let map = sample.as_object()?;
    map.iter().filter(|(_, v)| v.is_object()).find_map(|(k, v)| {
        let (key, value) = in_object(v, parameter, owner)?;
        Some((JsonPath(vec![JsonStep::Key(k.into()), JsonStep::Key(key.into())]), value))
    })
}

fn in_list(items: &[Value], mut path: JsonPath, parameter: &str, owner: &str) -> Option<(JsonPath, Value)> {
    let first = items.first()?;
    path.0.push(JsonStep::Index(0));
    if first.is_string() || first.is_number() {
        return Some((path, first.clone()));
    }
    let (key, value) = in_object(first, parameter, owner)?;
    path.0.push(JsonStep::Key(key.into()));
    Some((path, value))
}

fn in_object(value: &Value, parameter: &str, owner: &str) -> Option<(String, Value)> {
    let map = value.as_object()?;
    let parameter = normal(parameter);
    let owner = normal(owner);
    // {petId}, or {pet} for a pet: what follows the owner's name is the field
    let suffix = parameter.strip_prefix(&owner).filter(|s| !s.is_empty()).unwrap_or(&parameter).to_owned();
    let generic = ["id", "uuid", "guid"].map(str::to_owned);
    let wishes = [vec![parameter.clone(), suffix.clone(), format!("{owner}{suffix}")], generic.to_vec()];
    let fields: Vec<(String, &String, &Value)> =
        map.iter().filter(|(_, v)| v.is_string() || v.is_number()).map(|(k, v)| (normal(k), k, v)).collect();
    let allowed = |wish: &str, level: usize| {
        level == 0 || suffix.ends_with("id") || suffix == owner || generic.contains(&wish.to_owned())
    };
    for (level, list) in wishes.iter().enumerate() {
        for wish in list.iter().filter(|w| allowed(w, level)) {
            if let Some((_, k, v)) = fields.iter().find(|(k, ..)| k == wish) {
                return Some(((*k).clone(), (*v).clone()));
            }
        }
    }
    None
}

/// `customer` for `customerId`, `customer_uuid`, `CustomerID`; `None` for names that do not say what they identify.
pub(crate) fn resource_of(name: &str) -> Option<String> {
    let plain = normal(name);
    let cut = ["uuid", "guid", "id"].iter().find_map(|s| plain.strip_suffix(s)).unwrap_or_default();
    // `paid`, `valid` and `grid` are words
    let marked = ["Id", "ID", "_id", "-id", "Uuid", "UUID", "_uuid", "-uuid", "Guid", "_guid"]
        .iter()
        .any(|s| name.ends_with(s));
    let generic = ["item", "resource", "object", "entity", "external", "client", "request", "correlation"];
    (marked && cut.len() >= 2 && !generic.contains(&cut)).then(|| cut.to_owned())
}

/// Whether a name says nothing about whose it is.
pub(crate) fn is_plain(parameter: &str) -> bool {
    matches!(normal(parameter).as_str(), "id" | "uuid" | "key" | "name" | "slug" | "identifier" | "code")
}

/// `/shops/{}/orders` → `order`
pub(crate) fn owner_of(collection: &str) -> String {
    singular(collection.rsplit('/').find(|s| !s.is_empty() && *s != "{}").unwrap_or("thing"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_say_what_they_identify() {
        assert_eq!(resource_of("customerId").as_deref(), Some("customer"));
        assert_eq!(resource_of("flow_run_id").as_deref(), Some("flowrun"));
        for nothing in ["id", "paid", "uuid", "itemId", "name"] {
            assert_eq!(resource_of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn envelopes_are_looked_into() {
        let path =
            |sample: Value, list| identifier(&sample, "petId", "pet", list).map(|(p, _)| p.to_string());
        assert_eq!(path(json!({"id": 7}), false).as_deref(), Some("$.id"));
        assert_eq!(path(json!({"data": {"petId": "x"}}), false).as_deref(), Some("$.data.petId"));
        assert_eq!(path(json!([{"id": 7}]), true).as_deref(), Some("$[0].id"));
        assert_eq!(
            path(json!({"data": {"items": [{"id": 7}]}}), true).as_deref(),
            Some("$.data.items[0].id")
        );
        assert_eq!(path(json!({"name": "x"}), false), None);
    }
}
