use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde_json::{Number, Value};

/// A source as a tree of values that is only read: texts are borrowed from it where they stand there as they are, and an
/// object takes no more room than its entries. Half to a third of what `serde_json::Value` takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree<'t> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'t, str>),
    Array(Box<[Self]>),
    Object(Object<'t>),
}

/// The entries of an object in the order of the source; each key once.
#[derive(Debug, Clone, Default)]
pub struct Object<'t> {
    entries: Box<[(Cow<'t, str>, Tree<'t>)]>,
    /// Positions by key, for objects in which one would search long.
    #[expect(
        clippy::box_collection,
        reason = "most objects are small, and a thin pointer is half of a fat one"
    )]
    sorted: Option<Box<Vec<u32>>>,
}

/// Entries up to which a search from the front is as good as any.
const SMALL: usize = 12;

impl<'t> Object<'t> {
    /// Of two entries with one key the last value counts, at the place of the first.
    pub fn new(mut entries: Vec<(Cow<'t, str>, Tree<'t>)>) -> Self {
        if entries.len() <= SMALL {
            let mut i = 1;
            while i < entries.len() {
                let (before, rest) = entries.split_at_mut(i);
                let again = rest
                    .first_mut()
                    .and_then(|(key, value)| Some((before.iter_mut().find(|(k, _)| k == key)?, value)));
                if let Some((first, value)) = again {
                    std::mem::swap(&mut first.1, value);
                    entries.remove(i);
                } else {
                    i += 1;
                }
            }
            return Self { entries: entries.into_boxed_slice(), sorted: None };
        }
        let mut sorted = sorted(&entries);
        let key = |entries: &[(Cow<'t, str>, Tree<'t>)], i: u32| entries.get(i as usize).map(|e| e.0.clone());
        let twice = |pair: &[u32]| matches!(pair, [a, b] if key(&entries, *a) == key(&entries, *b));
        if sorted.windows(2).any(twice) {
            let mut places: HashMap<Cow<'t, str>, usize> = HashMap::new();
            let mut kept: Vec<(Cow<'t, str>, Tree<'t>)> = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                match places.get(&key).and_then(|n| kept.get_mut(*n)) {
                    Some(first) => first.1 = value,
                    None => {
                        places.insert(key.clone(), kept.len());
                        kept.push((key, value));
                    }
                }
            }
            entries = kept;
            sorted = self::sorted(&entries);
        }
        Self { entries: entries.into_boxed_slice(), sorted: Some(Box::new(sorted)) }
    }

    pub fn get(&self, key: &str) -> Option<&Tree<'t>> {
        self.get_key_value(key).map(|(_, value)| value)
    }

    pub fn get_key_value(&self, key: &str) -> Option<(&str, &Tree<'t>)> {
        let found = match &self.sorted {
            None => self.entries.iter().find(|(k, _)| k == key),
            Some(sorted) => {
                let at = sorted.binary_search_by(|i| {
                    self.entries.get(*i as usize).map_or("", |(k, _)| k.as_ref()).cmp(key)
                });
                at.ok().and_then(|at| self.entries.get(*sorted.get(at)? as usize))
            }
        };
        found.map(|(k, v)| (k.as_ref(), v))
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tree<'t>)> {
        self.entries.iter().map(|(k, v)| (k.as_ref(), v))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(k, _)| k.as_ref())
    }

    pub fn values(&self) -> impl Iterator<Item = &Tree<'t>> {
        self.entries.iter().map(|(_, v)| v)
    }

    pub(crate) fn into_entries(self) -> impl Iterator<Item = (Cow<'t, str>, Tree<'t>)> {
        self.entries.into_vec().into_iter()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn sorted(entries: &[(Cow<'_, str>, Tree<'_>)]) -> Vec<u32> {
    let mut out: Vec<u32> = (0..).take(entries.len()).collect();
    out.sort_by_key(|i| entries.get(*i as usize).map(|(k, _)| k.as_ref()));
    out
}

/// The order of the entries does not count, as in JSON.
impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get(k) == Some(v))
    }
}

impl<'t> Tree<'t> {
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// Of a list.
    pub fn item(&self, index: usize) -> Option<&Self> {
        self.as_array()?.get(index)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(n) => n.as_f64(),
            _ => None,
        }
    }

    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(n) => n.as_u64(),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Object<'t>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items of a list; nothing for everything else.
    pub fn items(&self) -> &[Self] {
        self.as_array().unwrap_or_default()
    }

    /// A string, or what stands for one.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::String(s) => Some(Cow::Borrowed(s)),
            Self::Number(n) => Some(Cow::Owned(n.to_string())),
            Self::Bool(b) => Some(Cow::Owned(b.to_string())),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// A number, or a string that says one.
    pub fn number(&self) -> Option<f64> {
        self.as_f64().or_else(|| self.as_str()?.trim().parse().ok())
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn is_bool(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    pub fn is_u64(&self) -> bool {
        self.as_u64().is_some()
    }

    pub fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// A copy that can be changed.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(*b),
            Self::Number(n) => Value::Number(n.clone()),
            Self::String(text) => Value::String(text.clone().into_owned()),
            Self::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(object) => {
                Value::Object(object.iter().map(|(k, v)| (k.to_owned(), v.to_value())).collect())
            }
        }
    }

    /// A tree that needs its text no longer.
    pub fn into_owned(self) -> Tree<'static> {
        match self {
            Self::Null => Tree::Null,
            Self::Bool(b) => Tree::Bool(b),
            Self::Number(n) => Tree::Number(n),
            Self::String(text) => Tree::String(Cow::Owned(text.into_owned())),
            Self::Array(items) => Tree::Array(items.into_vec().into_iter().map(Self::into_owned).collect()),
            Self::Object(Object { entries, sorted }) => Tree::Object(Object {
                entries: entries
                    .into_vec()
                    .into_iter()
                    .map(|(k, v)| (Cow::Owned(k.into_owned()), v.into_owned()))
                    .collect(),
                sorted,
            }),
        }
    }
}

/// Whether both say the same; numbers of one value are one, however they are written.
impl PartialEq<Value> for Tree<'_> {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
            (Self::String(a), Value::String(b)) => a == b,
            (Self::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b),
            (Self::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|o| v == o))
            }
            _ => false,
        }
    }
}

/// As compact JSON.
impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree<'_> {
        serde_json::from_str(text).expect("json")
    }

    #[test]
    fn a_tree_says_what_a_value_says() {
        let text = r#"{"a": [1, -2, 2.5, null, true], "b\n": {"c": "d\u00e9"}, "e": "plain"}"#;
        let value: Value = serde_json::from_str(text).expect("json");
        assert_eq!(tree(text).to_value(), value);
        assert!(tree(text) == value);
        assert!(matches!(tree(text).get("e"), Some(Tree::String(Cow::Borrowed("plain")))));
        assert_eq!(tree(text).into_owned().to_string(), value.to_string());
    }

    #[test]
    fn of_a_repeated_key_the_last_value_stands_at_the_first_place() {
        assert_eq!(tree(r#"{"a":1,"b":2,"a":3}"#).to_string(), r#"{"a":3,"b":2}"#);
        let many: Vec<String> = (0..40).map(|i| format!("\"k{}\":{i}", i % 30)).collect();
        let text = format!("{{{}}}", many.join(","));
        let value: Value = serde_json::from_str(&text).expect("json");
        assert_eq!(tree(&text).to_string(), value.to_string());
        assert_eq!(tree(&text).get("k7").and_then(Tree::as_u64), Some(37));
        assert!(tree(&text).get("k30").is_none());
    }

    #[test]
    fn the_order_of_entries_is_kept_and_does_not_count() {
        assert_eq!(tree(r#"{"b":1,"a":2}"#), tree(r#"{"a":2,"b":1}"#));
        let keys = tree(r#"{"b":1,"a":2}"#);
        assert_eq!(keys.as_object().map(|o| o.keys().collect::<Vec<_>>()), Some(vec!["b", "a"]));
    }
}
