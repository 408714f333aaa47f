use std::hash::BuildHasherDefault;

use loadwright_scenario::EcoString;
use rustc_hash::FxHasher;

/// Texts that many entries have in common, in memory once. The texts are the user's own: a hash has to be quick and
/// nothing else.
#[derive(Debug, Default)]
pub(crate) struct Words(std::collections::HashSet<EcoString, BuildHasherDefault<FxHasher>>);

/// Shorter texts need no memory of their own.
const SHORT: usize = size_of::<EcoString>();

/// Longer texts are seldom the same.
const LONGEST: usize = 512;

impl Words {
    pub fn get(&mut self, text: &str) -> EcoString {
        if text.len() < SHORT || text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new: EcoString = text.into();
        self.0.insert(new.clone());
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut words = Words::default();
        let long = "application/json; charset=utf-8";
        let one = words.get(long);
        assert_eq!(one.as_ptr(), words.get(long).as_ptr());
        assert_ne!(one.as_ptr(), words.get(&long.to_uppercase()).as_ptr());
    }
}
