use indexmap::IndexMap;
use loadwright_scenario::{Group, RequestStep, Step, TestPlan};

use crate::chain::{Producer, anonymous};

/// Creates first, deletes last, children before their parents; the document's order for everything else.
pub(crate) fn reorder(plan: &mut TestPlan, producers: &[Producer]) {
    for scenario in &mut plan.scenarios {
        let mut groups: Vec<Group> = Vec::new();
        let mut loose: Vec<Step> = Vec::new();
        for step in std::mem::take(&mut scenario.steps) {
            match step {
                Step::Group(group) => groups.push(group),
                other => loose.push(other),
            }
        }
        let mut removals: IndexMap<String, Group> = IndexMap::new();
        for group in &mut groups {
            let (last, mut stay): (Vec<Step>, Vec<Step>) =
                std::mem::take(&mut group.steps).into_iter().partition(|s| is_removal(s, producers));
            stay.sort_by_key(|s| rank(s, producers));
            group.steps = stay;
            if !last.is_empty() {
                let shell = Group {
                    name: group.name.clone(),
                    note: None,
                    steps: Vec::new(),
                    origin: group.origin.clone(),
                };
                removals.entry(group.name.clone()).or_insert(shell).steps.extend(last);
            }
        }
        let mut ordered = by_dependency(groups, producers);
        // what was made last is removed first
        let place = |name: &str, ordered: &[Group]| ordered.iter().position(|g| g.name == name).unwrap_or(0);
        let mut removals: Vec<Group> = removals.into_values().collect();
        removals.sort_by_key(|g| std::cmp::Reverse(place(&g.name, &ordered)));
        for group in &mut removals {
            group
                .steps
                .sort_by_key(|s| std::cmp::Reverse(request(s).map_or(0, |r| r.request.url.path.len())));
        }
        if let [only] = removals.as_mut_slice()
            && ordered.len() == 1
            && let Some(first) = ordered.first_mut()
        {
            first.steps.append(&mut only.steps);
            removals.clear();
        }
        ordered.retain(|g| !g.steps.is_empty());
        // a group whose own removals follow at once is one group
        if let (Some(last), Some(next)) = (ordered.last_mut(), removals.first_mut())
            && last.name == next.name
        {
            last.steps.append(&mut next.steps);
            removals.remove(0);
        }
        scenario.steps = loose;
        scenario.steps.extend(ordered.into_iter().chain(removals).map(Step::Group));
    }
}

/// A deletion of something that the script made itself.
fn is_removal(step: &Step, producers: &[Producer]) -> bool {
    request(step).is_some_and(|r| {
        let shape = anonymous(&r.request.url.path);
        r.request.method == "DELETE"
            && shape.strip_suffix("/{}").is_some_and(|c| producers.iter().any(|p| p.collection == c))
    })
}

fn rank(step: &Step, producers: &[Producer]) -> (u8, usize) {
    let Some(r) = request(step) else { return (2, 0) };
    let makes = producers.iter().any(|p| p.origin == r.origin);
    match r.request.method.as_str() {
        "POST" | "PUT" if makes => (0, r.request.url.path.len()),
        "GET" if makes => (1, r.request.url.path.len()),
        _ => (2, 0),
    }
}

/// Groups behind those that make what they use; ties and cycles keep the document's order.
fn by_dependency(groups: Vec<Group>, producers: &[Producer]) -> Vec<Group> {
    let makes = |g: &Group, p: &Producer| g.steps.iter().filter_map(request).any(|r| r.origin == p.origin);
    let uses = |g: &Group, p: &Producer| {
        g.steps.iter().filter_map(request).any(|r| {
            let mut found = false;
            r.for_each_text(&mut |t| found |= t.vars().any(|v| *v == p.variable));
            found
        })
    };
    let mut left = groups;
    let mut out: Vec<Group> = Vec::new();
    while !left.is_empty() {
        let ready = left.iter().position(|g| {
            producers
                .iter()
                .filter(|p| uses(g, p) && !makes(g, p))
                .all(|p| !left.iter().any(|other| makes(other, p)))
        });
        out.push(left.remove(ready.unwrap_or(0)));
    }
    out
}

fn request(step: &Step) -> Option<&RequestStep> {
    match step {
        Step::Request(r) => Some(r),
        Step::Batch(_)
        | Step::Group(_)
        | Step::Pause(_)
        | Step::Assign(_)
        | Step::Script(_)
        | Step::WebSocket(_) => None,
    }
}
