use std::collections::HashMap;

use loadwright_diagnostic::{Diagnostic, Origin};
use loadwright_scenario::{
    Body, Encoding, Exchange, Extraction, Json, JsonPath, JsonStep, Lifetime, Part, RequestStep, Segment,
    Selector, Text, VarName, VarSource, Variable, for_each_request, for_each_request_mut,
};
use serde_json::Value;

use crate::codes;
use crate::names::{camel, normal, singular};
use crate::order::reorder;
use crate::{Pass, PassContext};

/// Path parameters take their value from the operation that creates or lists the thing that they name.
///
/// The rules are those of RESTler and Schemathesis in their plainest form: the static path before `{petId}` is where pets
/// are created (POST) or listed (GET), and the response has the field.
pub(crate) struct Chain;

/// Where the things below a path come from.
#[derive(Debug, Clone)]
pub(crate) struct Producer {
    pub origin: Origin,
    pub step: String,
    pub path: JsonPath,
    pub variable: VarName,
    /// Templates with anonymous parameters: `/pets`.
    pub collection: String,
    /// Whether the field is a number.
    pub numeric: bool,
    pub used: bool,
}

impl Pass for Chain {
    fn name(&self) -> &'static str {
        "chain"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.evidence.unordered {
            return;
        }
        let mut producers = producers(cx);
        consume(cx, &mut producers);
        producers.retain(|p| p.used);
        for_each_request_mut(cx.plan, &mut |step| {
            for p in producers.iter().filter(|p| p.origin == step.origin) {
                let fallback = fallbacks(&p.collection, cx.evidence.exchanges.as_slice(), &p.path, &p.origin);
                step.extractions.push(Extraction {
                    into: p.variable.clone(),
                    from: Selector::Json(p.path.clone()),
                    fallback: Some(Text::literal(fallback)),
                    guard: Some(format!("{}: {} found", step.name, p.variable)),
                    reason: None,
                    origin: step.origin.clone(),
                });
            }
        });
        for p in &producers {
            cx.diagnostics.push(Diagnostic::new(
                &codes::CHAINED,
                format!("{} comes from {}", p.variable, p.step),
                p.origin.clone(),
            ));
            cx.plan.variables.push(Variable {
                name: p.variable.clone(),
                source: VarSource::Captured { initial: None },
                lifetime: Lifetime::Iteration,
                secret: false,
                note: None,
                origin: p.origin.clone(),
            });
        }
        if !cx.options.keep_order {
            reorder(cx.plan, &producers);
        }
    }
}

/// Creating operations first; lists where nothing creates.
fn producers(cx: &PassContext<'_>) -> Vec<Producer> {
    let exchanges: HashMap<&Origin, &Exchange> =
        cx.evidence.exchanges.iter().map(|e| (&e.origin, e)).collect();
    let mut wanted: Vec<(String, String)> = Vec::new();
    for_each_request(cx.plan, &mut |step| {
        for (prefix, name, _) in parameters(step) {
            if !wanted.iter().any(|(p, _)| *p == prefix) {
                wanted.push((prefix, name));
            }
        }
    });
    let mut out: Vec<Producer> = Vec::new();
    for method in ["POST", "PUT", "GET"] {
        for_each_request(cx.plan, &mut |step| {
            let template = anonymous(&step.request.url.path);
            let Some((prefix, name)) =
                wanted.iter().find(|(p, _)| *p == template && step.request.method == method)
            else {
                return;
            };
            if out.iter().any(|p| p.collection == *prefix) {
                return;
            }
            let Some(sample) = exchanges
                .get(&step.origin)
                .and_then(|e| e.responses.first())
                .and_then(|r| serde_json::from_slice::<Value>(&r.body).ok())
            else {
                return;
            };
            let Some((path, value)) = identifier(&sample, name, &owner_of(prefix), method == "GET") else {
                return;
            };
            let variable = variable_name(name, prefix, &out, cx);
            out.push(Producer {
                origin: step.origin.clone(),
                step: step.name.clone(),
                path,
                variable,
                collection: prefix.clone(),
                numeric: value.is_number(),
                used: false,
            });
        });
    }
    out
}

/// Puts variables into paths, and into body fields that name the same thing.
fn consume(cx: &mut PassContext<'_>, producers: &mut [Producer]) {
    for_each_request_mut(cx.plan, &mut |step| {
        let list = parameters(step);
        for (prefix, _, at) in list {
            let Some(p) = producers.iter_mut().find(|p| p.collection == prefix && p.origin != step.origin)
            else {
                continue;
            };
            if let Some(Segment::Param { value, encoding, .. }) = step.request.url.path.get_mut(at) {
                *value = Text(vec![Part::Var(p.variable.clone())]);
                *encoding = if p.numeric { Encoding::Raw } else { Encoding::Component };
                p.used = true;
            }
        }
        if let Body::Json { value: Json::Object(fields), .. } = &mut step.request.body {
            for (key, value) in fields {
                let key = normal(key);
                let owner = |p: &Producer| normal(&format!("{}id", owner_of(&p.collection)));
                let Some(p) = producers.iter_mut().find(|p| p.origin != step.origin && key == owner(p))
                else {
                    continue;
                };
                let hole = Text(vec![Part::Var(p.variable.clone())]);
                match value {
                    Json::Number(_) if p.numeric => *value = Json::Hole(hole),
                    Json::String(_) if !p.numeric => *value = Json::Hole(hole),
                    _ => continue,
                }
                p.used = true;
            }
        }
    });
}

/// Each plain path parameter: the template before it, its name, its position.
fn parameters(step: &RequestStep) -> Vec<(String, String, usize)> {
    let path = &step.request.url.path;
    path.iter()
        .enumerate()
        .filter_map(|(i, s)| match s {
            Segment::Param { label, .. } => {
                let name = label.strip_prefix('{')?.strip_suffix('}').filter(|n| !n.contains(['{', '}']))?;
                let before = anonymous(path.get(..i)?);
                (!before.is_empty() && !before.ends_with("{}")).then(|| (before, name.to_owned(), i))
            }
            Segment::Literal(_) => None,
        })
        .collect()
}

/// `/pets/{}/toys`: the shape of a path, whatever its parameters are called. A final slash does not count.
pub(crate) fn anonymous(path: &[Segment]) -> String {
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Literal(text) if text.is_empty() => {}
            Segment::Literal(text) => {
                out.push('/');
                out.push_str(text);
            }
            Segment::Param { .. } => out.push_str("/{}"),
        }
    }
    out
}

/// `/shops/{}/orders` → `order`
fn owner_of(collection: &str) -> String {
    singular(collection.rsplit('/').find(|s| !s.is_empty() && *s != "{}").unwrap_or("thing"))
}

fn variable_name(parameter: &str, prefix: &str, others: &[Producer], cx: &PassContext<'_>) -> VarName {
    let plain =
        matches!(normal(parameter).as_str(), "id" | "uuid" | "key" | "name" | "slug" | "identifier" | "code");
    let wish = if plain { camel(&format!("{} {parameter}", owner_of(prefix))) } else { camel(parameter) };
    let mut name = wish.clone();
    let mut n = 2;
    while others.iter().any(|p| p.variable.as_str() == name)
        || cx.plan.variables.iter().any(|v| v.name.as_str() == name)
    {
        name = format!("{wish}{n}");
        n += 1;
    }
    VarName::new(name)
}

/// The field of a response that identifies the thing: by the parameter's name, `id`, or the owner's `petId`.
fn identifier(sample: &Value, parameter: &str, owner: &str, list: bool) -> Option<(JsonPath, Value)> {
    if list {
        if let Some(items) = sample.as_array() {
            return in_list(items, JsonPath::default(), parameter, owner);
        }
        let map = sample.as_object()?;
        return map.iter().find_map(|(k, v)| {
            in_list(v.as_array()?, JsonPath(vec![JsonStep::Key(k.clone())]), parameter, owner)
        });
    }
    if sample.is_string() || sample.is_number() {
        return Some((JsonPath::default(), sample.clone()));
    }
    if let Some(found) = in_object(sample, parameter, owner) {
        return Some((JsonPath(vec![JsonStep::Key(found.0)]), found.1));
    }
    let map = sample.as_object()?;
    map.iter().filter(|(_, v)| v.is_object()).find_map(|(k, v)| {
        let (key, value) = in_object(v, parameter, owner)?;
        Some((JsonPath(vec![JsonStep::Key(k.clone()), JsonStep::Key(key)]), value))
    })
}

fn in_list(items: &[Value], mut path: JsonPath, parameter: &str, owner: &str) -> Option<(JsonPath, Value)> {
    let first = items.first()?;
    path.0.push(JsonStep::Index(0));
    if first.is_string() || first.is_number() {
        return Some((path, first.clone()));
    }
    let (key, value) = in_object(first, parameter, owner)?;
    path.0.push(JsonStep::Key(key));
    Some((path, value))
}

fn in_object(value: &Value, parameter: &str, owner: &str) -> Option<(String, Value)> {
    let map = value.as_object()?;
    let parameter = normal(parameter);
    let owner = normal(owner);
    // {petId}, or {pet} for a pet: what follows the owner's name is the field
    let suffix = parameter.strip_prefix(&owner).filter(|s| !s.is_empty()).unwrap_or(&parameter).to_owned();
    let generic = ["id", "uuid", "guid"].map(str::to_owned);
    let wishes = [vec![parameter.clone(), suffix.clone(), format!("{owner}{suffix}")], generic.to_vec()];
    let allowed = |wish: &str, level: usize| {
        level == 0 || suffix.ends_with("id") || suffix == owner || generic.contains(&wish.to_owned())
    };
    for (level, list) in wishes.iter().enumerate() {
        for wish in list.iter().filter(|w| allowed(w, level)) {
            let found = map.iter().find(|(k, v)| normal(k) == *wish && (v.is_string() || v.is_number()));
            if let Some((k, v)) = found {
                return Some((k.clone(), v.clone()));
            }
        }
    }
    None
}

/// The sample that stands in when the response has no such value: the one that the response would have had.
fn fallbacks(_collection: &str, exchanges: &[Exchange], path: &JsonPath, origin: &Origin) -> String {
    let sample = exchanges
        .iter()
        .find(|e| e.origin == *origin)
        .and_then(|e| e.responses.first())
        .and_then(|r| serde_json::from_slice::<Value>(&r.body).ok());
    let mut value = sample.as_ref();
    for step in &path.0 {
        value = value.and_then(|v| match step {
            JsonStep::Key(k) => v.get(k),
            JsonStep::Index(i) => v.get(i),
        });
    }
    value.map_or_else(|| "1".to_owned(), |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
}
