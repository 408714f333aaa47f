use loadwright_scenario::{
    Body, Generator, Json, JsonPath, JsonStep, ParameterPlace, Part, Segment, Selector, Text,
};
use serde_json::Value;

use crate::identify::{identifier, owner_of};
use crate::names::{normal, singular};
use crate::operations::{Operation, Use, UseAt};
use crate::producers::{CHOSEN, CREATE, Finder, Found, From, LIST, LOCATION, SENT};

/// What may follow a collection in the path of the operation that creates.
const CREATE_WORDS: &[&str] = &["create", "new", "add", "register"];
/// What may follow a collection in the path of an operation that lists.
pub(crate) const LIST_WORDS: &[&str] = &["list", "search", "filter", "query", "all", "paginate", "find"];

/// The rules, one by one: where a value may come from.
impl Finder<'_, '_> {
    /// The rules for `{p}` behind a fixed path, from the surest down.
    pub fn direct(&self, prefix: &str, name: &str) -> Vec<(&'static str, Found)> {
        let mut out = Vec::new();
        let owner = owner_of(prefix);
        let at = |method: &str, shape: &str| {
            self.operations.at(method, shape).and_then(|i| Some((i, self.operations.list.get(i)?)))
        };
        let found = |(i, o): (usize, &Operation<'_>), owner: &str, list: bool| {
            let (path, value) = identifier(o.sample()?, name, owner, list)?;
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
    pub fn resource(&self, consumer: usize, u: &Use, resource: &str) -> Option<Found> {
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
            let (path, value) = identifier(o.sample()?, &u.name, &owner, list)?;
            (!self.reaches(*i, consumer)).then_some((*i, From::Answer(Selector::Json(path)), value))
        })
    }

    /// What the document itself links to the parameter.
    pub fn link(&self, o: &Operation<'_>, name: &str) -> Option<(usize, Selector)> {
        self.operations.linked.iter().find_map(|i| {
            let source = self.operations.list.get(*i)?;
            let responses = source.exchange.map(|e| e.responses.as_slice()).unwrap_or_default();
            let link = responses.iter().take(1).flat_map(|r| &r.links).find(|l| {
                l.target == o.origin
                    && l.parameter == name
                    && l.place.is_none_or(|p| p == ParameterPlace::Path)
            })?;
            (source.origin != o.origin).then(|| (*i, link.from.clone()))
        })
    }

    pub fn sample_at(&self, operation: usize, selector: &Selector) -> Value {
        let Some(o) = self.operations.list.get(operation) else { return Value::Null };
        match selector {
            Selector::Json(path) => value_at(o.sample(), path).cloned().unwrap_or(Value::Null),
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
    Some((i, From::Sent(vec![JsonStep::Key(key.into())], text.clone()), Value::String(sample)))
}

/// A creating request that promises no body, or the header.
fn location((i, o): (usize, &Operation<'_>)) -> Option<Found> {
    let response = o.exchange?.responses.first()?;
    let promised = response.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("location"));
    let silent = match o.sample() {
        None => response.body.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        Some(other) => other.is_null(),
    };
    (promised || silent).then_some((i, From::Location { promised }, Value::Null))
}

fn value_at<'v>(value: Option<&'v Value>, path: &JsonPath) -> Option<&'v Value> {
    path.0.iter().fold(value, |v, step| match step {
        JsonStep::Key(k) => v?.get(k.as_str()),
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
