//! What an executor does and when: an iterator of timed commands, without a clock.

use std::time::Duration;

use crate::{Tuple, Workload};

/// The schedule of one scenario in one instance; times count from the scenario's own start.
///
/// Looping executors: a started VU runs one iteration after another until it is stopped, the regular
/// end is reached, or the quota is used up. Arrival-rate executors: each [`Action::StartIteration`]
/// takes a free VU, or is dropped.
#[derive(Clone, Debug)]
pub struct Plan {
    /// VUs that exist before the scenario starts.
    pub planned_vus: u64,
    /// VUs that may exist at most (more than planned only for arrival rates).
    pub max_vus: u64,
    pub quota: Quota,
    /// No iteration starts after this.
    pub regular_end: Duration,
    /// Running iterations are interrupted at this time (regular end + graceful stop).
    pub hard_end: Duration,
    pub(crate) workload: Workload,
    pub(crate) tuple: Tuple,
}

/// How many iterations a looping executor has to give away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    Unlimited,
    /// One counter for all VUs; what is left at the end is dropped.
    Shared(u64),
    /// Each VU its own; what is left at the end is dropped.
    PerVu(u64),
}

/// One thing to do at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    pub at: Duration,
    pub action: Action,
}

/// VUs are numbered from 0 within the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start looping, or go on looping if a stop was pending.
    StartVu(u64),
    /// Finish the running iteration and start no other.
    StopVu(u64),
    /// Interrupt the running iteration: the graceful ramp down is over.
    CutVu(u64),
    /// Start an iteration on any free VU; `index` counts over the whole test (all segments).
    StartIteration { index: u64 },
}

/// The commands of a [`Plan`] in order of time.
pub struct Commands(Box<dyn Iterator<Item = Command> + Send>);

impl Iterator for Commands {
    type Item = Command;

    fn next(&mut self) -> Option<Command> {
        self.0.next()
    }
}

impl Workload {
    /// The schedule of this scenario in the given part of the test.
    pub fn plan(&self, tuple: &Tuple) -> Plan {
        Plan {
            planned_vus: 1,
            max_vus: 1,
            quota: Quota::Unlimited,
            regular_end: Duration::ZERO,
            hard_end: Duration::ZERO,
            workload: self.clone(),
            tuple: tuple.clone(),
        }
    }
}

impl Plan {
    pub fn commands(&self) -> Commands {
        let _ = (&self.workload, &self.tuple);
        Commands(Box::new(std::iter::empty()))
    }
}
