use loadwright_scenario::{Text, VarName, VarSource, Variable};

/// Variables so that each stands behind those that it refers to; the plan's order otherwise. Cycles stay as they are.
pub(crate) fn ordered(variables: &[Variable]) -> Vec<&Variable> {
    if variables.iter().all(|v| refers(v).is_empty()) {
        return variables.iter().collect();
    }
    let mut out: Vec<&Variable> = Vec::new();
    let mut left: Vec<&Variable> = variables.iter().collect();
    while !left.is_empty() {
        let ready = left
            .iter()
            .position(|v| refers(v).iter().all(|n| *n == &v.name || !left.iter().any(|o| &o.name == *n)));
        out.push(left.remove(ready.unwrap_or(0)));
    }
    out
}

fn refers(v: &Variable) -> Vec<&VarName> {
    match &v.source {
        VarSource::Constant(t) => t.vars().collect(),
        VarSource::Environment { default, .. } => default.iter().flat_map(Text::vars).collect(),
        VarSource::Switched { cases, .. } => cases.iter().flat_map(|c| c.value.vars()).collect(),
        VarSource::Captured { initial } => initial.iter().flat_map(Text::vars).collect(),
    }
}
