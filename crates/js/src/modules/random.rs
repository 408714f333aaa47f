//! The generator behind `randomSeed`: Go's additive lagged Fibonacci source, so that a seed gives the sequence that it gives in k6.
//!
//! The source is the recurrence sₙ = sₙ₋₆₀₇ + sₙ₋₂₇₃ (mod 2⁶⁴). A seed is mixed with the state that the recurrence reaches from seed
//! 1 after 7.8·10¹² steps. That state is computed here: a step is linear, so n steps are the polynomial xⁿ modulo the characteristic
//! one, found by squaring.

use std::sync::OnceLock;

const LENGTH: usize = 607;
const TAP: usize = 273;
const STEPS: u64 = 7_800_000_000_000;

/// A seeded source.
pub struct Seeded {
    state: Box<[u64]>,
    tap: usize,
    feed: usize,
}

impl Seeded {
    pub fn new(seed: i64) -> Self {
        static MIX: OnceLock<Box<[u64]>> = OnceLock::new();
        let mix = MIX.get_or_init(|| advance(&fill(1, 20, 10), STEPS));
        let state = fill(seed, 40, 20).iter().zip(mix).map(|(a, b)| a ^ b).collect();
        Self { state, tap: 0, feed: LENGTH - TAP }
    }

    /// The next value in `[0, 1)`.
    pub fn float64(&mut self) -> f64 {
        loop {
            let value = (self.next() >> 1) as f64 / (1u64 << 63) as f64;
            if value < 1.0 {
                return value;
            }
        }
    }

    /// The next 63 bits, above a bit that is not used.
    fn next(&mut self) -> u64 {
        self.tap = (self.tap + LENGTH - 1) % LENGTH;
        self.feed = (self.feed + LENGTH - 1) % LENGTH;
        let value = self.state[self.feed].wrapping_add(self.state[self.tap]);
        self.state[self.feed] = value;
        value << 1
    }
}

/// The state of a seed before it is mixed: three values of a small multiplicative generator a word.
fn fill(seed: i64, high: u32, middle: u32) -> Vec<u64> {
    const MODULUS: i64 = (1 << 31) - 1;
    let mut x = seed.rem_euclid(MODULUS) as u64;
    if x == 0 {
        x = 89_482_311;
    }
    let mut small = || {
        x = x * 48_271 % MODULUS as u64;
        x
    };
    for _ in 0..20 {
        small();
    }
    (0..LENGTH).map(|_| (small() << high) ^ (small() << middle) ^ small()).collect()
}

/// What `steps` steps make of a state that has not been stepped yet.
fn advance(state: &[u64], steps: u64) -> Box<[u64]> {
    // oldest value first
    let place = |age: usize, offset: usize| (2 * LENGTH - TAP - 1 + LENGTH - offset - age) % LENGTH;
    let mut values: Vec<u64> = (0..LENGTH).map(|age| state[place(age, 0)]).collect();
    for n in LENGTH..2 * LENGTH {
        values.push(values[n - LENGTH].wrapping_add(values[n - TAP]));
    }
    let power = power(steps);
    let offset = (steps % LENGTH as u64) as usize;
    let mut out = vec![0; LENGTH];
    for age in 0..LENGTH {
        let terms = power.iter().zip(&values[age..]).map(|(c, v)| c.wrapping_mul(*v));
        out[place(age, offset)] = terms.fold(0, u64::wrapping_add);
    }
    out.into_boxed_slice()
}

/// xⁿ modulo x⁶⁰⁷ − x³³⁴ − 1.
fn power(n: u64) -> Vec<u64> {
    let mut out = vec![0u64; LENGTH];
    out[0] = 1;
    for bit in (0..u64::BITS - n.leading_zeros()).rev() {
        let mut square = vec![0u64; 2 * LENGTH];
        for (i, a) in out.iter().enumerate().filter(|(_, a)| **a != 0) {
            for (j, b) in out.iter().enumerate() {
                square[i + j] = square[i + j].wrapping_add(a.wrapping_mul(*b));
            }
        }
        if n >> bit & 1 == 1 {
            square.rotate_right(1);
        }
        for i in (LENGTH..2 * LENGTH).rev() {
            let c = square[i];
            square[i - LENGTH] = square[i - LENGTH].wrapping_add(c);
            square[i - TAP] = square[i - TAP].wrapping_add(c);
        }
        square.truncate(LENGTH);
        out = square;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Seeded, advance, fill};

    #[test]
    fn a_seed_gives_the_sequence_that_it_gives_in_go() {
        let mut source = Seeded::new(42);
        assert_eq!([source.float64(), source.float64()], [0.373_028_361_046_632_6, 0.066_000_496_793_517_91]);
    }

    #[test]
    fn many_steps_at_once_are_as_many_single_steps() {
        let start = fill(7, 20, 10);
        let mut one =
            Seeded { state: start.clone().into_boxed_slice(), tap: 0, feed: super::LENGTH - super::TAP };
        for _ in 0..1000 {
            one.next();
        }
        assert_eq!(advance(&start, 1000), one.state);
    }
}
