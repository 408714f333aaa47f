//! Sinks: what is kept of a metric's values.

use crate::{MetricKind, Trend};

/// The running state of one metric or submetric.
#[derive(Clone, Debug)]
pub enum Sink {
    Counter { sum: f64, count: u64 },
    Gauge { value: f64, min: f64, max: f64, count: u64 },
    Rate { passes: u64, total: u64 },
    Trend(Box<Trend>),
}

impl Sink {
    pub fn new(kind: MetricKind) -> Self {
        match kind {
            MetricKind::Counter => Self::Counter { sum: 0.0, count: 0 },
            MetricKind::Gauge => Self::Gauge { value: 0.0, min: 0.0, max: 0.0, count: 0 },
            MetricKind::Rate => Self::Rate { passes: 0, total: 0 },
            MetricKind::Trend => Self::Trend(Box::default()),
        }
    }

    pub fn add(&mut self, v: f64) {
        match self {
            Self::Counter { sum, count } => {
                *sum += v;
                *count += 1;
            }
            Self::Gauge { value, min, max, count } => {
                *value = v;
                *min = if *count == 0 { v } else { min.min(v) };
                *max = if *count == 0 { v } else { max.max(v) };
                *count += 1;
            }
            Self::Rate { passes, total } => {
                *passes += u64::from(v != 0.0);
                *total += 1;
            }
            Self::Trend(trend) => trend.add(v),
        }
    }

    /// Adds what a worker observed since the last tick; the sinks are of one kind.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        match (self, other) {
            (Self::Counter { sum, count }, Self::Counter { sum: s, count: c }) => {
                *sum += s;
                *count += c;
            }
            (
                Self::Gauge { value, min, max, count },
                Self::Gauge { value: v, min: lo, max: hi, count: c },
            ) => {
                *value = *v;
                *min = if *count == 0 { *lo } else { min.min(*lo) };
                *max = if *count == 0 { *hi } else { max.max(*hi) };
                *count += c;
            }
            (Self::Rate { passes, total }, Self::Rate { passes: p, total: t }) => {
                *passes += p;
                *total += t;
            }
            (Self::Trend(trend), Self::Trend(theirs)) => trend.merge(theirs),
            (mine, theirs) => debug_assert!(false, "sinks of one metric differ: {mine:?} {theirs:?}"),
        }
    }

    pub fn kind(&self) -> MetricKind {
        match self {
            Self::Counter { .. } => MetricKind::Counter,
            Self::Gauge { .. } => MetricKind::Gauge,
            Self::Rate { .. } => MetricKind::Rate,
            Self::Trend(_) => MetricKind::Trend,
        }
    }

    /// Whether no value was ever added.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Counter { count, .. } | Self::Gauge { count, .. } => *count == 0,
            Self::Rate { total, .. } => *total == 0,
            Self::Trend(trend) => trend.count() == 0,
        }
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        match self {
            Self::Counter { sum, count } => (*sum, *count) = (0.0, 0),
            Self::Gauge { value, min, max, count } => (*value, *min, *max, *count) = (0.0, 0.0, 0.0, 0),
            Self::Rate { passes, total } => (*passes, *total) = (0, 0),
            Self::Trend(trend) => trend.clear(),
        }
    }
}
