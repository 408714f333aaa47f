use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{
    Check, EcoString, RequestStep, Segment, Selector, TestPlan, Text, VarSource, for_each_request,
    for_each_request_mut,
};

use crate::codes;

/// One operation of a document, by where it is found.
struct Operation<'a> {
    method: &'a str,
    path: Vec<Piece>,
    step: &'a RequestStep,
    group: String,
}

pub(crate) enum Piece {
    Fixed(String),
    Any,
}

/// Tells a journey what a document knows about its requests: the operation's name and template, its description, and the
/// checks of its promised answer. Order, values and credentials stay those of the journey. Operations that the journey
/// does not request are counted, not requested.
pub fn join(journey: &mut TestPlan, document: &TestPlan, diagnostics: &mut Diagnostics) {
    let mut operations: Vec<Operation<'_>> = Vec::new();
    for_each_request(document, &mut |step| {
        operations.push(Operation {
            method: &step.request.method,
            path: path(document, step),
            step,
            group: step.operation(&document.http),
        });
    });
    let paths: Vec<(EcoString, Vec<Piece>)> = {
        let mut out = Vec::new();
        for_each_request(journey, &mut |r| out.push((r.request.method.clone(), path(journey, r))));
        out
    };
    let mut used = vec![false; operations.len()];
    let mut known = 0;
    let mut identified: Vec<Option<usize>> = Vec::new();
    for (method, path) in &paths {
        let best = operations
            .iter()
            .enumerate()
            .filter(|(_, o)| o.method.eq_ignore_ascii_case(method))
            .filter_map(|(i, o)| Some((fit(&o.path, path)?, i)))
            .max_by_key(|(fixed, i)| (*fixed, std::cmp::Reverse(*i)));
        identified.push(best.map(|(_, i)| i));
    }
    let mut next = identified.into_iter();
    // setup first, then scenarios: the order of the reading walk
    for_each_request_mut(journey, &mut |step| {
        let Some(i) = next.next().flatten() else { return };
        let Some(operation) = operations.get(i) else { return };
        if let Some(u) = used.get_mut(i) {
            *u = true;
        }
        known += 1;
        describe(step, operation);
    });
    let missing = used.iter().filter(|u| !**u).count();
    let message = format!(
        "{known} of {} requests are operations of the document; {missing} of its {} operations are not requested",
        paths.len(),
        operations.len()
    );
    diagnostics.push(Diagnostic::new(&codes::JOINED, message, Origin::default()));
}

fn describe(step: &mut RequestStep, operation: &Operation<'_>) {
    let own = step.name.starts_with(&format!("{} ", step.request.method));
    if own {
        let old = std::mem::replace(&mut step.name, operation.step.name.clone());
        // checks are called after their request
        for check in &mut step.checks {
            if let Some(rest) = check.name.strip_prefix(old.as_str()) {
                check.name = format!("{}{rest}", operation.step.name);
            }
        }
    }
    step.url_group = Some(operation.group.clone());
    if step.note.is_none() {
        step.note.clone_from(&operation.step.note);
    }
    // the promise is about one status: where something else was seen, it says nothing
    let status =
        |checks: &[Check]| checks.iter().find(|c| c.subject == Selector::Status).map(|c| c.predicate.clone());
    let promised = status(&operation.step.checks);
    let seen = status(&step.checks);
    if seen.is_some() && seen != promised {
        return;
    }
    for check in &operation.step.checks {
        let there = step.checks.iter().any(|c| c.subject == check.subject && c.predicate == check.predicate);
        if there || (check.subject == Selector::Status && seen.is_some()) {
            continue;
        }
        let mut check = check.clone();
        if let Some(rest) = check.name.strip_prefix(operation.step.name.as_str()) {
            check.name = format!("{}{rest}", step.name);
        }
        step.checks.push(check);
    }
}

/// How many pieces agree word for word; `None` when the paths differ.
fn fit(template: &[Piece], path: &[Piece]) -> Option<usize> {
    if template.len() != path.len() {
        return None;
    }
    let mut fixed = 0;
    for pair in template.iter().zip(path) {
        match pair {
            (Piece::Fixed(a), Piece::Fixed(b)) if a == b => fixed += 1,
            (Piece::Fixed(_), _) => return None,
            (Piece::Any, _) => {}
        }
    }
    Some(fixed)
}

/// The same for a template whose server is not known: it has to agree with the end of the path, in one word at least.
pub(crate) fn fit_end(template: &[Piece], path: &[Piece]) -> Option<usize> {
    let end = path.get(path.len().checked_sub(template.len())?..)?;
    fit(template, end).filter(|fixed| *fixed > 0 || (template.is_empty() && path.is_empty()))
}

/// The whole path, that of the server included.
pub(crate) fn path(plan: &TestPlan, step: &RequestStep) -> Vec<Piece> {
    let base = address(plan, &step.request.url.base, 0);
    let after = base.split_once("://").map_or(base.as_str(), |(_, rest)| rest);
    let prefix = after.split_once('/').map_or("", |(_, path)| path);
    let mut out: Vec<Piece> =
        prefix.split('/').filter(|p| !p.is_empty()).map(|p| Piece::Fixed(p.to_owned())).collect();
    for segment in &step.request.url.path {
        out.push(match segment {
            Segment::Literal(text) => Piece::Fixed(text.to_string()),
            Segment::Param { .. } => Piece::Any,
        });
    }
    out
}

/// A text with the values that its variables start with.
fn address(plan: &TestPlan, text: &Text, depth: usize) -> String {
    let mut out = String::new();
    for part in &text.0 {
        match part {
            loadwright_scenario::Part::Literal(t) => out.push_str(t),
            loadwright_scenario::Part::Var(name) if depth < 5 => {
                let source = plan.variables.iter().find(|v| &v.name == name).map(|v| &v.source);
                match source {
                    Some(VarSource::Environment { default: Some(t), .. } | VarSource::Constant(t)) => {
                        out.push_str(&address(plan, t, depth + 1));
                    }
                    Some(VarSource::Switched { cases, .. }) => {
                        if let Some(case) = cases.first() {
                            out.push_str(&address(plan, &case.value, depth + 1));
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    out
}
