use jsonschema::{Registry, Validator};
use loadwright_scenario::{Contract, ParameterPlace};
use serde_json::Value;

use crate::request::Asked;

/// A contract with its schemas compiled once.
pub(crate) struct Rules {
    body_required: bool,
    bodies: Vec<(String, Option<Validator>)>,
    parameters: Vec<(ParameterPlace, String, bool, Option<Validator>, Value)>,
    security: Vec<Vec<(ParameterPlace, String)>>,
}

/// What a request breaks.
pub(crate) enum Broken {
    /// No credential where one is demanded.
    Security(String),
    Request(Vec<String>),
}

impl Rules {
    pub fn new(contract: &Contract, registry: Option<&Registry<'_>>) -> Self {
        let compile = |schema: &str| {
            let value: Value = serde_json::from_str(schema).ok()?;
            let mut options = jsonschema::options();
            if let Some(registry) = registry {
                options = options.with_registry(registry);
            }
            options.build(&value).ok()
        };
        Self {
            body_required: contract.body_required,
            bodies: contract.bodies.iter().map(|(m, s)| (m.clone(), compile(s))).collect(),
            parameters: contract
                .parameters
                .iter()
                .map(|p| {
                    let value = serde_json::from_str(&p.schema).unwrap_or(Value::Bool(true));
                    (p.place, p.name.clone(), p.required, compile(&p.schema), value)
                })
                .collect(),
            security: contract.security.clone(),
        }
    }

    pub fn check(&self, asked: &Asked) -> Result<(), Broken> {
        if !self.security.is_empty()
            && !self.security.iter().any(|all| all.iter().all(|(p, n)| present(asked, *p, n)))
        {
            let wanted: Vec<&str> = self.security.iter().flatten().map(|(_, n)| n.as_str()).collect();
            return Err(Broken::Security(format!("no credential: {} is missing", wanted.join(", "))));
        }
        let mut broken = Vec::new();
        for (place, name, required, validator, schema) in &self.parameters {
            let values = values_of(asked, *place, name);
            if values.is_empty() {
                if *required && !is_structured(asked, *place, name) {
                    broken.push(format!("{} parameter `{name}` is missing", place_name(*place)));
                }
                continue;
            }
            let Some(validator) = validator else { continue };
            if !candidates(&values, schema).iter().any(|v| validator.is_valid(v)) {
                broken.push(format!(
                    "{} parameter `{name}` = {:?} breaks its schema",
                    place_name(*place),
                    values.join(",")
                ));
            }
        }
        self.body(asked, &mut broken);
        if broken.is_empty() { Ok(()) } else { Err(Broken::Request(broken)) }
    }

    fn body(&self, asked: &Asked, broken: &mut Vec<String>) {
        if self.bodies.is_empty() {
            return;
        }
        if asked.body.is_empty() {
            if self.body_required {
                broken.push("the body is missing".to_owned());
            }
            return;
        }
        let essence = |m: &str| m.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let sent = essence(asked.header("content-type").unwrap_or_default());
        let fits = |declared: &str| {
            let d = essence(declared);
            d == sent || d == "*/*" || d.strip_suffix("/*").is_some_and(|p| sent.starts_with(p))
        };
        let Some((_, validator)) = self.bodies.iter().find(|(m, _)| fits(m)) else {
            let known: Vec<&str> = self.bodies.iter().map(|(m, _)| m.as_str()).collect();
            broken.push(format!("content type {sent:?} is none of {}", known.join(", ")));
            return;
        };
        if sent.ends_with("/json") || sent.ends_with("+json") {
            match serde_json::from_slice::<Value>(&asked.body) {
                Err(e) => broken.push(format!("the body is not JSON: {e}")),
                Ok(value) => {
                    if let Some(validator) = validator {
                        broken.extend(
                            validator
                                .iter_errors(&value)
                                .take(5)
                                .map(|e| format!("body{}: {e}", e.instance_path())),
                        );
                    }
                }
            }
        }
    }
}

fn place_name(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "path",
        ParameterPlace::Query => "query",
        ParameterPlace::Header => "header",
        ParameterPlace::Cookie => "cookie",
    }
}

fn present(asked: &Asked, place: ParameterPlace, name: &str) -> bool {
    !values_of(asked, place, name).is_empty()
}

fn values_of(asked: &Asked, place: ParameterPlace, name: &str) -> Vec<String> {
    match place {
        ParameterPlace::Path => Vec::new(),
        ParameterPlace::Query => asked.query_values(name).collect(),
        ParameterPlace::Header => asked.header(name).map(str::to_owned).into_iter().collect(),
        ParameterPlace::Cookie => asked.cookie(name).map(crate::request::decode).into_iter().collect(),
    }
}

/// `filter[a]=1` and exploded objects are parameters too, under names that are not their own.
fn is_structured(asked: &Asked, place: ParameterPlace, name: &str) -> bool {
    place == ParameterPlace::Query
        && asked.query.as_deref().is_some_and(|q| {
            q.contains(&format!("{name}%5B")) || q.contains(&format!("{name}[")) || q.contains('=')
        })
}

/// What the text of a parameter may mean: a string, a number, a list.
fn candidates(values: &[String], schema: &Value) -> Vec<Value> {
    let scalar = |t: &str| serde_json::from_str::<Value>(t).unwrap_or_else(|_| Value::String(t.to_owned()));
    let mut out: Vec<Value> = Vec::new();
    if let [only] = values {
        out.push(Value::String(only.clone()));
        out.push(scalar(only));
        let pieces: Vec<&str> = only.split([',', '|', ' ']).collect();
        out.push(Value::Array(pieces.iter().map(|p| scalar(p)).collect()));
        out.push(Value::Array(pieces.iter().map(|p| Value::String((*p).to_owned())).collect()));
    }
    out.push(Value::Array(values.iter().map(|v| scalar(v)).collect()));
    out.push(Value::Array(values.iter().map(|v| Value::String(v.clone())).collect()));
    // objects in one string have as many forms as there are styles: not judged
    if schema.get("type").and_then(Value::as_str) == Some("object") {
        out.push(Value::Object(serde_json::Map::new()));
    }
    out
}
