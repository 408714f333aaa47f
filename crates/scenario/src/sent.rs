use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use ecow::EcoString;

use crate::Place;

/// A text of a request as the source spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentText {
    /// JSON pointer from the origin of the request step to the text.
    pub at: EcoString,
    pub text: EcoString,
}

/// The texts of a request: at hand, or left in the source, to be read when somebody wants them. Few requests have
/// something that anybody asks for.
///
/// Two of them are equal when their texts are.
#[derive(Clone)]
pub struct SentTexts(Kept);

/// Where requests were left.
pub trait SentArchive: fmt::Debug + Send + Sync {
    /// The texts of the request at a place that the archive itself gave out; none when it is not there any more.
    fn texts(&self, place: Place) -> Vec<SentText>;
}

#[derive(Clone)]
enum Kept {
    Here(Vec<SentText>),
    There(Arc<dyn SentArchive>, Place),
}

impl SentTexts {
    /// What is read from the archive each time.
    pub fn in_archive(archive: Arc<dyn SentArchive>, place: Place) -> Self {
        Self(Kept::There(archive, place))
    }

    pub fn read(&self) -> Cow<'_, [SentText]> {
        match &self.0 {
            Kept::Here(texts) => Cow::Borrowed(texts),
            Kept::There(archive, place) => Cow::Owned(archive.texts(*place)),
        }
    }
}

impl Default for SentTexts {
    fn default() -> Self {
        Self(Kept::Here(Vec::new()))
    }
}

impl From<Vec<SentText>> for SentTexts {
    fn from(texts: Vec<SentText>) -> Self {
        Self(Kept::Here(texts))
    }
}

impl PartialEq for SentTexts {
    fn eq(&self, other: &Self) -> bool {
        self.read() == other.read()
    }
}

impl fmt::Debug for SentTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.read().iter()).finish()
    }
}
