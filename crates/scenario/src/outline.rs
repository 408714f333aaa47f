use std::fmt::Write as _;

use crate::{Auth, Body, RequestStep, Step, TestPlan, VarSource};

/// The plan as an indented outline for people and golden files: one line a step, stable, never parsed.
pub fn outline(plan: &TestPlan) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "plan {:?}", plan.title);
    for v in &plan.variables {
        let secret = if v.secret { " secret" } else { "" };
        let _ = match &v.source {
            VarSource::Constant(text) => writeln!(out, "  let {} = {text}{secret}", v.name),
            VarSource::Environment { name, default: Some(text) } => {
                writeln!(out, "  env {} = ${name} or {text}{secret}", v.name)
            }
            VarSource::Environment { name, default: None } => {
                writeln!(out, "  env {} = ${name}{secret}", v.name)
            }
            VarSource::Switched { cases, .. } => {
                let names: Vec<&str> = cases.iter().map(|c| c.environment.as_str()).collect();
                writeln!(out, "  let {} by environment: {}{secret}", v.name, names.join(", "))
            }
            VarSource::Captured { initial: Some(text) } => writeln!(out, "  var {} = {text}{secret}", v.name),
            VarSource::Captured { initial: None } => writeln!(out, "  var {}{secret}", v.name),
        };
    }
    for d in &plan.datasets {
        let _ = writeln!(out, "  data {} = {} [{}]", d.name, d.path, d.columns.join(", "));
    }
    for field in &plan.http.headers {
        let _ = writeln!(out, "  header {}: {}", field.name, field.value);
    }
    if !plan.setup.is_empty() {
        out.push_str("  setup\n");
        steps(&mut out, &plan.setup, 2);
    }
    for s in &plan.scenarios {
        let _ = writeln!(out, "  scenario {} weight {}", s.name, s.weight);
        steps(&mut out, &s.steps, 2);
    }
    out
}

fn steps(out: &mut String, list: &[Step], depth: usize) {
    let pad = "  ".repeat(depth);
    for step in list {
        let _ = match step {
            Step::Request(r) => {
                request(out, r, depth);
                Ok(())
            }
            Step::Batch(requests) => {
                let _ = writeln!(out, "{pad}batch");
                for r in requests {
                    request(out, r, depth + 1);
                }
                Ok(())
            }
            Step::Group(g) => {
                let _ = writeln!(out, "{pad}group {:?}", g.name);
                steps(out, &g.steps, depth + 1);
                Ok(())
            }
            Step::Pause(p) => writeln!(out, "{pad}pause {:?}", p.time),
            Step::Assign(a) => writeln!(out, "{pad}set {} = {}", a.into, a.value),
            Step::Script(s) => writeln!(out, "{pad}script {:?} {} lines", s.dialect, s.code.lines().count()),
            Step::WebSocket(w) => writeln!(out, "{pad}websocket {} {} frames", w.url, w.frames.len()),
        };
    }
}

fn request(out: &mut String, r: &RequestStep, depth: usize) {
    let pad = "  ".repeat(depth);
    let url = &r.request.url;
    let query: Vec<String> = url
        .query
        .iter()
        .map(|q| q.value.as_ref().map_or_else(|| q.name.to_string(), |v| format!("{}={v}", q.name)))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let _ = writeln!(
        out,
        "{pad}{:?}: {} {}{}{mark}{}",
        r.name,
        r.request.method,
        url.base,
        url.group(),
        query.join("&")
    );
    for segment in &url.path {
        if let crate::Segment::Param { label, value, .. } = segment {
            let _ = writeln!(out, "{pad}  path {label} = {value}");
        }
    }
    for f in &r.request.headers {
        let _ = writeln!(out, "{pad}  header {}: {}", f.name, f.value);
    }
    for f in &r.request.cookies {
        let _ = writeln!(out, "{pad}  cookie {}={}", f.name, f.value);
    }
    if let Some(text) = body(&r.request.body) {
        let _ = writeln!(out, "{pad}  body {text}");
    }
    if r.request.auth != Auth::None {
        let kind = format!("{:?}", r.request.auth);
        let _ = writeln!(out, "{pad}  auth {}", kind.split([' ', '(']).next().unwrap_or_default());
    }
    for script in &r.before {
        let _ = writeln!(out, "{pad}  before {} lines", script.code.lines().count());
    }
    for c in &r.checks {
        let _ = writeln!(out, "{pad}  check {:?}: {:?} {:?}", c.name, c.subject, c.predicate);
    }
    for e in &r.extractions {
        let _ = writeln!(out, "{pad}  take {} from {:?}", e.into, e.from);
    }
    for script in &r.after {
        let _ = writeln!(out, "{pad}  after {} lines", script.code.lines().count());
    }
}

fn body(body: &Body) -> Option<String> {
    Some(match body {
        Body::Empty => return None,
        Body::Json { value, indent: _ } => format!("json {}", json_outline(value)),
        Body::Raw { media_type, content } => {
            format!("raw {} {:?}", media_type.as_deref().unwrap_or("-"), content.to_string())
        }
        Body::Bytes { media_type, content } => {
            format!("bytes {} {} B", media_type.as_deref().unwrap_or("-"), content.len())
        }
        Body::Form(fields) => {
            let pairs: Vec<String> = fields.iter().map(|f| format!("{}={}", f.name, f.value)).collect();
            format!("form {}", pairs.join("&"))
        }
        Body::Multipart(parts) => {
            let names: Vec<String> = parts.iter().map(|p| p.name.to_string()).collect();
            format!("multipart {}", names.join(", "))
        }
        Body::File { media_type, file } => {
            format!("file {} {}", media_type.as_deref().unwrap_or("-"), file.path)
        }
        Body::GraphQl { query, .. } => format!("graphql {:?}", query.to_string()),
    })
}

fn json_outline(json: &crate::Json) -> String {
    use crate::Json;
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(n) => n.clone(),
        Json::String(t) => format!("{:?}", t.to_string()),
        Json::Hole(t) => t.to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(json_outline).collect::<Vec<_>>().join(",")),
        Json::Object(fields) => {
            let inner: Vec<String> =
                fields.iter().map(|(k, v)| format!("{k:?}:{}", json_outline(v))).collect();
            format!("{{{}}}", inner.join(","))
        }
    }
}
