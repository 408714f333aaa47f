use loadwright_scenario::{RequestStep, Step, ThinkTime, VarSource};

use super::context::Context;
use super::yaml::Yaml;
use crate::findings;
use crate::js::{JsExpr, Stmt};

impl Context<'_> {
    pub fn flow(&mut self, steps: &[Step]) -> Vec<Yaml> {
        steps.iter().flat_map(|s| self.step(s)).collect()
    }

    fn step(&mut self, step: &Step) -> Vec<Yaml> {
        match step {
            Step::Request(request) => self.request_step(request),
            Step::Batch(requests) => {
                let items: Vec<Yaml> = requests.iter().flat_map(|r| self.request_step(r)).collect();
                vec![Yaml::map([("parallel", Yaml::List(items))])]
            }
            Step::Group(group) => {
                let title = match &group.note {
                    Some(note) => format!("{}: {note}", group.name),
                    None => group.name.clone(),
                };
                let mut out = self.flow(&group.steps);
                if let Some(first) = out.first_mut() {
                    let inner = std::mem::replace(first, Yaml::List(Vec::new()));
                    *first = match inner {
                        Yaml::Noted(note, value) => Yaml::Noted(format!("{title}\n{note}"), value),
                        value => Yaml::Noted(title, Box::new(value)),
                    };
                }
                out
            }
            Step::Pause(pause) => {
                let seconds = |ms: u64| format!("{}", ms as f64 / 1000.0);
                match pause.time {
                    ThinkTime::Fixed(ms) => vec![Yaml::map([("think", Yaml::Plain(seconds(ms)))])],
                    ThinkTime::Range(min, max) => {
                        let body = vec![Stmt::Expr(JsExpr::call_fn(
                            "setTimeout",
                            vec![
                                JsExpr::code("next"),
                                JsExpr::chain(vec![
                                    JsExpr::int(i64::try_from(min).unwrap_or(0)),
                                    JsExpr::code(" + Math.random() * "),
                                    JsExpr::int(i64::try_from(max.saturating_sub(min)).unwrap_or(0)),
                                ]),
                            ],
                        ))];
                        let name = self.function("think", "context, events, next", body);
                        vec![Yaml::map([("function", Yaml::text(name.as_str()))])]
                    }
                }
            }
            Step::Assign(assign) => {
                let value = self.js.text(&assign.value);
                let ident = self.js.var_ident(&assign.into);
                let target = JsExpr::code("context.vars").member(ident.as_str());
                let mut body = self.reads(&assign.value);
                body.push(Stmt::Expr(JsExpr::binary(target, "=", value)));
                body.push(Stmt::Verbatim("next();".to_owned()));
                let name = self.function(&format!("set {}", assign.into), "context, events, next", body);
                vec![Yaml::map([("function", Yaml::text(name.as_str()))])]
            }
            Step::Script(script) => {
                let message = format!(
                    "{} lines of another tool's JavaScript are left out",
                    script.code.lines().count()
                );
                self.finding(&findings::SCRIPT, message, &script.origin);
                Vec::new()
            }
            Step::WebSocket(socket) => {
                let message = format!(
                    "the WebSocket session `{}` is left out: Artillery runs it in a scenario with an engine of its own",
                    socket.name
                );
                self.finding(&findings::UNSUPPORTED, message, &socket.origin);
                Vec::new()
            }
        }
    }

    fn request_step(&mut self, step: &RequestStep) -> Vec<Yaml> {
        for script in step.before.iter().chain(&step.after) {
            let message = format!(
                "{} lines of JavaScript around `{}` are left out",
                script.code.lines().count(),
                step.name
            );
            self.finding(&findings::SCRIPT, message, &script.origin);
        }
        if step.request.overrides.no_cookies {
            let message =
                format!("`{}` is sent with the cookies of the user: Artillery has one jar", step.name);
            self.finding(&findings::APPROXIMATED, message, &step.origin);
        }
        self.pending.clear();
        let mut pairs = self.request(step);
        let made = std::mem::take(&mut self.pending);
        if !made.is_empty() {
            let mut body = self.all_reads(step);
            for (name, value) in made {
                let target = JsExpr::code("context.vars").member(name.as_str());
                body.push(Stmt::Expr(JsExpr::binary(target, "=", value)));
            }
            body.push(Stmt::Verbatim("next();".to_owned()));
            let name =
                self.function(&format!("prepare {}", step.name), "request, context, events, next", body);
            pairs.push(("beforeRequest".to_owned(), Yaml::text(name.as_str())));
        }
        let (captures, mut after) = self.captures(step);
        let (expectations, tests) = self.expectations(step);
        if !captures.is_empty() {
            pairs.push(("capture".to_owned(), Yaml::List(captures)));
        }
        if !expectations.is_empty() {
            pairs.push(("expect".to_owned(), Yaml::List(expectations)));
        }
        let tests_need_variables = !tests.is_empty()
            || step
                .extractions
                .iter()
                .any(|e| e.fallback.as_ref().is_some_and(|f| f.vars().next().is_some()));
        let takes_response = std::mem::take(&mut self.uses_response) || !tests.is_empty();
        self.needs_response |= takes_response;
        if !tests.is_empty() {
            self.needs_checks = true;
            let args = vec![JsExpr::code("r"), JsExpr::code("events"), JsExpr::Object(tests)];
            after.push(Stmt::Expr(JsExpr::call_fn("check", args)));
        }
        if !after.is_empty() {
            let mut body = if tests_need_variables { self.all_reads(step) } else { Vec::new() };
            if takes_response {
                body.push(Stmt::Verbatim("const r = seen(response);".to_owned()));
            }
            body.extend(after);
            body.push(Stmt::Verbatim("next();".to_owned()));
            let name = self.function(
                &format!("after {}", step.name),
                "request, response, context, events, next",
                body,
            );
            pairs.push(("afterResponse".to_owned(), Yaml::text(name.as_str())));
        }
        if let Some(test) = self.needed(step) {
            let name = self.function(&format!("can {}", step.name), "vars", vec![Stmt::Return(test)]);
            pairs.push(("ifTrue".to_owned(), Yaml::text(name.as_str())));
        }
        let method = step.request.method.to_ascii_lowercase();
        let entry = Yaml::Map(vec![(method.to_string(), Yaml::Map(pairs))]);
        vec![match &step.note {
            Some(note) => Yaml::Noted(note.clone(), Box::new(entry)),
            None => entry,
        }]
    }

    fn needed(&mut self, step: &RequestStep) -> Option<JsExpr> {
        step.needs
            .iter()
            .map(|n| {
                let ident = self.js.var_ident(n);
                JsExpr::chain(vec![
                    JsExpr::code("Boolean("),
                    JsExpr::code("vars").member(ident.as_str()),
                    JsExpr::code(")"),
                ])
            })
            .reduce(|a, b| JsExpr::binary(a, "&&", b))
    }

    /// `const { petId } = context.vars;` for the variables of a text.
    fn reads(&mut self, text: &loadwright_scenario::Text) -> Vec<Stmt> {
        let names: Vec<String> = text.vars().map(|v| self.js.var_ident(v).as_str().to_owned()).collect();
        unpack(names)
    }

    /// The same for all of a request. Rows of data stand among the variables too.
    fn all_reads(&mut self, step: &RequestStep) -> Vec<Stmt> {
        let mut names: Vec<String> = Vec::new();
        let mut rows: Vec<String> = Vec::new();
        let js = &mut self.js;
        step.for_each_text(&mut |t| {
            for v in t.vars() {
                names.push(js.var_ident(v).as_str().to_owned());
            }
            for p in &t.0 {
                if let loadwright_scenario::Part::Column(of) = p {
                    rows.extend(js.rows.get(of.dataset.as_str()).map(|r| r.as_str().to_owned()));
                }
            }
        });
        let constant = |name: &String, cx: &Self| {
            cx.plan.variables.iter().any(|v| {
                !matches!(v.source, VarSource::Captured { .. })
                    && cx.js.vars.get(&v.name).is_some_and(|i| i.as_str() == name)
            })
        };
        names.retain(|n| !constant(n, self));
        rows.sort();
        rows.dedup();
        let mut out = unpack(names);
        out.extend(rows.into_iter().map(|r| Stmt::Verbatim(format!("const {r} = context.vars;"))));
        out
    }
}

fn unpack(mut names: Vec<String>) -> Vec<Stmt> {
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Vec::new();
    }
    vec![Stmt::Verbatim(format!("const {{ {} }} = context.vars;", names.join(", ")))]
}
