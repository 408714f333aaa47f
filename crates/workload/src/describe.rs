//! One line per scenario, as the plan shows it.

use crate::executor::{DEFAULT_MAX_DURATION, DEFAULT_TIME_UNIT, RampingVus, Stage};
use crate::{Executor, GoDuration, Tuple, Workload};

impl Workload {
    /// `2 looping VUs for 1s (gracefulStop: 30s)`.
    pub fn description(&self, tuple: &Tuple) -> String {
        let vus = |n: Option<i64>| tuple.scale(n.unwrap_or(1));
        let plan = self.plan(tuple);
        match &self.executor {
            Executor::SharedIterations(e) => {
                let iterations = match plan.quota {
                    crate::Quota::Shared(n) => n,
                    _ => 0,
                };
                let limit = format!("maxDuration: {}", e.max_duration.unwrap_or(DEFAULT_MAX_DURATION));
                format!("{iterations} iterations shared among {} VUs{}", vus(e.vus), self.facts(vec![limit]))
            }
            Executor::PerVuIterations(e) => {
                let limit = format!("maxDuration: {}", e.max_duration.unwrap_or(DEFAULT_MAX_DURATION));
                let iterations = e.iterations.unwrap_or(1);
                format!("{iterations} iterations for each of {} VUs{}", vus(e.vus), self.facts(vec![limit]))
            }
            Executor::ConstantVus(e) => {
                let duration = e.duration.unwrap_or_default();
                format!("{} looping VUs for {duration}{}", vus(e.vus), self.facts(Vec::new()))
            }
            Executor::RampingVus(e) => {
                let grace = e.graceful_ramp_down();
                let facts = if grace > GoDuration::ZERO {
                    vec![format!("gracefulRampDown: {grace}")]
                } else {
                    Vec::new()
                };
                format!(
                    "Up to {} looping VUs for {} over {} stages{}",
                    e.max_vus(tuple),
                    total(&e.stages),
                    e.stages.len(),
                    self.facts(facts)
                )
            }
            Executor::ConstantArrivalRate(e) => {
                let rate = per_second(e.rate.unwrap_or(0), e.time_unit, tuple);
                format!(
                    "{rate:.2} iterations/s for {}{}",
                    e.duration.unwrap_or_default(),
                    self.facts(vec![vu_range(plan.planned_vus, plan.max_vus)])
                )
            }
            Executor::RampingArrivalRate(e) => {
                let top =
                    e.stages.iter().map(|s| s.target.unwrap_or(0)).chain([e.start_rate.unwrap_or(0)]).max();
                let rate = per_second(top.unwrap_or(0), e.time_unit, tuple);
                format!(
                    "Up to {rate:.2} iterations/s for {} over {} stages{}",
                    total(&e.stages),
                    e.stages.len(),
                    self.facts(vec![vu_range(plan.planned_vus, plan.max_vus)])
                )
            }
        }
    }

    fn facts(&self, mut facts: Vec<String>) -> String {
        facts.extend(self.exec.as_ref().map(|exec| format!("exec: {exec}")));
        if self.start_time() > GoDuration::ZERO {
            facts.push(format!("startTime: {}", self.start_time()));
        }
        if self.graceful_stop() > GoDuration::ZERO {
            facts.push(format!("gracefulStop: {}", self.graceful_stop()));
        }
        if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) }
    }
}

impl Executor {
    /// From the scenario's start to its regular end (the maximum for counted iterations).
    pub fn regular_duration(&self) -> GoDuration {
        match self {
            Self::SharedIterations(e) => e.max_duration.unwrap_or(DEFAULT_MAX_DURATION),
            Self::PerVuIterations(e) => e.max_duration.unwrap_or(DEFAULT_MAX_DURATION),
            Self::ConstantVus(e) => e.duration.unwrap_or_default(),
            Self::RampingVus(e) => total(&e.stages),
            Self::ConstantArrivalRate(e) => e.duration.unwrap_or_default(),
            Self::RampingArrivalRate(e) => total(&e.stages),
        }
    }
}

impl RampingVus {
    pub fn graceful_ramp_down(&self) -> GoDuration {
        self.graceful_ramp_down.unwrap_or(crate::executor::DEFAULT_GRACEFUL)
    }

    /// The highest number of VUs in this part of the test.
    pub fn max_vus(&self, tuple: &Tuple) -> u64 {
        let top =
            self.stages.iter().map(|s| s.target.unwrap_or(0)).chain([self.start_vus.unwrap_or(1)]).max();
        tuple.scale(top.unwrap_or(0)).max(0) as u64
    }
}

pub(crate) fn total(stages: &[Stage]) -> GoDuration {
    GoDuration(stages.iter().fold(0i64, |sum, s| sum.saturating_add(s.duration.unwrap_or_default().nanos())))
}

fn per_second(rate: i64, unit: Option<GoDuration>, tuple: &Tuple) -> f64 {
    rate as f64 * tuple.share() / unit.unwrap_or(DEFAULT_TIME_UNIT).as_secs_f64()
}

fn vu_range(planned: u64, max: u64) -> String {
    if max > planned { format!("maxVUs: {planned}-{max}") } else { format!("maxVUs: {planned}") }
}
