use loadwright_scenario::{Extraction, Json, JsonPath, JsonStep, Predicate, RequestStep, Selector, Text};

use super::context::Context;
use super::yaml::Yaml;
use crate::js::{JsExpr, Prop, Stmt};

impl Context<'_> {
    /// What the expect plugin can say, and the rest as tests of the processor.
    pub fn expectations(&mut self, step: &RequestStep) -> (Vec<Yaml>, Vec<Prop>) {
        let mut native = Vec::new();
        let mut tests: Vec<Prop> = Vec::new();
        for check in &step.checks {
            match expectation(&check.subject, &check.predicate) {
                Some(list) => native.extend(list),
                None => {
                    let test = self.js.test(&check.subject, &check.predicate);
                    tests.push(Prop::pair(check.name.clone(), JsExpr::arrow("(r)", test)));
                }
            }
        }
        for e in &step.extractions {
            let Some(guard) = &e.guard else { continue };
            let from = without_jar(&e.from);
            match expectation(&from, &Predicate::Exists) {
                Some(list) => native.extend(list),
                None => {
                    let test = self.js.test(&from, &Predicate::Exists);
                    tests.push(Prop::pair(guard.clone(), JsExpr::arrow("(r)", test)));
                }
            }
        }
        let mut seen: Vec<Yaml> = Vec::new();
        native.retain(|e| {
            let new = !seen.contains(e);
            if new {
                seen.push(e.clone());
            }
            new
        });
        (native, tests)
    }

    /// `capture` entries, and statements for what they cannot take.
    pub fn captures(&mut self, step: &RequestStep) -> (Vec<Yaml>, Vec<Stmt>) {
        let mut native = Vec::new();
        let mut code = Vec::new();
        for e in &step.extractions {
            let ident = self.js.var_ident(&e.into);
            let from = without_jar(&e.from);
            let target = JsExpr::code("context.vars").member(ident.as_str());
            if e.fallback.as_ref().and_then(Text::as_var) == Some(&e.into) {
                // what is known already stays when there is nothing better
                self.uses_response = true;
                let value = self.js.selected("r", &from);
                let found = JsExpr::chain(vec![value, JsExpr::code(" ?? "), target.clone()]);
                code.push(Stmt::Expr(JsExpr::binary(target, "=", found)));
                continue;
            }
            match capture(e) {
                Some(mut pairs) => {
                    pairs.push(("as".to_owned(), Yaml::text(ident.as_str())));
                    pairs.push(("strict".to_owned(), Yaml::bool(false)));
                    let entry = Yaml::Map(pairs);
                    native.push(match &e.reason {
                        Some(reason) => Yaml::Noted(reason.clone(), Box::new(entry)),
                        None => entry,
                    });
                }
                None => {
                    self.uses_response = true;
                    let value = self.js.selected("r", &from);
                    code.push(Stmt::Expr(JsExpr::binary(target.clone(), "=", value)));
                }
            }
            if let Some(fallback) = &e.fallback {
                let fallback = match fallback.as_literal() {
                    Some(n) if n.len() <= 15 && n.parse::<u64>().is_ok_and(|v| v.to_string() == n) => {
                        JsExpr::number(n)
                    }
                    _ => self.js.text(fallback),
                };
                let test = JsExpr::binary(target.clone(), "===", JsExpr::code("undefined || "));
                let empty = JsExpr::binary(target.clone(), "===", JsExpr::string(""));
                code.push(Stmt::If {
                    test: JsExpr::chain(vec![test, empty]),
                    then: vec![Stmt::Expr(JsExpr::binary(target, "=", fallback))],
                    otherwise: Vec::new(),
                });
            }
        }
        (native, code)
    }
}

/// Hooks see the answer's own cookies and no jar.
fn without_jar(selector: &Selector) -> Selector {
    match selector {
        Selector::JarCookie(name) => Selector::Cookie(name.clone()),
        Selector::Claim { from, path } => {
            Selector::Claim { from: Box::new(without_jar(from)), path: path.clone() }
        }
        other => other.clone(),
    }
}

fn expectation(subject: &Selector, predicate: &Predicate) -> Option<Vec<Yaml>> {
    let one = |key: &str, value: Yaml| Some(vec![Yaml::Map(vec![(key.to_owned(), value)])]);
    let status = |j: &Json| match j {
        Json::Number(n) if n.parse::<u16>().is_ok() => Some(Yaml::Plain(n.clone())),
        _ => None,
    };
    match (subject, predicate) {
        (Selector::Status, Predicate::Equals(json)) => one("statusCode", status(json)?),
        (Selector::Status, Predicate::NotEquals(json)) => one("notStatusCode", status(json)?),
        (Selector::Status, Predicate::OneOf(list)) => {
            one("statusCode", Yaml::List(list.iter().map(status).collect::<Option<_>>()?))
        }
        (Selector::Header(name), Predicate::Contains(text))
            if name.eq_ignore_ascii_case("content-type") && text.as_literal() == Some("json") =>
        {
            one("contentType", Yaml::text("json"))
        }
        (Selector::Header(name), Predicate::Exists) => {
            one("hasHeader", Yaml::text(name.to_ascii_lowercase()))
        }
        (Selector::Json(path), Predicate::Exists) => one("hasProperty", Yaml::Text(lodash(path)?)),
        (Selector::Json(path), Predicate::HasKeys(keys)) => keys
            .iter()
            .map(|k| {
                let mut full = path.clone();
                full.0.push(JsonStep::Key(k.into()));
                Some(Yaml::Map(vec![("hasProperty".to_owned(), Yaml::Text(lodash(&full)?))]))
            })
            .collect(),
        _ => None,
    }
}

fn capture(e: &Extraction) -> Option<Vec<(String, Yaml)>> {
    let pair = |k: &str, v: String| (k.to_owned(), Yaml::Text(v));
    let from = match &e.from {
        Selector::Fitting { from, pattern: _ } => from,
        from => from,
    };
    match from {
        Selector::Json(path) => Some(vec![pair("json", json_path(path)?)]),
        Selector::Header(name) => Some(vec![pair("header", name.to_ascii_lowercase())]),
        Selector::Regex { pattern, group } => {
            let mut out = vec![pair("regexp", pattern.clone())];
            out.push(("group".to_owned(), Yaml::int(i64::from(*group))));
            Some(out)
        }
        Selector::Css { query, attribute: Some(attribute) } => {
            Some(vec![pair("selector", query.clone()), pair("attr", attribute.clone())])
        }
        _ => None,
    }
}

/// A path as lodash reads it; keys that it would take apart are left to the processor.
fn lodash(path: &JsonPath) -> Option<String> {
    let mut out = String::new();
    for step in &path.0 {
        match step {
            JsonStep::Index(i) => out.push_str(&format!("[{i}]")),
            JsonStep::Key(k) if !k.is_empty() && !k.contains(['.', '[', ']', '"', '\'', '{']) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(k);
            }
            JsonStep::Key(_) => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

fn json_path(path: &JsonPath) -> Option<String> {
    let plain = path.0.iter().all(|s| match s {
        JsonStep::Index(_) => true,
        JsonStep::Key(k) => !k.is_empty() && !k.contains(['\'', '"', '\\', '{', '`', '^', '~', '@']),
    });
    plain.then(|| path.to_string())
}
