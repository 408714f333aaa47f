use std::collections::{BTreeMap, BTreeSet};

use loadwright_scenario::{
    ColumnOrder, EnvironmentCase, Json, Lifetime, RequestStep, Step, TestPlan, Text, VarName, VarSource,
    Variable,
};

use super::context::Context;
use super::helpers::Helper;
use crate::py::{Arg, PyExpr, PyIdent, PyNames, PyStmt, snake_case};

/// Every variable of the plan, and what carried scripts would have kept in their scopes.
pub(super) fn variables(plan: &TestPlan) -> Vec<Variable> {
    let mut out = plan.variables.clone();
    let mut known: BTreeSet<VarName> = out.iter().map(|v| v.name.clone()).collect();
    if let Some(carried) = &plan.carried {
        for scope in carried.environment.iter().chain(&carried.collection).chain(&carried.globals) {
            let name = VarName::new(scope.name.clone());
            if !known.insert(name.clone()) {
                continue;
            }
            let source = match &scope.secret {
                Some(env) => VarSource::Environment { name: env.clone(), default: None },
                None => VarSource::Captured { initial: Some(plain(&scope.value)) },
            };
            out.push(Variable {
                name,
                source,
                lifetime: Lifetime::VirtualUser,
                secret: scope.secret.is_some(),
                note: None,
                origin: scope.origin.clone(),
            });
        }
    }
    // a name that nobody declares stays readable as what it is
    let mut undeclared = BTreeSet::new();
    loadwright_scenario::for_each_text(plan, &mut |t| {
        undeclared.extend(t.vars().filter(|v| !known.contains(*v)).cloned());
    });
    loadwright_scenario::for_each_request(plan, &mut |r| {
        undeclared.extend(r.extractions.iter().map(|e| &e.into).filter(|v| !known.contains(*v)).cloned());
    });
    out.extend(undeclared.into_iter().map(|name| Variable {
        source: VarSource::Captured { initial: Some(Text::literal(format!("{{{{{name}}}}}"))) },
        name,
        lifetime: Lifetime::VirtualUser,
        secret: false,
        note: None,
        origin: loadwright_diagnostic::Origin::default(),
    }));
    out
}

fn plain(json: &Json) -> Text {
    match json {
        Json::String(text) | Json::Hole(text) => text.clone(),
        Json::Number(n) => Text::literal(n.clone()),
        Json::Bool(b) => Text::literal(b.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Text::default(),
    }
}

impl Context<'_> {
    /// Gives every variable its place: constants of the module, attributes of the user, locals of the task.
    pub fn name_variables(&mut self, variables: &[Variable], on_self: bool) {
        let mut attributes = PyNames::default();
        for v in variables {
            let snake = snake_case(v.name.as_str());
            let expr = match &v.source {
                VarSource::Constant(_) | VarSource::Environment { .. } | VarSource::Switched { .. } => {
                    let ident = self.names.claim(&snake.to_ascii_uppercase(), "VALUE");
                    PyExpr::ident(&ident)
                }
                VarSource::Captured { .. } if on_self || v.lifetime != Lifetime::Iteration => {
                    attribute(&attributes.claim(&snake, "value"))
                }
                VarSource::Captured { .. } => PyExpr::ident(&self.names.claim(&snake, "value")),
            };
            self.vars.insert(v.name.clone(), expr);
        }
        for d in &self.plan.datasets {
            let singular = d.name.strip_suffix('s').filter(|s| s.len() > 1).unwrap_or("row");
            let row = if on_self || d.order == ColumnOrder::PerVirtualUser {
                attribute(&attributes.claim(&snake_case(singular), "row"))
            } else {
                PyExpr::ident(&self.names.claim(&snake_case(singular), "row"))
            };
            self.rows.insert(d.name.clone(), row);
        }
    }

    /// Constants from the environment and the source, and datasets.
    pub fn declarations(&mut self, variables: &[Variable]) -> Vec<PyStmt> {
        let mut out = Vec::new();
        for v in crate::declare::ordered(variables) {
            let Some(target) = self.vars.get(&v.name).cloned() else { continue };
            let value = match &v.source {
                VarSource::Captured { .. } => continue,
                VarSource::Constant(text) => self.text(text),
                VarSource::Environment { name, default } => self.environment(name, default.as_ref(), v),
                VarSource::Switched { name, cases } => self.switched(name.as_deref(), cases),
            };
            if let Some(note) = &v.note {
                out.push(PyStmt::Comment(note.clone()));
            }
            out.push(PyStmt::Assign(target, value));
        }
        for (path, constant) in self.opened.clone() {
            let file = here(&path).method("read_bytes", Vec::new());
            out.push(PyStmt::Assign(constant, file));
        }
        out
    }

    fn environment(&mut self, name: &str, default: Option<&Text>, v: &Variable) -> PyExpr {
        self.module("os");
        let get = |args: Vec<PyExpr>| PyExpr::call_fn("os.environ.get", args);
        match default {
            Some(default) => get(vec![PyExpr::string(name), self.text(default)]),
            None if v.secret => {
                let kept = self.kept(&v.origin);
                if kept == PyExpr::string("") {
                    return get(vec![PyExpr::string(name), kept]);
                }
                PyExpr::binary(get(vec![PyExpr::string(name)]), "or", kept)
            }
            None => get(vec![PyExpr::string(name), PyExpr::string("")]),
        }
    }

    /// `{"dev": …, "prod": …}[os.environ.get("ENVIRONMENT", "dev")]`
    fn switched(&mut self, name: Option<&str>, cases: &[EnvironmentCase]) -> PyExpr {
        self.module("os");
        let get = |args: Vec<PyExpr>| PyExpr::call_fn("os.environ.get", args);
        let mut pairs = Vec::new();
        for case in cases {
            let value = if case.secret { self.kept(&case.origin) } else { self.text(&case.value) };
            pairs.push((PyExpr::string(&case.environment), value));
        }
        let first = cases.first().map_or("", |c| c.environment.as_str());
        let chosen = get(vec![PyExpr::string("ENVIRONMENT"), PyExpr::string(first)]);
        let value = PyExpr::Dict(pairs).item(chosen);
        match name {
            Some(name) => PyExpr::binary(get(vec![PyExpr::string(name)]), "or", value),
            None => value,
        }
    }

    /// A secret where the user's own file has it.
    fn kept(&mut self, origin: &loadwright_diagnostic::Origin) -> PyExpr {
        match self.inputs.get(&origin.source).cloned() {
            Some(file) if !origin.at.as_str().is_empty() => {
                let f = self.helper(Helper::Kept);
                let args =
                    vec![Arg::from(PyExpr::string(&file)), Arg::from(PyExpr::string(origin.at.as_str()))];
                PyExpr::call(f, args)
            }
            _ => PyExpr::string(""),
        }
    }

    /// `USERS = list(csv.DictReader(…))` and what deals the rows out.
    pub fn datasets(&mut self) -> Vec<PyStmt> {
        let mut out = Vec::new();
        for d in &self.plan.datasets {
            if let Some(content) = &d.content {
                self.add_file(&d.path, content.clone());
            }
            self.module("pathlib");
            let open = here(&d.path).method("read_text", vec![PyExpr::string("utf-8-sig")]);
            let rows = if d.path.to_ascii_lowercase().ends_with(".json") {
                self.module("json");
                PyExpr::call_fn("json.loads", vec![open])
            } else {
                self.module("csv");
                let lines = open.method("splitlines", vec![PyExpr::bool(true)]);
                PyExpr::call_fn("list", vec![PyExpr::call_fn("csv.DictReader", vec![lines])])
            };
            let list = self.names.claim(&snake_case(&d.name).to_ascii_uppercase(), "ROWS");
            let list = PyExpr::ident(&list);
            out.push(PyStmt::Assign(list.clone(), rows));
            let source = match d.order {
                ColumnOrder::Random => list,
                ColumnOrder::Sequential | ColumnOrder::PerVirtualUser => {
                    self.module("itertools");
                    let wish = format!("{}_IN_TURN", snake_case(&d.name).to_ascii_uppercase());
                    let turn = PyExpr::ident(&self.names.claim(&wish, "ROWS_IN_TURN"));
                    out.push(PyStmt::Assign(turn.clone(), PyExpr::call_fn("itertools.cycle", vec![list])));
                    turn
                }
            };
            self.row_sources.insert(d.name.clone(), source);
        }
        out
    }

    /// Takes the rows that a user keeps (`per_user`), or those of one iteration.
    pub fn take_rows(&mut self, per_user: bool) -> Vec<PyStmt> {
        let mut out = Vec::new();
        for d in &self.plan.datasets {
            let (Some(row), Some(source)) = (self.rows.get(&d.name), self.row_sources.get(&d.name)) else {
                continue;
            };
            if (d.order == ColumnOrder::PerVirtualUser) != per_user {
                continue;
            }
            let function = if d.order == ColumnOrder::Random { "random.choice" } else { "next" };
            out.push(PyStmt::Assign(row.clone(), PyExpr::call_fn(function, vec![source.clone()])));
            if d.order == ColumnOrder::Random {
                self.modules.insert("random");
            }
        }
        out
    }

    /// Values that steps read before they write them, or write only under a condition.
    pub fn initial(
        &mut self,
        variables: &[Variable],
        steps: &[Step],
        lifetime: Option<Lifetime>,
    ) -> Vec<PyStmt> {
        let mut seen = BTreeMap::new();
        walk(steps, &mut seen);
        let mut out = Vec::new();
        for v in variables {
            let VarSource::Captured { initial } = &v.source else { continue };
            let here = match lifetime {
                None => v.lifetime != Lifetime::Iteration,
                Some(l) => v.lifetime == l,
            };
            let early = seen.get(&v.name).copied();
            if !here
                || (lifetime.is_some() && (early.is_none() || (early == Some(false) && initial.is_none())))
            {
                continue;
            }
            let Some(target) = self.vars.get(&v.name).cloned() else { continue };
            let value = initial.as_ref().map_or_else(|| PyExpr::code("None"), |t| self.text(t));
            out.push(PyStmt::Assign(target, value));
        }
        out
    }
}

fn attribute(ident: &PyIdent) -> PyExpr {
    PyExpr::chain(vec![PyExpr::code("self."), PyExpr::ident(ident)])
}

/// `(pathlib.Path(__file__).parent / "users.csv")`
fn here(path: &str) -> PyExpr {
    PyExpr::binary(PyExpr::code("pathlib.Path(__file__).parent"), "/", PyExpr::string(path)).parens()
}

/// Whether a variable may be read before a plain write (`true`), or is written first for sure (`false`).
fn walk(steps: &[Step], seen: &mut BTreeMap<VarName, bool>) {
    let read = |seen: &mut BTreeMap<VarName, bool>, v: &VarName| {
        seen.entry(v.clone()).or_insert(true);
    };
    let write = |seen: &mut BTreeMap<VarName, bool>, v: &VarName, guarded: bool| {
        seen.entry(v.clone()).or_insert(guarded);
    };
    for step in steps {
        let mut request = |r: &RequestStep| {
            r.needs.iter().for_each(|v| read(seen, v));
            r.for_each_text(&mut |t| t.vars().for_each(|v| read(seen, v)));
            r.extractions.iter().for_each(|e| write(seen, &e.into, !r.needs.is_empty()));
        };
        match step {
            Step::Request(r) => request(r),
            Step::Batch(list) => list.iter().for_each(request),
            Step::Group(g) => walk(&g.steps, seen),
            Step::Assign(a) => {
                a.value.vars().for_each(|v| read(seen, v));
                write(seen, &a.into, false);
            }
            Step::Script(_) | Step::WebSocket(_) | Step::Pause(_) => {}
        }
    }
}
