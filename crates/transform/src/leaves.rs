use std::borrow::Cow;
use std::fmt;

use loadwright_scenario::{JsonPath, JsonStep};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A key or an index on the way to a value.
pub(crate) enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

/// The way to the value that is looked at.
pub(crate) fn path(steps: &[Step<'_>]) -> JsonPath {
    JsonPath(
        steps
            .iter()
            .map(|s| match s {
                Step::Key(k) => JsonStep::Key(k.clone().into_owned()),
                Step::Index(i) => JsonStep::Index(*i),
            })
            .collect(),
    )
}

/// Calls `f` with each text and number of a JSON document and the way to it, without building the document in memory.
/// `false` when the text is no JSON; `f` has then seen what stands before the mistake.
pub(crate) fn leaves<'a>(body: &'a str, f: &mut dyn FnMut(&[Step<'a>], &str)) -> bool {
    let mut json = serde_json::Deserializer::from_str(body);
    let mut steps = Vec::new();
    let walk = Walk { steps: &mut steps, f };
    walk.deserialize(&mut json).is_ok() && json.end().is_ok()
}

struct Walk<'w, 'a> {
    steps: &'w mut Vec<Step<'a>>,
    f: &'w mut dyn FnMut(&[Step<'a>], &str),
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Walk<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Walk<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.f)(self.steps, text);
        Ok(())
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<(), E> {
        (self.f)(self.steps, &n.to_string());
        Ok(())
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<(), E> {
        (self.f)(self.steps, &n.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut i = 0;
        loop {
            self.steps.push(Step::Index(i));
            let more = items.next_element_seed(Walk { steps: &mut *self.steps, f: &mut *self.f })?;
            self.steps.pop();
            if more.is_none() {
                return Ok(());
            }
            i += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            self.steps.push(Step::Key(key));
            map.next_value_seed(Walk { steps: &mut *self.steps, f: &mut *self.f })?;
            self.steps.pop();
        }
        Ok(())
    }
}

/// A key as it stands in the text, when it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_and_number_is_seen_with_the_way_to_it() {
        let mut seen = Vec::new();
        let body = r#"{"a": [1, {"b\u0020c": "x\"y"}], "n": null, "t": true, "f": 1.5, "z": -7}"#;
        assert!(leaves(body, &mut |steps, text| seen.push(format!("{} {text}", path(steps)))));
        assert_eq!(seen, ["$.a[0] 1", "$.a[1]['b c'] x\"y", "$.z -7"]);
        assert!(!leaves("<html>", &mut |_, _| {}));
        assert!(!leaves("{\"a\": 1} x", &mut |_, _| {}));
    }
}
