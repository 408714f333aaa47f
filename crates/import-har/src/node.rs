use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::tape::{Cell, Kind, Tape};
use crate::unescape::unescaped;

/// A value on a tape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'t> {
    text: &'t str,
    cells: &'t [Cell],
    cell: Cell,
    /// Where what is in it begins.
    inside: usize,
}

impl<'t> Node<'t> {
    /// The value that was read from a text; nothing before anything was read.
    pub fn of(tape: &'t Tape, text: &'t str) -> Option<Self> {
        Self::at(text, tape.cells(), 0)
    }

    fn at(text: &'t str, cells: &'t [Cell], at: usize) -> Option<Self> {
        Some(Self { text, cells, cell: *cells.get(at)?, inside: at + 1 })
    }

    pub fn kind(self) -> Kind {
        self.cell.kind
    }

    /// As it stands in the text; a string without its quotes.
    fn raw(self) -> &'t str {
        self.text.get(self.cell.from as usize..self.cell.to as usize).unwrap_or_default()
    }

    fn bytes(self) -> &'t [u8] {
        self.text.as_bytes().get(self.cell.from as usize..self.cell.to as usize).unwrap_or_default()
    }

    /// A string as it stands in the text, with its quotes, and where it begins there.
    pub fn quoted(self) -> Option<(usize, &'t str)> {
        let from = (self.cell.from as usize).checked_sub(1).filter(|_| self.is_string())?;
        Some((from, self.text.get(from..=self.cell.to as usize)?))
    }

    fn children(self) -> impl Iterator<Item = Self> {
        let mut at = self.inside;
        let end = match self.kind() {
            Kind::Array | Kind::Object => self.cell.next as usize,
            _ => 0,
        };
        std::iter::from_fn(move || {
            let node = Self::at(self.text, self.cells, at).filter(|_| at < end)?;
            at = node.cell.next as usize;
            Some(node)
        })
    }

    /// Names and values of an object.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> {
        let mut list = self.children();
        let object = self.is_object();
        std::iter::from_fn(move || Some((list.next().filter(|_| object)?, list.next()?)))
    }

    /// The values of some names, in one go; of a repeated name the last value counts.
    pub fn fields<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        let mut out = [None; N];
        for (name, value) in self.entries() {
            let known = names.iter().zip(&mut out).find(|(n, _)| name.is(n));
            if let Some((_, slot)) = known {
                *slot = Some(value);
            }
        }
        out
    }

    /// Of an object; of a repeated key the last value counts.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries().filter(|(name, _)| name.is(key)).last().map(|(_, value)| value)
    }

    /// Of a list.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let list = self.kind() == Kind::Array;
        self.children().take_while(move |_| list)
    }

    /// Whether this is a string that says so.
    pub fn is(self, text: &str) -> bool {
        match self.kind() {
            Kind::Plain => self.bytes() == text.as_bytes(),
            Kind::Escaped => self.as_str().is_some_and(|t| t == text),
            _ => false,
        }
    }

    pub fn as_str(self) -> Option<Cow<'t, str>> {
        match self.kind() {
            Kind::Plain => Some(Cow::Borrowed(self.raw())),
            Kind::Escaped => {
                let text = unescaped(self.raw().as_bytes());
                Some(Cow::Owned(
                    String::from_utf8(text)
                        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
                ))
            }
            _ => None,
        }
    }

    /// A string, or what stands for one.
    pub fn text(self) -> Option<Cow<'t, str>> {
        match self.kind() {
            Kind::Plain | Kind::Escaped => self.as_str(),
            Kind::Number => {
                Some(self.as_number().map_or(Cow::Borrowed(self.raw()), |n| Cow::Owned(n.to_string())))
            }
            Kind::True | Kind::False => Some(Cow::Borrowed(self.raw())),
            Kind::Null | Kind::Array | Kind::Object => None,
        }
    }

    fn as_number(self) -> Option<Number> {
        serde_json::from_str(self.raw()).ok().filter(|_| self.kind() == Kind::Number)
    }

    /// A number, or a string that says one.
    pub fn number(self) -> Option<f64> {
        let number: f64 = match self.kind() {
            Kind::Number => self.raw().parse().ok()?,
            _ => self.as_str()?.trim().parse().ok()?,
        };
        Some(number).filter(|n| n.is_finite())
    }

    pub fn is_string(self) -> bool {
        matches!(self.kind(), Kind::Plain | Kind::Escaped)
    }

    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// A copy that needs neither text nor tape.
    pub fn to_value(self) -> Value {
        match self.kind() {
            Kind::Null => Value::Null,
            Kind::False => Value::Bool(false),
            Kind::True => Value::Bool(true),
            Kind::Number => self.as_number().map_or(Value::Null, Value::Number),
            Kind::Plain | Kind::Escaped => Value::String(self.as_str().unwrap_or_default().into_owned()),
            Kind::Array => Value::Array(self.items().map(Self::to_value).collect()),
            Kind::Object => {
                let named = |(name, value): (Self, Self)| {
                    (name.as_str().unwrap_or_default().into_owned(), value.to_value())
                };
                Value::Object(self.entries().map(named).collect::<Map<_, _>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_says_what_a_value_says() {
        let text = r#"{"a": [1, -2, 2.5, null, true, []], "b\n": {"c": "d\u00e9", "c": {"x": "last"}}, "e": "plain", "n": " 12 "}"#;
        let mut tape = Tape::default();
        assert!(Node::of(&tape, text).is_none());
        assert_eq!(tape.read(text.as_bytes()), Ok(text.len()));
        let node = Node::of(&tape, text).expect("an object");
        assert_eq!(node.to_value(), serde_json::from_str::<Value>(text).expect("JSON"));
        let at = |key: &str| node.get(key);
        assert_eq!(at("a").map(|a| a.items().filter_map(Node::number).sum::<f64>()), Some(1.5));
        assert_eq!(
            at("a").map(|a| a.items().filter_map(Node::text).collect::<Vec<_>>().join(" ")).as_deref(),
            Some("1 -2 2.5 true")
        );
        assert_eq!(
            at("b\n").and_then(|b| b.get("c")).and_then(|c| c.get("x")).and_then(Node::as_str).as_deref(),
            Some("last")
        );
        assert_eq!(at("n").and_then(Node::number), Some(12.0));
        let [n, none, a] = node.fields(["n", "x", "a"]);
        assert!(
            n.is_some_and(|n| n.is(" 12 ")) && none.is_none() && a.is_some_and(|a| a.items().count() == 6)
        );
        assert_eq!(at("e").and_then(Node::quoted), text.find("\"plain\"").map(|n| (n, "\"plain\"")));
        // what is no list has no items, and what is no object no entries
        assert_eq!(at("e").map(|e| e.items().count() + e.entries().count()), Some(0));
        assert_eq!(at("b\n").map(|b| b.items().count()), Some(0));
        assert!(at("x").is_none() && at("a").is_some_and(|a| a.get("1").is_none()));
    }
}
