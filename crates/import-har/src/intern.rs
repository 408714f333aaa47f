use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Texts that many entries have in common, in memory once.
#[derive(Debug, Default)]
pub(crate) struct Interner(Mutex<HashSet<Arc<str>>>);

/// The interner while one entry is read.
pub(crate) struct Words<'a>(MutexGuard<'a, HashSet<Arc<str>>>);

/// Longer texts are seldom the same.
const LONGEST: usize = 512;

impl Interner {
    /// Other threads wait until it is given back.
    pub fn words(&self) -> Words<'_> {
        // a set of texts is whole at any time
        Words(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Words<'_> {
    pub fn get(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let interner = Interner::default();
        let one = interner.words().get("accept");
        assert!(Arc::ptr_eq(&one, &interner.words().get("accept")));
        assert!(!Arc::ptr_eq(&one, &interner.words().get("Accept")));
    }
}
