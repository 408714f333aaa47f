use std::collections::BTreeSet;

use loadwright_diagnostic::{Diagnostic, Origin};
use loadwright_scenario::{Group, RequestStep, Scenario, Step, VarName};

use crate::{PassContext, codes};

/// Makes the groups that have a weight scenarios of their own. What they need from steps before them comes along.
pub(super) fn by_weight(cx: &mut PassContext<'_>) {
    let weights = &cx.options.load.weights;
    let mut used = vec![false; weights.len()];
    let mut weight_of = |name: &str| {
        let at = weights.iter().position(|(n, _)| n.eq_ignore_ascii_case(name))?;
        if let Some(u) = used.get_mut(at) {
            *u = true;
        }
        weights.get(at).map(|(_, w)| *w)
    };
    let mut out: Vec<Scenario> = Vec::new();
    for mut scenario in cx.plan.scenarios.drain(..) {
        if let Some(weight) = weight_of(&scenario.name) {
            scenario.weight = weight;
        }
        let mut rest = Vec::new();
        let mut own = Vec::new();
        for (i, step) in scenario.steps.iter().enumerate() {
            match step {
                Step::Group(group) => match weight_of(&group.name) {
                    Some(weight) => own.push(alone(&scenario, i, group, weight)),
                    None => rest.push(step.clone()),
                },
                step => rest.push(step.clone()),
            }
        }
        if own.is_empty() {
            out.push(scenario);
            continue;
        }
        if rest.iter().any(sends) {
            out.push(Scenario { steps: with_needs(&scenario.steps, rest), ..scenario });
        }
        out.append(&mut own);
    }
    cx.plan.scenarios = out;
    for ((name, _), used) in weights.iter().zip(used) {
        if !used {
            let message = format!("no folder, tag or scenario is called {name}");
            cx.diagnostics.push(Diagnostic::new(&codes::WEIGHT, message, Origin::default()));
        }
    }
}

fn sends(step: &Step) -> bool {
    match step {
        Step::Request(_) | Step::WebSocket(_) => true,
        Step::Batch(requests) => !requests.is_empty(),
        Step::Group(group) => group.steps.iter().any(sends),
        Step::Pause(_) | Step::Assign(_) | Step::Script(_) => false,
    }
}

fn alone(from: &Scenario, at: usize, group: &Group, weight: u32) -> Scenario {
    let before = from.steps.get(..at).unwrap_or_default();
    Scenario {
        name: group.name.clone(),
        workload: from.workload.clone(),
        steps: with_needs(before, group.steps.clone()),
        weight,
        tags: from.tags.clone(),
    }
}

/// The steps, and in front of them what makes the variables that they read.
fn with_needs(before: &[Step], steps: Vec<Step>) -> Vec<Step> {
    let mut made = BTreeSet::new();
    let mut missing = BTreeSet::new();
    for step in &steps {
        reads(step, &mut |v| {
            if !made.contains(v) {
                missing.insert(v.clone());
            }
        });
        writes(step, &mut |v| {
            made.insert(v.clone());
        });
    }
    let mut flat = Vec::new();
    flatten(before, &mut flat);
    let mut front: Vec<Step> = Vec::new();
    for step in flat.into_iter().rev() {
        let mut needed = false;
        writes(step, &mut |v| needed |= missing.contains(v));
        if !needed || steps.contains(step) {
            continue;
        }
        reads(step, &mut |v| {
            missing.insert(v.clone());
        });
        front.push(step.clone());
    }
    front.reverse();
    front.extend(steps);
    front
}

fn flatten<'a>(steps: &'a [Step], out: &mut Vec<&'a Step>) {
    for step in steps {
        match step {
            Step::Group(group) => flatten(&group.steps, out),
            step => out.push(step),
        }
    }
}

fn reads(step: &Step, f: &mut dyn FnMut(&VarName)) {
    let mut request = |r: &RequestStep| {
        r.for_each_text(&mut |t| t.vars().for_each(&mut *f));
        r.needs.iter().for_each(&mut *f);
        r.before.iter().chain(&r.after).flat_map(|s| &s.reads).for_each(&mut *f);
    };
    match step {
        Step::Request(r) => request(r),
        Step::Batch(requests) => requests.iter().for_each(request),
        Step::Group(group) => group.steps.iter().for_each(|s| reads(s, f)),
        Step::Assign(a) => a.value.vars().for_each(f),
        Step::Script(s) => s.reads.iter().for_each(f),
        Step::WebSocket(w) => w.for_each_text(&mut |t| t.vars().for_each(&mut *f)),
        Step::Pause(_) => {}
    }
}

fn writes(step: &Step, f: &mut dyn FnMut(&VarName)) {
    let mut request = |r: &RequestStep| {
        r.extractions.iter().map(|e| &e.into).for_each(&mut *f);
        r.before.iter().chain(&r.after).flat_map(|s| &s.writes).for_each(&mut *f);
    };
    match step {
        Step::Request(r) => request(r),
        Step::Batch(requests) => requests.iter().for_each(request),
        Step::Group(group) => group.steps.iter().for_each(|s| writes(s, f)),
        Step::Assign(a) => f(&a.into),
        Step::Script(s) => s.writes.iter().for_each(f),
        Step::WebSocket(_) | Step::Pause(_) => {}
    }
}
