use std::sync::Mutex;

use loadwright_scenario::{Evidence, ObservedResponse};
use serde_json::Value;

use crate::contract::Broken;
use crate::request::{Answer, Asked};
use crate::route::{Route, routes};
use crate::store::{Found, Store, id_key, plain};

/// Answers as the source says, and remembers what was created.
pub struct Mock {
    routes: Vec<Route>,
    state: Mutex<State>,
}

struct State {
    store: Store,
    /// How often each route has answered: recordings answer in their order.
    turns: Vec<usize>,
}

impl Mock {
    pub fn new(evidence: Evidence) -> Self {
        let routes = routes(evidence);
        let turns = vec![0; routes.len()];
        Self { routes, state: Mutex::new(State { store: Store::default(), turns }) }
    }

    /// How many operations it can answer.
    pub fn operations(&self) -> usize {
        self.routes.len()
    }

    /// The answer to one request: 400 with the reasons when it breaks the source's contract, 401 without the demanded
    /// credential, 404 when nothing fits.
    pub fn answer(&self, asked: &Asked) -> Answer {
        let mut fitting: Vec<(usize, &Route, Vec<String>)> = self
            .routes
            .iter()
            .enumerate()
            .filter_map(|(i, r)| r.matches(asked).map(|values| (i, r, values)))
            .collect();
        let Some(best) = fitting.iter().map(|(_, r, _)| r.likeness(asked)).max() else {
            if asked.method == "HEAD" {
                let as_get = Asked { method: "GET".to_owned(), ..asked.clone() };
                return Answer { body: Vec::new(), ..self.answer(&as_get) };
            }
            return Answer::refusal(404, &format!("the source has no {} {}", asked.method, asked.path), &[]);
        };
        fitting.retain(|(_, r, _)| r.likeness(asked) == best);
        let Ok(mut state) = self.state.lock() else {
            return Answer::refusal(500, "the mock's state is lost", &[]);
        };
        // several recordings of the same request answer one after the other, the last one for ever
        let turn = fitting.iter().map(|(i, _, _)| state.turns.get(*i).copied().unwrap_or(0)).sum::<usize>();
        let Some((i, route, values)) =
            fitting.get(turn.min(fitting.len().saturating_sub(1))).or(fitting.last())
        else {
            return Answer::refusal(404, "nothing fits", &[]);
        };
        if let Some(n) = state.turns.get_mut(*i) {
            *n += 1;
        }
        if let Some(rules) = &route.rules {
            match rules.check(asked) {
                Ok(()) => {}
                Err(Broken::Security(why)) => return Answer::refusal(401, &why, &[]),
                Err(Broken::Request(why)) => {
                    return Answer::refusal(400, "the request breaks the contract", &why);
                }
            }
        }
        let Some(observed) = route.exchange.responses.first() else {
            return Answer { status: 200, ..Answer::default() };
        };
        if route.exchange.contract.is_some() {
            self.stateful(route, values, asked, observed, &mut state.store)
        } else {
            replayed(observed)
        }
    }

    /// Create, read, change and delete over what the document promises.
    fn stateful(
        &self,
        route: &Route,
        values: &[String],
        asked: &Asked,
        observed: &ObservedResponse,
        store: &mut Store,
    ) -> Answer {
        let mut answer = replayed(observed);
        let path = route.own_path(&asked.path);
        let path = path.trim_end_matches('/');
        let promised: Option<Value> = serde_json::from_slice(&observed.body.bytes()).ok();
        let sent: Option<Value> = serde_json::from_slice(&asked.body).ok();
        let detail = self.routes.iter().find(|r| r.pattern.is_detail_of(&route.pattern));
        let parent = self.routes.iter().any(|r| route.pattern.is_detail_of(&r.pattern));
        let body = match asked.method.as_str() {
            "POST" if detail.is_some() => promised.as_ref().map(|p| {
                let parameter = detail.and_then(|d| d.pattern.names.last()).map_or("id", String::as_str);
                created(store, path, p, sent.as_ref(), parameter)
            }),
            "GET" if detail.is_some() => promised.clone().map(|p| listed(p, &store.list(path))),
            method if parent => {
                let (Some((collection, _)), Some(id)) = (path.rsplit_once('/'), values.last()) else {
                    return answer;
                };
                let collection = collection.to_owned();
                match (method, store.find(&collection, id)) {
                    (_, Found::Gone) => {
                        return Answer::refusal(404, &format!("{id} was deleted"), &[]);
                    }
                    ("DELETE", _) => {
                        store.remove(&collection, id);
                        promised
                    }
                    ("PUT" | "PATCH", Found::Object(_)) => store
                        .change(&collection, id, inner(sent.as_ref(), promised.as_ref()))
                        .map(|o| enveloped(promised.as_ref(), o))
                        .or(promised),
                    ("GET" | "HEAD", Found::Object(object)) => {
                        Some(enveloped(promised.as_ref(), object.clone()))
                    }
                    _ => promised.map(|p| with_id(p, id, route.pattern.names.last())),
                }
            }
            _ => return answer,
        };
        let is_json =
            answer.headers.iter().any(|(n, v)| n.eq_ignore_ascii_case("content-type") && v.contains("json"));
        if let (Some(body), true, false) = (body, is_json, observed.body.is_empty()) {
            answer.body = body.to_string().into_bytes();
        }
        answer
    }
}

/// The object may stand in an envelope: `{ "data": { … } }`.
fn created(store: &mut Store, path: &str, promised: &Value, sent: Option<&Value>, parameter: &str) -> Value {
    let envelope = promised.as_object().filter(|o| id_key(o, parameter).is_none()).and_then(|o| {
        o.iter()
            .find(|(_, v)| v.as_object().is_some_and(|i| id_key(i, parameter).is_some()))
            .map(|(k, v)| (k.clone(), v.clone()))
    });
    match envelope {
        Some((key, inner)) => {
            let mut out = promised.clone();
            out[key] = store.create(path, &inner, self::inner(sent, Some(promised)), parameter);
            out
        }
        None => store.create(path, promised, sent, parameter),
    }
}

/// The key of an envelope: `{ "article": { … } }` where the object itself has no identifier.
fn envelope_key<'v>(promised: &'v Value, object: &Value) -> Option<&'v str> {
    let outer = promised.as_object()?;
    let object = object.as_object()?;
    let likeness =
        |v: &Value| v.as_object().map_or(0, |o| o.keys().filter(|k| object.contains_key(*k)).count());
    let own = likeness(promised);
    let (key, best) = outer.iter().map(|(k, v)| (k.as_str(), likeness(v))).max_by_key(|(_, n)| *n)?;
    (best > own).then_some(key)
}

/// A remembered object as this operation promises it: with the envelope that its answer has.
fn enveloped(promised: Option<&Value>, object: Value) -> Value {
    let Some(promised) = promised else { return object };
    match envelope_key(promised, &object).map(str::to_owned) {
        Some(key) => {
            let mut out = promised.clone();
            out[key] = object;
            out
        }
        None => match (promised, object) {
            // what this answer promises beside what is remembered
            (Value::Object(more), Value::Object(mut own)) => {
                for (key, value) in more {
                    own.entry(key.clone()).or_insert_with(|| value.clone());
                }
                Value::Object(own)
            }
            (_, object) => object,
        },
    }
}

/// What was sent, without the envelope that requests may have, too.
fn inner<'v>(sent: Option<&'v Value>, promised: Option<&Value>) -> Option<&'v Value> {
    let sent = sent?;
    let only = sent.as_object().filter(|o| o.len() == 1).and_then(|o| o.iter().next());
    match (only, promised) {
        (Some((key, value)), Some(promised)) if value.is_object() && promised.get(key).is_some() => {
            Some(value)
        }
        _ => Some(sent),
    }
}

/// Remembered objects come first in a list.
fn listed(mut promised: Value, objects: &[Value]) -> Value {
    let merge = |items: &mut Vec<Value>| {
        let mut all = objects.to_vec();
        all.append(items);
        *items = all;
    };
    match &mut promised {
        Value::Array(items) => merge(items),
        Value::Object(fields) if !objects.is_empty() => {
            if let Some(Value::Array(items)) =
                fields.values_mut().find(|v| v.as_array().is_some_and(|a| a.iter().all(Value::is_object)))
            {
                merge(items);
            }
        }
        _ => {}
    }
    promised
}

/// An object that nobody created still has the id that was asked for.
fn with_id(mut promised: Value, id: &str, parameter: Option<&String>) -> Value {
    if let Some(fields) = promised.as_object_mut()
        && let Some(key) = id_key(fields, parameter.map_or("id", String::as_str)).map(str::to_owned)
        && let Some(slot) = fields.get_mut(&key)
    {
        let value = match slot {
            Value::Number(_) => id.parse::<i64>().ok().map(Value::from),
            Value::String(_) => Some(Value::String(id.to_owned())),
            _ => None,
        };
        if let Some(value) = value.filter(|v| plain(v) == id) {
            *slot = value;
        }
    }
    promised
}

/// A recorded or promised response, fit for another host and connection.
fn replayed(observed: &ObservedResponse) -> Answer {
    let mut headers = Vec::new();
    for (name, value) in &observed.headers {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "content-length"
            | "transfer-encoding"
            | "content-encoding"
            | "connection"
            | "keep-alive"
            | "date"
            | "strict-transport-security"
            | "alt-svc"
            | "content-security-policy" => {}
            _ if lower.starts_with(':') => {}
            "location" => headers.push((name.clone(), local(value))),
            "set-cookie" => headers.push((name.clone(), portable(value))),
            _ => headers.push((name.clone(), value.clone())),
        }
    }
    Answer {
        status: if observed.status < 100 { 200 } else { observed.status },
        headers,
        body: observed.body.bytes().into_owned(),
    }
}

/// A redirect stays on the mock.
fn local(location: &str) -> String {
    match location
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|i| rest.get(i..).unwrap_or("/")))
    {
        Some(path) => path.to_owned(),
        None if location.contains("://") => "/".to_owned(),
        None => location.to_owned(),
    }
}

/// A cookie that a plain connection to loopback accepts.
fn portable(cookie: &str) -> String {
    let keep = |part: &&str| {
        let p = part.trim().to_ascii_lowercase();
        !p.starts_with("domain=") && p != "secure" && !p.starts_with("samesite") && p != "partitioned"
    };
    cookie.split(';').filter(keep).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use loadwright_scenario::{Contract, Exchange};

    use super::*;

    fn shop() -> Mock {
        let json = |body: &str| ObservedResponse {
            status: 200,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.into(),
            ..ObservedResponse::default()
        };
        let exchange = |method: &str, path: &str, response: ObservedResponse, contract: Contract| Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            base: "https://api.example/v1".to_owned(),
            responses: vec![response],
            contract: Some(contract),
            ..Exchange::default()
        };
        let body = Contract {
            body_required: true,
            bodies: vec![(
                "application/json".to_owned(),
                r#"{"$ref":"urn:loadwright:definitions#/$defs/0"}"#.to_owned(),
            )],
            ..Contract::default()
        };
        let created = ObservedResponse { status: 201, ..json(r#"{"id":7,"name":"x"}"#) };
        let gone = ObservedResponse { status: 204, ..ObservedResponse::default() };
        Mock::new(Evidence {
            exchanges: vec![
                exchange("POST", "/pets", created, body),
                exchange("GET", "/pets", json(r#"[{"id":7,"name":"x"}]"#), Contract::default()),
                exchange("GET", "/pets/{petId}", json(r#"{"id":7,"name":"x"}"#), Contract::default()),
                exchange("DELETE", "/pets/{petId}", gone, Contract::default()),
            ],
            definitions: vec![
                r#"{"$id":"urn:loadwright:definitions","$defs":{"0":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}}"#
                    .to_owned(),
            ],
            ..Evidence::default()
        })
    }

    fn ask(mock: &Mock, method: &str, path: &str, body: &str) -> (u16, Value) {
        let answer = mock.answer(&Asked {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.as_bytes().to_vec(),
            ..Asked::default()
        });
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    #[test]
    fn what_was_created_is_read_listed_and_deleted() {
        let mock = shop();
        let (status, rex) = ask(&mock, "POST", "/pets", r#"{"name":"Rex"}"#);
        assert_eq!((status, &rex["name"]), (201, &Value::from("Rex")));
        let one = format!("/pets/{}", rex["id"]);
        assert_eq!(ask(&mock, "GET", &one, ""), (200, rex.clone()));
        assert_eq!(ask(&mock, "GET", "/v1/pets", "").1[0], rex);
        assert_eq!(ask(&mock, "DELETE", &one, "").0, 204);
        assert_eq!(ask(&mock, "GET", &one, "").0, 404);
        // nobody created this one: the promise of the document holds
        assert_eq!(ask(&mock, "GET", "/pets/99", "").1["id"], 99);
    }

    fn promised(method: &str, path: &str, body: &str) -> Exchange {
        let (path, query) = path.split_once('?').map_or((path, None), |(p, q)| (p, Some(q.to_owned())));
        Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            responses: vec![ObservedResponse {
                status: 200,
                headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
                body: body.into(),
                ..ObservedResponse::default()
            }],
            contract: Some(Contract::default()),
            ..Exchange::default()
        }
    }

    #[test]
    fn envelopes_stay_around_what_is_remembered() {
        let article = r#"{"article":{"slug":"a-1","title":"t","views":3}}"#;
        let mock = Mock::new(Evidence {
            exchanges: vec![
                promised("POST", "/articles", article),
                promised("GET", "/articles/{slug}", article),
                promised("PUT", "/articles/{slug}", article),
            ],
            ..Evidence::default()
        });
        let (_, made) = ask(&mock, "POST", "/articles", r#"{"article":{"title":"mine"}}"#);
        assert_eq!(made["article"]["title"], "mine");
        let slug = made["article"]["slug"].as_str().expect("a slug").to_owned();
        let one = format!("/articles/{slug}");
        let (_, read) = ask(&mock, "GET", &one, "");
        assert_eq!(
            (&read["article"]["slug"], &read["article"]["views"]),
            (&Value::from(slug), &Value::from(3))
        );
        let (_, changed) = ask(&mock, "PUT", &one, r#"{"article":{"title":"new"}}"#);
        assert_eq!(changed["article"]["title"], "new");
        assert_eq!(ask(&mock, "GET", &one, "").1["article"]["title"], "new");
    }

    #[test]
    fn operations_of_one_path_are_told_apart_by_their_fixed_query() {
        let mock = Mock::new(Evidence {
            exchanges: vec![
                promised("GET", "/box?comp=list", r#"{"what":"list"}"#),
                promised("GET", "/box?comp=acl", r#"{"what":"acl"}"#),
            ],
            ..Evidence::default()
        });
        let what = |query: &str| {
            let asked = Asked {
                method: "GET".to_owned(),
                path: "/box".to_owned(),
                query: Some(query.to_owned()),
                ..Asked::default()
            };
            serde_json::from_slice::<Value>(&mock.answer(&asked).body).expect("JSON")["what"].clone()
        };
        assert_eq!(what("comp=acl&timeout=3"), "acl");
        assert_eq!(what("comp=list"), "list");
    }

    #[test]
    fn what_breaks_the_contract_is_refused_with_the_reason() {
        let mock = shop();
        let (status, why) = ask(&mock, "POST", "/pets", r#"{"name":7}"#);
        assert_eq!(status, 400);
        assert!(why["details"][0].as_str().is_some_and(|d| d.contains("/name")), "{why}");
        assert_eq!(ask(&mock, "POST", "/pets", "").0, 400);
        assert_eq!(ask(&mock, "PATCH", "/pets", "").0, 404);
    }
}
