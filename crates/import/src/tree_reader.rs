use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_json::value::RawValue;

use crate::{Object, Tree};

/// A tree without one of its values, and that value as it stands in the text.
#[derive(Debug)]
pub struct Apart<'t> {
    pub tree: Tree<'t>,
    /// `None` when there is no such value.
    pub left: Option<&'t str>,
}

/// Reads JSON by the book, and leaves the value at a path of keys unread: a large text that may not be wanted at all.
pub fn tree_apart<'t>(text: &'t str, path: &[&str]) -> serde_json::Result<Apart<'t>> {
    let mut left = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    let tree = Around { path, left: &mut left }.deserialize(&mut reader)?;
    reader.end().map(|()| Apart { tree, left: left.map(RawValue::get) })
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(b))
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(n.into()))
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(n.into()))
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Tree<'de>, E> {
        Ok(Number::from_f64(n).map_or(Tree::Null, Tree::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::String(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items.into_boxed_slice()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Key(key), value)) = access.next_entry()? {
            entries.push((key, value));
        }
        Ok(Tree::Object(Object::new(entries)))
    }
}

struct Key<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Reads everything but what the path leads to.
struct Around<'p, 'de> {
    path: &'p [&'p str],
    left: &'p mut Option<&'de RawValue>,
}

impl<'de> DeserializeSeed<'de> for Around<'_, 'de> {
    type Value = Tree<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Around<'_, 'de> {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Reader.expecting(f)
    }

    fn visit_unit<E: Error>(self) -> Result<Tree<'de>, E> {
        Reader.visit_unit()
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<Tree<'de>, E> {
        Reader.visit_bool(b)
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Tree<'de>, E> {
        Reader.visit_i64(n)
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Tree<'de>, E> {
        Reader.visit_u64(n)
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Tree<'de>, E> {
        Reader.visit_f64(n)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Reader.visit_borrowed_str(text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree<'de>, E> {
        Reader.visit_str(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Tree<'de>, A::Error> {
        Reader.visit_seq(access)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(Key(key)) = access.next_key()? {
            match self.path.split_first() {
                Some((here, path)) if key == *here => {
                    // of a repeated key the last value counts
                    *self.left = None;
                    if path.is_empty() {
                        *self.left = Some(access.next_value()?);
                    } else {
                        let around = Around { path, left: &mut *self.left };
                        entries.push((key, access.next_value_seed(around)?));
                    }
                }
                _ => entries.push((key, access.next_value()?)),
            }
        }
        Ok(Tree::Object(Object::new(entries)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_left_as_it_stands() {
        let of = |text| tree_apart(text, &["a", "b"]).map(|a| (a.tree.to_string(), a.left)).ok();
        let text = r#"{"b": 1, "a": {"c": [{"b": 2}], "b": "x\"\ud800"}, "d": null}"#;
        let rest = r#"{"b":1,"a":{"c":[{"b":2}]},"d":null}"#;
        assert_eq!(of(text), Some((rest.to_owned(), Some(r#""x\"\ud800""#))));
        assert_eq!(of(r#"{"a": [1]}"#), Some((r#"{"a":[1]}"#.to_owned(), None)));
        assert_eq!(of(r#"{"a": {"b": 1}, "a": {}}"#), Some((r#"{"a":{}}"#.to_owned(), None)));
        for broken in
            [r#"{"a": {"b": "x}}"#, r#"{"a": {"b": }}"#, r#"{"a": {}} x"#, "{\"a\": {\"b\": \"\n\"}}"]
        {
            assert_eq!(of(broken), None, "{broken}");
        }
    }
}
