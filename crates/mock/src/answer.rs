use std::sync::Mutex;

use loadwright_scenario::{Evidence, ObservedResponse};
use serde_json::Value;

use crate::contract::Broken;
use crate::envelope::{created, enveloped, inner, listed, with_id};
use crate::replay::replayed;
use crate::request::{Answer, Asked};
use crate::route::{Route, routes};
use crate::store::{Found, Store};

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

#[cfg(test)]
mod tests {
    use loadwright_scenario::{Contract, Exchange};

    use super::*;

    fn shop() -> Mock {
        let json = |body: &str| ObservedResponse {
            status: 200,
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: body.into(),
            ..ObservedResponse::default()
        };
        let exchange = |method: &str, path: &str, response: ObservedResponse, contract: Contract| Exchange {
            method: method.into(),
            path: path.to_owned(),
            base: "https://api.example/v1".into(),
            responses: vec![response],
            contract: Some(Box::new(contract)),
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
            method: method.into(),
            path: path.to_owned(),
            query,
            responses: vec![ObservedResponse {
                status: 200,
                headers: vec![("Content-Type".into(), "application/json".into())],
                body: body.into(),
                ..ObservedResponse::default()
            }],
            contract: Some(Box::new(Contract::default())),
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
