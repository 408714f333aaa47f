use std::hash::{BuildHasherDefault, Hasher};

/// A map by text that is asked for every word of a recording: the words are the user's own, so that a hash has to be
/// quick and nothing else.
pub(crate) type QuickMap<V> = std::collections::HashMap<String, V, BuildHasherDefault<Quick>>;

/// Multiply and rotate, eight bytes at a time.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0u8; 8];
            word.iter_mut().zip(chunk).for_each(|(w, b)| *w = *b);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        let mut map: QuickMap<usize> = QuickMap::default();
        for i in 0..10_000 {
            map.insert(format!("value-{i}"), i);
        }
        assert_eq!((map.len(), map.get("value-77").copied()), (10_000, Some(77)));
    }
}
