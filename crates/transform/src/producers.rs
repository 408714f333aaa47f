use std::collections::{BTreeSet, HashMap};

use loadwright_scenario::{
    Body, Generator, Json, JsonPath, JsonStep, ParameterPlace, Part, Segment, Selector, Text, VarName,
};
use serde_json::Value;

use crate::PassOptions;
use crate::identify::{identifier, is_plain, owner_of};
use crate::names::{camel, normal, singular};
use crate::operations::{Operation, Operations, Use, UseAt};

/// Where the value of a parameter comes from.
#[derive(Debug, Clone)]
pub(crate) struct Producer {
    /// Position among the operations.
    pub operation: usize,
    /// What the inference is called: `--skip-rule NAME`.
    pub rule: &'static str,
    pub from: From,
    pub variable: VarName,
    pub numeric: bool,
    /// What stands in when there is no value.
    pub sample: String,
    /// What stands in instead of the sample.
    pub instead: Option<VarName>,
    /// Who uses it.
    pub users: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum From {
    Answer(Selector),
    /// The last piece of the `Location` header, else the body's `id`; promised when the document lists the header.
    Location {
        promised: bool,
    },
    /// A field of its own body: the client chooses the value.
    Sent(Vec<JsonStep>, Text),
    /// Its own path parameter: the client chooses the value.
    Chosen(usize, Text),
}

impl Producer {
    /// `feeds getPet, updatePet and 2 more`
    pub fn reason(&self) -> Option<String> {
        let names: Vec<&str> = self.users.iter().map(String::as_str).collect();
        let text = match names.as_slice() {
            [] => return None,
            [a] => (*a).to_owned(),
            [a, b] => format!("{a} and {b}"),
            [a, b, rest @ ..] => format!("{a}, {b} and {} more", rest.len()),
        };
        Some(format!("{} is used by {text}", self.variable))
    }
}

/// Finds producers and remembers what waits for what.
pub(crate) struct Finder<'o, 'e> {
    operations: &'o Operations<'e>,
    options: &'o PassOptions,
    taken: BTreeSet<VarName>,
    pub producers: Vec<Producer>,
    /// For each operation those that have to run before it.
    pub depends: Vec<BTreeSet<usize>>,
    /// Answers to what was asked before: by shape before the parameter and its name.
    known: HashMap<(String, String), Option<usize>>,
}

/// What a rule has found: the operation, where the value is, and the sample that stands there.
type Found = (usize, From, Value);

const LINK: &str = "chain-link";
const CREATE: &str = "chain-create";
const LOCATION: &str = "chain-location";
const SENT: &str = "chain-sent";
const CHOSEN: &str = "chain-put";
const LIST: &str = "chain-list";
const RESOURCE: &str = "chain-resource";
const BODY: &str = "chain-body";
const QUERY: &str = "chain-query";

/// What may follow a collection in the path of the operation that creates.
const CREATE_WORDS: &[&str] = &["create", "new", "add", "register"];
/// What may follow a collection in the path of an operation that lists.
const LIST_WORDS: &[&str] = &["list", "search", "filter", "query", "all", "paginate", "find"];

impl<'o, 'e> Finder<'o, 'e> {
    pub fn new(operations: &'o Operations<'e>, options: &'o PassOptions, taken: BTreeSet<VarName>) -> Self {
        let depends = vec![BTreeSet::new(); operations.list.len()];
        Self { operations, options, taken, producers: Vec::new(), depends, known: HashMap::new() }
    }

    /// The producer of a value that operation `consumer` uses.
    pub fn find(&mut self, consumer: usize, u: &Use) -> Option<usize> {
        let o = self.operations.list.get(consumer)?;
        if let UseAt::Path(_) = u.at
            && let Some((source, selector)) = self.link(o, &u.name)
        {
            let sample = self.sample_at(source, &selector);
            return self.bind(consumer, u, LINK, (source, From::Answer(selector), sample));
        }
        match &u.at {
            UseAt::Path(_) => {
                let allowed = !self.is_fixed(consumer, ParameterPlace::Path, &u.name);
                if allowed && !u.prefix.ends_with("{}") && !u.prefix.is_empty() {
                    let key = (u.prefix.clone(), u.name.clone());
                    if let Some(Some(p)) = self.known.get(&key).copied() {
                        return self.reuse(consumer, p);
                    }
                    for (rule, found) in self.direct(&u.prefix, &u.name) {
                        if let Some(p) = self.bind(consumer, u, rule, found) {
                            self.known.insert(key, Some(p));
                            return Some(p);
                        }
                    }
                }
                if !allowed {
                    return None;
                }
                let resource = u.resource.clone().or_else(|| {
                    (is_plain(&u.name) && !u.prefix.ends_with("{}")).then(|| normal(&owner_of(&u.prefix)))
                })?;
                let found = self.resource(consumer, u, &resource)?;
                self.bind(consumer, u, RESOURCE, found)
            }
            UseAt::Query(_) => {
                if self.is_fixed(consumer, ParameterPlace::Query, &u.name) {
                    return None;
                }
                let found = self.resource(consumer, u, u.resource.as_ref()?)?;
                self.bind(consumer, u, QUERY, found)
            }
            UseAt::Header(_) => {
                let found = self.resource(consumer, u, u.resource.as_ref()?)?;
                self.bind(consumer, u, QUERY, found)
            }
            UseAt::Token => None,
            UseAt::Body(_) => {
                let found = self.resource(consumer, u, u.resource.as_ref()?)?;
                (Some(found.2.is_number()) == u.numeric)
                    .then(|| self.bind(consumer, u, BODY, found))
                    .flatten()
            }
        }
    }

    /// The rules for `{p}` behind a fixed path, from the surest down.
    fn direct(&self, prefix: &str, name: &str) -> Vec<(&'static str, Found)> {
        let mut out = Vec::new();
        let owner = owner_of(prefix);
        let at = |method: &str, shape: &str| {
            self.operations.at(method, shape).and_then(|i| Some((i, self.operations.list.get(i)?)))
        };
        let found = |(i, o): (usize, &Operation<'_>), owner: &str, list: bool| {
            let (path, value) = identifier(o.sample.as_ref()?, name, owner, list)?;
            Some((i, From::Answer(Selector::Json(path)), value))
        };
        let verbs = || CREATE_WORDS.iter().map(|w| format!("{prefix}/{w}"));
        let creators = || {
            let posts = std::iter::once(prefix.to_owned()).chain(verbs()).filter_map(|s| at("POST", &s));
            posts.chain(at("PUT", prefix))
        };
        for c in creators() {
            out.extend(found(c, &owner, false).map(|f| (CREATE, f)));
        }
        for c in creators().take(1) {
            out.extend(sent(c, name).map(|f| (SENT, f)));
            out.extend(location(c).map(|f| (LOCATION, f)));
        }
        if let Some(put) = at("PUT", &format!("{prefix}/{{}}")) {
            out.extend(self.chosen(put, name).map(|f| (CHOSEN, f)));
        }
        let lists = std::iter::once(("GET", prefix.to_owned())).chain(
            LIST_WORDS
                .iter()
                .flat_map(|w| [("POST", format!("{prefix}/{w}")), ("GET", format!("{prefix}/{w}"))]),
        );
        for l in lists.filter_map(|(m, s)| at(m, &s)) {
            out.extend(found(l, &owner, true).map(|f| (LIST, f)));
        }
        // `/variables/name/{name}` names something that `/variables` creates
        let mut ancestor = prefix;
        while let Some((shorter, last)) = ancestor.rsplit_once('/') {
            if shorter.is_empty() || shorter.ends_with("{}") || last == "{}" {
                break;
            }
            ancestor = shorter;
            let owner = owner_of(ancestor);
            let own = normal(name).starts_with(&normal(&owner)) || !is_id(name);
            // a name is no id of something else
            let named = |f: &Found| is_id(name) || !is_identified_by_id(&f.1);
            if let Some(c) = at("POST", ancestor).filter(|_| own) {
                out.extend(found(c, &owner, false).filter(named).map(|f| (CREATE, f)));
                out.extend(sent(c, name).map(|f| (SENT, f)));
            }
            if let Some(l) = at("GET", ancestor).filter(|_| own) {
                out.extend(found(l, &owner, true).filter(named).map(|f| (LIST, f)));
            }
        }
        out
    }

    /// Anywhere: the operation that creates, else lists, what the name identifies.
    fn resource(&self, consumer: usize, u: &Use, resource: &str) -> Option<Found> {
        let own = self.operations.list.get(consumer)?;
        let candidates = self.operations.resources.get(resource)?;
        candidates.iter().find_map(|i| {
            let o = self.operations.list.get(*i)?;
            let below = match u.at {
                // a child cannot feed its parent
                UseAt::Path(_) => o.shape.starts_with(&format!("{}/{{}}", u.prefix)),
                UseAt::Query(_) | UseAt::Header(_) | UseAt::Body(_) | UseAt::Token => false,
            };
            if *i == consumer || below || o.origin == own.origin {
                return None;
            }
            let list = o.method == "GET";
            let owner = singular(&owner_of(&o.shape));
            let (path, value) = identifier(o.sample.as_ref()?, &u.name, &owner, list)?;
            (!self.reaches(*i, consumer)).then_some((*i, From::Answer(Selector::Json(path)), value))
        })
    }

    /// What the document itself links to the parameter.
    fn link(&self, o: &Operation<'_>, name: &str) -> Option<(usize, Selector)> {
        self.operations.list.iter().enumerate().find_map(|(i, source)| {
            let responses = source.exchange.map(|e| e.responses.as_slice()).unwrap_or_default();
            let link = responses.iter().take(1).flat_map(|r| &r.links).find(|l| {
                l.target == o.origin
                    && l.parameter == name
                    && l.place.is_none_or(|p| p == ParameterPlace::Path)
            })?;
            (source.origin != o.origin).then(|| (i, link.from.clone()))
        })
    }

    fn sample_at(&self, operation: usize, selector: &Selector) -> Value {
        let Some(o) = self.operations.list.get(operation) else { return Value::Null };
        match selector {
            Selector::Json(path) => value_at(o.sample.as_ref(), path).cloned().unwrap_or(Value::Null),
            _ => Value::Null,
        }
    }

    /// `PUT /kv/{key}` where nothing else creates: the script chooses the key.
    fn chosen(&self, (i, o): (usize, &Operation<'_>), name: &str) -> Option<Found> {
        let responses = o.exchange.map(|e| e.responses.as_slice()).unwrap_or_default();
        // without an operation id the name is the method and the path, and says nothing
        let says = if o.name.contains(' ') { String::new() } else { normal(&o.name) };
        let words = ["create", "upsert", "add", "save", "register"];
        let creates = responses.iter().any(|r| r.status == 201) || words.iter().any(|w| says.starts_with(w));
        let at = o.step.request.url.path.iter().rposition(|s| matches!(s, Segment::Param { .. }))?;
        let Some(Segment::Param { value, .. }) = o.step.request.url.path.get(at) else { return None };
        let sample = value.as_literal()?.to_owned();
        let free = self.operations.parameter_schema(i, ParameterPlace::Path, name).is_none_or(|s| {
            let bound =
                ["enum", "const", "format", "pattern", "maxLength"].iter().any(|k| s.get(k).is_some());
            !bound && s.get("type").is_none_or(|t| t == "string")
        });
        if !creates || !free {
            return None;
        }
        let mut text = Text::literal(format!("{sample}-"));
        text.push(Part::Generated(Generator::Unique));
        Some((i, From::Chosen(at, text), Value::String(sample)))
    }

    /// Whether a parameter has only a few values, which no other operation makes.
    fn is_fixed(&self, operation: usize, place: ParameterPlace, name: &str) -> bool {
        self.operations
            .parameter_schema(operation, place, name)
            .is_some_and(|s| s.get("enum").is_some() || s.get("const").is_some())
    }

    /// Whether a value of the sample's kind may stand for the parameter.
    fn fits(&self, consumer: usize, u: &Use, sample: &Value) -> bool {
        let place = match u.at {
            UseAt::Path(_) => ParameterPlace::Path,
            UseAt::Query(_) => ParameterPlace::Query,
            UseAt::Header(_) => ParameterPlace::Header,
            UseAt::Body(_) | UseAt::Token => return true,
        };
        let Some(schema) = self.operations.parameter_schema(consumer, place, &u.name) else { return true };
        let number = schema.get("type").is_some_and(|t| t == "integer" || t == "number");
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        match sample {
            Value::String(s) => !number || digits(s),
            _ => true,
        }
    }

    /// Where the answer does not promise what the parameter demands, a value that breaks the demand is not taken.
    fn fitting(&self, consumer: usize, u: &Use, sample: &Value, selector: Selector) -> Selector {
        let place = match u.at {
            UseAt::Path(_) => ParameterPlace::Path,
            UseAt::Query(_) => ParameterPlace::Query,
            UseAt::Header(_) | UseAt::Body(_) | UseAt::Token => return selector,
        };
        let Some(schema) = self.operations.parameter_schema(consumer, place, &u.name) else {
            return selector;
        };
        let Value::String(sample) = sample else { return selector };
        let size = |key: &str| schema.get(key).and_then(Value::as_u64);
        let number = schema.get("type").is_some_and(|t| t == "integer");
        let (min, max) = (size("minLength"), size("maxLength"));
        let length = sample.chars().count() as u64;
        let short = min.is_some_and(|m| length < m) || max.is_some_and(|m| length > m);
        let pattern = match schema.get("pattern").and_then(Value::as_str) {
            _ if number => r"^\d+$".to_owned(),
            // what both understand; the rest is not looked at
            Some(p) => match regex::Regex::new(p) {
                Ok(_) if !p.starts_with('/') => p.to_owned(),
                _ => return selector,
            },
            None if short => {
                format!("^.{{{},{}}}$", min.unwrap_or(1), max.map(|m| m.to_string()).unwrap_or_default())
            }
            None => return selector,
        };
        Selector::Fitting { from: Box::new(selector), pattern }
    }

    /// One more user of a value that is taken already.
    fn reuse(&mut self, consumer: usize, p: usize) -> Option<usize> {
        let producer = self.producers.get(p)?;
        if producer.operation == consumer || self.reaches(producer.operation, consumer) {
            return None;
        }
        let name = self.operations.list.get(consumer)?.name.clone();
        let producer = self.producers.get_mut(p)?;
        if !producer.users.contains(&name) {
            producer.users.push(name);
        }
        let on = producer.operation;
        self.depends.get_mut(consumer)?.insert(on);
        Some(p)
    }

    fn bind(&mut self, consumer: usize, u: &Use, rule: &'static str, found: Found) -> Option<usize> {
        let (operation, from, sample) = found;
        let from = match from {
            From::Answer(selector) => From::Answer(self.fitting(consumer, u, &sample, selector)),
            other => other,
        };
        if !self.options.has_rule(rule)
            || operation == consumer
            || self.reaches(operation, consumer)
            || !self.fits(consumer, u, &sample)
        {
            return None;
        }
        if rule == LIST {
            self.list_after_creation(operation);
        }
        let same = self.producers.iter().position(|p| p.operation == operation && is_same(&p.from, &from));
        let p = same.unwrap_or_else(|| {
            let variable = self.variable(operation, u);
            let demanding = matches!(&from, From::Answer(Selector::Fitting { .. }));
            let fallback = match &sample {
                _ if demanding => self.current(consumer, u).unwrap_or_default(),
                Value::String(s) => s.clone(),
                Value::Null => self.current(consumer, u).unwrap_or_else(|| "1".to_owned()),
                other => other.to_string(),
            };
            self.producers.push(Producer {
                operation,
                rule,
                from,
                variable,
                numeric: sample.is_number(),
                sample: fallback,
                instead: None,
                users: Vec::new(),
            });
            self.producers.len() - 1
        });
        self.reuse(consumer, p)
    }

    /// What is listed first may be what the script has just made.
    fn list_after_creation(&mut self, list: usize) {
        let Some(o) = self.operations.list.get(list) else { return };
        let collection = match o.shape.rsplit_once('/') {
            Some((before, last)) if LIST_WORDS.contains(&last) => before,
            _ => o.shape.as_str(),
        };
        for method in ["POST", "PUT"] {
            let creator = self.operations.at(method, collection).filter(|c| *c != list);
            if let Some(creator) = creator.filter(|c| !self.reaches(*c, list))
                && let Some(on) = self.depends.get_mut(list)
            {
                on.insert(creator);
            }
        }
    }

    /// The sample that the consumer has now.
    fn current(&self, consumer: usize, u: &Use) -> Option<String> {
        let request = &self.operations.list.get(consumer)?.step.request;
        let text = match &u.at {
            UseAt::Path(i) => match request.url.path.get(*i)? {
                Segment::Param { value, .. } => value,
                Segment::Literal(_) => return None,
            },
            UseAt::Query(i) => request.url.query.get(*i)?.value.as_ref()?,
            UseAt::Header(i) => &request.headers.get(*i)?.value,
            UseAt::Body(_) | UseAt::Token => return None,
        };
        text.as_literal().map(str::to_owned)
    }

    /// Whether `from` waits for `to`, directly or not.
    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut queue = vec![from];
        while let Some(i) = queue.pop() {
            if i == to {
                return true;
            }
            if seen.insert(i) {
                queue.extend(self.depends.get(i).into_iter().flatten());
            }
        }
        false
    }

    fn variable(&mut self, operation: usize, u: &Use) -> VarName {
        let shape = self.operations.list.get(operation).map(|o| o.shape.clone()).unwrap_or_default();
        let collection = match &u.at {
            UseAt::Path(_) if !u.prefix.ends_with("{}") => u.prefix.clone(),
            _ => shape,
        };
        let wish = if is_plain(&u.name) {
            camel(&format!("{} {}", owner_of(&collection), u.name))
        } else if let (UseAt::Body(_), Some(one)) = (&u.at, u.name.strip_suffix('s')) {
            camel(one)
        } else {
            camel(u.name.trim_start_matches("X-").trim_start_matches("x-"))
        };
        self.claim(&wish)
    }

    /// A name that no other variable has.
    pub fn claim(&mut self, wish: &str) -> VarName {
        let mut name = wish.to_owned();
        let mut n = 2;
        while !self.taken.insert(VarName::new(&name)) {
            name = format!("{wish}{n}");
            n += 1;
        }
        VarName::new(name)
    }

    pub fn has_rule(&self, rule: &str) -> bool {
        self.options.has_rule(rule)
    }

    /// Makes one operation wait for another; says whether that is possible.
    pub fn wait(&mut self, operation: usize, on: usize) -> bool {
        if operation == on || self.reaches(on, operation) {
            return false;
        }
        self.depends.get_mut(operation).is_some_and(|d| {
            d.insert(on);
            true
        })
    }
}

/// Whether two values are the same one, whatever they have to be like.
fn is_same(a: &From, b: &From) -> bool {
    fn bare(from: &From) -> Option<&Selector> {
        match from {
            From::Answer(Selector::Fitting { from, .. }) => Some(from),
            From::Answer(selector) => Some(selector),
            From::Location { .. } | From::Sent(..) | From::Chosen(..) => None,
        }
    }
    a == b || (bare(a).is_some() && bare(a) == bare(b))
}

/// A creating request whose own body has the identifier: `POST /users` with the `username` of `/users/{username}`.
fn sent((i, o): (usize, &Operation<'_>), name: &str) -> Option<Found> {
    let Body::Json { value: Json::Object(fields), .. } = &o.step.request.body else { return None };
    let wanted = normal(name);
    let (key, text) = fields.iter().find_map(|(k, v)| match v {
        Json::String(text) if normal(k) == wanted => Some((k, text)),
        _ => None,
    })?;
    let literal = text.0.iter().filter_map(|p| match p {
        Part::Literal(t) => Some(t.as_str()),
        _ => None,
    });
    let sample: String = literal.collect();
    Some((i, From::Sent(vec![JsonStep::Key(key.clone())], text.clone()), Value::String(sample)))
}

/// A creating request that promises no body, or the header.
fn location((i, o): (usize, &Operation<'_>)) -> Option<Found> {
    let response = o.exchange?.responses.first()?;
    let promised = response.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("location"));
    let silent = match &o.sample {
        None => response.body.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        Some(other) => other.is_null(),
    };
    (promised || silent).then_some((i, From::Location { promised }, Value::Null))
}

fn value_at<'v>(value: Option<&'v Value>, path: &JsonPath) -> Option<&'v Value> {
    path.0.iter().fold(value, |v, step| match step {
        JsonStep::Key(k) => v?.get(k),
        JsonStep::Index(i) => v?.get(i),
    })
}

fn is_identified_by_id(from: &From) -> bool {
    match from {
        From::Answer(Selector::Json(path)) => {
            matches!(path.0.last(), Some(JsonStep::Key(k)) if matches!(normal(k).as_str(), "id" | "uuid" | "guid"))
        }
        _ => false,
    }
}

fn is_id(name: &str) -> bool {
    let n = normal(name);
    n.ends_with("id") || n.ends_with("uuid") || n.ends_with("guid")
}
