use std::fmt;
use std::sync::Arc;

use ecow::EcoString;
use loadwright_diagnostic::Origin;

/// A text of a request as the source spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentText {
    /// JSON pointer from the origin of the request step to the text.
    pub at: EcoString,
    pub text: EcoString,
}

/// A source that can say how it spells its requests.
pub trait Spelling: fmt::Debug + Send + Sync {
    /// The texts of the request step of this origin: whole values come before the texts that hold several.
    fn of(&self, origin: &Origin) -> Option<Vec<SentText>>;
}

/// The texts of requests as their sources spell them. They are looked up when somebody asks; two are equal when they ask
/// the same sources.
#[derive(Debug, Clone, Default)]
pub struct SentTexts(Vec<Arc<dyn Spelling>>);

impl SentTexts {
    pub fn add(&mut self, source: Arc<dyn Spelling>) {
        self.0.push(source);
    }

    /// Adds what other sources can say.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The texts of the request step of this origin; none when no source knows them.
    pub fn of(&self, origin: &Origin) -> Vec<SentText> {
        self.0.iter().find_map(|s| s.of(origin)).unwrap_or_default()
    }
}

impl PartialEq for SentTexts {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, other): (&Arc<dyn Spelling>, &Arc<dyn Spelling>)| Arc::ptr_eq(one, other);
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(same)
    }
}
