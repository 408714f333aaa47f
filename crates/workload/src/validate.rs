//! What makes a scenario unusable, in k6's words.

use crate::executor::{DEFAULT_MAX_DURATION, Stage};
use crate::{Executor, GoDuration, Workload};

const MIN_DURATION: GoDuration = GoDuration::from_secs(1);
const MAX_VUS: i64 = 100_000_000;

impl Workload {
    /// Every objection to this scenario; empty when it can run.
    pub fn problems(&self, name: &str) -> Vec<String> {
        let mut out = Vec::new();
        let mut no = |wrong: bool, text: String| {
            if wrong {
                out.push(text);
            }
        };
        no(name.is_empty(), "scenario name can't be empty".to_owned());
        no(
            !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'),
            "the scenario name should contain only numbers, latin letters, underscores, and dashes"
                .to_owned(),
        );
        no(self.exec.as_deref() == Some(""), "exec value cannot be empty".to_owned());
        no(self.start_time() < GoDuration::ZERO, "the startTime can't be negative".to_owned());
        no(self.graceful_stop() < GoDuration::ZERO, "the gracefulStop timeout can't be negative".to_owned());
        executor_problems(&self.executor, &mut out);
        out
    }
}

fn executor_problems(executor: &Executor, out: &mut Vec<String>) {
    match executor {
        Executor::SharedIterations(e) => {
            let (vus, iterations) = (e.vus.unwrap_or(1), e.iterations.unwrap_or(1));
            if vus <= 0 {
                out.push("the number of VUs must be more than 0".to_owned());
            }
            if iterations < vus {
                out.push(format!(
                    "the number of iterations ({iterations}) can't be less than the number of VUs ({vus})"
                ));
            }
            max_duration(e.max_duration, out);
        }
        Executor::PerVuIterations(e) => {
            if e.vus.unwrap_or(1) <= 0 {
                out.push("the number of VUs must be more than 0".to_owned());
            }
            if e.iterations.unwrap_or(1) <= 0 {
                out.push("the number of iterations must be more than 0".to_owned());
            }
            max_duration(e.max_duration, out);
        }
        Executor::ConstantVus(e) => {
            if e.vus.unwrap_or(1) <= 0 {
                out.push("the number of VUs must be more than 0".to_owned());
            }
            duration(e.duration, out);
        }
        Executor::RampingVus(e) => {
            let start = e.start_vus.unwrap_or(1);
            if start < 0 {
                out.push("the number of start VUs can't be negative".to_owned());
            }
            let targets = || e.stages.iter().map(|s| s.target.unwrap_or(0));
            if start == 0 && targets().max().unwrap_or(0) <= 0 {
                out.push(
                    "either startVUs or one of the stages' target values must be greater than 0".to_owned(),
                );
            }
            if start > MAX_VUS {
                out.push(format!("the startVUs exceed max limit of {MAX_VUS}"));
            }
            stages(&e.stages, out);
            for (i, target) in targets().enumerate() {
                if target > MAX_VUS {
                    out.push(format!("target for stage {} exceeds max limit of {MAX_VUS}", i + 1));
                }
            }
            if e.graceful_ramp_down() < GoDuration::ZERO {
                out.push("the gracefulRampDown timeout can't be negative".to_owned());
            }
        }
        Executor::ConstantArrivalRate(e) => {
            match e.rate {
                None => out.push("the iteration rate isn't specified".to_owned()),
                Some(rate) if rate <= 0 => out.push("the iteration rate must be more than 0".to_owned()),
                Some(_) => {}
            }
            time_unit(e.time_unit, out);
            duration(e.duration, out);
            arrival_vus(e.pre_allocated_vus, e.max_vus, out);
        }
        Executor::RampingArrivalRate(e) => {
            if e.start_rate.unwrap_or(0) < 0 {
                out.push("the startRate value can't be negative".to_owned());
            }
            time_unit(e.time_unit, out);
            stages(&e.stages, out);
            arrival_vus(e.pre_allocated_vus, e.max_vus, out);
        }
    }
}

fn max_duration(value: Option<GoDuration>, out: &mut Vec<String>) {
    let value = value.unwrap_or(DEFAULT_MAX_DURATION);
    if value < MIN_DURATION {
        out.push(format!("the maxDuration must be at least {MIN_DURATION}, but is {value}"));
    }
}

fn duration(value: Option<GoDuration>, out: &mut Vec<String>) {
    match value {
        None => out.push("the duration is unspecified".to_owned()),
        Some(value) if value < MIN_DURATION => {
            out.push(format!("the duration must be at least {MIN_DURATION}, but is {value}"));
        }
        Some(_) => {}
    }
}

fn time_unit(value: Option<GoDuration>, out: &mut Vec<String>) {
    if value.is_some_and(|unit| unit <= GoDuration::ZERO) {
        out.push("the timeUnit must be more than 0".to_owned());
    }
}

fn arrival_vus(pre_allocated: Option<i64>, max: Option<i64>, out: &mut Vec<String>) {
    match pre_allocated {
        None => out.push("the number of preAllocatedVUs isn't specified".to_owned()),
        Some(n) if n < 0 => out.push("the number of preAllocatedVUs can't be negative".to_owned()),
        Some(n) if max.is_some_and(|max| max < n) => {
            out.push("maxVUs can't be less than preAllocatedVUs".to_owned());
        }
        Some(_) => {}
    }
}

fn stages(stages: &[Stage], out: &mut Vec<String>) {
    if stages.is_empty() {
        out.push("at least one stage has to be specified".to_owned());
        return;
    }
    for (i, stage) in stages.iter().enumerate() {
        let n = i + 1;
        match stage.duration {
            None => out.push(format!("stage {n} doesn't have a duration")),
            Some(d) if d < GoDuration::ZERO => {
                out.push(format!("the duration for stage {n} can't be negative"));
            }
            Some(_) => {}
        }
        match stage.target {
            None => out.push(format!("stage {n} doesn't have a target")),
            Some(t) if t < 0 => out.push(format!("the target for stage {n} can't be negative")),
            Some(_) => {}
        }
    }
}
