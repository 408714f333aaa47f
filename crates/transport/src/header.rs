//! Header lists in Go's manner: canonical names, several values a name.

use std::borrow::Cow;

/// Names in canonical case, each with its values in order of addition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

/// `x-foo_bar` → `X-Foo_bar`, `ETag` → `Etag`; a name with other than token characters stays as it is.
pub fn canonical_name(name: &str) -> Cow<'_, str> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if !name.bytes().all(token) {
        return Cow::Borrowed(name);
    }
    let mut upper = true;
    let mut canonical = true;
    for b in name.bytes() {
        canonical &= if upper { !b.is_ascii_lowercase() } else { !b.is_ascii_uppercase() };
        upper = b == b'-';
    }
    if canonical {
        return Cow::Borrowed(name);
    }
    let mut upper = true;
    let fixed = name
        .chars()
        .map(|c| {
            let out = if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            upper = c == '-';
            out
        })
        .collect();
    Cow::Owned(fixed)
}

impl Headers {
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces all values of a name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let name = canonical_name(name);
        self.0.retain(|(n, _)| *n != name);
        self.0.push((name.into_owned(), value.into()));
    }

    /// Adds one more value to a name.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((canonical_name(name).into_owned(), value.into()));
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = canonical_name(name);
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    pub fn remove(&mut self, name: &str) {
        let name = canonical_name(name);
        self.0.retain(|(n, _)| *n != name);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}
