//! Saved example responses: what the mock answers and what checks can be made from.

use std::collections::BTreeSet;

use loadwright_diagnostic::Origin;
use loadwright_import::split_url;
use loadwright_scenario::{Dialect, Exchange, ObservedResponse, PlainCode, RequestStep, Script};
use serde_json::Value;

use crate::url;
use crate::value::{list, scalar, str_of};

/// The exchange of one item: where its request goes, and its saved examples, good answers first.
pub fn exchange(item: &Value, url_value: &Value, step: &RequestStep) -> Exchange {
    let mut responses: Vec<ObservedResponse> = list(item, "response").iter().filter_map(response).collect();
    responses.sort_by_key(|r| !(200..300).contains(&r.status));
    let text = url::plain(url_value);
    let query = split_url(&text).query.map(str::to_owned);
    Exchange {
        origin: step.origin.clone(),
        method: step.request.method.clone(),
        base: step.request.url.base.as_literal().unwrap_or_default().into(),
        path: step.request.url.group(),
        query,
        request_body: None,
        responses,
        contract: None,
        timing: None,
    }
}

/// A test of the status that the saved examples have: the first good one, else the first.
pub fn example_check(item: &Value, at: &Origin) -> Option<Script> {
    let saved = list(item, "response");
    let statuses: Vec<(usize, u16)> =
        saved.iter().enumerate().filter_map(|(i, r)| Some((i, response(r)?.status))).collect();
    let (i, status) = statuses.iter().find(|(_, s)| (200..300).contains(s)).or_else(|| statuses.first())?;
    Some(Script {
        dialect: Dialect::Postman,
        code: format!("pm.test('status is {status}', () => pm.response.to.have.status({status}));"),
        reads: BTreeSet::default(),
        writes: BTreeSet::default(),
        plain: PlainCode::default(),
        scoped: Vec::new(),
        decides: false,
        skips: false,
        reads_row: false,
        origin: at.key("response").index(*i),
    })
}

fn response(saved: &Value) -> Option<ObservedResponse> {
    let status = match saved.get("code")? {
        Value::Number(n) => n.as_u64(),
        other => scalar(Some(other)).and_then(|s| s.parse().ok()),
    };
    let status = u16::try_from(status?).ok().filter(|s| (100..1000).contains(s))?;
    let headers = list(saved, "header")
        .iter()
        .filter_map(|h| {
            Some((str_of(h, "key").or_else(|| str_of(h, "name"))?.into(), scalar(h.get("value"))?.into()))
        })
        .collect();
    Some(ObservedResponse {
        links: Vec::new(),
        status,
        status_text: str_of(saved, "status").unwrap_or_default().to_owned(),
        headers,
        body: str_of(saved, "body").unwrap_or_default().into(),
        schema: None,
    })
}
