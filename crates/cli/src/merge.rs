use loadwright_scenario::{
    Part, Step, TestPlan, Text, VarName, VarSource, for_each_step_mut, for_each_text_mut,
};

/// Gives variables of `second` other names when `first` has the same names for something else.
pub fn without_clashes(first: &TestPlan, second: &mut TestPlan) {
    if first.carried.is_some() || second.carried.is_some() {
        return;
    }
    let mut renamed: Vec<(VarName, VarName)> = Vec::new();
    for v in &mut second.variables {
        let clash = first.variables.iter().any(|o| o.name == v.name && o.source != v.source);
        if !clash || v.secret {
            continue;
        }
        let mut n = 2;
        let free = loop {
            let name = match &v.source {
                VarSource::Environment { .. } => format!("{}_{n}", v.name),
                VarSource::Constant(_) | VarSource::Captured { .. } | VarSource::Switched { .. } => {
                    format!("{}{n}", v.name)
                }
            };
            if !first.variables.iter().any(|o| o.name.as_str() == name) {
                break VarName::new(name);
            }
            n += 1;
        };
        if let VarSource::Environment { name, .. } = &mut v.source {
            name.push_str(&format!("_{n}"));
        }
        renamed.push((std::mem::replace(&mut v.name, free.clone()), free));
    }
    if renamed.is_empty() {
        return;
    }
    for_each_step_mut(second, &mut |step| {
        let Step::Request(request) = step else { return };
        for script in request.before.iter_mut().chain(&mut request.after) {
            renamed.iter().for_each(|(from, to)| script.rename(from, to));
        }
    });
    for_each_text_mut(second, &mut |text: &mut Text| {
        for part in &mut text.0 {
            if let Part::Var(name) = part
                && let Some((_, new)) = renamed.iter().find(|(old, _)| old == name)
            {
                *name = new.clone();
            }
        }
    });
}

/// A recording among several is called by its file, so that it can be given a weight by name.
pub fn name_scenario(plan: &mut TestPlan, input: &str) {
    let file = input.rsplit(['/', '\\']).next().unwrap_or(input);
    let stem = file.split('.').next().filter(|s| !s.is_empty()).unwrap_or(file);
    for scenario in plan.scenarios.iter_mut().filter(|s| s.name == "recording") {
        stem.clone_into(&mut scenario.name);
    }
}
