use loadwright_scenario::{Group, RequestStep, Script, Step, ThinkTime, VarSource};

use super::context::Context;
use super::helpers::Helper;
use crate::findings;
use crate::py::{PyExpr, PyNames, PyStmt, snake_case};

impl Context<'_> {
    /// The steps of one task, a blank line between them.
    pub fn steps(&mut self, steps: &[Step], locals: &mut PyNames) -> Vec<PyStmt> {
        let mut out = Vec::new();
        for step in steps {
            let code = self.step(step, locals);
            if !out.is_empty() && !code.is_empty() {
                out.push(PyStmt::Blank);
            }
            out.extend(code);
        }
        out
    }

    fn step(&mut self, step: &Step, locals: &mut PyNames) -> Vec<PyStmt> {
        match step {
            Step::Request(request) => self.request_step(request, locals),
            Step::Batch(requests) => {
                if let Some(first) = requests.first() {
                    let message = format!(
                        "{} requests that went out together are sent one after the other",
                        requests.len()
                    );
                    self.finding(&findings::APPROXIMATED, message, &first.origin);
                }
                let mut out = Vec::new();
                for r in requests {
                    let code = self.request_step(r, locals);
                    if !out.is_empty() {
                        out.push(PyStmt::Blank);
                    }
                    out.extend(code);
                }
                out
            }
            Step::Group(group) => self.group(group, locals),
            Step::Pause(pause) => {
                self.module("time");
                let seconds = |ms: u64| PyExpr::number(&format!("{}", ms as f64 / 1000.0));
                let time = match pause.time {
                    ThinkTime::Fixed(ms) => seconds(ms),
                    ThinkTime::Range(min, max) => {
                        self.module("random");
                        PyExpr::call_fn("random.uniform", vec![seconds(min), seconds(max)])
                    }
                };
                vec![PyStmt::Expr(PyExpr::call_fn("time.sleep", vec![time]))]
            }
            Step::Assign(assign) => {
                let value = self.text(&assign.value);
                let target = self.vars.get(&assign.into).cloned();
                target.map(|t| PyStmt::Assign(t, value)).into_iter().collect()
            }
            Step::Script(script) => self.script(script),
            Step::WebSocket(socket) => {
                let message = format!(
                    "the WebSocket session `{}` is left out: Locust has no client for it",
                    socket.name
                );
                self.finding(&findings::UNSUPPORTED, message, &socket.origin);
                vec![PyStmt::Comment(format!("TODO: the WebSocket session {}", socket.name))]
            }
        }
    }

    fn group(&mut self, group: &Group, locals: &mut PyNames) -> Vec<PyStmt> {
        let title = match &group.note {
            Some(note) => format!("{}: {note}", group.name),
            None => group.name.clone(),
        };
        let mut out = vec![PyStmt::Comment(title)];
        out.extend(self.steps(&group.steps, locals));
        out
    }

    /// JavaScript cannot run here: it stands as a comment for somebody to translate.
    fn script(&mut self, script: &Script) -> Vec<PyStmt> {
        let message = format!("{} lines of JavaScript stand as a comment", script.code.lines().count());
        self.finding(&findings::SCRIPT, message, &script.origin);
        let mut out = vec![PyStmt::Comment("TODO: translate this script of the source".to_owned())];
        out.extend(script.code.lines().map(|l| PyStmt::Comment(l.to_owned())));
        out
    }

    fn request_step(&mut self, step: &RequestStep, locals: &mut PyNames) -> Vec<PyStmt> {
        let mut out = Vec::new();
        if let Some(note) = &step.note {
            out.push(PyStmt::Comment(note.clone()));
        }
        let mut body = Vec::new();
        for script in &step.before {
            body.extend(self.script(script));
        }
        if step.request.overrides.no_cookies {
            let message = format!("`{}` is sent with the cookies of the user: Locust has one jar", step.name);
            self.finding(&findings::APPROXIMATED, message, &step.origin);
        }
        let checked = !step.checks.is_empty() || step.extractions.iter().any(|e| e.guard.is_some());
        if checked || !step.extractions.is_empty() {
            let mut wish = snake_case(&step.name);
            if wish.eq_ignore_ascii_case(&step.request.method) {
                wish.push_str("_root");
            }
            let response = locals.claim(&wish, "response");
            let call = self.request(step, checked);
            let mut inside: Vec<PyStmt> = self.checks(&response, step).into_iter().collect();
            let taken: Vec<PyStmt> =
                step.extractions.iter().flat_map(|e| self.extraction(&response, e)).collect();
            if checked {
                inside.extend(taken);
                body.push(PyStmt::With { value: call, name: response, body: inside });
            } else {
                body.push(PyStmt::Assign(PyExpr::ident(&response), call));
                body.extend(taken);
            }
        } else {
            let call = self.request(step, false);
            body.push(PyStmt::Expr(call));
        }
        for script in &step.after {
            body.extend(self.script(script));
        }
        match self.needed(step) {
            Some((test, otherwise)) => out.push(PyStmt::If { test, then: body, otherwise }),
            None => out.extend(body),
        }
        out
    }

    /// The condition under which the request makes sense, and what happens else.
    fn needed(&mut self, step: &RequestStep) -> Option<(PyExpr, Vec<PyStmt>)> {
        let mut tests = Vec::new();
        let mut lost = None;
        for name in &step.needs {
            let Some(expr) = self.vars.get(name).cloned() else { continue };
            let environment = self
                .plan
                .variables
                .iter()
                .any(|v| &v.name == name && matches!(v.source, VarSource::Environment { .. }));
            if environment {
                tests.push(expr);
            } else {
                tests.push(PyExpr::binary(expr, "is not", PyExpr::code("None")));
                lost = Some(name.to_string());
            }
        }
        let test = tests.into_iter().reduce(|a, b| PyExpr::binary(a, "and", b))?;
        let otherwise = lost.map(|value| {
            let f = self.helper(Helper::Missing);
            let name = step.operation(&self.plan.http);
            let args = vec![PyExpr::code("self"), PyExpr::string(&name), PyExpr::string(&value)];
            PyStmt::Expr(PyExpr::call(f, args.into_iter().map(Into::into).collect()))
        });
        Some((test, otherwise.into_iter().collect()))
    }
}
