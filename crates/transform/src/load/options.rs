use std::collections::BTreeMap;

use loadwright_scenario::ColumnOrder;
use loadwright_workload::{GoDuration, Preset, Stage};

/// The numbers that a user gave for the load. What is not given comes from the profile, else from the source.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    pub profile: Option<Preset>,
    /// Virtual users; the greatest number of them where the load has stages.
    pub vus: Option<i64>,
    pub duration: Option<GoDuration>,
    /// Over all virtual users.
    pub iterations: Option<i64>,
    /// Iterations a second.
    pub rate: Option<i64>,
    /// Requests a second: an iteration rate by the number of requests that an iteration sends.
    pub rps: Option<i64>,
    /// Targets are iterations a second beside a rate, else virtual users.
    pub stages: Vec<Stage>,
    /// Groups or scenarios that become scenarios of their own, by their share of the load.
    pub weights: Vec<(String, u32)>,
    pub thresholds: ThresholdPolicy,
    /// Which row of the data an iteration gets.
    pub order: Option<ColumnOrder>,
}

/// Where latency thresholds come from.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ThresholdPolicy {
    /// Checks and failures always; with a profile that measures, latency of each operation as long as there are few.
    #[default]
    Profile,
    /// Latency of the whole run only.
    Overall,
    /// What was observed, and so many percent more. Milliseconds by operation, from a result of an earlier run; without
    /// them the timings of the recording.
    Observed {
        percent: f64,
        latencies: BTreeMap<String, f64>,
    },
    None,
}

impl LoadOptions {
    /// Whether the user asked for a load at all.
    pub fn is_set(&self) -> bool {
        self.profile.is_some()
            || self.vus.is_some()
            || self.duration.is_some()
            || self.iterations.is_some()
            || self.rate.is_some()
            || self.rps.is_some()
            || !self.stages.is_empty()
    }
}
