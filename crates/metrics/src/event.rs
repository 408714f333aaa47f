//! Run events: how a running test tells outputs and progress displays what happens.

use std::time::Duration;

use crate::{Definition, Sample, Summary};

/// One thing that happened, in order.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The scenarios are about to start.
    Started,
    /// A metric gets its first sample.
    Metric(&'a Definition),
    /// Samples since the last event; only when some output asked for them.
    Samples(&'a [Sample]),
    /// Once a second, or ten times on a terminal.
    Progress(&'a RunProgress),
    /// After teardown.
    Finished(&'a Summary),
}

/// Where a run is.
#[derive(Clone, Debug, Default)]
pub struct RunProgress {
    pub elapsed: Duration,
    pub state: RunState,
    pub active_vus: u64,
    pub initialized_vus: u64,
    pub complete: u64,
    pub interrupted: u64,
    /// In the order of the schedule.
    pub scenarios: Vec<ScenarioCounters>,
}

/// The word before the time in the status line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    Init,
    Setup,
    #[default]
    Running,
    Teardown,
}

/// The numbers behind one scenario's progress bar.
#[derive(Clone, Debug, Default)]
pub struct ScenarioCounters {
    pub state: ScenarioState,
    /// Since the scenario's own start; zero while waiting.
    pub elapsed: Duration,
    /// VUs that run an iteration or loop.
    pub active_vus: u64,
    /// VUs that the scenario holds: for arrival rates those that were initialised for it.
    pub held_vus: u64,
    pub started: u64,
    pub complete: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScenarioState {
    #[default]
    Waiting,
    Running,
    /// Past its regular end, iterations are still finishing.
    Stopping,
    Done,
    Interrupted,
}

/// How well the generator itself did: printed as a warning when it was the limit.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Arrival-rate iterations whose start was timed.
    pub scheduled_starts: u64,
    /// Delay between the intended and the actual start of arrival-rate iterations, milliseconds.
    pub start_lag_p50: f64,
    pub start_lag_p99: f64,
    pub start_lag_max: f64,
    /// CPU time used by the process ÷ (run time × usable cores); 0 to 1.
    pub cpu: f64,
    pub dropped_iterations: u64,
    /// Requests that failed because no file descriptor was left.
    pub fd_exhausted: u64,
    /// Sentences for the user.
    pub warnings: Vec<String>,
}
