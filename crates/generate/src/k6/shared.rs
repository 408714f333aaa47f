//! Scripts of a collection or folder run at each of its requests: they are written once, as functions.

use std::sync::Arc;

use loadwright_diagnostic::Origin;
use loadwright_scenario::{Dialect, Part, Script, Text, for_each_request};

use super::context::Context;
use super::scope::Home;
use crate::js::{JsExpr, JsIdent, Stmt};

/// A script that is a function, with the names of its parameters.
#[derive(Debug, Clone)]
pub(crate) struct SharedScript {
    origin: Origin,
    body: Text,
    function: JsIdent,
    /// What the function calls the name of the request.
    name: &'static str,
    /// What it calls the response, when it runs after one.
    response: Option<&'static str>,
}

impl SharedScript {
    fn is(&self, script: &Script) -> bool {
        self.origin == script.origin && self.body == script.plain.body
    }
}

impl Context<'_> {
    /// Finds them, names them, and gives their variables a home that they can see.
    pub fn share_scripts(&mut self) {
        let mut seen: Vec<(&Script, bool, usize)> = Vec::new();
        for_each_request(self.plan, &mut |step| {
            let scripts = step.before.iter().map(|s| (s, false)).chain(step.after.iter().map(|s| (s, true)));
            for (script, after) in scripts.filter(|(s, _)| s.dialect == Dialect::K6) {
                match seen.iter_mut().find(|(s, a, _)| {
                    *a == after && s.origin == script.origin && s.plain.body == script.plain.body
                }) {
                    Some((_, _, count)) => *count += 1,
                    None => seen.push((script, after, 1)),
                }
            }
        });
        for (script, after, count) in seen {
            if count < 2 || !self.can_share(script) {
                continue;
            }
            let free =
                |names: &[&'static str]| names.iter().copied().find(|n| !script.plain.own.contains(*n));
            let Some(name) = free(&["name", "requestName"]) else { continue };
            let response = if after { free(&["response", "res"]) } else { None };
            if after && response.is_none() {
                continue;
            }
            for variable in script.reads.iter().chain(&script.writes) {
                if let Some(home) =
                    Arc::make_mut(&mut self.homes).get_mut(variable).filter(|h| **h == Home::Function)
                {
                    *home = Home::Module;
                }
            }
            let wish = if after { "afterRequest" } else { "beforeRequest" };
            let function = self.names.claim(wish, wish);
            let (origin, body) = (script.origin.clone(), script.plain.body.clone());
            self.shared.push(SharedScript { origin, body, function, name, response });
        }
    }

    /// Whether the script needs nothing that only the function of the scenario has.
    fn can_share(&self, script: &Script) -> bool {
        let column = script.plain.body.0.iter().any(|p| matches!(p, Part::Column(_)));
        let local = script
            .reads
            .iter()
            .chain(&script.writes)
            .any(|v| matches!(self.homes.get(v), Some(Home::Setup | Home::Here)));
        !column && !local
    }

    /// The call of the function that the script is.
    pub fn shared_call(&self, script: &Script, response: Option<&JsIdent>, name: &str) -> Option<Stmt> {
        let shared = self.shared.iter().find(|s| s.is(script))?;
        let mut args = vec![JsExpr::string(name)];
        args.extend(response.map(JsExpr::ident));
        Some(Stmt::Expr(JsExpr::call(JsExpr::ident(&shared.function), args)))
    }

    /// The functions, in the order of their first call.
    pub fn shared_functions(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for shared in self.shared.clone() {
            let mut found = None;
            for_each_request(self.plan, &mut |step| {
                found = found.or_else(|| step.before.iter().chain(&step.after).find(|s| shared.is(s)));
            });
            let Some(script) = found else { continue };
            let code = self.plain_code(script, shared.response.unwrap_or("null"), shared.name, shared.name);
            let parameters = [Some(shared.name), shared.response].into_iter().flatten();
            let parameters: Vec<&str> = parameters.collect();
            let when = if shared.response.is_some() { "after" } else { "before" };
            out.push(format!(
                "// What the collection or a folder of it does {when} each of its requests.\nfunction {}({}) {{\n{}}}\n",
                shared.function.as_str(),
                parameters.join(", "),
                code.lines().fold(String::new(), |out, line| match line {
                    "" => out + "\n",
                    line => format!("{out}  {line}\n"),
                })
            ));
        }
        out
    }
}
