use std::collections::{BTreeSet, HashMap};

use loadwright_scenario::{JsonStep, ParameterPlace, Segment, Selector, Text, VarName};
use serde_json::Value;

use crate::PassOptions;
use crate::identify::{is_plain, owner_of};
use crate::names::{camel, normal};
use crate::operations::{Operations, Use, UseAt};
use crate::sources::LIST_WORDS;

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
    pub operations: &'o Operations<'e>,
    options: &'o PassOptions,
    taken: BTreeSet<VarName>,
    pub producers: Vec<Producer>,
    /// For each operation those that have to run before it.
    pub depends: Vec<BTreeSet<usize>>,
    /// Answers to what was asked before: by shape before the parameter and its name.
    known: HashMap<(String, String), Option<usize>>,
    /// What the direct rules find, by the same.
    direct: HashMap<(String, String), Vec<(&'static str, Found)>>,
}

/// What a rule has found: the operation, where the value is, and the sample that stands there.
pub(crate) type Found = (usize, From, Value);

pub(crate) const LINK: &str = "chain-link";
pub(crate) const CREATE: &str = "chain-create";
pub(crate) const LOCATION: &str = "chain-location";
pub(crate) const SENT: &str = "chain-sent";
pub(crate) const CHOSEN: &str = "chain-put";
pub(crate) const LIST: &str = "chain-list";
pub(crate) const RESOURCE: &str = "chain-resource";
pub(crate) const BODY: &str = "chain-body";
pub(crate) const QUERY: &str = "chain-query";

impl<'o, 'e> Finder<'o, 'e> {
    pub fn new(operations: &'o Operations<'e>, options: &'o PassOptions, taken: BTreeSet<VarName>) -> Self {
        let depends = vec![BTreeSet::new(); operations.list.len()];
        Self {
            operations,
            options,
            taken,
            producers: Vec::new(),
            depends,
            known: HashMap::new(),
            direct: HashMap::new(),
        }
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
                    for (rule, found) in self.direct_once(&key) {
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

    fn direct_once(&mut self, key: &(String, String)) -> Vec<(&'static str, Found)> {
        if let Some(known) = self.direct.get(key) {
            return known.clone();
        }
        let found = self.direct(&key.0, &key.1);
        self.direct.insert(key.clone(), found.clone());
        found
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
    pub fn reaches(&self, from: usize, to: usize) -> bool {
        if from == to {
            return true;
        }
        let mut seen = vec![false; self.depends.len()];
        let mut queue = vec![from];
        while let Some(i) = queue.pop() {
            if i == to {
                return true;
            }
            if let Some(new) = seen.get_mut(i).filter(|s| !**s) {
                *new = true;
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
