//! The six executors and the settings that every scenario has.

use std::collections::BTreeMap;

use crate::GoDuration;

/// How one scenario is loaded: k6's scenario configuration without its name.
///
/// `None` means "not set"; the accessors give k6's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    pub executor: Executor,
    pub start_time: Option<GoDuration>,
    pub graceful_stop: Option<GoDuration>,
    /// Overrides of the script's environment.
    pub env: BTreeMap<String, String>,
    /// The exported function to call; `default` if unset.
    pub exec: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// The opaque `options` object (`{browser: …}`), accepted and kept.
    pub options: Option<serde_json::Value>,
}

/// When iterations start: a closed list, as in k6 2.x.
#[derive(Clone, Debug, PartialEq)]
pub enum Executor {
    SharedIterations(SharedIterations),
    PerVuIterations(PerVuIterations),
    ConstantVus(ConstantVus),
    RampingVus(RampingVus),
    ConstantArrivalRate(ConstantArrivalRate),
    RampingArrivalRate(RampingArrivalRate),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SharedIterations {
    pub vus: Option<i64>,
    pub iterations: Option<i64>,
    pub max_duration: Option<GoDuration>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PerVuIterations {
    pub vus: Option<i64>,
    pub iterations: Option<i64>,
    pub max_duration: Option<GoDuration>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConstantVus {
    pub vus: Option<i64>,
    pub duration: Option<GoDuration>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RampingVus {
    pub start_vus: Option<i64>,
    pub stages: Vec<Stage>,
    pub graceful_ramp_down: Option<GoDuration>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConstantArrivalRate {
    pub rate: Option<i64>,
    pub time_unit: Option<GoDuration>,
    pub duration: Option<GoDuration>,
    pub pre_allocated_vus: Option<i64>,
    pub max_vus: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RampingArrivalRate {
    pub start_rate: Option<i64>,
    pub time_unit: Option<GoDuration>,
    pub stages: Vec<Stage>,
    pub pre_allocated_vus: Option<i64>,
    pub max_vus: Option<i64>,
}

/// A linear change to `target` over `duration`; `None` is a field that was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    pub duration: Option<GoDuration>,
    pub target: Option<i64>,
}

pub(crate) const DEFAULT_GRACEFUL: GoDuration = GoDuration::from_secs(30);
pub(crate) const DEFAULT_MAX_DURATION: GoDuration = GoDuration::from_secs(600);
pub(crate) const DEFAULT_TIME_UNIT: GoDuration = GoDuration::from_secs(1);

impl Stage {
    pub fn new(duration: GoDuration, target: i64) -> Self {
        Self { duration: Some(duration), target: Some(target) }
    }
}

impl From<Executor> for Workload {
    fn from(executor: Executor) -> Self {
        Self {
            executor,
            start_time: None,
            graceful_stop: None,
            env: BTreeMap::new(),
            exec: None,
            tags: BTreeMap::new(),
            options: None,
        }
    }
}

impl Workload {
    /// The exported function to call.
    pub fn exec_name(&self) -> &str {
        self.exec.as_deref().unwrap_or("default")
    }

    pub fn start_time(&self) -> GoDuration {
        self.start_time.unwrap_or_default()
    }

    pub fn graceful_stop(&self) -> GoDuration {
        self.graceful_stop.unwrap_or(DEFAULT_GRACEFUL)
    }
}

impl Executor {
    /// The type as scripts spell it, such as `constant-vus`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SharedIterations(_) => "shared-iterations",
            Self::PerVuIterations(_) => "per-vu-iterations",
            Self::ConstantVus(_) => "constant-vus",
            Self::RampingVus(_) => "ramping-vus",
            Self::ConstantArrivalRate(_) => "constant-arrival-rate",
            Self::RampingArrivalRate(_) => "ramping-arrival-rate",
        }
    }
}
