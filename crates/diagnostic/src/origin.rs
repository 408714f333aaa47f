use crate::Pointer;

/// Which input of one command: the position in the list of sources that the command read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceId(pub u16);

/// Where in which source something comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin {
    pub source: SourceId,
    pub at: Pointer,
}

impl Origin {
    pub fn new(source: SourceId, at: Pointer) -> Self {
        Self { source, at }
    }

    /// The same source, one key deeper.
    pub fn key(&self, key: &str) -> Self {
        Self { source: self.source, at: self.at.key(key) }
    }

    /// The same source, deeper by a pointer.
    pub fn below(&self, pointer: &str) -> Self {
        Self { source: self.source, at: self.at.below(pointer) }
    }

    /// The same source, one list item deeper.
    pub fn index(&self, index: usize) -> Self {
        Self { source: self.source, at: self.at.index(index) }
    }
}
