use loadwright_diagnostic::{Diagnostic, Origin, Pointer};
use loadwright_scenario::{
    Auth, Body, Field, Json, Lifetime, Part, PartContent, RequestStep, SentTexts, Step, Text, VarName,
    VarSource, Variable, for_each_request_mut, for_each_step, is_secret_value, is_sensitive, xml_fields,
};
use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use crate::codes;
use crate::places::place;
use crate::replace::{Scope, Swap, replace};
use crate::senders::sent_by;
use crate::{Pass, PassContext};

/// Real credentials of a recording become environment variables: no artefact carries them.
///
/// Runs after correlation: a token that a response gives is taken from there and is no secret of the script.
pub(crate) struct RedactSecrets;

impl Pass for RedactSecrets {
    fn name(&self) -> &'static str {
        "secrets"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.evidence.recorded {
            return;
        }
        let mut found: Vec<Secret> = Vec::new();
        let texts = &cx.evidence.request_texts;
        let mut names = Names::default();
        for_each_step(cx.plan, &mut |step| {
            let mut look = |r: &RequestStep| {
                collect(r, texts, &mut names, &mut found);
            };
            match step {
                Step::Request(r) => look(r),
                Step::Batch(list) => list.iter().for_each(look),
                Step::WebSocket(socket) => sent_by(socket).iter().for_each(look),
                Step::Group(_) | Step::Pause(_) | Step::Assign(_) | Step::Script(_) => {}
            }
        });
        if found.is_empty() {
            return;
        }
        let mut taken: Vec<String> = cx.plan.variables.iter().map(|v| v.name.as_str().to_owned()).collect();
        for secret in &mut found {
            let mut n = 2;
            let base = secret.env.clone();
            while taken.contains(&secret.env) {
                secret.env = format!("{base}_{n}");
                n += 1;
            }
            taken.push(secret.env.clone());
        }
        // longer values first: one may be a part of another
        found.sort_by(|a, b| b.value.len().cmp(&a.value.len()).then(a.env.cmp(&b.env)));
        let told: Vec<(&Secret, Finder<'_>)> =
            found.iter().filter(|s| s.tells()).map(|s| (s, Finder::new(s.value.as_bytes()))).collect();
        let hidden = |text: &mut Text| {
            for (s, finder) in &told {
                let has = |p: &Part| matches!(p, Part::Literal(t) if finder.find(t.as_bytes()).is_some());
                if text.0.iter().any(has) {
                    text.replace_literal(&s.value, &Part::Var(VarName::new(&s.env)));
                }
            }
        };
        loadwright_scenario::for_each_text_mut(cx.plan, &mut |t| hidden(t));
        found.retain(|s| {
            if s.tells() {
                return true;
            }
            let name = VarName::new(&s.env);
            let part = Part::Var(name.clone());
            let swap = Swap { value: s.value.clone(), scope: Scope::Named(s.name.clone()), name, part };
            let mut any = false;
            for_each_request_mut(cx.plan, &mut |r| any = replace(r, &swap) || any);
            any
        });
        found.sort_by(|a, b| a.env.cmp(&b.env));
        for s in found {
            cx.diagnostics.push(
                Diagnostic::new(
                    &codes::SECRET,
                    format!("{} became the environment variable {}", s.what, s.env),
                    s.origin.clone(),
                )
                .with_help(format!("set it with -e {}=…", s.env)),
            );
            cx.plan.variables.push(Variable {
                name: VarName::new(&s.env),
                source: VarSource::Environment { name: s.env, default: None },
                lifetime: Lifetime::Iteration,
                secret: true,
                note: None,
                // from where the script may read it when the environment has none; the root is nowhere
                origin: s.place,
            });
        }
    }
}

struct Secret {
    value: String,
    env: String,
    /// Of the field, header or parameter that holds it.
    name: String,
    what: String,
    origin: Origin,
    place: Origin,
}

impl Secret {
    /// A word or a short text stands for itself in other places: it is taken out only where it is named.
    fn tells(&self) -> bool {
        let word = self.value.len() < 12 && self.value.bytes().all(|b| b.is_ascii_lowercase());
        self.value.len() >= 6 && !word
    }
}

/// Names that were met, and whether they are of what must stay private.
type Names = FxHashMap<String, bool>;

fn collect(step: &RequestStep, texts: &SentTexts, names: &mut Names, out: &mut Vec<Secret>) {
    let mut add = |name: &str, value: &str, env: &str, what: String| {
        let value = value.trim();
        let known = |s: &Secret| s.value == value && (s.tells() || s.name == name);
        let nothing =
            value.is_empty() || matches!(value, "true" | "false" | "null" | "undefined" | "0" | "1");
        if !nothing && !out.iter().any(known) {
            let origin = step.origin.key("request");
            let place = place(value, &step.origin, &texts.of(&step.origin))
                .unwrap_or_else(|| Origin::new(origin.source, Pointer::root()));
            out.push(Secret {
                value: value.to_owned(),
                env: env.to_owned(),
                name: name.to_owned(),
                what,
                origin,
                place,
            });
        }
    };
    let mut is_private = |name: &str, value: &str| {
        is_secret_value(value)
            || names.get(name).copied().unwrap_or_else(|| {
                let sensitive = is_sensitive(name);
                names.insert(name.to_owned(), sensitive);
                sensitive
            })
    };
    let request = &step.request;
    for f in &request.headers {
        let (Some(name), Some(value)) = (f.name.as_literal(), f.value.as_literal()) else { continue };
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("authorization") || is("proxy-authorization") {
            let token = value.split_once(' ').map_or(value, |(_, t)| t);
            add(name, token, "ACCESS_TOKEN", format!("the header `{name}`"));
        } else if is("cookie") {
            for (n, v) in value.split(';').filter_map(|p| p.trim().split_once('=')) {
                if is_private(n, v) {
                    add(n, v, &env_name(n), format!("the cookie `{n}`"));
                }
            }
        } else if is_private(name, value) {
            add(name, value, &env_name(name), format!("the header `{name}`"));
        }
    }
    for f in &request.cookies {
        let (Some(name), Some(value)) = (f.name.as_literal(), f.value.as_literal()) else { continue };
        if is_private(name, value) {
            add(name, value, &env_name(name), format!("the cookie `{name}`"));
        }
    }
    for q in &request.url.query {
        let (Some(name), Some(value)) = (q.name.as_literal(), q.value.as_ref().and_then(Text::as_literal))
        else {
            continue;
        };
        if is_private(name, value) {
            add(name, value, &env_name(name), format!("the query parameter `{name}`"));
        }
    }
    if let Auth::Basic { password, .. } = &request.auth
        && let Some(value) = password.as_literal()
    {
        add("password", value, "PASSWORD", "a password in the address".to_owned());
    }
    fields(&request.body, &mut |name, value| {
        if is_private(name, value) {
            add(name, value, &env_name(name), format!("the field `{name}`"));
        }
    });
}

/// Named values of a body, whatever its form.
fn fields(body: &Body, f: &mut dyn FnMut(&str, &str)) {
    match body {
        Body::Json { value, .. } => json(value, "", f),
        Body::Form(list) => {
            for Field { name, value } in list {
                if let (Some(n), Some(v)) = (name.as_literal(), value.as_literal()) {
                    f(n, v);
                }
            }
        }
        Body::Raw { content, .. } => {
            let Some(text) = content.as_literal() else { return };
            if text.trim_start().starts_with(['{', '[']) {
                if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
                    plain(&value, "", f);
                }
            } else if text.trim_start().starts_with('<') {
                xml_fields(text, &mut |n, v| f(n, v));
            } else if text.contains('=') && !text.contains(['\n', '<', ' ']) {
                for (n, v) in text.split('&').filter_map(|p| p.split_once('=')) {
                    f(n, v);
                }
            } else {
                // parts of a multipart body
                for part in text.split("name=\"").skip(1) {
                    if let Some((n, rest)) = part.split_once('"')
                        && let Some((_, v)) = rest.split_once("\r\n\r\n")
                    {
                        f(n, v.split("\r\n").next().unwrap_or(v));
                    }
                }
            }
        }
        Body::Multipart(parts) => {
            for part in parts {
                if let (Some(n), PartContent::Text(v)) = (part.name.as_literal(), &part.content) {
                    v.as_literal().into_iter().for_each(|v| f(n, v));
                }
            }
        }
        Body::GraphQl { variables, .. } => variables.iter().for_each(|v| json(v, "", f)),
        Body::Empty | Body::Bytes { .. } | Body::File { .. } => {}
    }
}

fn json(value: &Json, name: &str, f: &mut dyn FnMut(&str, &str)) {
    match value {
        Json::String(text) => {
            if let Some(t) = text.as_literal() {
                f(name, t);
            }
        }
        Json::Array(items) => items.iter().for_each(|i| json(i, name, f)),
        Json::Object(list) => list.iter().for_each(|(k, v)| json(v, k, f)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Hole(_) => {}
    }
}

fn plain(value: &serde_json::Value, name: &str, f: &mut dyn FnMut(&str, &str)) {
    match value {
        serde_json::Value::String(t) => f(name, t),
        serde_json::Value::Array(items) => items.iter().for_each(|i| plain(i, name, f)),
        serde_json::Value::Object(map) => map.iter().for_each(|(k, v)| plain(v, k, f)),
        _ => {}
    }
}

fn env_name(name: &str) -> String {
    let mut out: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    while out.contains("__") {
        out = out.replace("__", "_");
    }
    let out = out.trim_matches('_');
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        format!("SECRET_{out}")
    } else {
        out.to_owned()
    }
}
