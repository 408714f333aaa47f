//! A hash index over entries that live elsewhere: looked up without making a key.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// From a hash to an entry's number. Equal hashes of different entries take the next free hash.
#[derive(Debug, Default)]
pub(crate) struct Index {
    map: HashMap<u64, u32, BuildHasherDefault<Identity>>,
}

/// The keys are hashes already.
#[derive(Debug, Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = mix(self.0, u64::from(*b));
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

impl Index {
    pub(crate) fn find(&self, mut hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        loop {
            let entry = *self.map.get(&hash)?;
            if is(entry) {
                return Some(entry);
            }
            hash = hash.wrapping_add(1);
        }
    }

    pub(crate) fn insert(&mut self, mut hash: u64, entry: u32) {
        while self.map.contains_key(&hash) {
            hash = hash.wrapping_add(1);
        }
        self.map.insert(hash, entry);
    }

    pub(crate) fn clear(&mut self) {
        self.map.clear();
    }
}

/// One step of a multiplicative hash.
pub(crate) fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// Mixes in a text, eight bytes at a time, and its length.
pub(crate) fn mix_text(mut state: u64, text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        state = mix(state, u64::from_le_bytes(word));
    }
    let mut word = [0; 8];
    for (slot, b) in word.iter_mut().zip(chunks.remainder()) {
        *slot = *b;
    }
    mix(mix(state, u64::from_le_bytes(word)), bytes.len() as u64)
}
