//! A trend: exact while it is small, then a histogram of bounded size and at most 0.1 % error.

/// How many values are kept as they are before the histogram takes over.
const EXACT: usize = 4096;
/// Bits of the mantissa that a bucket keeps: 2^10 buckets per power of two, error below 0.05 %.
const MANTISSA: u32 = 10;
/// The bucket of infinity.
const INFINITE: u32 = 0x7ff << MANTISSA;

/// Values of one trend metric. Count, sum, minimum and maximum are always exact.
#[derive(Clone, Debug, Default)]
pub struct Trend {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    exact: Vec<f64>,
    buckets: Option<Box<Buckets>>,
}

#[derive(Clone, Debug, Default)]
struct Buckets {
    negative: Side,
    zero: u64,
    positive: Side,
}

/// Counts by bucket number, from `first` on.
#[derive(Clone, Debug, Default)]
struct Side {
    first: u32,
    counts: Vec<u64>,
}

impl Trend {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value; one that is no number is left out.
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        if self.count == 0 {
            self.min = value;
            self.max = value;
        } else {
            self.min = self.min.min(value);
            self.max = self.max.max(value);
        }
        self.count += 1;
        self.sum += value;
        match &mut self.buckets {
            Some(buckets) => buckets.add(value, 1),
            None => {
                self.exact.push(value);
                if self.exact.len() > EXACT {
                    self.spill();
                }
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            self.min = other.min;
            self.max = other.max;
        } else {
            self.min = self.min.min(other.min);
            self.max = self.max.max(other.max);
        }
        self.count += other.count;
        self.sum += other.sum;
        if self.buckets.is_none() && (other.buckets.is_some() || self.exact.len() + other.exact.len() > EXACT)
        {
            self.spill();
        }
        match &mut self.buckets {
            Some(buckets) => {
                for value in &other.exact {
                    buckets.add(*value, 1);
                }
                if let Some(theirs) = &other.buckets {
                    buckets.merge(theirs);
                }
            }
            None => self.exact.extend_from_slice(&other.exact),
        }
    }

    /// Forgets all values and keeps the memory.
    pub fn clear(&mut self) {
        self.count = 0;
        self.sum = 0.0;
        self.exact.clear();
        self.buckets = None;
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn sum(&self) -> f64 {
        self.sum
    }

    pub fn min(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.min }
    }

    pub fn max(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.max }
    }

    pub fn avg(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }

    /// The value at `p` percent (0 to 100), interpolated linearly between neighbours; 0 when empty.
    pub fn percentile(&self, p: f64) -> f64 {
        self.percentiles(&[p]).first().copied().unwrap_or(0.0)
    }

    /// Several percentiles with one sort.
    pub fn percentiles(&self, wanted: &[f64]) -> Vec<f64> {
        match &self.buckets {
            _ if self.count == 0 => vec![0.0; wanted.len()],
            None => {
                let mut sorted = self.exact.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                wanted
                    .iter()
                    .map(|p| interpolate(*p, sorted.len(), |i| sorted.get(i).copied().unwrap_or(0.0)))
                    .collect()
            }
            Some(buckets) => wanted
                .iter()
                .map(|p| {
                    let value = interpolate(*p, self.count as usize, |i| buckets.at(i as u64));
                    value.clamp(self.min, self.max)
                })
                .collect(),
        }
    }

    fn spill(&mut self) {
        let mut buckets = Box::<Buckets>::default();
        for value in &self.exact {
            buckets.add(*value, 1);
        }
        self.exact = Vec::new();
        self.buckets = Some(buckets);
    }
}

/// `i = p/100 · (n − 1)`, then linear between the neighbours of `i`.
fn interpolate(p: f64, n: usize, at: impl Fn(usize) -> f64) -> f64 {
    let position = (p / 100.0) * (n as f64 - 1.0);
    let low = position.floor().max(0.0) as usize;
    let high = (position.ceil().max(0.0) as usize).min(n.saturating_sub(1));
    let (a, b) = (at(low), at(high));
    // also keeps infinities from becoming no number
    if a == b {
        return a;
    }
    a + (b - a) * (position - position.floor())
}

impl Buckets {
    fn add(&mut self, value: f64, count: u64) {
        if value > 0.0 {
            self.positive.add(bucket(value), count);
        } else if value < 0.0 {
            self.negative.add(bucket(-value), count);
        } else {
            self.zero += count;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.zero += other.zero;
        self.positive.merge(&other.positive);
        self.negative.merge(&other.negative);
    }

    /// The value with this rank (from 0).
    fn at(&self, rank: u64) -> f64 {
        let mut left = rank;
        for (i, count) in self.negative.counts.iter().enumerate().rev() {
            if left < *count {
                return -middle(self.negative.first + i as u32);
            }
            left -= count;
        }
        if left < self.zero {
            return 0.0;
        }
        left -= self.zero;
        let mut last = 0.0;
        for (i, count) in self.positive.counts.iter().enumerate() {
            if *count == 0 {
                continue;
            }
            last = middle(self.positive.first + i as u32);
            if left < *count {
                return last;
            }
            left -= count;
        }
        last
    }
}

impl Side {
    fn add(&mut self, index: u32, count: u64) {
        self.cover(index, index);
        if let Some(slot) = self.counts.get_mut((index - self.first) as usize) {
            *slot += count;
        }
    }

    fn merge(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        self.cover(other.first, other.first + other.counts.len() as u32 - 1);
        let offset = (other.first - self.first) as usize;
        for (slot, count) in self.counts.iter_mut().skip(offset).zip(&other.counts) {
            *slot += count;
        }
    }

    fn cover(&mut self, low: u32, high: u32) {
        if self.counts.is_empty() {
            self.first = low;
            self.counts = vec![0; (high - low + 1) as usize];
            return;
        }
        if low < self.first {
            let missing = (self.first - low) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = low;
        }
        let needed = (high - self.first + 1) as usize;
        if needed > self.counts.len() {
            self.counts.resize(needed, 0);
        }
    }
}

/// Exponent and leading mantissa bits of a positive number: order-preserving.
fn bucket(value: f64) -> u32 {
    (value.to_bits() >> (52 - MANTISSA)) as u32
}

/// The middle of a bucket.
fn middle(index: u32) -> f64 {
    if index >= INFINITE {
        return f64::INFINITY;
    }
    let low = u64::from(index) << (52 - MANTISSA);
    f64::from_bits(low | (1 << (51 - MANTISSA)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_series_are_exact() {
        let mut t = Trend::new();
        for v in 1..=100 {
            t.add(f64::from(v));
        }
        assert_eq!(t.avg(), 50.5);
        assert_eq!(t.percentile(50.0), 50.5);
        assert!((t.percentile(95.0) - 95.05).abs() < 1e-9);
        assert_eq!((t.min(), t.max(), t.count()), (1.0, 100.0, 100));
    }

    #[test]
    fn large_series_stay_within_a_thousandth() {
        let mut whole = Trend::new();
        let mut values = Vec::new();
        let mut seed = 7u64;
        for _ in 0..200_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let v = ((seed >> 40) as f64 / 1000.0).powi(2) + 0.0013;
            values.push(v);
            whole.add(v);
        }
        values.sort_unstable_by(f64::total_cmp);
        for p in [0.0, 10.0, 50.0, 90.0, 95.0, 99.0, 99.9, 100.0] {
            let want = interpolate(p, values.len(), |i| values[i]);
            let got = whole.percentile(p);
            assert!((got - want).abs() <= want.abs() * 0.001, "p({p}) {got} {want}");
        }
    }

    #[test]
    fn odd_values_do_no_harm() {
        let mut t = Trend::new();
        for v in [f64::NAN, f64::INFINITY, -0.0, f64::MIN_POSITIVE, -1e300, f64::MAX] {
            for _ in 0..2000 {
                t.add(v);
            }
        }
        assert_eq!((t.count(), t.max(), t.min()), (10_000, f64::INFINITY, -1e300));
        assert!((t.percentile(10.0) / -1e300 - 1.0).abs() < 0.001);
        assert_eq!(t.percentile(99.0), f64::INFINITY);
    }

    #[test]
    fn merging_is_adding() {
        let (mut a, mut b, mut both) = (Trend::new(), Trend::new(), Trend::new());
        for i in 0..6000 {
            let v = f64::from(i % 977) - 100.0;
            both.add(v);
            if i % 3 == 0 { a.add(v) } else { b.add(v) }
        }
        a.merge(&b);
        assert_eq!(a.count(), both.count());
        assert_eq!((a.min(), a.max()), (both.min(), both.max()));
        for p in [1.0, 50.0, 99.0] {
            assert_eq!(a.percentile(p), both.percentile(p));
        }
    }
}
