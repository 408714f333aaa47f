//! What a whole test needs: VUs over time, its length, its lines in the plan.

use std::collections::BinaryHeap;
use std::time::Duration;

use crate::plan::ramp_steps;
use crate::{Executor, Options, Plan, SegmentError, Tuple, Workload};

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

impl Workload {
    /// VUs over time, from the scenario's own start.
    pub fn execution_steps(&self, tuple: &Tuple) -> Vec<ExecutionStep> {
        let plan = self.plan(tuple);
        let step = |at, planned_vus, max_unplanned_vus| ExecutionStep { at, planned_vus, max_unplanned_vus };
        match &self.executor {
            Executor::RampingVus(e) => {
                let grace = e.graceful_ramp_down().to_std();
                let raw = ramp_steps(e, tuple);
                let mut times: Vec<Duration> = raw.iter().flat_map(|(at, _)| [*at, *at + grace]).collect();
                times.retain(|at| *at < plan.hard_end);
                times.sort_unstable();
                times.dedup();
                // each number is needed until a graceful ramp down after the next step; the highest counts
                let mut needed: BinaryHeap<(u64, Duration)> = BinaryHeap::new();
                let mut coming = raw.iter().enumerate().peekable();
                let mut steps: Vec<ExecutionStep> = Vec::new();
                for at in times {
                    while let Some((i, (_, vus))) = coming.next_if(|(_, (from, _))| *from <= at) {
                        let until = raw.get(i + 1).map_or(Duration::MAX, |(next, _)| *next + grace);
                        needed.push((*vus, until));
                    }
                    while needed.peek().is_some_and(|(_, until)| *until <= at) {
                        needed.pop();
                    }
                    let planned = needed.peek().map_or(0, |(vus, _)| *vus);
                    if steps.last().is_none_or(|last| last.planned_vus != planned) {
                        steps.push(step(at, planned, 0));
                    }
                }
                if steps.last().is_some_and(|last| last.planned_vus != 0) {
                    steps.push(step(plan.hard_end, 0, 0));
                }
                steps
            }
            _ => vec![
                step(Duration::ZERO, plan.planned_vus, plan.max_vus - plan.planned_vus),
                step(plan.hard_end, 0, 0),
            ],
        }
    }

    /// Whether this part of the test has anything to run.
    pub fn has_work(&self, tuple: &Tuple) -> bool {
        let plan = self.plan(tuple);
        match plan.quota {
            crate::Quota::Shared(0) => false,
            _ => plan.max_vus > 0,
        }
    }
}

impl Schedule {
    /// Lays out the scenarios of consolidated options.
    pub fn new(options: &Options) -> Result<Self, SegmentError> {
        let tuple =
            Tuple::new(options.execution_segment.as_ref(), options.execution_segment_sequence.as_ref())?;
        let mut scenarios: Vec<ScheduledScenario> = options
            .scenarios
            .iter()
            .flatten()
            .filter(|(_, workload)| workload.has_work(&tuple))
            .map(|(name, workload)| ScheduledScenario {
                name: name.clone(),
                workload: workload.clone(),
                plan: workload.plan(&tuple),
                description: workload.description(&tuple),
            })
            .collect();
        scenarios.sort_by(|a, b| (a.workload.start_time(), &a.name).cmp(&(b.workload.start_time(), &b.name)));
        let requirements = requirements(&scenarios, &tuple);
        Ok(Self { scenarios, tuple, requirements })
    }
}

fn requirements(scenarios: &[ScheduledScenario], tuple: &Tuple) -> Requirements {
    let mut changes: Vec<(Duration, i64, i64)> = Vec::new();
    let mut total_duration = Duration::ZERO;
    for scenario in scenarios {
        let start = scenario.workload.start_time().to_std();
        let (mut planned, mut unplanned) = (0, 0);
        for step in scenario.workload.execution_steps(tuple) {
            let (p, u) = (step.planned_vus as i64, step.max_unplanned_vus as i64);
            changes.push((start + step.at, p - planned, u - unplanned));
            (planned, unplanned) = (p, u);
            if p + u == 0 {
                total_duration = total_duration.max(start + step.at);
            }
        }
    }
    // what is given back at a moment can be taken at the same moment
    changes.sort_by_key(|(at, planned, unplanned)| (*at, planned + unplanned));
    let mut out = Requirements { total_duration, ..Requirements::default() };
    let (mut planned, mut unplanned) = (0, 0);
    for (_, p, u) in changes {
        planned += p;
        unplanned += u;
        out.planned_vus = out.planned_vus.max(planned.max(0) as u64);
        out.max_vus = out.max_vus.max((planned + unplanned).max(0) as u64);
    }
    out
}
