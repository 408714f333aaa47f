//! The global request rate limit: `rps`, with a burst of one.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Hands out start times; shared by all VUs.
pub struct Pace {
    gap: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// `None` when the rate is not limited.
    pub fn new(rps: Option<i64>) -> Option<Self> {
        let rps = rps.filter(|n| *n > 0)?;
        Some(Self { gap: Duration::from_secs_f64(1.0 / rps as f64), next: Mutex::new(None) })
    }

    /// When the request that asks now may start.
    pub fn slot(&self) -> Instant {
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = next.map_or(now, |at| at.max(now));
        *next = Some(slot + self.gap);
        slot
    }
}
