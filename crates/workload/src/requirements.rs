//! What a whole test needs: VUs over time, its length, its lines in the plan.

use std::time::Duration;

use crate::{Options, Plan, Tuple, Workload};

/// From `at` on, this many VUs are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExecutionStep {
    pub at: Duration,
    pub planned_vus: u64,
    pub max_unplanned_vus: u64,
}

/// `inspect --execution-requirements`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// VUs that are initialised before the start.
    pub planned_vus: u64,
    pub max_vus: u64,
    /// Including graceful stops.
    pub total_duration: Duration,
}

/// All scenarios of a consolidated test, in order of start time, then name; those without work left out.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub scenarios: Vec<ScheduledScenario>,
    pub tuple: Tuple,
    pub requirements: Requirements,
}

#[derive(Clone, Debug)]
pub struct ScheduledScenario {
    pub name: String,
    pub workload: Workload,
    pub plan: Plan,
    /// `2 looping VUs for 1s (gracefulStop: 30s)`.
    pub description: String,
}

impl Schedule {
    /// Lays out the scenarios of consolidated options.
    pub fn new(_options: &Options) -> Self {
        Self { scenarios: Vec::new(), tuple: Tuple::full(), requirements: Requirements::default() }
    }
}
