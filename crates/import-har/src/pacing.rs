//! LI-HAR: pauses and load options that load-test recorders put into recordings.

use loadwright_diagnostic::Origin;
use loadwright_scenario::{Pause, Step, ThinkTime};
use loadwright_workload::{
    ConstantVus, Executor, Options, RampingVus, SharedIterations, Threshold, Workload,
};
use serde_json::Value;

/// Pauses in milliseconds before and after an entry or a page: `[800, {"before": 300}, {"after": 1200}]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sleeps {
    pub before: Vec<u64>,
    pub after: Vec<u64>,
}

pub(crate) fn sleeps(value: Option<&Value>) -> Sleeps {
    let mut out = Sleeps::default();
    let ms =
        |v: Option<&Value>| v.and_then(Value::as_f64).filter(|n| *n > 0.0 && n.is_finite()).map(|n| n as u64);
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    for item in list {
        out.before.extend(ms(item.get("before")));
        out.after.extend(ms(item.get("after")).or_else(|| ms(Some(item))));
    }
    out
}

/// The pauses as steps.
pub(crate) fn pauses(list: &[u64], origin: &Origin) -> impl Iterator<Item = Step> {
    let origin = origin.key("sleep");
    list.iter().map(move |ms| Step::Pause(Pause { time: ThinkTime::Fixed(*ms), origin: origin.clone() }))
}

/// The load and the thresholds that `log.options` asks for; `None` when it is no k6 options object.
pub(crate) fn load(options: &Value) -> Option<(Option<Workload>, Vec<(String, Vec<Threshold>)>)> {
    let options = Options::from_json(options).ok()?.options;
    let executor = match &options {
        Options { stages: Some(stages), .. } => Some(Executor::RampingVus(RampingVus {
            start_vus: options.vus,
            stages: stages.clone(),
            graceful_ramp_down: None,
        })),
        Options { iterations: Some(n), .. } => Some(Executor::SharedIterations(SharedIterations {
            vus: options.vus,
            iterations: Some(*n),
            max_duration: options.duration,
        })),
        Options { duration: Some(duration), .. } => {
            Some(Executor::ConstantVus(ConstantVus { vus: options.vus, duration: Some(*duration) }))
        }
        _ => None,
    };
    let workload = executor.map(Workload::from).or_else(|| {
        options.scenarios.as_ref()?.values().next().cloned().map(|w| Workload { exec: None, ..w })
    });
    Some((workload, options.thresholds.unwrap_or_default().into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeps_stand_before_or_after() {
        let value = serde_json::json!([{"after": 1200}, {"before": 300}, 50, -1, "x"]);
        assert_eq!(sleeps(Some(&value)), Sleeps { before: vec![300], after: vec![1200, 50] });
    }

    #[test]
    fn options_become_a_workload() {
        let kind = |v: Value| load(&v).and_then(|(w, _)| w).map(|w| w.executor.kind());
        assert_eq!(kind(serde_json::json!({"vus": 100, "duration": "20s"})), Some("constant-vus"));
        assert_eq!(
            kind(serde_json::json!({"stages": [{"target": 1, "duration": "1s"}]})),
            Some("ramping-vus")
        );
        assert_eq!(kind(serde_json::json!({"vus": 2, "iterations": 8})), Some("shared-iterations"));
        assert_eq!(kind(serde_json::json!({})), None);
    }
}
