use std::fmt;

use ecow::EcoString;

use crate::Parts;

/// The name of a variable of the plan, as the source spelled it. Targets derive an identifier from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarName(pub EcoString);

impl VarName {
    pub fn new(name: impl Into<EcoString>) -> Self {
        Self(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VarName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A string with holes. The only place where a placeholder can exist: no plain `String` of the plan has one.
///
/// A recording has dozens of texts for each request, nearly all of them literals that other requests have, too. Hence
/// `EcoString` (of `ecow`, which needs nothing else): up to 15 bytes stand in the text itself, and copies of longer ones
/// share theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub Parts);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Literal(EcoString),
    Var(VarName),
    /// A column of the current row of a dataset.
    Column(Box<Column>),
    /// A value made anew at each use.
    Generated(Generator),
}

/// A column of a dataset, both by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub dataset: EcoString,
    pub column: EcoString,
}

impl Part {
    pub fn column(dataset: impl Into<EcoString>, column: impl Into<EcoString>) -> Self {
        Self::Column(Box::new(Column { dataset: dataset.into(), column: column.into() }))
    }
}

/// Values that a script makes at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Generator {
    /// Random UUID, version 4.
    Uuid,
    /// Seconds since the epoch.
    UnixSeconds,
    /// Milliseconds since the epoch.
    UnixMillis,
    /// `2024-01-31T12:00:00.000Z`
    IsoTimestamp,
    /// `2024-01-31`
    IsoDate,
    /// Whole number, both ends included.
    Int {
        min: i64,
        max: i64,
    },
    Boolean,
    /// Letters and digits.
    Alphanumeric {
        length: u32,
    },
    /// A short text that no other iteration of the run has: from the VU's and the iteration's number.
    Unique,
    /// A number that no other iteration of the run has.
    UniqueInt,
    /// Realistic data by kind: `firstName`, `email`, `city` (Postman's names without `$random`, first letter lower).
    Fake(EcoString),
    /// A text in another spelling, made when it is sent: `user:{token}` as base64.
    Coded {
        coding: Coding,
        text: Box<Text>,
    },
}

/// How a value is spelled inside another text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 4648 section 4, with padding.
    Base64,
    /// As `encodeURIComponent` does.
    Percent,
    /// The reverse of it: a cookie that the server set encoded and the client sends plain.
    PercentDecoded,
}

impl Text {
    pub fn literal(text: impl Into<EcoString>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::default() } else { Part::Literal(text).into() }
    }

    pub fn var(name: impl Into<EcoString>) -> Self {
        Part::Var(VarName::new(name)).into()
    }

    pub fn generated(generator: Generator) -> Self {
        Part::Generated(generator).into()
    }

    /// The text, when it has no holes.
    pub fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|p| matches!(p, Part::Literal(t) if t.is_empty()))
    }

    /// The variable, when the text is that variable and nothing else.
    pub fn as_var(&self) -> Option<&VarName> {
        match self.0.as_slice() {
            [Part::Var(name)] => Some(name),
            _ => None,
        }
    }

    /// Appends literal text; neighbouring literals stay one part.
    pub fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Literal(last)) = self.0.last_mut() {
            last.push_str(text);
        } else {
            self.0.push(Part::Literal(text.into()));
        }
    }

    pub fn push(&mut self, part: Part) {
        match part {
            Part::Literal(text) => match self.0.last_mut() {
                Some(Part::Literal(last)) => last.push_str(&text),
                _ if text.is_empty() => {}
                _ => self.0.push(Part::Literal(text)),
            },
            part => self.0.push(part),
        }
    }

    pub fn append(&mut self, other: Self) {
        for part in other.0 {
            self.push(part);
        }
    }

    /// Every variable that the text reads, in order, repeats included.
    pub fn vars(&self) -> impl Iterator<Item = &VarName> {
        fn collect<'a>(text: &'a Text, out: &mut Vec<&'a VarName>) {
            for part in &text.0 {
                match part {
                    Part::Var(name) => out.push(name),
                    Part::Generated(Generator::Coded { text, coding: _ }) => collect(text, out),
                    Part::Literal(_) | Part::Column(_) | Part::Generated(_) => {}
                }
            }
        }
        let mut out = Vec::new();
        collect(self, &mut out);
        out.into_iter()
    }

    /// Replaces each occurrence of `needle` in the literals by `part`; says whether there was one.
    pub fn replace_literal(&mut self, needle: &str, part: &Part) -> bool {
        let has = |p: &Part| matches!(p, Part::Literal(text) if text.contains(needle));
        if needle.is_empty() || !self.0.iter().any(has) {
            return false;
        }
        let mut out = Self::default();
        for old in std::mem::take(&mut self.0) {
            match old {
                Part::Literal(text) if text.contains(needle) => {
                    for (i, piece) in text.split(needle).enumerate() {
                        if i > 0 {
                            out.push(part.clone());
                        }
                        out.push_str(piece);
                    }
                }
                old => out.push(old),
            }
        }
        *self = out;
        true
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::literal(text)
    }
}

impl From<EcoString> for Text {
    fn from(text: EcoString) -> Self {
        Self::literal(text)
    }
}

impl From<Part> for Text {
    fn from(part: Part) -> Self {
        Self(part.into())
    }
}

/// For people: outlines and messages. Holes are shown in braces; this form is never parsed again.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Literal(text) => f.write_str(text)?,
                Part::Var(name) => write!(f, "{{{name}}}")?,
                Part::Column(of) => write!(f, "{{{}.{}}}", of.dataset, of.column)?,
                Part::Generated(generator) => write!(f, "{{{generator:?}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_a_literal_keeps_what_is_around_it() {
        let mut text = Text::literal("a-42-b-42");
        assert!(text.replace_literal("42", &Part::Var(VarName::new("id"))));
        assert_eq!(text.to_string(), "a-{id}-b-{id}");
        assert_eq!(text.0.len(), 4);
        assert!(!text.replace_literal("42", &Part::Var(VarName::new("id"))));
    }
}
