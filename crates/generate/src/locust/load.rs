use loadwright_scenario::Scenario;
use loadwright_workload::{Executor, GoDuration, Stage, Workload};

use super::context::Context;
use super::helpers::Helper;
use crate::py::{PyExpr, PyIdent, PyStmt};

/// Seconds that a run of counted iterations may take when the plan does not say.
const PATIENCE: f64 = 600.0;

/// Users that follow straight lines.
const FOLLOW: &str = "\
def tick(self):
    since, before = self.get_run_time(), START
    for seconds, users in STAGES:
        if since < seconds:
            return round(before + (users - before) * since / seconds), 100
        since, before = since - seconds, users
    return None";

/// Users until all iterations are done.
const COUNT: &str = "\
def tick(self):
    if COUNT[\"finished\"] >= ITERATIONS or self.get_run_time() > SECONDS:
        return None
    return USERS, USERS";

/// A rate that changes, as a wait between the iterations of each user.
const PACED: &str = "\
def paced(user):
    \"\"\"Waits so that all users together start so many journeys a second.\"\"\"
    now = time.time()
    since, rate = now - user.environment.stats.start_time, START_RATE
    for seconds, target in RATES:
        if since < seconds:
            rate += (target - rate) * since / seconds
            break
        since, rate = since - seconds, target
    user.due = max(now, getattr(user, \"due\", now) + USERS / max(rate, 0.001))
    return user.due - now";

/// How one scenario is paced: an attribute of its user class.
pub(super) struct Pace {
    pub wait_time: Option<PyExpr>,
    pub counted: bool,
}

/// Users at a point of time and from there to the next, over all scenarios.
struct Curve {
    start: f64,
    stages: Vec<(f64, f64)>,
}

impl Context<'_> {
    /// How iterations of the scenario follow each other.
    pub fn pace(&mut self, workload: &Workload) -> Pace {
        match &workload.executor {
            Executor::SharedIterations(_) | Executor::PerVuIterations(_) => {
                self.helper(Helper::Counted);
                Pace { wait_time: None, counted: true }
            }
            Executor::ConstantVus(_) | Executor::RampingVus(_) => Pace { wait_time: None, counted: false },
            Executor::ConstantArrivalRate(e) => {
                let per_second = e.rate.unwrap_or(1) as f64 / unit(e.time_unit);
                let users = e.pre_allocated_vus.unwrap_or(1);
                let f = self.import("locust", "constant_throughput");
                let rate = PyExpr::binary(PyExpr::number(&per_second.to_string()), "/", PyExpr::int(users));
                Pace { wait_time: Some(PyExpr::call(f, vec![rate.into()])), counted: false }
            }
            Executor::RampingArrivalRate(_) => {
                self.module("time");
                Pace { wait_time: Some(PyExpr::code("paced")), counted: false }
            }
        }
    }

    /// Constants of the load, `paced` where a rate changes, and the shape class.
    pub fn load(&mut self) -> (Vec<PyStmt>, Vec<PyStmt>) {
        self.import("locust", "LoadTestShape");
        let mut constants = Vec::new();
        let mut blocks = Vec::new();
        let scenarios = &self.plan.scenarios;
        let assign = |name: &'static str, value: PyExpr| PyStmt::Assign(PyExpr::code(name), value);
        for s in scenarios {
            if let Executor::RampingArrivalRate(e) = &s.workload.executor {
                let unit = unit(e.time_unit);
                let rates = e.stages.iter().map(|s| (seconds(s), s.target.unwrap_or_default() as f64 / unit));
                constants.push(PyStmt::Comment("Seconds, and journeys a second at their end.".to_owned()));
                constants.push(assign("RATES", pairs(rates)));
                let start = e.start_rate.unwrap_or_default() as f64 / unit;
                constants.push(assign("START_RATE", PyExpr::number(&start.to_string())));
                constants.push(assign("USERS", PyExpr::int(e.pre_allocated_vus.unwrap_or(1))));
                blocks.push(PyStmt::Verbatim(PACED));
                break;
            }
        }
        let counted = |s: &Scenario| {
            matches!(s.workload.executor, Executor::SharedIterations(_) | Executor::PerVuIterations(_))
        };
        let (doc, tick) = if scenarios.iter().all(counted) {
            let (mut users, mut iterations, mut limit) = (0, 0, 0.0_f64);
            for s in scenarios {
                let (u, i, max) = match &s.workload.executor {
                    Executor::SharedIterations(e) => (e.vus, e.iterations, e.max_duration),
                    Executor::PerVuIterations(e) => (
                        e.vus,
                        Some(e.vus.unwrap_or(1).saturating_mul(e.iterations.unwrap_or(1))),
                        e.max_duration,
                    ),
                    _ => (None, None, None),
                };
                users += u.unwrap_or(1);
                iterations += i.unwrap_or(1);
                limit = limit.max(max.map_or(PATIENCE, GoDuration::as_secs_f64));
            }
            constants.push(assign("USERS", PyExpr::int(users)));
            constants.push(assign("ITERATIONS", PyExpr::int(iterations)));
            constants.push(assign("SECONDS", PyExpr::number(&limit.to_string())));
            ("All users until the iterations are done.", COUNT)
        } else {
            let curve = curve(scenarios);
            constants.push(PyStmt::Comment("Seconds, and users at their end.".to_owned()));
            constants.push(assign("STAGES", pairs(curve.stages.iter().copied())));
            constants.push(assign("START", PyExpr::number(&curve.start.to_string())));
            ("Users that follow STAGES in straight lines.", FOLLOW)
        };
        blocks.push(PyStmt::Class {
            name: PyIdent::known("Load"),
            base: "LoadTestShape",
            doc: Some(doc.to_owned()),
            body: vec![PyStmt::Verbatim(tick)],
        });
        (constants, blocks)
    }
}

fn unit(time: Option<GoDuration>) -> f64 {
    time.map_or(1.0, GoDuration::as_secs_f64).max(1e-9)
}

fn seconds(stage: &Stage) -> f64 {
    stage.duration.unwrap_or_default().as_secs_f64()
}

fn pairs(items: impl Iterator<Item = (f64, f64)>) -> PyExpr {
    let number = |n: f64| PyExpr::number(&n.to_string());
    PyExpr::List(items.map(|(a, b)| PyExpr::Tuple(vec![number(a), number(b)])).collect())
}

/// The users of all scenarios added up: a line between any two points at which one of them bends.
fn curve(scenarios: &[Scenario]) -> Curve {
    let lines: Vec<(f64, Vec<(f64, f64)>)> = scenarios.iter().map(|s| line(&s.workload)).collect();
    let mut points: Vec<f64> = Vec::new();
    for (_, line) in &lines {
        let mut at = 0.0;
        for (seconds, _) in line {
            at += seconds;
            points.push(at);
        }
    }
    points.sort_by(f64::total_cmp);
    points.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    let single = match lines.as_slice() {
        [(start, line)] => Some(Curve { start: *start, stages: line.clone() }),
        _ => None,
    };
    single.unwrap_or_else(|| {
        let total = |t: f64| lines.iter().map(|(start, line)| users_at(*start, line, t)).sum::<f64>();
        let mut stages = Vec::new();
        let mut before = 0.0;
        for t in points {
            stages.push((t - before, total(t).round()));
            before = t;
        }
        Curve { start: total(0.0), stages }
    })
}

/// Users of one scenario: where it starts, and its stages.
fn line(w: &Workload) -> (f64, Vec<(f64, f64)>) {
    let delay = w.start_time.unwrap_or_default().as_secs_f64();
    let (start, mut stages) = match &w.executor {
        Executor::ConstantVus(e) => flat(e.vus, e.duration),
        Executor::ConstantArrivalRate(e) => flat(e.pre_allocated_vus, e.duration),
        Executor::SharedIterations(e) => flat(e.vus, e.max_duration.or(Some(GoDuration::from_secs(600)))),
        Executor::PerVuIterations(e) => flat(e.vus, e.max_duration.or(Some(GoDuration::from_secs(600)))),
        Executor::RampingVus(e) => (
            e.start_vus.unwrap_or(1) as f64,
            e.stages.iter().map(|s| (seconds(s), s.target.unwrap_or_default() as f64)).collect(),
        ),
        Executor::RampingArrivalRate(e) => {
            let all = e.stages.iter().map(seconds).sum();
            let users = e.pre_allocated_vus.unwrap_or(1) as f64;
            (users, vec![(all, users)])
        }
    };
    if delay > 0.0 {
        stages.insert(0, (0.0, start));
        stages.insert(0, (delay, 0.0));
        return (0.0, stages);
    }
    (start, stages)
}

fn flat(users: Option<i64>, duration: Option<GoDuration>) -> (f64, Vec<(f64, f64)>) {
    let users = users.unwrap_or(1) as f64;
    (users, vec![(duration.unwrap_or_default().as_secs_f64(), users)])
}

fn users_at(start: f64, stages: &[(f64, f64)], t: f64) -> f64 {
    let mut since = t;
    let mut before = start;
    for (seconds, users) in stages {
        if since < *seconds {
            return before + (users - before) * since / seconds;
        }
        since -= seconds;
        before = *users;
    }
    if since > 1e-9 { 0.0 } else { before }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_followed_and_ends() {
        let stages = [(10.0, 20.0), (0.0, 5.0), (10.0, 5.0)];
        assert_eq!(
            [0.0, 5.0, 10.0, 20.0, 21.0].map(|t| users_at(0.0, &stages, t)),
            [0.0, 10.0, 5.0, 5.0, 0.0]
        );
    }
}
