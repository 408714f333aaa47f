//! What an executor does and when: an iterator of timed commands, without a clock.

use std::time::Duration;

use crate::executor::{ConstantArrivalRate, DEFAULT_TIME_UNIT, RampingArrivalRate, RampingVus, Stage};
use crate::{Executor, Tuple, Workload};

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
    /// Numbers the iterations over the whole test: shared iterations are divided as the VUs are.
    pub iterations: Tuple,
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
        let vus = |n: Option<i64>| tuple.scale(n.unwrap_or(1)).max(0) as u64;
        let planned;
        let mut quota = Quota::Unlimited;
        let mut max = None;
        let mut numbering = tuple.clone();
        match &self.executor {
            Executor::SharedIterations(e) => {
                planned = vus(e.vus);
                let divided = tuple.by_value(e.vus.unwrap_or(1));
                let iterations = divided.as_ref().map_or(0, |t| t.scale(e.iterations.unwrap_or(1)));
                quota = Quota::Shared(iterations.max(0) as u64);
                numbering = divided.unwrap_or(numbering);
            }
            Executor::PerVuIterations(e) => {
                planned = vus(e.vus);
                quota = Quota::PerVu(e.iterations.unwrap_or(1).max(0) as u64);
            }
            Executor::ConstantVus(e) => planned = vus(e.vus),
            Executor::RampingVus(e) => planned = e.max_vus(tuple),
            Executor::ConstantArrivalRate(ConstantArrivalRate { pre_allocated_vus, max_vus, .. })
            | Executor::RampingArrivalRate(RampingArrivalRate { pre_allocated_vus, max_vus, .. }) => {
                planned = tuple.scale(pre_allocated_vus.unwrap_or(0)).max(0) as u64;
                max = Some(tuple.scale(max_vus.or(*pre_allocated_vus).unwrap_or(0)).max(0) as u64);
            }
        }
        let regular_end = self.executor.regular_duration().to_std();
        Plan {
            planned_vus: planned,
            max_vus: max.unwrap_or(planned).max(planned),
            quota,
            iterations: numbering,
            regular_end,
            hard_end: regular_end + self.graceful_stop().to_std(),
            workload: self.clone(),
            tuple: tuple.clone(),
        }
    }
}

impl Plan {
    pub fn commands(&self) -> Commands {
        let end = self.regular_end;
        match &self.workload.executor {
            Executor::SharedIterations(_) | Executor::PerVuIterations(_) | Executor::ConstantVus(_) => {
                Commands(Box::new(
                    (0..self.planned_vus)
                        .map(|vu| Command { at: Duration::ZERO, action: Action::StartVu(vu) }),
                ))
            }
            Executor::RampingVus(e) => Commands(Box::new(ramp_commands(e, &self.tuple, end, self.hard_end))),
            Executor::ConstantArrivalRate(e) => {
                let tuple = self.tuple.clone();
                let rate = e.rate.unwrap_or(0).max(0) as u128;
                let unit = e.time_unit.unwrap_or(DEFAULT_TIME_UNIT).nanos().max(0) as u128;
                let limit = end.as_nanos();
                Commands(Box::new((0u64..).map_while(move |local| {
                    let index = tuple.global(local);
                    let at = u128::from(index).checked_mul(unit)?.checked_div(rate)?;
                    (at < limit).then(|| start_iteration(at as u64, index))
                })))
            }
            Executor::RampingArrivalRate(e) => Commands(Box::new(RampingStarts::new(e, self.tuple.clone()))),
        }
    }
}

fn start_iteration(nanos: u64, index: u64) -> Command {
    Command { at: Duration::from_nanos(nanos), action: Action::StartIteration { index } }
}

/// The number of active VUs from each time on.
pub(crate) fn ramp_steps(e: &RampingVus, tuple: &Tuple) -> Vec<(Duration, u64)> {
    let mut current = e.start_vus.unwrap_or(1).max(0);
    let scaled = |n: i64| tuple.scale(n).max(0) as u64;
    let mut steps = vec![(Duration::ZERO, scaled(current))];
    let mut add = |at: i128, vus: u64| {
        if steps.last().is_none_or(|(_, last)| *last != vus) {
            steps.push((Duration::from_nanos(at.max(0) as u64), vus));
        }
    };
    let mut end: i128 = 0;
    for Stage { duration, target } in &e.stages {
        let length = i128::from(duration.unwrap_or_default().nanos());
        let target = target.unwrap_or(0).max(0);
        end += length;
        let change = i128::from(target - current);
        if change == 0 {
            continue;
        }
        if length == 0 {
            add(end, scaled(target));
        } else if change > 0 {
            for n in current + 1..=target {
                add(end - length * i128::from(target - n) / change, scaled(n));
            }
        } else {
            for n in (target..current).rev() {
                add(end - length * i128::from(n - target) / -change, scaled(n));
            }
        }
        current = target;
    }
    steps
}

/// Steps as starts, stops and cuts. A cut comes a graceful ramp down after its stop, unless the VU was
/// started again before, and never after the hard end.
fn ramp_commands(
    e: &RampingVus,
    tuple: &Tuple,
    end: Duration,
    hard_end: Duration,
) -> impl Iterator<Item = Command> + use<> {
    let grace = e.graceful_ramp_down().to_std();
    let steps = ramp_steps(e, tuple);
    let mut commands: Vec<Command> = Vec::new();
    let mut active = 0u64;
    let mut stopped_at: Vec<Option<Duration>> = Vec::new();
    let mut cuts = Vec::new();
    for (at, vus) in steps {
        if at >= end && vus < active {
            // the regular end stops everything; the graceful stop takes over
            continue;
        }
        for vu in active..vus {
            if stopped_at.len() <= vu as usize {
                stopped_at.resize(vu as usize + 1, None);
            }
            if let Some(since) = stopped_at.get_mut(vu as usize).and_then(Option::take)
                && since + grace <= at
            {
                cuts.push(Command { at: since + grace, action: Action::CutVu(vu) });
            }
            commands.push(Command { at, action: Action::StartVu(vu) });
        }
        for vu in (vus..active).rev() {
            commands.push(Command { at, action: Action::StopVu(vu) });
            if let Some(slot) = stopped_at.get_mut(vu as usize) {
                *slot = Some(at);
            }
        }
        active = vus;
    }
    for (vu, since) in stopped_at.into_iter().enumerate() {
        if let Some(since) = since
            && since + grace < hard_end
        {
            cuts.push(Command { at: since + grace, action: Action::CutVu(vu as u64) });
        }
    }
    commands.extend(cuts);
    commands.sort_by_key(|c| (c.at, !matches!(c.action, Action::CutVu(_))));
    commands.into_iter()
}

/// Start times under a rate that changes linearly: the n-th start is where the integral of the rate
/// reaches n.
struct RampingStarts {
    tuple: Tuple,
    stages: std::vec::IntoIter<(f64, f64)>,
    /// Iterations per nanosecond at the stage's two ends, and its length in nanoseconds.
    from: f64,
    to: f64,
    length: f64,
    /// When the stage began, and the integral up to there.
    began: f64,
    before: f64,
    local: u64,
}

impl RampingStarts {
    fn new(e: &RampingArrivalRate, tuple: Tuple) -> Self {
        let unit = e.time_unit.unwrap_or(DEFAULT_TIME_UNIT).nanos().max(1) as f64;
        let rate = |n: Option<i64>| n.unwrap_or(0) as f64 / unit;
        let start = rate(e.start_rate);
        let stages: Vec<(f64, f64)> = e
            .stages
            .iter()
            .map(|s| (rate(s.target), s.duration.unwrap_or_default().nanos() as f64))
            .collect();
        Self {
            tuple,
            stages: stages.into_iter(),
            from: start,
            to: start,
            length: 0.0,
            began: 0.0,
            before: 0.0,
            local: 0,
        }
    }
}

impl Iterator for RampingStarts {
    type Item = Command;

    fn next(&mut self) -> Option<Command> {
        let index = self.tuple.global(self.local);
        // the first iteration starts when the integral reaches 1: after one period, as k6 counts
        let wanted = index as f64 + 1.0;
        loop {
            let area = f64::midpoint(self.from, self.to) * self.length;
            let due = wanted - self.before;
            if self.length > 0.0 && due <= area * (1.0 + 1e-12) {
                let slope = (self.to - self.from) / self.length;
                // from·x + slope·x²/2 = due, in the form that stays exact for a small slope
                let root = (self.from * self.from + 2.0 * slope * due).max(0.0).sqrt();
                let x = if self.from + root > 0.0 { 2.0 * due / (self.from + root) } else { 0.0 };
                self.local += 1;
                return Some(start_iteration((self.began + x.min(self.length)) as u64, index));
            }
            self.before += area;
            self.began += self.length;
            self.from = self.to;
            (self.to, self.length) = self.stages.next()?;
        }
    }
}
