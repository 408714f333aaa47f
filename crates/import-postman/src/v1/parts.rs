//! The parts of one request of version 1.

use serde_json::{Map, Value, json};

use super::FROM;
use crate::value::{disabled, list, scalar, str_of};

pub(super) fn url(source: &Value) -> Value {
    let text = scalar(source.get("url")).unwrap_or_default();
    let mut variables: Vec<Value> = list(source, "pathVariableData").to_vec();
    if let Some(Value::Object(map)) = source.get("pathVariables") {
        for (key, value) in map {
            if !variables.iter().any(|v| str_of(v, "key") == Some(key)) {
                variables.push(json!({ "key": key, "value": value }));
            }
        }
    }
    let query: Vec<Value> = list(source, "queryParams")
        .iter()
        .map(|p| json!({ "key": p.get("key"), "value": p.get("value"), "disabled": disabled(p) }))
        .collect();
    if variables.is_empty() && query.is_empty() {
        return Value::String(text);
    }
    // only path and query matter as objects; the address itself stays in front of them
    let (address, rest) = text.split_once('?').map_or((text.as_str(), None), |(a, q)| (a, Some(q)));
    let (scheme, tail) = address.split_once("://").map_or((None, address), |(s, t)| (Some(s), t));
    let (host, path) = tail.split_once('/').map_or((tail, None), |(h, p)| (h, Some(p)));
    let mut out = json!({ "host": host, "variable": variables });
    if let Some(map) = out.as_object_mut() {
        if let Some(scheme) = scheme {
            map.insert("protocol".into(), Value::String(scheme.to_owned()));
        }
        if let Some(path) = path {
            map.insert("path".into(), path.split('/').map(|s| Value::String(s.to_owned())).collect());
        }
        if query.is_empty() {
            if let Some(rest) = rest {
                map.insert("query".into(), Value::String(rest.to_owned()));
            }
        } else {
            map.insert("query".into(), Value::Array(query));
        }
    }
    out
}

pub(super) fn headers(source: &Value, at: usize) -> Value {
    if let Some(Value::Array(items)) = source.get("headers") {
        let mut items = items.clone();
        for (i, item) in items.iter_mut().enumerate() {
            if let Some(map) = item.as_object_mut() {
                map.insert(FROM.to_owned(), Value::String(format!("/requests/{at}/headers/{i}/value")));
            }
        }
        return Value::Array(items);
    }
    let mut out: Vec<Value> = Vec::new();
    for (i, header) in list(source, "headerData").iter().enumerate() {
        let key = scalar(header.get("key")).unwrap_or_default();
        let off = key.starts_with("//") || disabled(header);
        let key = key.trim_start_matches("//").trim().to_owned();
        out.push(json!({ "key": key, "value": header.get("value"), "disabled": off,
            FROM: format!("/requests/{at}/headerData/{i}/value") }));
    }
    for (key, value, off) in parse_headers(str_of(source, "headers").unwrap_or_default()) {
        if !out.iter().any(|h| str_of(h, "key") == Some(&key)) {
            let from = format!("/requests/{at}/headers/{key}");
            out.push(json!({ "key": key, "value": value, "disabled": off, FROM: from }));
        }
    }
    Value::Array(out)
}

/// `Name: value` lines; a line that starts with `//` is switched off.
pub fn parse_headers(text: &str) -> Vec<(String, String, bool)> {
    text.lines()
        .filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            let off = key.starts_with("//");
            let key = key.trim_start_matches("//").trim();
            (!key.is_empty() && !key.contains(char::is_whitespace))
                .then(|| (key.to_owned(), value.trim().to_owned(), off))
        })
        .collect()
}

pub(super) fn body(source: &Value) -> Option<Value> {
    let data = source.get("data");
    let raw = source.get("rawModeData");
    let empty = |v: Option<&Value>| match v {
        None | Some(Value::Null) => true,
        Some(Value::Array(a)) => a.is_empty(),
        Some(Value::String(s)) => s.is_empty(),
        Some(Value::Object(o)) => o.is_empty(),
        Some(_) => true,
    };
    if source.get("dataMode").is_some_and(Value::is_null) {
        return None;
    }
    let raw_text = match raw {
        Some(Value::String(s)) => Some(s.clone()),
        Some(Value::Array(a)) if a.len() == 1 => a.first().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let graphql = source.get("graphqlModeData").filter(|g| !empty(Some(g)));
    let mode = match str_of(source, "dataMode") {
        Some("binary") => "file",
        Some("graphql") => "graphql",
        Some("params") => "formdata",
        Some("raw") => "raw",
        Some("urlencoded") => "urlencoded",
        _ if empty(data) && empty(raw) && graphql.is_none() => return None,
        _ if raw_text.is_none()
            && (data.is_some_and(Value::is_array) || raw.is_some_and(Value::is_array)) =>
        {
            "formdata"
        }
        _ if raw_text.is_none() && graphql.is_some() => "graphql",
        _ => "raw",
    };
    let content = match mode {
        "raw" => {
            let data = data.and_then(Value::as_str).map(str::to_owned);
            Value::String(raw_text.filter(|t| !t.is_empty()).or(data).unwrap_or_default())
        }
        "graphql" => graphql.or(data).cloned().unwrap_or(Value::Null),
        "file" => json!({ "src": raw_text }),
        _ => {
            let params = [data, raw].into_iter().flatten().find_map(Value::as_array);
            Value::Array(
                params
                    .into_iter()
                    .flatten()
                    .filter(|p| p.get("key").is_some_and(|k| !k.is_null()))
                    .map(form_param)
                    .collect(),
            )
        }
    };
    let mut out = json!({ "mode": mode, mode: content, "disabled": source.get("dataDisabled") == Some(&Value::Bool(true)) });
    if let (Some(options), Some(map)) =
        (source.get("dataOptions").filter(|o| !o.is_null()), out.as_object_mut())
    {
        map.insert("options".into(), options.clone());
    }
    Some(out)
}

fn form_param(param: &Value) -> Value {
    let mut out = param.clone();
    let file = str_of(param, "type") == Some("file") && param.get("src").is_none_or(Value::is_null);
    if let (true, Some(map)) = (file, out.as_object_mut())
        && let Some(value) = map.remove("value").filter(|v| v.is_string() || v.is_array())
    {
        map.insert("src".into(), value);
    }
    out
}

pub(super) fn response(source: &Value) -> Value {
    json!({
        "name": source.get("name"),
        "status": source.pointer("/responseCode/name"),
        "code": source.pointer("/responseCode/code"),
        "header": source.get("headers"),
        "body": source.get("text"),
    })
}

pub(super) fn auth(source: &Value, at: &str) -> Option<Value> {
    if let Some(auth @ Value::Object(_)) = source.get("auth") {
        let mut auth = auth.clone();
        let kind = str_of(&auth, "type").unwrap_or_default().to_owned();
        let mut from = Map::new();
        for (i, p) in list(&auth, &kind).iter().enumerate() {
            if let Some(key) = str_of(p, "key") {
                from.insert(key.to_owned(), Value::String(format!("{at}/auth/{kind}/{i}/value")));
            }
        }
        for key in auth.get(&kind).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            from.insert(key.clone(), Value::String(format!("{at}/auth/{kind}/{key}")));
        }
        if let Some(map) = auth.as_object_mut() {
            map.insert(FROM.to_owned(), Value::Object(from));
        }
        return Some(auth);
    }
    let helper = str_of(source, "currentHelper").filter(|h| *h != "normal")?;
    let parsed: Option<Value>;
    let attributes = match source.get("helperAttributes") {
        Some(Value::String(s)) => {
            parsed = serde_json::from_str(s).ok();
            parsed.as_ref()?
        }
        Some(v) => v,
        None => &Value::Null,
    };
    let kind = match helper {
        "apikeyAuth" => "apikey",
        "basicAuth" => "basic",
        "bearerAuth" => "bearer",
        "digestAuth" => "digest",
        "hawkAuth" => "hawk",
        "oAuth1" => "oauth1",
        "oAuth2" => "oauth2",
        "ntlmAuth" => "ntlm",
        "awsSigV4" => "awsv4",
        "jwtAuth" => "jwt",
        "edgegridAuth" => "edgegrid",
        other => other,
    };
    let names: &[(&str, &str)] = match kind {
        "hawk" => &[
            ("hawk_id", "authId"),
            ("hawk_key", "authKey"),
            ("app", "app"),
            ("dlg", "delegation"),
            ("ext", "extraData"),
            ("extra", "extraData"),
        ],
        "oauth1" => &[
            ("auto", "autoAddParam"),
            ("header", "addParamsToHeader"),
            ("includeEmpty", "addEmptyParamsToSign"),
        ],
        "awsv4" => &[("accessKey", "accessKey"), ("secretKey", "secretKey")],
        _ => &[],
    };
    let mut parameters = Map::new();
    let mut from = Map::new();
    for (key, value) in attributes.as_object().into_iter().flatten() {
        let name = names.iter().find(|(old, _)| old == key).map_or(key.as_str(), |(_, new)| new);
        parameters.insert(name.to_owned(), value.clone());
        from.insert(name.to_owned(), Value::String(format!("{at}/helperAttributes/{key}")));
    }
    Some(json!({ "type": kind, kind: parameters, FROM: from }))
}
