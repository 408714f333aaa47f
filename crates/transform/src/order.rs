use std::collections::{BTreeMap, HashMap, HashSet};

use loadwright_diagnostic::Origin;
use loadwright_scenario::{Group, RequestStep, Step, TestPlan};

use crate::operations::anonymous;

/// What each operation waits for.
type Waits = BTreeMap<Origin, Vec<Origin>>;

/// One operation that is to be put in order.
struct Node {
    step: Step,
    group: usize,
    /// Position in the document.
    at: usize,
    rank: u8,
    waits: Vec<usize>,
}

/// Create, read, list, update, delete: each operation behind those that it takes values from, what was made last is
/// removed first; the document's order for everything else.
pub(crate) fn reorder(plan: &mut TestPlan, waits: &Waits) {
    for scenario in &mut plan.scenarios {
        let mut shells: Vec<Group> = Vec::new();
        let mut loose: Vec<Step> = Vec::new();
        let mut steps: Vec<(usize, Step)> = Vec::new();
        for step in std::mem::take(&mut scenario.steps) {
            match step {
                Step::Group(mut group) => {
                    let n = shells.len();
                    steps.extend(std::mem::take(&mut group.steps).into_iter().map(|s| (n, s)));
                    shells.push(*group);
                }
                other => loose.push(other),
            }
        }
        let nodes = nodes(steps, waits);
        scenario.steps = loose;
        scenario.steps.extend(grouped(arranged(nodes), &shells));
    }
}

fn nodes(steps: Vec<(usize, Step)>, waits: &Waits) -> Vec<Node> {
    let place: HashMap<Origin, usize> =
        steps.iter().enumerate().filter_map(|(i, (_, s))| Some((request(s)?.origin.clone(), i))).collect();
    let shapes: HashSet<String> =
        steps.iter().filter_map(|(_, s)| Some(anonymous(&request(s)?.request.url.path))).collect();
    let makers: HashSet<&Origin> = waits.values().flatten().collect();
    let ranks: Vec<u8> = steps.iter().map(|(_, s)| rank(s, &shapes, &makers, waits)).collect();
    steps
        .into_iter()
        .zip(ranks)
        .enumerate()
        .map(|(at, ((group, step), rank))| {
            let on = request(&step).and_then(|r| waits.get(&r.origin));
            let waits = on.into_iter().flatten().filter_map(|o| place.get(o).copied()).collect();
            Node { step, group, at, rank, waits }
        })
        .collect()
}

/// Removals of things that the script made come after everything else.
const REMOVAL: u8 = 9;
/// Actions after which a thing is of no use any more.
const ENDINGS: &[&str] = &["archive", "close", "cancel", "revoke", "terminate", "logout", "signout"];
/// Words of actions that remove things without the method for it.
const REMOVALS: &[&str] = &["delete", "remove", "destroy", "purge"];
/// Actions that come before all others.
const BEGINNINGS: &[&str] = &["register", "signup", "login", "signin", "authenticate"];

/// Whether one of the words of a segment is in the list: `bulk_delete`, `batchRemove`.
fn says(segment: &str, words: &[&str]) -> bool {
    segment.split(['_', '-', ':', '.']).any(|w| words.contains(&w))
}

fn rank(step: &Step, shapes: &HashSet<String>, makers: &HashSet<&Origin>, waits: &Waits) -> u8 {
    let Some(r) = request(step) else { return 4 };
    let shape = anonymous(&r.request.url.path);
    let last = shape.rsplit('/').find(|s| *s != "{}").unwrap_or_default().to_ascii_lowercase();
    let makes = makers.contains(&r.origin);
    match r.request.method.as_str() {
        "POST" | "PUT" | "PATCH" if says(&last, REMOVALS) => REMOVAL,
        "POST" if says(&last, ENDINGS) => 7,
        "POST" if BEGINNINGS.contains(&last.as_str()) => 0,
        "POST" if makes || shapes.contains(&format!("{shape}/{{}}")) => 1,
        "PUT" if makes => 1,
        _ if makes => 2,
        "DELETE" if waits.get(&r.origin).is_some_and(|w| !w.is_empty()) => REMOVAL,
        // empties what others have filled
        "DELETE" if shapes.contains(&format!("{shape}/{{}}")) => REMOVAL,
        "DELETE" => 8,
        "PUT" | "PATCH" => 5,
        "POST" => 6,
        _ => 3,
    }
}

/// Groups whole where that is possible; a group is taken apart only when two groups wait for each other.
fn arranged(nodes: Vec<Node>) -> Vec<Node> {
    let mut left: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let mut done: HashMap<usize, usize> = HashMap::new();
    let mut out: Vec<Node> = Vec::new();
    let groups = left.iter().flatten().map(|n| n.group + 1).max().unwrap_or(0);
    let removal = |n: &Node| n.rank == REMOVAL;
    loop {
        let rest: Vec<&Node> = left.iter().flatten().filter(|n| !removal(n)).collect();
        if rest.is_empty() {
            break;
        }
        let unmet = |n: &Node, inside: Option<usize>| {
            n.waits.iter().any(|w| {
                left.get(*w).and_then(Option::as_ref).is_some_and(|o| Some(o.group) != inside && !removal(o))
            })
        };
        let whole = (0..groups).find(|g| {
            let mut own = rest.iter().filter(|n| n.group == *g).peekable();
            own.peek().is_some() && own.all(|n| !unmet(n, Some(*g)))
        });
        let mut picked: Vec<usize> = Vec::new();
        if let Some(g) = whole {
            // by rank, each behind what it waits for
            let mut own: Vec<&Node> = rest.iter().filter(|n| n.group == g).copied().collect();
            own.sort_by_key(|n| (n.rank, n.at));
            while !own.is_empty() {
                let ready = own.iter().position(|n| !n.waits.iter().any(|w| own.iter().any(|o| o.at == *w)));
                picked.push(own.remove(ready.unwrap_or(0)).at);
            }
        } else {
            // those that others wait for and that are ready themselves
            let wanted: HashSet<usize> = rest.iter().flat_map(|n| n.waits.iter().copied()).collect();
            let ready = |n: &&&Node| !unmet(n, None);
            let mut free: Vec<&Node> =
                rest.iter().filter(ready).filter(|n| wanted.contains(&n.at)).copied().collect();
            if let Some(first) = free.first().map(|n| n.group) {
                free.retain(|n| n.group == first);
            }
            free.sort_by_key(|n| (n.rank, n.at));
            let fallback = || rest.iter().min_by_key(|n| n.at).map(|n| n.at);
            picked.extend(free.iter().map(|n| n.at));
            if picked.is_empty() {
                picked.extend(fallback());
            }
        }
        for at in picked {
            if let Some(node) = left.get_mut(at).and_then(Option::take) {
                done.insert(at, out.len());
                out.push(node);
            }
        }
    }
    let mut removals: Vec<Node> = left.into_iter().flatten().collect();
    removals.sort_by_key(|n| {
        let newest = n.waits.iter().filter_map(|w| done.get(w)).max().copied().unwrap_or(0);
        let depth = request(&n.step).map_or(0, |r| r.request.url.path.len());
        let other = request(&n.step).is_some_and(|r| r.request.method != "DELETE");
        // what removes many at once is content when they are gone
        (std::cmp::Reverse(newest), other, std::cmp::Reverse(depth), std::cmp::Reverse(n.group), n.at)
    });
    out.extend(removals);
    out
}

/// Neighbours of one group become that group; only its first part has the note.
fn grouped(nodes: Vec<Node>, shells: &[Group]) -> Vec<Step> {
    let mut out: Vec<(usize, Group)> = Vec::new();
    let mut begun: HashSet<usize> = HashSet::new();
    for node in nodes {
        if let Some((group, last)) = out.last_mut()
            && *group == node.group
        {
            last.steps.push(node.step);
            continue;
        }
        let Some(shell) = shells.get(node.group) else { continue };
        let note = if begun.insert(node.group) { shell.note.clone() } else { None };
        let origin = shell.origin.clone();
        out.push((node.group, Group { name: shell.name.clone(), note, steps: vec![node.step], origin }));
    }
    out.into_iter().map(|(_, g)| Step::Group(Box::new(g))).collect()
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
