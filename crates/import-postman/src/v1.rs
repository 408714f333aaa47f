//! Collections of version 1 (a flat list of requests with order lists) in the shape of version 2.

mod parts;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use parts::{auth, body, headers, response, url};

pub use parts::parse_headers;

use crate::value::{list, str_of};

/// The key under which an item says where in the original document it stands.
pub const AT: &str = "$at";

/// The key under which credentials and headers say where in the original document their values stand.
pub const FROM: &str = "$from";

/// Whether the document has the shape of version 1.
pub fn is_v1(root: &Value) -> bool {
    root.get("item").is_none()
        && root.pointer("/info/schema").is_none()
        && (root.get("requests").is_some_and(Value::is_array)
            || root.get("order").is_some_and(Value::is_array))
}

pub fn to_v2(root: &Value) -> Value {
    let requests: BTreeMap<&str, (usize, &Value)> = list(root, "requests")
        .iter()
        .enumerate()
        .filter_map(|(i, r)| Some((str_of(r, "id")?, (i, r))))
        .collect();
    let folders: BTreeMap<&str, (usize, &Value)> = list(root, "folders")
        .iter()
        .enumerate()
        .filter_map(|(i, f)| Some((str_of(f, "id")?, (i, f))))
        .collect();
    let mut items = Vec::new();
    let nested: Vec<&str> = folders
        .values()
        .flat_map(|(_, f)| ids(f, "folders_order"))
        .filter(|id| folders.contains_key(id))
        .collect();
    let mut top: Vec<&str> = ids(root, "folders_order");
    for folder in list(root, "folders") {
        let Some(id) = str_of(folder, "id") else { continue };
        let child =
            nested.contains(&id) || str_of(folder, "folder").or_else(|| str_of(folder, "folderId")).is_some();
        if !child && !top.contains(&id) {
            top.push(id);
        }
    }
    let cx = Lists { requests: &requests, folders: &folders };
    items.extend(top.iter().filter_map(|id| cx.folder(id, 0)));
    let mut order = ids(root, "order");
    if order.is_empty() && folders.is_empty() {
        order = list(root, "requests").iter().filter_map(|r| str_of(r, "id")).collect();
    }
    items.extend(order.iter().filter_map(|id| cx.request(id)));
    if requests.is_empty() {
        items.extend(list(root, "requests").iter().enumerate().map(|(i, r)| request(r, i)));
    }
    let mut out = json!({ "info": { "name": str_of(root, "name").unwrap_or_default() }, "item": items });
    copy(root, &mut out, "description", "/info");
    inherit(root, "", &mut out);
    out
}

fn ids<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    list(value, key).iter().filter_map(Value::as_str).collect()
}

fn copy(from: &Value, to: &mut Value, key: &str, at: &str) {
    if let (Some(value), Some(Value::Object(target))) = (from.get(key), to.pointer_mut(at)) {
        target.insert(key.to_owned(), value.clone());
    }
}

struct Lists<'a> {
    requests: &'a BTreeMap<&'a str, (usize, &'a Value)>,
    folders: &'a BTreeMap<&'a str, (usize, &'a Value)>,
}

impl Lists<'_> {
    fn folder(&self, id: &str, depth: usize) -> Option<Value> {
        let (at, source) = self.folders.get(id).filter(|_| depth < 64)?;
        let mut items: Vec<Value> =
            ids(source, "folders_order").iter().filter_map(|id| self.folder(id, depth + 1)).collect();
        items.extend(ids(source, "order").iter().filter_map(|id| self.request(id)));
        let mut out = json!({ "id": id, "name": str_of(source, "name").unwrap_or_default(), "item": items,
            AT: format!("/folders/{at}") });
        copy(source, &mut out, "description", "");
        inherit(source, &format!("/folders/{at}"), &mut out);
        Some(out)
    }

    fn request(&self, id: &str) -> Option<Value> {
        self.requests.get(id).map(|(i, r)| request(r, *i))
    }
}

/// What folders, requests and collections share: events, authorization, variables, settings.
fn inherit(source: &Value, at: &str, out: &mut Value) {
    let Some(out) = out.as_object_mut() else { return };
    if let Some(events) = events(source) {
        out.insert("event".into(), events);
    }
    if let Some(auth) = auth(source, at) {
        out.insert("auth".into(), auth);
    }
    for key in ["variables", "variable"] {
        if let Some(v @ Value::Array(_)) = source.get(key) {
            out.insert("variable".into(), v.clone());
        }
    }
    if let Some(v) = source.get("protocolProfileBehavior") {
        out.insert("protocolProfileBehavior".into(), v.clone());
    }
}

fn events(source: &Value) -> Option<Value> {
    if let Some(Value::Array(events)) = source.get("events")
        && !events.is_empty()
    {
        return Some(Value::Array(events.clone()));
    }
    let one = |key: &str, listen: &str| {
        let code = source.get(key).filter(|v| v.as_str().is_some_and(|s| !s.is_empty()) || v.is_array())?;
        Some(json!({ "listen": listen, "script": { "exec": code } }))
    };
    let events: Vec<Value> =
        [one("preRequestScript", "prerequest"), one("tests", "test")].into_iter().flatten().collect();
    (!events.is_empty()).then(|| Value::Array(events))
}

fn request(source: &Value, at: usize) -> Value {
    let mut inner = json!({
        "method": source.get("method").cloned().unwrap_or(Value::Null),
        "url": url(source),
        "header": headers(source, at),
    });
    if let (Some(body), Some(map)) = (body(source), inner.as_object_mut()) {
        map.insert("body".into(), body);
    }
    if let (Some(auth), Some(map)) = (auth(source, &format!("/requests/{at}")), inner.as_object_mut()) {
        map.insert("auth".into(), auth);
    }
    copy(source, &mut inner, "description", "");
    let responses: Vec<Value> = list(source, "responses").iter().map(response).collect();
    let mut out = json!({
        "id": source.get("id").cloned().unwrap_or(Value::Null),
        "name": str_of(source, "name").unwrap_or_default(),
        "request": inner,
        "response": responses,
        AT: format!("/requests/{at}"),
    });
    if let (Some(events), Some(map)) = (events(source), out.as_object_mut()) {
        map.insert("event".into(), events);
    }
    copy(source, &mut out, "protocolProfileBehavior", "");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_lists_decide_what_comes_when() {
        let v2 = to_v2(&json!({
            "name": "Old", "order": ["b"], "folders_order": ["f"],
            "folders": [{"id": "f", "name": "F", "order": ["a"], "folders_order": ["g"]}, {"id": "g", "name": "G", "order": []}],
            "requests": [
                {"id": "a", "name": "A", "url": "http://h/{{x}}?q=1", "method": "POST", "headers": "A: 1\n//B: 2\n", "dataMode": "urlencoded",
                 "data": [{"key": "k", "value": "v", "enabled": false}], "tests": "tests['x'] = true;"},
                {"id": "b", "url": "http://h", "method": "GET", "currentHelper": "basicAuth", "helperAttributes": "{\"username\":\"u\"}"}
            ]
        }));
        assert_eq!(v2.pointer("/item/0/item/0/name"), Some(&json!("G")));
        assert_eq!(v2.pointer("/item/0/item/1/name"), Some(&json!("A")));
        assert_eq!(v2.pointer("/item/0/item/1/request/header/1/disabled"), Some(&json!(true)));
        assert_eq!(v2.pointer("/item/0/item/1/event/0/script/exec"), Some(&json!("tests['x'] = true;")));
        assert_eq!(v2.pointer("/item/1/request/auth/basic/username"), Some(&json!("u")));
        assert_eq!(v2.pointer("/item/1/$at"), Some(&json!("/requests/1")));
    }
}
