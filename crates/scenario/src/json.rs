use ecow::EcoString;

use crate::Text;

/// A JSON value with holes, in source order. Numbers keep the text that the source wrote (`1.0`, `1e3`, 64-bit ids).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(Text),
    /// A hole that stands for a whole value without quotes, as in `{"id": {{id}}}`.
    Hole(Text),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn string(text: impl Into<EcoString>) -> Self {
        Self::String(Text::literal(text))
    }

    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// Calls `f` for each text of the value, in document order.
    pub fn for_each_text<'a>(&'a self, f: &mut dyn FnMut(&'a Text)) {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
            Self::String(text) | Self::Hole(text) => f(text),
            Self::Array(items) => items.iter().for_each(|v| v.for_each_text(f)),
            Self::Object(fields) => fields.iter().for_each(|(_, v)| v.for_each_text(f)),
        }
    }

    pub fn for_each_text_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut Text)) {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
            Self::String(text) | Self::Hole(text) => f(text),
            Self::Array(items) => items.iter_mut().for_each(|v| v.for_each_text_mut(f)),
            Self::Object(fields) => fields.iter_mut().for_each(|(_, v)| v.for_each_text_mut(f)),
        }
    }
}
