//! Execution segments: which part of a test this instance runs, so that all parts add up exactly.
//!
//! Slots 0, 1, 2 … of anything countable (VUs, iterations) are dealt to the segments of a sequence in a
//! fixed stripe of length `lcd`, largest segment first; each instance computes the same stripe.

use std::fmt;
use std::str::FromStr;

/// A half-open part `(from, to]` of the whole test, as exact fractions: `1/3:2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    from: Ratio,
    to: Ratio,
}

/// The segments of all instances, touching each other: `0,1/3,2/3,1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentSequence(Vec<Segment>);

/// A segment in its sequence: the thing that scales numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuple {
    sequence: Vec<Segment>,
    index: usize,
    /// Slots of the stripe that belong to this segment, ascending.
    slots: Vec<u64>,
    lcd: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ratio {
    num: i64,
    den: i64,
}

/// A text that is no segment or sequence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SegmentError(pub String);

/// Longer stripes than this are refused instead of eating memory.
const MAX_STRIPE: i64 = 1_000_000;

impl Ratio {
    const ZERO: Self = Self { num: 0, den: 1 };
    const ONE: Self = Self { num: 1, den: 1 };

    fn new(num: i128, den: i128) -> Result<Self, SegmentError> {
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs()).max(1) as i128;
        match (i64::try_from(num / divisor), i64::try_from(den / divisor)) {
            (Ok(num), Ok(den)) if den > 0 && den <= MAX_STRIPE => Ok(Self { num, den }),
            _ => Err(SegmentError("execution segment value is too precise".to_owned())),
        }
    }

    fn less(self, other: Self) -> bool {
        i128::from(self.num) * i128::from(other.den) < i128::from(other.num) * i128::from(self.den)
    }

    fn minus(self, other: Self) -> Result<Self, SegmentError> {
        let num = i128::from(self.num) * i128::from(other.den) - i128::from(other.num) * i128::from(self.den);
        Self::new(num, i128::from(self.den) * i128::from(other.den))
    }

    /// Reads `1/3`, `0.2`, `20%`, `1`.
    fn parse(text: &str) -> Result<Self, SegmentError> {
        let bad = || SegmentError(format!("'{text}' is not a valid percentage or fraction"));
        let (number, percent) = match text.strip_suffix('%') {
            Some(number) => (number, true),
            None => (text, false),
        };
        let (num, den) = match number.split_once('/') {
            Some((n, d)) => {
                (n.trim().parse::<i64>().map_err(|_| bad())?, d.trim().parse::<i64>().map_err(|_| bad())?)
            }
            None => decimal(number).ok_or_else(bad)?,
        };
        if den <= 0 {
            return Err(bad());
        }
        let scale = if percent { 100 } else { 1 };
        Self::new(i128::from(num), i128::from(den) * scale)
    }
}

fn decimal(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((format!("{whole}{fraction}").parse().ok()?, 10i64.pow(fraction.len() as u32)))
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 { write!(f, "{}", self.num) } else { write!(f, "{}/{}", self.num, self.den) }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.from, self.to)
    }
}

impl fmt::Display for SegmentSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.0.iter().map(|s| s.from.to_string()).collect();
        parts.extend(self.0.last().map(|s| s.to.to_string()));
        f.write_str(&parts.join(","))
    }
}

impl Segment {
    const FULL: Self = Self { from: Ratio::ZERO, to: Ratio::ONE };

    fn checked(from: Ratio, to: Ratio) -> Result<Self, SegmentError> {
        if from.less(Ratio::ZERO) {
            return Err(SegmentError(format!("segment start value must be at least 0 but was {from}")));
        }
        if !from.less(to) {
            return Err(SegmentError(format!("segment start({from}) must be less than its end({to})")));
        }
        if Ratio::ONE.less(to) {
            return Err(SegmentError(format!("segment end value can't be more than 1 but was {to}")));
        }
        Ok(Self { from, to })
    }

    /// `0.25` for a quarter.
    pub fn share(&self) -> f64 {
        self.to.num as f64 / self.to.den as f64 - self.from.num as f64 / self.from.den as f64
    }
}

impl FromStr for Segment {
    type Err = SegmentError;

    /// `1/3:2/3`, or one number that counts from 0: `25%`.
    fn from_str(text: &str) -> Result<Self, SegmentError> {
        match text.split_once(':') {
            Some((from, to)) => Self::checked(Ratio::parse(from)?, Ratio::parse(to)?),
            None => Self::checked(Ratio::ZERO, Ratio::parse(text)?),
        }
    }
}

impl FromStr for SegmentSequence {
    type Err = SegmentError;

    fn from_str(text: &str) -> Result<Self, SegmentError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let points = text.split(',').map(Ratio::parse).collect::<Result<Vec<_>, _>>()?;
        if points.len() < 2 {
            return Err(SegmentError(format!(
                "at least 2 points are needed for an execution segment sequence, {} given",
                points.len()
            )));
        }
        points
            .windows(2)
            .map(|pair| match pair {
                [from, to] => Segment::checked(*from, *to),
                _ => Ok(Segment::FULL),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Tuple {
    /// The whole test.
    pub fn full() -> Self {
        Self { sequence: vec![Segment::FULL], index: 0, slots: vec![0], lcd: 1 }
    }

    /// A segment within a sequence; without a sequence, the rest of the test is one segment on each side.
    pub fn new(segment: Option<&Segment>, sequence: Option<&SegmentSequence>) -> Result<Self, SegmentError> {
        let segment = segment.copied().unwrap_or(Segment::FULL);
        let mut all = match sequence {
            Some(sequence) if !sequence.0.is_empty() => sequence.0.clone(),
            _ => vec![segment],
        };
        if let Some(first) = all.first().copied()
            && first.from != Ratio::ZERO
        {
            all.insert(0, Segment { from: Ratio::ZERO, to: first.from });
        }
        if let Some(last) = all.last().copied()
            && last.to != Ratio::ONE
        {
            all.push(Segment { from: last.to, to: Ratio::ONE });
        }
        let index = all.iter().position(|s| *s == segment).ok_or_else(|| {
            SegmentError(format!(
                "couldn't find segment {segment} in sequence {}",
                SegmentSequence(all.clone())
            ))
        })?;
        Self::striped(all, index)
    }

    fn striped(sequence: Vec<Segment>, index: usize) -> Result<Self, SegmentError> {
        let lengths = sequence.iter().map(|s| s.to.minus(s.from)).collect::<Result<Vec<_>, _>>()?;
        let mut lcd: u128 = 1;
        for length in &lengths {
            let den = length.den.unsigned_abs() as u128;
            lcd = lcd / gcd(lcd, den) * den;
            if lcd > MAX_STRIPE as u128 {
                return Err(SegmentError("execution segments are too fine".to_owned()));
            }
        }
        let lcd = lcd as u64;
        let shares: Vec<u64> = lengths.iter().map(|r| r.num as u64 * (lcd / r.den as u64)).collect();
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(shares.get(*i).copied().unwrap_or(0)));
        let mut dealt = vec![0u64; shares.len()];
        let mut slots = Vec::new();
        for slot in 0..lcd {
            for &i in &order {
                let (Some(count), Some(share)) = (dealt.get_mut(i), shares.get(i)) else { continue };
                // the segment is due when its next fair position, count · lcd / share, is reached
                if u128::from(slot) * u128::from(*share) >= u128::from(*count) * u128::from(lcd) {
                    *count += 1;
                    if i == index {
                        slots.push(slot);
                    }
                    break;
                }
            }
        }
        Ok(Self { sequence, index, slots, lcd })
    }

    /// How many of `value` things this instance runs.
    pub fn scale(&self, value: i64) -> i64 {
        let Ok(value) = u64::try_from(value) else { return 0 };
        let rest = value % self.lcd;
        let partial = self.slots.partition_point(|slot| *slot < rest) as u64;
        (value / self.lcd * self.slots.len() as u64 + partial) as i64
    }

    /// The global number of this instance's `local`-th thing, both from 0.
    pub fn global(&self, local: u64) -> u64 {
        let n = self.slots.len() as u64;
        if n == 0 {
            return u64::MAX;
        }
        let slot = self.slots.get((local % n) as usize).copied().unwrap_or(0);
        (local / n) * self.lcd + slot
    }

    /// This instance's share of a continuous quantity such as a rate.
    pub fn share(&self) -> f64 {
        self.slots.len() as f64 / self.lcd as f64
    }

    /// The tuple in which each instance's share is exactly its part of `value` things:
    /// shared iterations follow the VUs. `None` when this instance gets none.
    pub fn by_value(&self, value: i64) -> Option<Self> {
        let mut parts = Vec::new();
        for index in 0..self.sequence.len() {
            let tuple = if index == self.index {
                self.clone()
            } else {
                Self::striped(self.sequence.clone(), index).ok()?
            };
            parts.push(tuple.scale(value));
        }
        let mut from = Ratio::ZERO;
        let mut done: i64 = 0;
        let mut sequence = Vec::new();
        let mut index = None;
        for (i, part) in parts.iter().enumerate() {
            if *part == 0 {
                continue;
            }
            done += part;
            let to = Ratio::new(i128::from(done), i128::from(value)).ok()?;
            if i == self.index {
                index = Some(sequence.len());
            }
            sequence.push(Segment { from, to });
            from = to;
        }
        Self::striped(sequence, index?).ok()
    }

    /// `100.00%`, for the plan.
    pub fn percent(&self) -> String {
        format!("{:.2}%", self.share() * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(segment: &str, sequence: &str) -> Tuple {
        Tuple::new(Some(&segment.parse().unwrap()), Some(&sequence.parse().unwrap())).unwrap()
    }

    #[test]
    fn parts_add_up_for_every_value() {
        let sequence = "0,1/7,0.3,50%,1";
        let all: Vec<Tuple> =
            ["0:1/7", "1/7:0.3", "0.3:50%", "0.5:1"].iter().map(|s| tuple(s, sequence)).collect();
        for value in 0..200 {
            assert_eq!(all.iter().map(|t| t.scale(value)).sum::<i64>(), value);
        }
        let mut seen: Vec<u64> =
            all.iter().flat_map(|t| (0..t.slots.len() as u64).map(|i| t.global(i))).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..all[0].lcd).collect::<Vec<_>>());
    }

    #[test]
    fn shared_iterations_follow_the_vus() {
        let half = Tuple::new(Some(&"0:1/2".parse().unwrap()), None).unwrap();
        assert_eq!(half.scale(3), 2);
        assert_eq!(half.by_value(3).unwrap().scale(10), 7);
    }

    #[test]
    fn texts_are_read_and_written() {
        assert_eq!("10%".parse::<Segment>().unwrap().to_string(), "0:1/10");
        assert_eq!("0.2:2/3".parse::<Segment>().unwrap().to_string(), "1/5:2/3");
        assert_eq!("0,1/3,2/3,1".parse::<SegmentSequence>().unwrap().to_string(), "0,1/3,2/3,1");
        assert!("2/3:1/3".parse::<Segment>().is_err());
        assert!("0:x".parse::<Segment>().is_err());
        assert!(Tuple::new(Some(&"0:1/4".parse().unwrap()), Some(&"0,1/3,1".parse().unwrap())).is_err());
    }
}
