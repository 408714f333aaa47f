use std::sync::Arc;

use loadwright_scenario::{Lifetime, Scenario, Step, TestPlan, VarName, VarSource, for_each_request};
use rustc_hash::FxHashSet;

use super::check::safe_name;
use super::context::Context;
use crate::js::{JsExpr, JsIdent, Names, Printer, Stmt, camel_case};

/// From this many requests on, each top-level group is a function of its own.
const SPLIT_FROM: usize = 25;

/// A function of the script: what it is called, and what it does.
pub(crate) struct Function {
    pub name: JsIdent,
    pub body: Vec<Stmt>,
    pub parts: Parts,
}

/// Functions for the groups of a long scenario, printed behind it.
pub(super) type Parts = Vec<(JsIdent, Vec<Stmt>)>;

/// Whether the plan is long enough for one function a group.
pub(super) fn is_long(plan: &TestPlan) -> bool {
    !jumps(plan)
        && plan.scenarios.iter().any(|s| {
            let groups = s.steps.iter().filter(|s| matches!(s, Step::Group(_))).count();
            groups > 1 && count(&s.steps) > SPLIT_FROM
        })
}

/// Whether scripts decide which request comes next.
pub(super) fn jumps(plan: &TestPlan) -> bool {
    let mut found = false;
    for_each_request(plan, &mut |r| found |= r.before.iter().chain(&r.after).any(|s| s.decides));
    found
}

pub(super) fn count(steps: &[Step]) -> usize {
    steps
        .iter()
        .map(|s| match s {
            Step::Request(_) => 1,
            Step::Batch(r) => r.len(),
            Step::Group(g) => count(&g.steps),
            Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => 0,
        })
        .sum()
}

impl<'a> Context<'a> {
    pub fn scenario(&mut self, scenario: &'a Scenario, long: bool) -> Function {
        let name = self.names.claim(&camel_case(&scenario.name), "scenario");
        let mut body = self.setup_data(long);
        body.extend(self.row_statements(long));
        body.extend(self.locals(&scenario.steps));
        if !body.is_empty() {
            body.push(Stmt::Blank);
        }
        if jumps(self.plan) {
            body.extend(self.step_table(&scenario.steps));
            return Function { name, body, parts: Vec::new() };
        }
        if !long {
            body.extend(self.function_body(&scenario.steps));
            return Function { name, body, parts: Vec::new() };
        }
        let (rest, parts) = self.parts(&scenario.steps);
        body.extend(rest);
        Function { name, body, parts }
    }

    /// Steps with a function for each group of them.
    fn parts(&mut self, steps: &'a [Step]) -> (Vec<Stmt>, Parts) {
        if !self.is_for_many_hands(steps) {
            return self.parts_by(steps, &mut |cx, steps| cx.function_body(steps));
        }
        let before = (self.names.clone(), Arc::clone(&self.vars), Arc::clone(&self.opened));
        let mut bodies = Vec::new();
        let (body, mut parts) = self.parts_by(steps, &mut |cx, steps| {
            bodies.push(cx.named(steps));
            Vec::new()
        });
        match self.written(bodies) {
            Some(bodies) => {
                for ((_, code), body) in parts.iter_mut().zip(bodies) {
                    code.extend(body);
                }
                (body, parts)
            }
            None => {
                (self.names, self.vars, self.opened) = before;
                self.parts_by(steps, &mut |cx, steps| cx.body_by_one_hand(steps))
            }
        }
    }

    fn parts_by(
        &mut self,
        steps: &'a [Step],
        write: &mut dyn FnMut(&mut Self, &'a [Step]) -> Vec<Stmt>,
    ) -> (Vec<Stmt>, Parts) {
        let (mut body, mut parts) = (Vec::new(), Vec::new());
        let mut locals = Names::default();
        for step in steps {
            let Step::Group(group) = step else {
                body.extend(self.steps(std::slice::from_ref(step), &mut locals));
                continue;
            };
            let function = self.names.claim(&camel_case(&group.name), "journey");
            let mut code: Vec<Stmt> = group.note.iter().map(|note| Stmt::Comment(note.clone())).collect();
            code.extend(write(self, &group.steps));
            let f = self.import("k6", "group");
            let args = vec![JsExpr::string(&safe_name(&group.name)), JsExpr::ident(&function)];
            body.push(Stmt::Expr(JsExpr::call(f, args)));
            // statements of many functions are never in memory all at once
            parts.push((function, vec![Stmt::Printed(Printer::print_indented(&code))]));
        }
        (body, parts)
    }

    /// What `setup()` made, under the names that the steps use.
    fn setup_data(&mut self, long: bool) -> Vec<Stmt> {
        let mut out = Vec::new();
        for name in test_wide(self.plan) {
            let ident = self.var_ident(&name);
            // a field of shared state has the name that `setup()` gave it
            let name = ident.as_str().rsplit('.').next().unwrap_or_default();
            let value = JsExpr::code("data").member(name);
            out.push(if long { Stmt::Assign(ident, value) } else { Stmt::Const(ident, value) });
        }
        out
    }

    /// The body of `setup()`, when the plan has one.
    pub fn setup(&mut self) -> Option<Vec<Stmt>> {
        if self.plan.setup.is_empty() {
            return None;
        }
        let names = test_wide(self.plan);
        let mut out: Vec<Stmt> = Vec::new();
        for name in &names {
            // local to setup: the iterations have constants of the same name
            let ident = self.var_ident(name);
            let initial =
                self.plan.variables.iter().find(|v| &v.name == name).and_then(|v| match &v.source {
                    VarSource::Captured { initial } => initial.clone(),
                    _ => None,
                });
            let initial = initial.map(|t| self.text(&t));
            out.push(Stmt::Let(ident, initial));
        }
        out.extend(self.steps(&self.plan.setup, &mut Names::default()));
        let props = names
            .iter()
            .map(|n| {
                let ident = self.var_ident(n);
                crate::js::Prop::pair(ident.as_str().to_owned(), JsExpr::ident(&ident))
            })
            .collect();
        out.push(Stmt::Return(JsExpr::Object(props)));
        Some(out)
    }
}

fn test_wide(plan: &TestPlan) -> Vec<VarName> {
    if plan.setup.is_empty() {
        return Vec::new();
    }
    plan.variables
        .iter()
        .filter(|v| matches!(v.source, VarSource::Captured { .. }) && v.lifetime == Lifetime::Test)
        .map(|v| v.name.clone())
        .collect()
}

/// Every variable that the steps read or write.
pub(super) fn used(steps: &[Step]) -> FxHashSet<&VarName> {
    let mut out = FxHashSet::default();
    add_used(steps, &mut out);
    out
}

fn add_used<'a>(steps: &'a [Step], out: &mut FxHashSet<&'a VarName>) {
    for step in steps {
        match step {
            Step::Request(r) => request(r, out),
            Step::Batch(requests) => requests.iter().for_each(|r| request(r, out)),
            Step::Group(g) => add_used(&g.steps, out),
            Step::Assign(a) => {
                out.insert(&a.into);
                out.extend(a.value.vars());
            }
            Step::Script(s) => out.extend(s.reads.iter().chain(&s.writes)),
            Step::WebSocket(w) => w.for_each_text(&mut |t| out.extend(t.vars())),
            Step::Pause(_) => {}
        }
    }
}

fn request<'a>(r: &'a loadwright_scenario::RequestStep, out: &mut FxHashSet<&'a VarName>) {
    r.for_each_text(&mut |t| out.extend(t.vars()));
    out.extend(r.extractions.iter().map(|e| &e.into));
    for s in r.before.iter().chain(&r.after) {
        out.extend(s.reads.iter().chain(&s.writes));
    }
}
