use std::hash::BuildHasherDefault;

use ecow::{EcoString, eco_format};
use rustc_hash::FxHasher;

/// Texts that many entries have in common, in memory once. The texts are the user's own: a hash has to be quick and
/// nothing else.
#[derive(Debug, Default)]
pub(crate) struct Words {
    known: std::collections::HashSet<EcoString, BuildHasherDefault<FxHasher>>,
    /// By the name of the list: where its items have their values.
    values: Vec<(&'static str, Vec<EcoString>)>,
}

/// Shorter texts need no memory of their own.
const SHORT: usize = size_of::<EcoString>();

/// Longer texts are seldom the same.
const LONGEST: usize = 512;

impl Words {
    pub fn get(&mut self, text: &str) -> EcoString {
        if text.len() < SHORT || text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let new: EcoString = text.into();
        self.known.insert(new.clone());
        new
    }

    /// `/request/headers/3/value` of an entry.
    pub fn value_of(&mut self, list: &'static str, item: usize) -> EcoString {
        let at = self.values.iter().position(|(name, _)| *name == list).unwrap_or_else(|| {
            self.values.push((list, Vec::new()));
            self.values.len() - 1
        });
        let Some((_, places)) = self.values.get_mut(at) else { return EcoString::new() };
        while places.len() <= item {
            places.push(eco_format!("/request/{list}/{}/value", places.len()));
        }
        places.get(item).cloned().unwrap_or_default()
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
