use std::fmt;

use ecow::EcoString;

/// A JSON pointer (RFC 6901): `""` is the whole document, `/paths/~1pets/get` one value in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pointer(EcoString);

impl Pointer {
    pub fn root() -> Self {
        Self::default()
    }

    /// Takes text that is a pointer already, as in a `$ref` fragment after percent-decoding.
    pub fn from_text(text: impl Into<EcoString>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut text = EcoString::with_capacity(self.0.len() + key.len() + 1);
        text.push_str(&self.0);
        text.push('/');
        if key.contains(['~', '/']) {
            text.push_str(&key.replace('~', "~0").replace('/', "~1"));
        } else {
            text.push_str(key);
        }
        Self(text)
    }

    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(ecow::eco_format!("{}/{index}", self.0))
    }

    /// Deeper by another pointer.
    #[must_use]
    pub fn below(&self, pointer: &str) -> Self {
        let mut text = EcoString::with_capacity(self.0.len() + pointer.len());
        text.push_str(&self.0);
        text.push_str(pointer);
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The unescaped reference tokens, outermost first.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|t| t.replace("~1", "/").replace("~0", "~"))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_undo_the_escapes_of_key() {
        let p = Pointer::root().key("paths").key("/pets/{id}~x").index(3);
        assert_eq!(p.as_str(), "/paths/~1pets~1{id}~0x/3");
        assert_eq!(p.tokens().collect::<Vec<_>>(), ["paths", "/pets/{id}~x", "3"]);
    }
}
