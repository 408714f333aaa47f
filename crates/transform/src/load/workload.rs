use loadwright_diagnostic::{Diagnostic, Origin};
use loadwright_scenario::{Scenario, TestPlan};
use loadwright_workload::{
    ConstantArrivalRate, ConstantVus, Executor, GoDuration, PerVuIterations, Preset, PresetSize,
    RampingArrivalRate, RampingVus, SharedIterations, Stage, Workload,
};

use super::LoadOptions;
use super::count::{Iteration, iteration};
use crate::{PassContext, codes};

/// How long a rate is held when the user does not say.
const HOLD: GoDuration = GoDuration::from_secs(60);

/// Gives each scenario its share of what the user asked for; without a wish the plan's own load stays.
pub(super) fn apply(cx: &mut PassContext<'_>) {
    let options = &cx.options.load;
    if !options.is_set() {
        return;
    }
    let weights: Vec<u32> = cx.plan.scenarios.iter().map(|s| s.weight.max(1)).collect();
    let several = weights.len() > 1;
    let shares = Shares::new(options, &weights);
    for (i, scenario) in cx.plan.scenarios.iter_mut().enumerate() {
        let one = iteration(&scenario.steps, cx.evidence);
        scenario.workload = shares.workload(i, one);
        if options.rps.is_some() && one.requests > 0 {
            cx.diagnostics.push(about_rate(scenario, one));
        }
        if !several {
            name(options).clone_into(&mut scenario.name);
        }
    }
    unique_names(cx.plan);
}

/// What the only scenario of a script is called.
fn name(options: &LoadOptions) -> &'static str {
    match options.profile {
        Some(profile) => profile.name(),
        None if options.rate.is_some() || options.rps.is_some() => "rate",
        None if !options.stages.is_empty() => "stages",
        None if options.vus.is_none() && options.duration.is_none() => "smoke",
        None => "load",
    }
}

fn unique_names(plan: &mut TestPlan) {
    let mut seen: Vec<String> = Vec::new();
    for s in &mut plan.scenarios {
        let base = s.name.clone();
        let mut n = 2;
        while seen.contains(&s.name) {
            s.name = format!("{base}_{n}");
            n += 1;
        }
        seen.push(s.name.clone());
    }
}

fn about_rate(scenario: &Scenario, one: Iteration) -> Diagnostic {
    let vus = match &scenario.workload.executor {
        Executor::ConstantArrivalRate(e) => e.pre_allocated_vus.unwrap_or_default(),
        Executor::RampingArrivalRate(e) => e.pre_allocated_vus.unwrap_or_default(),
        _ => 0,
    };
    Diagnostic::new(
        &codes::RATE,
        format!(
            "an iteration of `{}` sends {} requests in about {:.1} s: the rate is held by {vus} virtual users",
            scenario.name,
            one.requests,
            one.millis / 1000.0
        ),
        Origin::default(),
    )
}

/// The user's numbers, dealt out by weight.
struct Shares<'a> {
    options: &'a LoadOptions,
    vus: Option<Vec<i64>>,
    iterations: Option<Vec<i64>>,
    rate: Option<Vec<i64>>,
    rps: Option<Vec<i64>>,
    stages: Vec<Vec<Stage>>,
}

impl<'a> Shares<'a> {
    fn new(options: &'a LoadOptions, weights: &[u32]) -> Self {
        let deal_all = |n: Option<i64>| n.map(|n| deal(n, weights));
        let mut stages = vec![Vec::new(); weights.len()];
        for stage in &options.stages {
            let targets = deal(stage.target.unwrap_or_default(), weights);
            for (list, target) in stages.iter_mut().zip(targets) {
                list.push(Stage { duration: stage.duration, target: Some(target) });
            }
        }
        let profile_vus = options.profile.filter(|_| weights.len() > 1).and_then(top);
        Self {
            options,
            vus: deal_all(options.vus.or(profile_vus)),
            iterations: deal_all(options.iterations),
            rate: deal_all(options.rate),
            rps: deal_all(options.rps),
            stages,
        }
    }

    fn workload(&self, i: usize, one: Iteration) -> Workload {
        let at = |list: &Option<Vec<i64>>| list.as_ref().and_then(|l| l.get(i).copied());
        let o = self.options;
        let vus = at(&self.vus);
        let stages = self.stages.get(i).cloned().unwrap_or_default();
        if let Some((rate, unit)) = match (at(&self.rps), at(&self.rate)) {
            (Some(rps), _) => Some(per_iteration(rps, one.requests)),
            (None, Some(rate)) => Some((rate, None)),
            (None, None) => None,
        } {
            return Workload::from(arrival(rate, unit, stages, o, vus, one));
        }
        if !stages.is_empty() {
            return Workload::from(Executor::RampingVus(RampingVus {
                start_vus: Some(vus.unwrap_or(0)),
                stages,
                graceful_ramp_down: None,
            }));
        }
        if let Some(iterations) = at(&self.iterations) {
            return Workload::from(Executor::SharedIterations(SharedIterations {
                vus: Some(vus.unwrap_or(1).min(iterations).max(1)),
                iterations: Some(iterations),
                max_duration: o.duration,
            }));
        }
        if let Some(profile) = o.profile {
            return profile.workload(PresetSize { vus, duration: o.duration });
        }
        Workload::from(match o.duration {
            Some(duration) => {
                Executor::ConstantVus(ConstantVus { vus: Some(vus.unwrap_or(1)), duration: Some(duration) })
            }
            None => Executor::PerVuIterations(PerVuIterations {
                vus: Some(vus.unwrap_or(1)),
                iterations: Some(1),
                max_duration: None,
            }),
        })
    }
}

/// The number of users that a profile has by itself.
fn top(profile: Preset) -> Option<i64> {
    match profile.workload(PresetSize::default()).executor {
        Executor::RampingVus(e) => e.stages.iter().filter_map(|s| s.target).max(),
        Executor::RampingArrivalRate(e) => e.pre_allocated_vus,
        Executor::SharedIterations(_)
        | Executor::PerVuIterations(_)
        | Executor::ConstantVus(_)
        | Executor::ConstantArrivalRate(_) => None,
    }
}

/// A request rate as whole iterations a time unit: 50 requests/s at 12 requests an iteration are 50 iterations in 12 s.
fn per_iteration(rps: i64, requests: i64) -> (i64, Option<GoDuration>) {
    let requests = requests.max(1);
    let mut divisor = (rps.max(1), requests);
    while divisor.1 != 0 {
        divisor = (divisor.1, divisor.0 % divisor.1);
    }
    let unit = requests / divisor.0;
    (rps / divisor.0, (unit > 1).then(|| GoDuration::from_secs(unit)))
}

fn arrival(
    rate: i64,
    unit: Option<GoDuration>,
    stages: Vec<Stage>,
    o: &LoadOptions,
    vus: Option<i64>,
    one: Iteration,
) -> Executor {
    let peak = stages.iter().filter_map(|s| s.target).chain([rate]).max().unwrap_or(rate) as f64
        / unit.map_or(1.0, GoDuration::as_secs_f64);
    // Little's law, and a fifth more for the spread
    let needed = ((peak * one.millis / 1000.0 * 1.2).ceil() as i64).max(1);
    let pre_allocated_vus = Some(vus.unwrap_or(needed));
    let max_vus = Some(vus.unwrap_or(needed).saturating_mul(4));
    if stages.is_empty() {
        Executor::ConstantArrivalRate(ConstantArrivalRate {
            rate: Some(rate),
            time_unit: unit,
            duration: Some(o.duration.unwrap_or(HOLD)),
            pre_allocated_vus,
            max_vus,
        })
    } else {
        Executor::RampingArrivalRate(RampingArrivalRate {
            start_rate: Some(rate),
            time_unit: unit,
            stages,
            pre_allocated_vus,
            max_vus,
        })
    }
}

/// Whole numbers by weight that add up to `total`; nobody gets nothing while there is enough for all.
pub(super) fn deal(total: i64, weights: &[u32]) -> Vec<i64> {
    let sum: f64 = weights.iter().map(|w| f64::from(*w)).sum::<f64>().max(1.0);
    let least = i64::from(total >= i64::try_from(weights.len()).unwrap_or(i64::MAX));
    let exact: Vec<f64> = weights.iter().map(|w| total as f64 * f64::from(*w) / sum).collect();
    let mut out: Vec<i64> = exact.iter().map(|x| (x.floor() as i64).max(least)).collect();
    loop {
        let given: i64 = out.iter().sum();
        if given == total {
            return out;
        }
        let gap =
            |i: &usize| exact.get(*i).copied().unwrap_or(0.0) - out.get(*i).copied().unwrap_or(0) as f64;
        let indices = 0..out.len();
        let next = if given < total {
            indices.max_by(|a, b| gap(a).total_cmp(&gap(b)).then(b.cmp(a)))
        } else {
            indices
                .filter(|i| out.get(*i).is_some_and(|n| *n > least))
                .min_by(|a, b| gap(a).total_cmp(&gap(b)))
        };
        match next.and_then(|i| out.get_mut(i)) {
            Some(n) => *n += if given < total { 1 } else { -1 },
            None => return out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_rate_becomes_whole_iterations() {
        let s = |n| Some(GoDuration::from_secs(n));
        assert_eq!(per_iteration(50, 12), (25, s(6)));
        assert_eq!(per_iteration(50, 5), (10, None));
        assert_eq!(per_iteration(1, 3), (1, s(3)));
    }

    #[test]
    fn shares_add_up_and_leave_nobody_out() {
        assert_eq!(deal(10, &[7, 3]), [7, 3]);
        assert_eq!(deal(10, &[98, 1, 1]), [8, 1, 1]);
        assert_eq!(deal(1, &[1, 1]), [1, 0]);
        assert_eq!(deal(0, &[1, 2]), [0, 0]);
    }
}
