use loadwright_scenario::{Lifetime, RequestStep, Step, TestPlan, VarName, VarSource};
use rustc_hash::FxHashMap;

/// Where a captured variable is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// `const` where it is taken: nobody outside that block reads it.
    Here,
    /// `let` at the head of the function.
    Function,
    /// `let` at module level: kept by the virtual user, or shared by several functions.
    Module,
    /// Made by `setup()`, read from its data.
    Setup,
}

type AllUses<'a> = FxHashMap<&'a VarName, Uses>;

#[derive(Debug, Default)]
struct Uses {
    /// Block paths of the writers.
    writes: Vec<Vec<usize>>,
    /// Whether every reader stands inside the first writer's block, after it.
    only_inside: bool,
    scenarios: Vec<usize>,
    /// Somebody reads it before anybody writes it.
    read_first: bool,
}

/// Decides for each captured variable of the plan. `split` scenarios are written as several functions.
pub(super) fn homes(plan: &TestPlan, split: bool) -> FxHashMap<VarName, Home> {
    let mut uses: AllUses<'_> = FxHashMap::default();
    uses.reserve(plan.variables.len());
    for (i, scenario) in plan.scenarios.iter().enumerate() {
        walk(&scenario.steps, &mut vec![i], i, &mut uses);
    }
    let mut out = FxHashMap::default();
    out.reserve(plan.variables.len());
    for variable in &plan.variables {
        let VarSource::Captured { initial } = &variable.source else { continue };
        let home = match variable.lifetime {
            Lifetime::Test => Home::Setup,
            Lifetime::VirtualUser => Home::Module,
            Lifetime::Iteration => match uses.get(&variable.name) {
                Some(u) if u.only_inside && u.writes.len() == 1 && initial.is_none() => Home::Here,
                Some(u) if split || u.scenarios.len() > 1 => Home::Module,
                _ => Home::Function,
            },
        };
        out.insert(variable.name.clone(), home);
    }
    out
}

fn walk<'a>(steps: &'a [Step], path: &mut Vec<usize>, scenario: usize, uses: &mut AllUses<'a>) {
    for (i, step) in steps.iter().enumerate() {
        match step {
            Step::Request(r) => request(r, path, scenario, uses),
            Step::Batch(requests) => requests.iter().for_each(|r| request(r, path, scenario, uses)),
            Step::Group(g) => {
                path.push(i);
                walk(&g.steps, path, scenario, uses);
                path.pop();
            }
            Step::Assign(a) => {
                a.value.vars().for_each(|v| read(v, path, scenario, uses));
                write(&a.into, path, scenario, uses, false);
            }
            Step::Script(s) => {
                s.reads.iter().for_each(|v| read(v, path, scenario, uses));
                s.writes.iter().for_each(|v| write(v, path, scenario, uses, false));
            }
            Step::WebSocket(w) => {
                w.for_each_text(&mut |t| t.vars().for_each(|v| read(v, path, scenario, uses)));
            }
            Step::Pause(_) => {}
        }
    }
}

fn request<'a>(r: &'a RequestStep, path: &[usize], scenario: usize, uses: &mut AllUses<'a>) {
    for script in &r.before {
        script.reads.iter().for_each(|v| read(v, path, scenario, uses));
        script.writes.iter().for_each(|v| write(v, path, scenario, uses, false));
    }
    r.needs.iter().for_each(|v| read(v, path, scenario, uses));
    let guarded = !r.needs.is_empty();
    r.for_each_text(&mut |t| t.vars().for_each(|v| read(v, path, scenario, uses)));
    for e in &r.extractions {
        write(&e.into, path, scenario, uses, !guarded);
    }
    for script in &r.after {
        script.reads.iter().for_each(|v| read(v, path, scenario, uses));
        script.writes.iter().for_each(|v| write(v, path, scenario, uses, false));
    }
}

fn read<'a>(name: &'a VarName, path: &[usize], scenario: usize, uses: &mut AllUses<'a>) {
    let u = uses.entry(name).or_default();
    if !u.scenarios.contains(&scenario) {
        u.scenarios.push(scenario);
    }
    if u.writes.is_empty() {
        u.read_first = true;
    }
    if !u.writes.first().is_some_and(|w| path.starts_with(w)) {
        u.only_inside = false;
    }
}

fn write<'a>(name: &'a VarName, path: &[usize], scenario: usize, uses: &mut AllUses<'a>, plain: bool) {
    let u = uses.entry(name).or_default();
    if !u.scenarios.contains(&scenario) {
        u.scenarios.push(scenario);
    }
    if u.writes.is_empty() {
        u.only_inside = plain && u.scenarios.len() == 1 && !u.read_first;
    }
    u.writes.push(path.to_vec());
}
