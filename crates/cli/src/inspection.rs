use loadwright_scenario::{RequestStep, Step, TestPlan, VarSource};
use serde::Serialize;

/// A plan for programs; `version` changes when a field changes its meaning.
#[derive(Debug, Serialize)]
pub struct Inspection<'p> {
    version: u32,
    title: &'p str,
    scenarios: Vec<Scenario<'p>>,
    variables: Vec<Variable<'p>>,
}

#[derive(Debug, Serialize)]
struct Scenario<'p> {
    name: &'p str,
    weight: u32,
    requests: Vec<Request<'p>>,
}

#[derive(Debug, Serialize)]
struct Request<'p> {
    name: &'p str,
    method: &'p str,
    /// The path's template, as reports group by it.
    path: String,
    /// Groups from the outside in.
    groups: Vec<&'p str>,
    checks: Vec<&'p str>,
    /// Variables that are taken from the answer.
    extracts: Vec<String>,
    /// Where it comes from, as a pointer into its source.
    pointer: &'p str,
}

#[derive(Debug, Serialize)]
struct Variable<'p> {
    name: String,
    from: &'static str,
    /// The environment variable that sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'p str>,
    secret: bool,
}

impl<'p> Inspection<'p> {
    pub fn of(plan: &'p TestPlan) -> Self {
        let scenario = |s: &'p loadwright_scenario::Scenario| {
            let mut requests = Vec::new();
            walk(&s.steps, &mut Vec::new(), &mut requests);
            Scenario { name: &s.name, weight: s.weight, requests }
        };
        Self {
            version: 1,
            title: &plan.title,
            scenarios: plan.scenarios.iter().map(scenario).collect(),
            variables: plan.variables.iter().map(variable).collect(),
        }
    }
}

fn walk<'p>(steps: &'p [Step], groups: &mut Vec<&'p str>, out: &mut Vec<Request<'p>>) {
    for step in steps {
        match step {
            Step::Request(r) => out.push(request(r, groups)),
            Step::Batch(list) => out.extend(list.iter().map(|r| request(r, groups))),
            Step::Group(g) => {
                groups.push(&g.name);
                walk(&g.steps, groups, out);
                groups.pop();
            }
            Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => {}
        }
    }
}

fn request<'p>(r: &'p RequestStep, groups: &[&'p str]) -> Request<'p> {
    Request {
        name: &r.name,
        method: &r.request.method,
        path: r.request.url.group(),
        groups: groups.to_vec(),
        checks: r.checks.iter().map(|c| c.name.as_str()).collect(),
        extracts: r.extractions.iter().map(|e| e.into.to_string()).collect(),
        pointer: r.origin.at.as_str(),
    }
}

fn variable(v: &loadwright_scenario::Variable) -> Variable<'_> {
    let (from, environment) = match &v.source {
        VarSource::Constant(_) => ("constant", None),
        VarSource::Environment { name, default: _ } => ("environment", Some(name.as_str())),
        VarSource::Switched { .. } => ("environment", None),
        VarSource::Captured { .. } => ("captured", None),
    };
    Variable { name: v.name.to_string(), from, environment, secret: v.secret }
}
