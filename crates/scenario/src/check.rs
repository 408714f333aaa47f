use ecow::EcoString;
use loadwright_diagnostic::Origin;

use crate::{Json, Text, VarName};

/// A statement about one response, counted per check name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub subject: Selector,
    pub predicate: Predicate,
    pub origin: Origin,
}

/// A value taken from a response for later steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extraction {
    pub into: VarName,
    pub from: Selector,
    /// What later steps use when the response has no such value.
    pub fallback: Option<Text>,
    /// Name of the check that fails when the value is missing; `None` where the source has no such notion.
    pub guard: Option<String>,
    /// Why this value is believed to flow, for a comment: `from the 201 of POST /pets`.
    pub reason: Option<String>,
    pub origin: Origin,
}

/// What a check looks at and an extraction takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub enum Selector {
    Status,
    /// `200 OK` without the number.
    StatusText,
    /// Milliseconds from sending to the last byte.
    Duration,
    /// Bytes of the decoded body.
    Size,
    /// By name, case does not count.
    Header(String),
    /// One that the answer sets.
    Cookie(String),
    /// One that the client would send to the address of the answer: redirects on the way may have set it.
    JarCookie(String),
    #[default]
    Body,
    Json(JsonPath),
    /// On the body; group 0 is the whole match.
    Regex {
        pattern: String,
        group: u32,
    },
    /// On a header: `Location: /orders/(\d+)`.
    HeaderRegex {
        header: String,
        pattern: String,
        group: u32,
    },
    /// On the address of the final answer, after redirects: `/orders/(\d+)/edit`.
    UrlRegex {
        pattern: String,
        group: u32,
    },
    /// What another selector finds, where its text matches: a value that is no use otherwise is none.
    Fitting {
        from: Box<Self>,
        pattern: String,
    },
    /// A claim of the JSON Web Token (RFC 7519) that another selector finds.
    Claim {
        from: Box<Self>,
        path: JsonPath,
    },
    /// The first element that the CSS selector finds: an attribute of it, or its text.
    Css {
        query: String,
        attribute: Option<String>,
    },
    /// A variable of the plan: assertions of a script on what it computed.
    Var(VarName),
}

/// A path into a JSON document; the empty path is the whole document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct JsonPath(pub Vec<JsonStep>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JsonStep {
    Key(EcoString),
    Index(usize),
}

impl JsonPath {
    pub fn keys<const N: usize>(keys: [&str; N]) -> Self {
        Self(keys.into_iter().map(|k| JsonStep::Key(k.into())).collect())
    }
}

/// JSONPath as most people write it: `$.items[0].id`.
impl std::fmt::Display for JsonPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("$")?;
        for step in &self.0 {
            match step {
                JsonStep::Key(k) if k.chars().all(|c| c.is_alphanumeric() || c == '_') && !k.is_empty() => {
                    write!(f, ".{k}")?;
                }
                JsonStep::Key(k) => write!(f, "['{k}']")?,
                JsonStep::Index(i) => write!(f, "[{i}]")?,
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonType {
    Null,
    Boolean,
    Number,
    Integer,
    String,
    Array,
    Object,
}

/// What a subject must be like. Numbers are compared as numbers, texts as texts; `Json` values deeply.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Predicate {
    Equals(Json),
    NotEquals(Json),
    OneOf(Vec<Json>),
    /// Number bounds as the source wrote them, both ends included.
    Between {
        min: String,
        max: String,
    },
    LessThan(String),
    AtMost(String),
    GreaterThan(String),
    AtLeast(String),
    Exists,
    Missing,
    /// JavaScript's notion: not null, false, zero or empty.
    Truthy,
    Falsy,
    Contains(Text),
    NotContains(Text),
    StartsWith(Text),
    EndsWith(Text),
    /// A JavaScript regular expression without slashes, and its flags.
    Matches {
        pattern: String,
        flags: String,
    },
    NotMatches {
        pattern: String,
        flags: String,
    },
    HasType(JsonType),
    /// An object with all of these keys.
    HasKeys(Vec<String>),
    /// Exact number of items, characters or keys.
    HasLength(usize),
    /// Number of items or characters, at least.
    LengthAtLeast(usize),
    Empty,
    NotEmpty,
    /// Every one of these statements about the same response holds; the subject of the check is that of the first.
    All(Vec<(Selector, Predicate)>),
}
