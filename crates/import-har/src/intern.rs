use std::hash::BuildHasherDefault;
use std::sync::Arc;

use rustc_hash::FxHasher;

/// Texts that many entries have in common, in memory once. The texts are the user's own: a hash has to be quick and
/// nothing else.
#[derive(Debug, Default)]
pub(crate) struct Words(std::collections::HashSet<Arc<str>, BuildHasherDefault<FxHasher>>);

/// Longer texts are seldom the same.
const LONGEST: usize = 512;

impl Words {
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
        let mut words = Words::default();
        let one = words.get("accept");
        assert!(Arc::ptr_eq(&one, &words.get("accept")));
        assert!(!Arc::ptr_eq(&one, &words.get("Accept")));
    }
}
