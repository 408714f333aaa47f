use std::sync::Arc;

use loadwright_scenario::{EnvironmentCase, Step, Text, VarName, VarSource};

use super::context::Context;
use super::helpers::Helper;
use super::scenario::used;
use super::scope::Home;
use crate::declare::ordered;
use crate::js::{JsExpr, Prop, Stmt, camel_case, constant_case};

impl Context<'_> {
    /// Gives every variable and dataset its identifier, so that names do not depend on where they are used first.
    pub fn name_variables(&mut self) {
        Arc::make_mut(&mut self.vars).reserve(self.plan.variables.len());
        for v in &self.plan.variables {
            let wish = match &v.source {
                VarSource::Environment { .. } | VarSource::Switched { name: Some(_), .. } => {
                    constant_case(v.name.as_str())
                }
                VarSource::Constant(_)
                | VarSource::Captured { .. }
                | VarSource::Switched { name: None, .. } => camel_case(v.name.as_str()),
            };
            if !self.vars.contains_key(&v.name) {
                let ident = self.names.claim(&wish, "value");
                Arc::make_mut(&mut self.vars).insert(v.name.clone(), ident);
            }
        }
        for d in &self.plan.datasets {
            let list = self.names.claim(&camel_case(&d.name), "rows");
            Arc::make_mut(&mut self.vars).insert(dataset_key(&d.name), list);
            let singular = d.name.strip_suffix('s').filter(|s| s.len() > 1).unwrap_or("row");
            let row = self.names.claim(&camel_case(singular), "row");
            self.rows.insert(d.name.clone(), row);
        }
    }

    pub fn names_of(&mut self, dataset: &str) -> JsExpr {
        self.var(&dataset_key(dataset))
    }

    /// Constants from the environment and the source, what virtual users keep, and datasets.
    pub fn declarations(&mut self, data: bool) -> Vec<Stmt> {
        let mut out = Vec::new();
        for v in ordered(&self.plan.variables) {
            let ident = self.var_ident(&v.name);
            if let Some(note) = &v.note {
                out.push(Stmt::Comment(note.clone()));
            }
            match &v.source {
                VarSource::Constant(text) => {
                    let value = self.text(text);
                    out.push(Stmt::Const(ident, value));
                }
                VarSource::Environment { name, default: None } if v.secret => {
                    let value = self.secret(name, &v.origin);
                    out.push(Stmt::Const(ident, value));
                }
                VarSource::Environment { name, default } => {
                    let env = JsExpr::code("__ENV").member(name);
                    let default = default.as_ref().map_or_else(|| JsExpr::string(""), |d| self.text(d));
                    out.push(Stmt::Const(ident, JsExpr::binary(env, "||", default)));
                }
                VarSource::Switched { name, cases } => {
                    let value = self.switched(cases);
                    let value = match name {
                        Some(env) => JsExpr::binary(JsExpr::code("__ENV").member(env), "||", value),
                        None => value,
                    };
                    out.push(Stmt::Const(ident, value));
                }
                VarSource::Captured { initial } => {
                    if self.homes.get(&v.name) == Some(&Home::Module)
                        || (data && self.homes.get(&v.name) == Some(&Home::Setup))
                    {
                        let initial = initial.as_ref().map(|t| self.text(t));
                        out.push(Stmt::Let(ident, initial));
                    }
                }
            }
        }
        for d in &self.plan.datasets {
            let list = self.names_of(&d.name);
            let ident = match &list {
                JsExpr::Code(_) => self.var_ident(&dataset_key(&d.name)),
                _ => continue,
            };
            let shared = self.import("k6/data", "SharedArray");
            let open = JsExpr::call_fn("open", vec![JsExpr::string(&d.path)]);
            let rows = if d.path.to_ascii_lowercase().ends_with(".json") {
                JsExpr::call_fn("JSON.parse", vec![open])
            } else {
                let f = self.helper(Helper::ParseCsv);
                JsExpr::call(f, vec![open])
            };
            if let Some(content) = &d.content {
                self.add_file(&d.path, content.clone());
            }
            let new = JsExpr::chain(vec![JsExpr::code("new "), shared]);
            out.push(Stmt::Const(
                ident,
                JsExpr::call(new, vec![JsExpr::string(&d.name), JsExpr::arrow("()", rows)]),
            ));
        }
        out
    }

    /// `inEnvironment({ dev: …, prod: … })`
    fn switched(&mut self, cases: &[EnvironmentCase]) -> JsExpr {
        let values = cases
            .iter()
            .map(|case| {
                let value = if case.secret { self.kept(&case.origin) } else { self.text(&case.value) };
                Prop::pair(case.environment.clone(), value)
            })
            .collect();
        let f = self.helper(Helper::InEnvironment);
        JsExpr::call(f, vec![JsExpr::Object(values)])
    }

    /// `const AVATAR = open('./avatar.png', 'b');`
    pub fn opened_files(&mut self) -> Vec<Stmt> {
        self.opened
            .iter()
            .map(|(path, ident)| {
                let args = vec![JsExpr::string(path), JsExpr::string("b")];
                Stmt::Const(ident.clone(), JsExpr::call_fn("open", args))
            })
            .collect()
    }

    /// `let` for what an iteration fills and several of its blocks read.
    pub fn locals(&mut self, steps: &[Step]) -> Vec<Stmt> {
        let mut out = Vec::new();
        if !self.homes.values().any(|home| *home == Home::Function) {
            return out;
        }
        let reads = used(steps);
        for v in &self.plan.variables {
            let VarSource::Captured { initial } = &v.source else { continue };
            if self.homes.get(&v.name) == Some(&Home::Function) && reads.contains(&&v.name) {
                let initial: Option<&Text> = initial.as_ref();
                let initial = initial.map(|t| self.text(t));
                let ident = self.var_ident(&v.name);
                out.push(Stmt::Let(ident, initial));
            }
        }
        out
    }
}

pub(crate) fn dataset_key(name: &str) -> VarName {
    VarName::new(format!("dataset {name}"))
}
