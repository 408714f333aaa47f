use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use loadwright_diagnostic::Origin;
use loadwright_scenario::{
    Body, Evidence, Exchange, Json, JsonStep, ParameterPlace, RequestStep, Segment, TestPlan,
    for_each_request,
};
use serde_json::Value;

use crate::identify::{owner_of, resource_of};
use crate::names::normal;

/// One operation as the chain sees it.
pub(crate) struct Operation<'e> {
    pub origin: Origin,
    pub name: String,
    pub method: String,
    /// `/pets/{}/toys`
    pub shape: String,
    pub step: RequestStep,
    pub exchange: Option<&'e Exchange>,
    /// The promised answer, read when somebody asks for it.
    sample: OnceCell<Option<Value>>,
}

impl Operation<'_> {
    /// The promised answer of operations that can supply something.
    pub fn sample(&self) -> Option<&Value> {
        let read = || {
            let supplies = matches!(self.method.as_str(), "POST" | "PUT" | "GET");
            let first = self.exchange.filter(|_| supplies)?.responses.first()?;
            serde_json::from_slice(&first.body.bytes()).ok()
        };
        self.sample.get_or_init(read).as_ref()
    }
}

/// Every operation of the plan in its order, with what is looked up often.
pub(crate) struct Operations<'e> {
    pub list: Vec<Operation<'e>>,
    /// By method and shape.
    shapes: HashMap<(String, String), usize>,
    /// Operations on collections by what the collection holds.
    pub resources: HashMap<String, Vec<usize>>,
    /// Operations whose answers have links.
    pub linked: Vec<usize>,
    evidence: &'e Evidence,
    schemas: RefCell<HashMap<(usize, ParameterPlace, String), Option<Rc<Value>>>>,
    /// Read when the first parameter refers to one of them.
    definitions: OnceCell<Vec<Value>>,
}

impl<'e> Operations<'e> {
    pub fn new(plan: &TestPlan, evidence: &'e Evidence) -> Self {
        let exchanges: HashMap<&Origin, &Exchange> =
            evidence.exchanges.iter().map(|e| (&e.origin, e)).collect();
        let mut list = Vec::new();
        for_each_request(plan, &mut |step| {
            let exchange = exchanges.get(&step.origin).copied();
            let method = step.request.method.clone();
            list.push(Operation {
                origin: step.origin.clone(),
                name: step.name.to_string(),
                shape: anonymous(&step.request.url.path),
                step: step.clone(),
                method: method.to_string(),
                exchange,
                sample: OnceCell::new(),
            });
        });
        let mut shapes = HashMap::new();
        let mut resources: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, o) in list.iter().enumerate() {
            shapes.entry((o.method.clone(), o.shape.clone())).or_insert(i);
            if matches!(o.method.as_str(), "POST" | "GET") && !o.shape.ends_with("{}") {
                resources.entry(normal(&owner_of(&o.shape))).or_default().push(i);
            }
        }
        for found in resources.values_mut() {
            // those that create first, then the shortest
            found.sort_by_key(|i| {
                let o = list.get(*i);
                let depth = o.map_or(0, |o| o.shape.matches("{}").count());
                (o.is_some_and(|o| o.method != "POST"), depth, o.map_or(0, |o| o.shape.len()), *i)
            });
        }
        let links = |o: &Operation<'_>| {
            o.exchange.and_then(|e| e.responses.first()).is_some_and(|r| !r.links.is_empty())
        };
        let linked = list.iter().enumerate().filter(|(_, o)| links(o)).map(|(i, _)| i).collect();
        let (schemas, definitions) = (RefCell::default(), OnceCell::new());
        Self { list, shapes, resources, linked, evidence, schemas, definitions }
    }

    pub fn at(&self, method: &str, shape: &str) -> Option<usize> {
        self.shapes.get(&(method.to_owned(), shape.to_owned())).copied()
    }

    fn definitions(&self) -> &[Value] {
        let read = || self.evidence.definitions.iter().filter_map(|d| serde_json::from_str(d).ok()).collect();
        self.definitions.get_or_init(read)
    }

    /// What each operation has to wait for.
    pub fn by_origin(&self, depends: &[BTreeSet<usize>]) -> BTreeMap<Origin, Vec<Origin>> {
        let origin = |i: &usize| self.list.get(*i).map(|o| o.origin.clone());
        depends
            .iter()
            .enumerate()
            .filter_map(|(i, on)| Some((origin(&i)?, on.iter().filter_map(origin).collect())))
            .collect()
    }

    /// The schema of a parameter, references to whole definitions followed.
    pub fn parameter_schema(&self, operation: usize, place: ParameterPlace, name: &str) -> Option<Rc<Value>> {
        let key = (operation, place, name.to_owned());
        if let Some(known) = self.schemas.borrow().get(&key) {
            return known.clone();
        }
        let read = self.read_schema(operation, place, name).map(Rc::new);
        self.schemas.borrow_mut().insert(key, read.clone());
        read
    }

    fn read_schema(&self, operation: usize, place: ParameterPlace, name: &str) -> Option<Value> {
        let contract = self.list.get(operation)?.exchange?.contract.as_ref()?;
        let parameter = contract.parameters.iter().find(|p| p.place == place && p.name == name)?;
        let mut schema: Value = serde_json::from_str(&parameter.schema).ok()?;
        for _ in 0..8 {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { break };
            let (id, pointer) = reference.split_once('#')?;
            let file =
                self.definitions().iter().find(|d| d.get("$id").and_then(Value::as_str) == Some(id))?;
            schema = file.pointer(pointer)?.clone();
        }
        Some(schema)
    }
}

/// A value of a request that may come from another operation.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub at: UseAt,
    /// The shape of the path before a path parameter; of the whole path for everything else.
    pub prefix: String,
    pub name: String,
    /// What the name says that it identifies, or what stands around it.
    pub resource: Option<String>,
    pub numeric: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UseAt {
    /// Position in the path.
    Path(usize),
    Query(usize),
    Header(usize),
    Body(Vec<JsonStep>),
    /// What a bearer request proves itself with.
    Token,
}

/// Every path parameter, and what elsewhere is named like a foreign key.
pub(crate) fn uses(o: &Operation<'_>) -> Vec<Use> {
    let mut out = Vec::new();
    let path = &o.step.request.url.path;
    for (i, segment) in path.iter().enumerate() {
        let Segment::Param { label, .. } = segment else { continue };
        let name = label.strip_prefix('{').and_then(|l| l.strip_suffix('}'));
        let Some(name) = name.filter(|n| !n.contains(['{', '}'])) else { continue };
        let prefix = anonymous(path.get(..i).unwrap_or_default());
        let resource = resource_of(name).or_else(|| named(name));
        out.push(Use { at: UseAt::Path(i), prefix, name: name.to_owned(), resource, numeric: None });
    }
    let fields = o.step.request.url.query.iter().enumerate();
    for (i, field) in fields {
        if let (Some(name), Some(_)) =
            (field.name.as_literal(), field.value.as_ref().and_then(|v| v.as_literal()))
            && let Some(resource) = resource_of(name)
        {
            out.push(Use {
                at: UseAt::Query(i),
                prefix: o.shape.clone(),
                name: name.to_owned(),
                resource: Some(resource),
                numeric: None,
            });
        }
    }
    for (i, field) in o.step.request.headers.iter().enumerate() {
        if let (Some(name), Some(_)) = (field.name.as_literal(), field.value.as_literal()) {
            let bare = name.trim_start_matches("X-").trim_start_matches("x-");
            if let Some(resource) = resource_of(bare) {
                out.push(Use {
                    at: UseAt::Header(i),
                    prefix: o.shape.clone(),
                    name: name.to_owned(),
                    resource: Some(resource),
                    numeric: None,
                });
            }
        }
    }
    if let Body::Json { value, .. } = &o.step.request.body {
        in_body(value, &mut Vec::new(), "", &o.shape, &mut out);
        own_id(o, value, &mut out);
    }
    out
}

/// `PUT /pet` with the pet's own `id` in its body.
fn own_id(o: &Operation<'_>, value: &Json, out: &mut Vec<Use>) {
    if !matches!(o.method.as_str(), "PUT" | "PATCH") || o.shape.ends_with("{}") {
        return;
    }
    if let Some(numeric) = value.get("id").and_then(scalar) {
        out.push(Use {
            at: UseAt::Body(vec![JsonStep::Key("id".into())]),
            prefix: o.shape.clone(),
            name: "id".to_owned(),
            resource: Some(normal(&owner_of(&o.shape))),
            numeric: Some(numeric),
        });
    }
}

/// `customerId`, `{"customer": {"id": …}}` and `site_ids: […]`, at most five levels deep.
fn in_body(json: &Json, path: &mut Vec<JsonStep>, container: &str, shape: &str, out: &mut Vec<Use>) {
    if path.len() > 5 {
        return;
    }
    let mut add = |path: &[JsonStep], name: &str, resource: Option<String>, value: &Json| {
        if let (Some(resource), Some(numeric)) = (resource, scalar(value)) {
            out.push(Use {
                at: UseAt::Body(path.to_vec()),
                prefix: shape.to_owned(),
                name: name.to_owned(),
                resource: Some(resource),
                numeric: Some(numeric),
            });
        }
    };
    match json {
        Json::Object(fields) => {
            for (key, value) in fields {
                path.push(JsonStep::Key(key.into()));
                let nested = matches!(normal(key).as_str(), "id" | "uuid") && !container.is_empty();
                let resource =
                    if nested { Some(normal(&crate::names::singular(container))) } else { resource_of(key) };
                add(path, key, resource, value);
                match value {
                    Json::Array(items) => {
                        let one = key.strip_suffix('s').and_then(resource_of);
                        if let Some(first) = items.first() {
                            path.push(JsonStep::Index(0));
                            add(path, key, one, first);
                            path.pop();
                        }
                    }
                    Json::Object(_) => {}
                    _ => {
                        path.pop();
                        continue;
                    }
                }
                path.pop();
            }
            for (key, value) in fields {
                if matches!(value, Json::Object(_) | Json::Array(_)) {
                    path.push(JsonStep::Key(key.into()));
                    in_body(value, path, key, shape, out);
                    path.pop();
                }
            }
        }
        Json::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                path.push(JsonStep::Index(i));
                in_body(value, path, container, shape, out);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Whether the value is a number; `None` for what is neither text nor number.
fn scalar(value: &Json) -> Option<bool> {
    match value {
        Json::Number(_) => Some(true),
        Json::String(t) if t.as_literal().is_some() => Some(false),
        _ => None,
    }
}

/// `flow` for `flow_name`: only for what stands in paths.
fn named(name: &str) -> Option<String> {
    let cut = ["_name", "_slug", "_key", "_code", "Name", "Slug", "Key", "Code", "-name"]
        .iter()
        .find_map(|s| name.strip_suffix(s))?;
    let plain = normal(cut);
    (plain.len() >= 2).then_some(plain)
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
