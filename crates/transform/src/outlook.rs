use std::collections::{BTreeMap, BTreeSet, HashMap};

use loadwright_diagnostic::Origin;
use loadwright_scenario::{
    Body, Evidence, Exchange, Extraction, Json, ParameterPlace, RequestStep, Segment, TestPlan, Text,
    VarName, VarSource, for_each_request,
};

/// What one operation of a finished plan depends on: what to look at when it fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    pub name: String,
    pub method: String,
    /// Template: `/pets/{petId}`.
    pub path: String,
    /// The `name` tag of its requests.
    pub tag: String,
    /// Names of its checks; those that only guard a value for others are left out.
    pub checks: Vec<String>,
    /// Environment variables that hold what proves who sends.
    pub credentials: Vec<String>,
    pub values: Vec<UncertainValue>,
}

/// A value that a server may not accept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UncertainValue {
    /// `petId`, `query status`, `body name`.
    pub parameter: String,
    pub in_path: bool,
    pub why: Uncertainty,
}

/// Why a value may be refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Uncertainty {
    /// Made from the schema alone.
    #[default]
    MadeUp,
    /// Another operation supplies it; the check fails when it did not.
    Supplied { operation: String, check: String },
    /// Another operation has removed what it names before.
    Removed { operation: String },
}

/// Looks at each request of the iterations, in their order.
pub fn outlook(plan: &TestPlan, evidence: &Evidence) -> Vec<Outlook> {
    let exchanges: HashMap<&Origin, &Exchange> = evidence.exchanges.iter().map(|e| (&e.origin, e)).collect();
    let secrets = secrets(plan);
    let mut suppliers: BTreeMap<&VarName, (&RequestStep, &Extraction)> = BTreeMap::new();
    for_each_request(plan, &mut |step| {
        for e in &step.extractions {
            suppliers.entry(&e.into).or_insert((step, e));
        }
    });
    let mut shared: BTreeSet<String> = BTreeSet::new();
    let mut text = |t: &Text| shared.extend(t.vars().filter_map(|v| secrets.get(v)).flatten().cloned());
    plan.http.headers.iter().for_each(|f| text(&f.value));
    plan.http.auth.for_each_text(&mut text);
    let mut out = Vec::new();
    let mut setup = 0_usize;
    for_each_request(&TestPlan { setup: plan.setup.clone(), ..TestPlan::default() }, &mut |_| setup += 1);
    let mut seen = 0_usize;
    // by the operation that made the thing: it may go by several names
    let mut removed: BTreeMap<Origin, String> = BTreeMap::new();
    for_each_request(plan, &mut |step| {
        seen += 1;
        if seen <= setup {
            return;
        }
        let mut credentials = shared.clone();
        step.for_each_text(&mut |t| {
            credentials.extend(t.vars().filter_map(|v| secrets.get(v)).flatten().cloned());
        });
        let path = step.request.url.group();
        let mut values = values(step, exchanges.get(&step.origin).copied(), &suppliers);
        let own = step.request.url.path.iter().rev().find_map(|s| match s {
            Segment::Param { label, value, .. } => Some((label, value.as_var()?)),
            Segment::Literal(_) => None,
        });
        if let Some((label, maker)) = own.and_then(|(l, v)| Some((l, &suppliers.get(v)?.0.origin))) {
            if let Some(operation) = removed.get(maker) {
                values.insert(
                    0,
                    UncertainValue {
                        parameter: label.trim_matches(['{', '}']).to_owned(),
                        in_path: true,
                        why: Uncertainty::Removed { operation: operation.clone() },
                    },
                );
            } else if step.request.method == "DELETE" && path.ends_with('}') {
                removed.insert(maker.clone(), step.name.to_string());
            }
        }
        out.push(Outlook {
            name: step.name.to_string(),
            method: step.request.method.to_string(),
            tag: step.operation(&plan.http),
            path,
            checks: step.checks.iter().map(|c| c.name.clone()).collect(),
            credentials: credentials.into_iter().collect(),
            values,
        });
    });
    out
}

/// The environment variables behind each variable that is secret.
fn secrets(plan: &TestPlan) -> BTreeMap<VarName, Vec<String>> {
    let mut out = BTreeMap::new();
    for v in plan.variables.iter().filter(|v| v.secret) {
        let names = match &v.source {
            VarSource::Environment { name, .. } | VarSource::Switched { name: Some(name), .. } => {
                vec![name.clone()]
            }
            // a token that `setup()` fetches with what the environment has
            VarSource::Captured { .. } => {
                let mut names = BTreeSet::new();
                let mut from = |t: &Text| {
                    for v in t.vars() {
                        let variable = plan.variables.iter().find(|o| o.name == *v && o.secret);
                        if let Some(VarSource::Environment { name, .. }) = variable.map(|v| &v.source) {
                            names.insert(name.clone());
                        }
                    }
                };
                for_each_request(plan, &mut |r| {
                    if r.extractions.iter().any(|e| e.into == v.name) {
                        r.for_each_text(&mut from);
                    }
                });
                names.into_iter().collect()
            }
            VarSource::Constant(_) | VarSource::Switched { name: None, .. } => continue,
        };
        out.insert(v.name.clone(), names);
    }
    out
}

fn values(
    step: &RequestStep,
    exchange: Option<&Exchange>,
    suppliers: &BTreeMap<&VarName, (&RequestStep, &Extraction)>,
) -> Vec<UncertainValue> {
    let mut out: Vec<UncertainValue> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut supplied = |parameter: String, in_path: bool, text: &Text, out: &mut Vec<UncertainValue>| {
        if text.vars().next().is_some() {
            known.insert(parameter.clone());
        }
        for (source, e) in text.vars().filter_map(|v| suppliers.get(v)) {
            let guard = e
                .guard
                .clone()
                .unwrap_or_else(|| source.checks.first().map(|c| c.name.clone()).unwrap_or_default());
            out.push(UncertainValue {
                parameter: parameter.clone(),
                in_path,
                why: Uncertainty::Supplied { operation: source.name.to_string(), check: guard },
            });
        }
    };
    for segment in &step.request.url.path {
        if let Segment::Param { label, value, .. } = segment {
            supplied(label.trim_matches(['{', '}']).to_owned(), true, value, &mut out);
        }
    }
    for field in &step.request.url.query {
        if let Some(value) = &field.value {
            supplied(format!("query {}", field.name), false, value, &mut out);
        }
    }
    if let Body::Json { value: Json::Object(fields), .. } = &step.request.body {
        for (key, value) in fields {
            value.for_each_text(&mut |t| supplied(format!("body {key}"), false, t, &mut out));
        }
    }
    let Some(contract) = exchange.and_then(|e| e.contract.as_ref()) else { return out };
    for p in contract.parameters.iter().filter(|p| p.made_up) {
        let in_path = p.place == ParameterPlace::Path;
        let parameter = match p.place {
            ParameterPlace::Path => p.name.clone(),
            ParameterPlace::Query => format!("query {}", p.name),
            ParameterPlace::Header => format!("header {}", p.name),
            ParameterPlace::Cookie => format!("cookie {}", p.name),
        };
        if !known.contains(&parameter) {
            out.push(UncertainValue { parameter, in_path, why: Uncertainty::MadeUp });
        }
    }
    for name in &contract.body_made_up {
        let parameter = format!("body {name}");
        if !known.contains(&parameter) {
            out.push(UncertainValue { parameter, in_path: false, why: Uncertainty::MadeUp });
        }
    }
    out.sort_by_key(|v| !v.in_path);
    out
}
