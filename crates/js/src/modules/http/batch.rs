//! `http.batch`: several requests at once, answered in the shape they were given.

use rquickjs::function::Opt;
use rquickjs::{Array, Ctx, Object, Result, Value};

use super::request::{After, Prepared, prepare};
use super::{record, running};
use crate::host::{BatchLimits, Level};
use crate::vm::errors::{Stop, go_error, uncatchable};
use crate::vm::state::state;
use crate::vm::values::{absent, text};

pub fn batch<'js>(ctx: Ctx<'js>, requests: Opt<Value<'js>>) -> Result<Value<'js>> {
    running(&ctx, "Using batch in the init context is not supported")?;
    let Some(requests) = requests.0.filter(|v| !absent(v)) else {
        return Err(go_error(&ctx, "no argument was provided to http.batch()"));
    };
    let mut keys: Option<Vec<String>> = None;
    let mut entries: Vec<Value<'js>> = Vec::new();
    if let Some(list) = requests.as_array() {
        for entry in list.iter() {
            entries.push(entry?);
        }
    } else if let Some(object) = requests.as_object() {
        let mut names = Vec::new();
        for entry in object.props::<String, Value<'js>>() {
            let (key, value) = entry?;
            names.push(key);
            entries.push(value);
        }
        keys = Some(names);
    } else {
        return Err(go_error(
            &ctx,
            &format!("invalid http.batch() argument type {}", crate::modules::crypto::go_type(&requests)),
        ));
    }

    let mut answers: Vec<Option<Value<'js>>> = Vec::new();
    let mut sent: Vec<(usize, After)> = Vec::new();
    let mut outgoing = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        match read_entry(&ctx, entry)? {
            Prepared::Refused(refusal) => {
                let text = refusal.error.clone();
                let answer = refusal.into_response(&ctx)?;
                state(&ctx).host.log(Level::Warning, "A batch request failed", &[("error", &text)]);
                answers.push(Some(answer));
            }
            Prepared::Ready(ready) => {
                let (request, after) = ready.split();
                outgoing.push(request);
                sent.push((i, after));
                answers.push(None);
            }
        }
    }
    let vm = state(&ctx);
    let options = vm.shared.in_force().map(|f| &f.options);
    let limit = |n: Option<i64>, default: usize| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(default);
    let limits = BatchLimits {
        total: limit(options.and_then(|o| o.batch), 20),
        per_host: limit(options.and_then(|o| o.batch_per_host), 6),
    };
    let done = vm.host.send_all(outgoing, limits).map_err(|_| uncatchable(&ctx, Stop::Interrupted))?;
    let mut failed = None;
    for ((i, after), exchange) in sent.into_iter().zip(done) {
        match record::finish(&ctx, exchange, after) {
            Ok(answer) => answers[i] = Some(answer),
            Err(e) => {
                if vm.stop.borrow().is_some() {
                    return Err(e);
                }
                let thrown = ctx.catch();
                failed.get_or_insert(thrown);
            }
        }
    }
    if let Some(thrown) = failed {
        return Err(ctx.throw(thrown));
    }
    let answers = answers.into_iter().map(|a| a.unwrap_or_else(|| Value::new_null(ctx.clone())));
    match keys {
        Some(keys) => {
            let out = Object::new(ctx.clone())?;
            for (key, answer) in keys.into_iter().zip(answers) {
                out.set(key, answer)?;
            }
            Ok(out.into_value())
        }
        None => {
            let out = Array::new(ctx.clone())?;
            for (i, answer) in answers.enumerate() {
                out.set(i, answer)?;
            }
            Ok(out.into_value())
        }
    }
}

/// An address, `[method, url, body, params]`, or an object with those names.
fn read_entry<'js>(ctx: &Ctx<'js>, entry: &Value<'js>) -> Result<Prepared> {
    if let Some(list) = entry.as_array() {
        let at = |i: usize| list.get::<Value<'js>>(i);
        let method = text(ctx, &at(0)?)?;
        let (url, body, params) = (at(1)?, at(2)?, at(3)?);
        return prepare(ctx, method.into(), &url, Some(&body), Some(&params));
    }
    if let Some(object) = entry.as_object() {
        let url: Value<'js> = object.get("url")?;
        let is_template = object.contains_key("clean_url")?;
        if !is_template {
            let method: Value<'js> = object.get("method")?;
            let method = if absent(&method) { "GET".to_owned() } else { text(ctx, &method)?.to_uppercase() };
            let body: Value<'js> = object.get("body")?;
            let params: Value<'js> = object.get("params")?;
            let body = if method == "GET" || method == "HEAD" { None } else { Some(&body) };
            return prepare(ctx, method.clone().into(), &url, body, Some(&params));
        }
    }
    prepare(ctx, "GET".into(), entry, None, None)
}
