use std::collections::HashMap;

use loadwright_diagnostic::{Diagnostic, Origin};
use loadwright_scenario::{
    Body, Encoding, Exchange, Extraction, Json, Lifetime, Part, RequestStep, Segment, Text, VarName,
    VarSource, Variable, for_each_request, for_each_request_mut,
};

use crate::candidates::{Candidate, candidates};
use crate::codes;
use crate::{Pass, PassContext};

/// What a response gave and a later request sent is taken from the response.
///
/// A value counts when the client could not have known it before: no earlier request has it. The first response that
/// gives it is where it is taken from.
pub(crate) struct Correlate;

struct Rule {
    variable: VarName,
    candidate: Candidate,
    producer: Origin,
    users: Vec<String>,
}

impl Pass for Correlate {
    fn name(&self) -> &'static str {
        "correlate"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.evidence.recorded || cx.options.keep_order {
            return;
        }
        let exchanges: HashMap<&Origin, &Exchange> =
            cx.evidence.exchanges.iter().map(|e| (&e.origin, e)).collect();
        let mut known: Vec<String> = Vec::new();
        // value → the first response that gives it
        let mut offers: HashMap<String, (Candidate, Origin)> = HashMap::new();
        let mut rules: Vec<Rule> = Vec::new();
        let taken: Vec<VarName> = cx.plan.variables.iter().map(|v| v.name.clone()).collect();
        for_each_request(cx.plan, &mut |step| {
            let sent = atoms(step);
            for value in &sent {
                if let Some((candidate, producer)) = offers.get(value) {
                    match rules.iter_mut().find(|r| r.candidate.value == *value) {
                        Some(rule) => {
                            if rule.users.last() != Some(&step.name) {
                                rule.users.push(step.name.clone());
                            }
                        }
                        None => rules.push(Rule {
                            variable: free_name(&candidate.name, &taken, &rules),
                            candidate: candidate.clone(),
                            producer: producer.clone(),
                            users: vec![step.name.clone()],
                        }),
                    }
                }
            }
            known.extend(sent);
            if let Some(exchange) = exchanges.get(&step.origin) {
                for c in candidates(exchange) {
                    if !known.contains(&c.value) && !offers.contains_key(&c.value) {
                        offers.insert(c.value.clone(), (c, step.origin.clone()));
                    }
                }
            }
        });
        apply(cx, rules);
    }
}

fn apply(cx: &mut PassContext<'_>, rules: Vec<Rule>) {
    let mut ready: Vec<(String, VarName)> = Vec::new();
    for_each_request_mut(cx.plan, &mut |step| {
        for (value, name) in &ready {
            replace(step, value, name);
        }
        for rule in rules.iter().filter(|r| r.producer == step.origin) {
            let users: Vec<&str> = rule.users.iter().map(String::as_str).take(3).collect();
            let more = if rule.users.len() > 3 {
                format!(" and {} more", rule.users.len() - 3)
            } else {
                String::new()
            };
            step.extractions.push(Extraction {
                into: rule.variable.clone(),
                from: rule.candidate.from.clone(),
                fallback: None,
                guard: Some(format!("{}: {} found", step.name, rule.variable)),
                reason: Some(format!("{} is sent by {}{more}", rule.variable, users.join(", "))),
                origin: step.origin.key("response"),
            });
            ready.push((rule.candidate.value.clone(), rule.variable.clone()));
            // longer values first: one may be a part of another
            ready.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        }
    });
    for rule in rules {
        let message = format!(
            "{} flows into {} later request{}",
            rule.variable,
            rule.users.len(),
            if rule.users.len() == 1 { "" } else { "s" }
        );
        cx.diagnostics.push(Diagnostic::new(&codes::CORRELATED, message, rule.producer.key("response")));
        cx.plan.variables.push(Variable {
            name: rule.variable,
            source: VarSource::Captured { initial: None },
            lifetime: Lifetime::Iteration,
            secret: false,
            note: None,
            origin: rule.producer,
        });
    }
}

fn free_name(wish: &str, taken: &[VarName], rules: &[Rule]) -> VarName {
    let wish = if wish.is_empty() { "value" } else { wish };
    let mut name = wish.to_owned();
    let mut n = 2;
    while taken.iter().any(|t| t.as_str() == name) || rules.iter().any(|r| r.variable.as_str() == name) {
        name = format!("{wish}{n}");
        n += 1;
    }
    VarName::new(name)
}

/// Every value that a request sends as a unit: a segment, a parameter, a header, a field.
fn atoms(step: &RequestStep) -> Vec<String> {
    let mut out = Vec::new();
    let mut add = |text: &str| {
        out.push(text.to_owned());
        if text.contains('%') {
            out.push(decoded(text));
        }
    };
    for segment in &step.request.url.path {
        if let Segment::Literal(text) = segment {
            add(text);
        }
    }
    let literal = |t: &Text| t.as_literal().map(str::to_owned);
    for q in &step.request.url.query {
        if let Some(v) = q.value.as_ref().and_then(literal) {
            add(&v.replace('+', " "));
            add(&v);
        }
    }
    for f in step.request.headers.iter().chain(&step.request.cookies) {
        if let Some(v) = literal(&f.value) {
            if let Some((_, token)) = v.split_once(' ') {
                add(token);
            }
            add(&v);
        }
    }
    match &step.request.body {
        Body::Json { value, .. } => json_atoms(value, &mut add),
        Body::Form(fields) => fields.iter().filter_map(|f| literal(&f.value)).for_each(|v| add(&v)),
        Body::Raw { content, .. } => {
            if let Some(text) = literal(content) {
                match serde_json::from_str::<serde_json::Value>(&text) {
                    Ok(value) => value_atoms(&value, &mut add),
                    Err(_) => text
                        .split('&')
                        .filter_map(|p| p.split_once('='))
                        .for_each(|(_, v)| add(&v.replace('+', " "))),
                }
            }
        }
        Body::Empty | Body::Bytes { .. } | Body::Multipart(_) | Body::File { .. } | Body::GraphQl { .. } => {}
    }
    out
}

fn json_atoms(json: &Json, f: &mut dyn FnMut(&str)) {
    match json {
        Json::String(text) => text.as_literal().into_iter().for_each(f),
        Json::Number(n) => f(n),
        Json::Array(items) => items.iter().for_each(|i| json_atoms(i, f)),
        Json::Object(fields) => fields.iter().for_each(|(_, v)| json_atoms(v, f)),
        Json::Null | Json::Bool(_) | Json::Hole(_) => {}
    }
}

fn value_atoms(value: &serde_json::Value, f: &mut dyn FnMut(&str)) {
    match value {
        serde_json::Value::String(s) => f(s),
        serde_json::Value::Number(n) => f(&n.to_string()),
        serde_json::Value::Array(items) => items.iter().for_each(|i| value_atoms(i, f)),
        serde_json::Value::Object(map) => map.values().for_each(|v| value_atoms(v, f)),
        _ => {}
    }
}

/// Puts the variable where the recorded value stood.
fn replace(step: &mut RequestStep, value: &str, name: &VarName) {
    let part = Part::Var(name.clone());
    let hole = || Text(vec![part.clone()]);
    for segment in &mut step.request.url.path {
        if let Segment::Literal(text) = segment
            && (text == value || decoded(text) == value)
        {
            *segment =
                Segment::Param { label: format!("{{{name}}}"), value: hole(), encoding: encoding(value) };
        }
    }
    for q in &mut step.request.url.query {
        if let Some(v) = &mut q.value
            && v.as_literal().is_some_and(|t| t == value || decoded(&t.replace('+', " ")) == value)
        {
            *v = hole();
            // names are wire text already: only the variable needs encoding, and plain names survive it
            if q.name
                .as_literal()
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)))
            {
                q.encoding = encoding(value);
            }
        }
    }
    for f in step.request.headers.iter_mut().chain(&mut step.request.cookies) {
        f.value.replace_literal(value, &part);
    }
    match &mut step.request.body {
        Body::Json { value: json, .. } => json_replace(json, value, &part),
        Body::Form(fields) => {
            for f in fields {
                if f.value.as_literal() == Some(value) {
                    f.value = hole();
                }
            }
        }
        Body::Raw { content, .. } => {
            // a form or JSON in a spelling of its own: only whole values, not parts of other words
            for (open, close) in [("\"", "\""), ("=", "&")] {
                content.replace_literal(
                    &format!("{open}{value}{close}"),
                    &Part::Literal(format!("{open}\u{0}{close}")),
                );
            }
            if let Some(text) = content.as_literal()
                && text.ends_with(&format!("={value}"))
            {
                let cut = text.len() - value.len();
                *content = Text::literal(format!("{}\u{0}", text.get(..cut).unwrap_or_default()));
            }
            content.replace_literal("\u{0}", &part);
        }
        Body::Empty | Body::Bytes { .. } | Body::Multipart(_) | Body::File { .. } | Body::GraphQl { .. } => {}
    }
}

fn json_replace(json: &mut Json, value: &str, part: &Part) {
    match json {
        Json::String(text) if text.as_literal() == Some(value) => *text = Text(vec![part.clone()]),
        Json::Number(n) if n == value => *json = Json::Hole(Text(vec![part.clone()])),
        Json::Array(items) => items.iter_mut().for_each(|i| json_replace(i, value, part)),
        Json::Object(fields) => fields.iter_mut().for_each(|(_, v)| json_replace(v, value, part)),
        Json::String(_) | Json::Number(_) | Json::Null | Json::Bool(_) | Json::Hole(_) => {}
    }
}

/// A value of plain characters needs no encoding when it is sent again.
fn encoding(value: &str) -> Encoding {
    if value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b)) {
        Encoding::Raw
    } else {
        Encoding::Component
    }
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        match text.get(i + 1..i + 3).filter(|_| b == b'%').and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(v) => {
                out.push(v);
                i += 3;
            }
            None => {
                out.push(b);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
