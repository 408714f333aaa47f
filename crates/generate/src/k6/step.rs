use loadwright_scenario::{
    Dialect, Group, Part, Pause, PlainCode, RequestStep, Script, Step, ThinkTime, VarName, VarSource,
};

use super::check::safe_name;
use super::context::Context;
use super::helpers::Helper;
use super::indent::inside;
use super::scope::Home;
use crate::js::{JsExpr, JsIdent, Names, Printer, Stmt, camel_case, quote};

impl Context<'_> {
    /// The steps of one block, a blank line between them.
    pub fn steps(&mut self, steps: &[Step], locals: &mut Names) -> Vec<Stmt> {
        let mut out = Vec::new();
        for step in steps {
            let code = self.step(step, locals);
            if !out.is_empty() && !code.is_empty() {
                out.push(Stmt::Blank);
            }
            out.extend(code);
        }
        out
    }

    fn step(&mut self, step: &Step, locals: &mut Names) -> Vec<Stmt> {
        match step {
            Step::Request(request) => self.request_step(request, locals),
            Step::Batch(requests) => self.batch(requests, locals),
            Step::Group(group) => self.group(group, locals),
            Step::Pause(pause) => vec![self.pause(pause)],
            Step::Assign(assign) => {
                let value = self.text(&assign.value);
                let ident = self.var_ident(&assign.into);
                vec![match self.homes.get(&assign.into) {
                    Some(Home::Here) => Stmt::Const(ident, value),
                    _ => Stmt::Assign(ident, value),
                }]
            }
            Step::Script(script) => self.script(script, None, ""),
            Step::WebSocket(socket) => self.websocket(socket),
        }
    }

    fn group(&mut self, group: &Group, locals: &mut Names) -> Vec<Stmt> {
        let mut out = Vec::new();
        if let Some(note) = &group.note {
            out.push(Stmt::Comment(note.clone()));
        }
        let body = self.steps(&group.steps, &mut locals.clone());
        let f = self.import("k6", "group");
        let args = vec![JsExpr::string(&safe_name(&group.name)), JsExpr::arrow_block("()", body)];
        out.push(Stmt::Expr(JsExpr::call(f, args)));
        out
    }

    fn pause(&mut self, pause: &Pause) -> Stmt {
        let f = self.import("k6", "sleep");
        let seconds = |ms: u64| JsExpr::number(&format!("{}", ms as f64 / 1000.0));
        let arg = match &pause.time {
            ThinkTime::Fixed(ms) => seconds(*ms),
            ThinkTime::Range(min, max) => {
                let span = seconds(max.saturating_sub(*min));
                let random = JsExpr::binary(JsExpr::code("Math.random()"), "*", span);
                JsExpr::binary(seconds(*min), "+", random)
            }
        };
        Stmt::Expr(JsExpr::call(f, vec![arg]))
    }

    /// Code of the source as a function that cannot end the iteration.
    fn script(&mut self, script: &Script, response: Option<&JsIdent>, name: &str) -> Vec<Stmt> {
        if script.dialect == Dialect::Postman {
            return self.carried_call(script, response, name).into_iter().collect();
        }
        if let Some(call) = self.shared_call(script, response, name) {
            return vec![call];
        }
        let of = response.map_or("null", JsIdent::as_str);
        let name = quote(name);
        vec![Stmt::Verbatim(self.plain_code(script, of, &name, &name))]
    }

    /// `runScript(name, response, () => { … });`. `name` and `called` are code for the name of the request, outside of the
    /// script and in it.
    pub fn plain_code(&mut self, script: &Script, of: &str, name: &str, called: &str) -> String {
        self.helper(Helper::RunScript);
        for aid in &script.plain.aids {
            self.helper(Helper::of(*aid));
        }
        let libraries: Vec<(VarName, String)> = script
            .plain
            .libraries
            .iter()
            .filter_map(|name| Some((PlainCode::library(name), self.library(name)?)))
            .collect();
        let mut code = String::new();
        for part in &script.plain.body.0 {
            match part {
                Part::Literal(text) => code.push_str(text),
                Part::Var(v) if v.as_str() == PlainCode::RESPONSE => code.push_str(of),
                Part::Var(v) if v.as_str() == PlainCode::REQUEST_NAME => code.push_str(called),
                Part::Var(v) if libraries.iter().any(|(l, _)| l == v) => {
                    code.extend(libraries.iter().find(|(l, _)| l == v).map(|(_, ident)| ident.as_str()));
                }
                part => {
                    let hole = self.hole(part);
                    code.push_str(&Printer::expr_text(&hole));
                }
            }
        }
        let tests = if code.contains("tests") { "(tests)" } else { "()" };
        let mut lines = format!("runScript({name}, {of}, {tests} => {{\n");
        lines.push_str(&inside(&code));
        lines.push_str("});");
        lines
    }

    fn request_step(&mut self, step: &RequestStep, locals: &mut Names) -> Vec<Stmt> {
        let mut out = Vec::new();
        if let Some(note) = &step.note {
            out.push(Stmt::Comment(note.clone()));
        }
        let mut before = Vec::new();
        for script in &step.before {
            before.push((script.skips, self.script(script, None, &step.name)));
        }
        let mut body = Vec::new();
        let mut code = self.request(step);
        let form = code.form.take();
        let has_form = form.is_some();
        body.extend(form.map(|e| Stmt::Const(JsIdent::known("form"), e)));
        let call = code.call(self);
        if !looks_at_response(step) {
            body.push(Stmt::Expr(call));
        } else {
            let response = self.response_name(step, locals);
            body.push(Stmt::Const(response.clone(), call));
            body.extend(self.checks(&response, &step.checks, &step.extractions));
            body.extend(self.extractions(&response, &step.extractions, &step.checks));
            for script in &step.after {
                body.extend(self.script(script, Some(&response), &step.name));
            }
        }
        for (skips, code) in before.into_iter().rev() {
            body = match (skips, code.as_slice()) {
                (true, [Stmt::Expr(call)]) => {
                    vec![Stmt::If { test: call.clone(), then: body, otherwise: Vec::new() }]
                }
                _ => [code, body].concat(),
            };
        }
        let needs = self.needed(step);
        match needs {
            Some(test) => {
                let f = self.import("k6", "check");
                let name = safe_name(&format!("{}: what it needs is known", step.name));
                let lost = JsExpr::Object(vec![crate::js::Prop::pair(name, JsExpr::code("false"))]);
                // a credential that nobody gave is no failure, a value that should have been captured is
                let expected = step.needs.iter().any(|n| !self.is_environment(n));
                let report = Stmt::Expr(JsExpr::call(f, vec![JsExpr::code("null"), lost]));
                let otherwise = if expected { vec![report] } else { Vec::new() };
                out.push(Stmt::If { test, then: body, otherwise });
            }
            None if has_form => out.push(Stmt::Block(body)),
            None => out.extend(body),
        }
        out
    }

    /// `petId !== undefined && …` for the values that the request cannot do without; what comes from the environment
    /// has to be set.
    fn needed(&mut self, step: &RequestStep) -> Option<JsExpr> {
        step.needs
            .iter()
            .map(|name| {
                if self.is_environment(name) {
                    self.var(name)
                } else {
                    JsExpr::binary(self.var(name), "!==", JsExpr::code("undefined"))
                }
            })
            .reduce(|a, b| JsExpr::binary(a, "&&", b))
    }

    fn is_environment(&self, name: &VarName) -> bool {
        self.plan
            .variables
            .iter()
            .any(|v| &v.name == name && matches!(v.source, VarSource::Environment { .. }))
    }

    fn response_name(&mut self, step: &RequestStep, locals: &mut Names) -> JsIdent {
        if let Some(ahead) = self.name_ahead() {
            return ahead;
        }
        if !self.wishes.contains_key(step.name.as_str()) {
            self.wishes.insert(step.name.to_string(), camel_case(&step.name));
        }
        let wish = self.wishes.get(step.name.as_str()).map_or("", String::as_str);
        if wish.is_empty() {
            let wish = camel_case(&format!("{} {}", step.request.method, step.request.url.group()));
            return locals.claim_inside(&self.names, &wish, "response");
        }
        if wish.eq_ignore_ascii_case(&step.request.method) {
            return locals.claim_inside(&self.names, &format!("{wish}Root"), "response");
        }
        locals.claim_inside(&self.names, wish, "response")
    }

    /// The names of all responses of the steps, in the order in which writing them asks for names.
    pub fn response_names(&mut self, steps: &[Step], locals: &mut Names, out: &mut Vec<JsIdent>) {
        for step in steps {
            match step {
                Step::Request(r) if looks_at_response(r) => out.push(self.response_name(r, locals)),
                Step::Batch(list) if is_checked(list) => {
                    out.extend(list.iter().map(|r| self.response_name(r, locals)));
                }
                Step::Group(g) => self.response_names(&g.steps, &mut locals.clone(), out),
                Step::Request(_)
                | Step::Batch(_)
                | Step::Pause(_)
                | Step::Assign(_)
                | Step::Script(_)
                | Step::WebSocket(_) => {}
            }
        }
    }

    fn batch(&mut self, requests: &[RequestStep], locals: &mut Names) -> Vec<Stmt> {
        let mut out = Vec::new();
        let mut items = Vec::new();
        let mut responses = Vec::new();
        let checked = is_checked(requests);
        for step in requests {
            let mut code = self.request(step);
            out.extend(code.form.take().map(|form| Stmt::Const(JsIdent::known("form"), form)));
            items.push(code.item());
            if checked {
                responses.push(self.response_name(step, locals));
            }
        }
        let f = self.http("http.batch");
        let call = JsExpr::call(f, vec![JsExpr::Array(items)]);
        if !checked {
            out.push(Stmt::Expr(call));
            return out;
        }
        out.push(Stmt::ConstList(responses.clone(), call));
        for (step, response) in requests.iter().zip(&responses) {
            out.extend(self.checks(response, &step.checks, &step.extractions));
            out.extend(self.extractions(response, &step.extractions, &step.checks));
        }
        out
    }

    /// Values that a helper makes once for each row of data.
    pub fn row_statements(&mut self, module_level: bool) -> Vec<Stmt> {
        use loadwright_scenario::ColumnOrder;
        let mut out = Vec::new();
        for dataset in &self.plan.datasets {
            let Some(row) = self.rows.get(&dataset.name).cloned() else { continue };
            let list = self.names_of(&dataset.name);
            let index = match dataset.order {
                ColumnOrder::Sequential => {
                    self.import_default("exec", "k6/execution");
                    JsExpr::chain(vec![
                        JsExpr::code("exec.scenario.iterationInTest % "),
                        list.clone().member("length"),
                    ])
                }
                ColumnOrder::PerVirtualUser => {
                    self.import_default("exec", "k6/execution");
                    JsExpr::chain(vec![
                        JsExpr::code("(exec.vu.idInTest - 1) % "),
                        list.clone().member("length"),
                    ])
                }
                ColumnOrder::Random => {
                    let f = self.helper(Helper::RandomInt);
                    JsExpr::call(
                        f,
                        vec![
                            JsExpr::int(0),
                            JsExpr::binary(list.clone().member("length"), "-", JsExpr::int(1)),
                        ],
                    )
                }
            };
            let value = JsExpr::chain(vec![list, JsExpr::code("["), index, JsExpr::code("]")]);
            out.push(if module_level { Stmt::Assign(row, value) } else { Stmt::Const(row, value) });
        }
        out
    }
}

fn looks_at_response(step: &RequestStep) -> bool {
    !(step.checks.is_empty() && step.extractions.is_empty() && step.after.is_empty())
}

fn is_checked(requests: &[RequestStep]) -> bool {
    requests.iter().any(|r| !r.checks.is_empty() || !r.extractions.is_empty())
}
