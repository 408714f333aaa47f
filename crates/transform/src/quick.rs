use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};

/// A map by text that is asked for every word of a recording: the words are the user's own, so that a hash has to be
/// quick and nothing else.
pub(crate) type QuickMap<V> = std::collections::HashMap<Box<str>, V, BuildHasherDefault<Quick>>;

/// Multiply and rotate, eight bytes at a time.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            self.add(u64::from_le_bytes(*word));
            rest = after;
        }
        if !rest.is_empty() {
            let mut word = [0u8; 8];
            word.iter_mut().zip(rest).for_each(|(w, b)| *w = *b);
            self.add(u64::from_le_bytes(word));
        }
    }

    // what a text ends with: it tells `("a", "b")` from `("ab", "")`, and no two texts are ever hashed together
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

impl Quick {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

/// Says of most texts that a set does not have them, from few bytes that stay in the processor's cache.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    bits: Vec<u64>,
    /// One bit for each length that a text of the set has, in bytes; the last one stands for all longer ones.
    lengths: [u64; 4],
}

/// Bits for each text of the set, and at most: larger tables leave the cache.
const BITS_EACH: usize = 16;
const MOST_BITS: usize = 1 << 23;

impl Sieve {
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>, count: usize) -> Self {
        let bits = (count * BITS_EACH).next_power_of_two().clamp(64, MOST_BITS);
        let mut sieve = Self { bits: vec![0; bits / 64], lengths: [0; 4] };
        for text in texts {
            let (word, bit) = sieve.place(text);
            if let Some(w) = sieve.bits.get_mut(word) {
                *w |= bit;
            }
            let (word, bit) = Self::length(text);
            if let Some(w) = sieve.lengths.get_mut(word) {
                *w |= bit;
            }
        }
        sieve
    }

    /// `false` when the set does not have the text.
    pub fn may_have(&self, text: &str) -> bool {
        // most words of a text are shorter than what is looked for: that is told without a hash
        let has = |list: &[u64], (word, bit): (usize, u64)| list.get(word).is_some_and(|w| w & bit != 0);
        has(&self.lengths, Self::length(text)) && has(&self.bits, self.place(text))
    }

    fn length(text: &str) -> (usize, u64) {
        let length = text.len().min(255);
        (length / 64, 1 << (length % 64))
    }

    fn place(&self, text: &str) -> (usize, u64) {
        let hash = BuildHasherDefault::<Quick>::default().hash_one(text);
        // the best bits of a product are its upper ones
        let at = (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
            & (self.bits.len() * 64).wrapping_sub(1);
        (at / 64, 1 << (at % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        let mut map: QuickMap<usize> = QuickMap::default();
        for i in 0..10_000 {
            map.insert(format!("value-{i}").into(), i);
        }
        assert_eq!((map.len(), map.get("value-77").copied()), (10_000, Some(77)));
    }

    #[test]
    fn a_sieve_keeps_all_of_its_texts_and_few_others() {
        let texts: Vec<String> = (0..10_000).map(|i| format!("value-{i}")).collect();
        let sieve = Sieve::of(texts.iter().map(String::as_str), texts.len());
        assert!(texts.iter().all(|t| sieve.may_have(t)));
        let others = (0..10_000).filter(|i| sieve.may_have(&format!("other-{i}"))).count();
        assert!(others < 2_000, "{others}");
        assert!(!Sieve::default().may_have("x"));
    }
}
