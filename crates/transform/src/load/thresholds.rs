use std::collections::BTreeMap;

use loadwright_scenario::{Evidence, Predicate, Selector, TestPlan, for_each_request};
use loadwright_workload::{Preset, Threshold};

use super::ThresholdPolicy;
use super::count::observed;
use crate::PassContext;

/// With more operations than these, thresholds of each one hide the script behind its options.
const FEW: usize = 20;

/// Milliseconds that the 95th percentile stays below in a profile that measures.
const P95_MS: u32 = 500;

pub(super) fn apply(cx: &mut PassContext<'_>) {
    let options = &cx.options.load;
    if !cx.plan.thresholds.is_empty() || options.thresholds == ThresholdPolicy::None {
        return;
    }
    let (checked, all_good) = checks(cx.plan);
    let mut add = |metric: String, expression: &str| {
        cx.plan.thresholds.push((metric, vec![Threshold::new(expression)]));
    };
    if checked {
        add("checks".to_owned(), "rate>0.99");
    }
    if all_good && checked {
        add("http_req_failed".to_owned(), "rate<0.01");
    }
    let measures = options.profile.is_some_and(|p| p != Preset::Smoke);
    match &options.thresholds {
        ThresholdPolicy::Observed { percent, latencies } => {
            for (name, ms) in operations(cx.plan, cx.evidence, latencies) {
                if let Some(ms) = ms {
                    let bound = (ms * (1.0 + percent / 100.0)).ceil().max(1.0);
                    cx.plan
                        .thresholds
                        .push((selector(&name), vec![Threshold::new(format!("p(95)<{bound}"))]));
                }
            }
        }
        ThresholdPolicy::Profile if measures => {
            let expression = format!("p(95)<{P95_MS}");
            add("http_req_duration".to_owned(), &expression);
            let names = operations(cx.plan, cx.evidence, &BTreeMap::new());
            if (2..=FEW).contains(&names.len()) {
                for (name, _) in names {
                    cx.plan.thresholds.push((selector(&name), vec![Threshold::new(expression.as_str())]));
                }
            }
        }
        ThresholdPolicy::Overall => add("http_req_duration".to_owned(), &format!("p(95)<{P95_MS}")),
        ThresholdPolicy::Profile | ThresholdPolicy::None => {}
    }
}

fn selector(name: &str) -> String {
    format!("http_req_duration{{name:{name}}}")
}

/// The operations in the order of the plan, with the longest time that each was seen to take. One that a selector
/// cannot name is left out: `,` and a closing brace at the end have a meaning there.
fn operations(
    plan: &TestPlan,
    evidence: &Evidence,
    known: &BTreeMap<String, f64>,
) -> Vec<(String, Option<f64>)> {
    let mut out: Vec<(String, Option<f64>)> = Vec::new();
    for_each_request(plan, &mut |r| {
        let name = r.operation(&plan.http);
        if loadwright_workload::MetricSelector::parse(&selector(&name))
            .is_ok_and(|s| s.tags.get("name") != Some(&name))
        {
            return;
        }
        let ms = known.get(&name).copied().or_else(|| observed(r, evidence));
        match out.iter_mut().find(|(n, _)| *n == name) {
            Some((_, longest)) => *longest = (*longest).into_iter().chain(ms).reduce(f64::max),
            None => out.push((name, ms)),
        }
    });
    out
}

/// Whether anything is checked, and whether every request says which status is good.
fn checks(plan: &TestPlan) -> (bool, bool) {
    let mut checked = false;
    let mut all_good = true;
    for_each_request(plan, &mut |r| {
        checked |= !r.checks.is_empty() || !r.after.is_empty();
        all_good &= r.checks.iter().any(|c| {
            matches!(
                (&c.subject, &c.predicate),
                (Selector::Status, Predicate::Equals(_) | Predicate::Between { .. } | Predicate::OneOf(_))
            )
        });
    });
    (checked, all_good)
}
