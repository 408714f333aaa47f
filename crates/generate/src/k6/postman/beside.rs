//! Scripts that stay as their author wrote them, beside requests that are plain code: each is a function, and what it
//! calls variables are the variables of the script around it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use loadwright_diagnostic::Origin;
use loadwright_scenario::{Dialect, ScopedVar, Script, Step, VarName, VariableScope, for_each_request};

use super::script::Carrier;
use crate::js::{JsExpr, JsIdent, Names, Printer, Prop, Stmt, camel_case, quote};
use crate::k6::context::Context;
use crate::k6::scope::Home;

/// The scripts of a plan that stay as they are.
#[derive(Default)]
pub(crate) struct Beside {
    functions: BTreeMap<Origin, JsIdent>,
    carrier: Carrier,
    /// Variables that scripts ask for, and whether one of them sets it.
    variables: BTreeMap<(VariableScope, String), (VarName, bool)>,
    /// The lines that import what they need.
    pub imports: String,
}

impl Context<'_> {
    /// Finds the scripts, names their functions, and gives their variables a home that the functions can see.
    pub fn carry_scripts(&mut self) {
        let mut found: Vec<(&Script, String, usize)> = Vec::new();
        for_each_request(self.plan, &mut |step| {
            let scripts =
                step.before.iter().map(|s| (s, "before")).chain(step.after.iter().map(|s| (s, "after")));
            for (script, when) in scripts.filter(|(s, _)| s.dialect == Dialect::Postman) {
                match found.iter_mut().find(|(s, _, _)| s.origin == script.origin) {
                    Some((_, _, count)) => *count += 1,
                    None => found.push((script, format!("{when} {}", step.name), 1)),
                }
            }
        });
        if found.is_empty() {
            return;
        }
        for name in ["pm", "steps", "postman", "useSchemas", "validate", "npm", "sloppy"] {
            self.names.reserve(name);
        }
        for (script, wish, count) in found {
            let when = if wish.starts_with("before") { "before" } else { "after" };
            let wish = if count > 1 { format!("{when} each") } else { wish };
            let function = self.names.claim(&camel_case(&wish), when);
            if self.beside.carrier.carry(&mut self.names, &function, &script.code).is_none() {
                continue;
            }
            self.beside.functions.insert(script.origin.clone(), function);
            for ScopedVar { scope, name, variable } in &script.scoped {
                if let Some(home) = Arc::make_mut(&mut self.homes).get_mut(variable)
                    && matches!(home, Home::Function | Home::Here)
                {
                    *home = Home::Module;
                }
                let known = self.beside.variables.entry((*scope, name.clone()));
                known.or_insert_with(|| (variable.clone(), false)).1 |= script.writes.contains(variable);
            }
        }
    }

    /// Whether there are none.
    pub fn has_no_carried_scripts(&self) -> bool {
        self.beside.functions.is_empty()
    }

    /// `pm.after('Log in', logIn, afterLogIn);`
    pub fn carried_call(&self, script: &Script, response: Option<&JsIdent>, name: &str) -> Option<Stmt> {
        let function = self.beside.functions.get(&script.origin)?;
        let mut args = vec![JsExpr::string(name)];
        args.extend(response.map(JsExpr::ident));
        args.push(JsExpr::ident(function));
        let row = self.plan.datasets.first().and_then(|d| self.rows.get(&d.name));
        args.extend(row.filter(|_| script.reads_row).map(JsExpr::ident));
        let call = if response.is_some() { "pm.after" } else { "pm.before" };
        Some(Stmt::Expr(JsExpr::call_fn(call, args)))
    }

    /// `const steps = [{ name: 'Log in', run: () => { … } }, …];`: what comes next is decided by scripts.
    pub fn step_table(&mut self, steps: &[Step]) -> Vec<Stmt> {
        let mut rows = Vec::new();
        let mut waiting = Vec::new();
        self.step_rows(steps, &mut waiting, &mut rows);
        let table = JsIdent::known("steps");
        let run = JsExpr::call_fn("pm.run", vec![JsExpr::ident(&table)]);
        let mut out = vec![Stmt::Const(table, JsExpr::Array(rows)), Stmt::Blank, Stmt::Expr(run)];
        out.extend(waiting);
        out
    }

    /// A row for each request, with what stands in front of it; folders are left out, as their order is.
    fn step_rows(&mut self, steps: &[Step], waiting: &mut Vec<Stmt>, rows: &mut Vec<JsExpr>) {
        for step in steps {
            match step {
                Step::Group(group) => self.step_rows(&group.steps, waiting, rows),
                Step::Request(request) => {
                    let mut body = std::mem::take(waiting);
                    body.extend(self.steps(std::slice::from_ref(step), &mut Names::default()));
                    rows.push(JsExpr::Object(vec![
                        Prop::pair("name", JsExpr::string(&request.name)),
                        Prop::pair("run", JsExpr::arrow_block("()", body)),
                    ]));
                }
                other => waiting.extend(self.steps(std::slice::from_ref(other), &mut Names::default())),
            }
        }
    }

    /// What the scripts need in front of the steps: their scopes, the names that they share, their functions.
    pub fn carried_sections(&mut self) -> Vec<String> {
        if self.beside.functions.is_empty() {
            return Vec::new();
        }
        let Carrier { code, loose, modules } = std::mem::take(&mut self.beside.carrier);
        self.beside.imports =
            modules.imports("import { postman } from './pm/script.js';", &self.needs.libraries);
        for file in modules.files_beside().into_iter().chain(modules.manifest()) {
            self.add_file(&file.path, file.content);
        }
        let title = Printer::expr_text(&JsExpr::string(&self.plan.title));
        let mut setup = String::new();
        for (key, scope) in [
            ("environment", VariableScope::Environment),
            ("collectionVariables", VariableScope::Collection),
            ("globals", VariableScope::Globals),
        ] {
            setup.push_str(&self.accessors(key, scope));
        }
        for prop in modules.props() {
            let Prop::Pair(key, value) = prop else { continue };
            let _ = writeln!(setup, "  {}: {},", property(&key), Printer::expr_text(&value));
        }
        let setup = if setup.is_empty() {
            format!("const pm = postman({{ name: {title} }});\n")
        } else {
            format!("const pm = postman({{\n  name: {title},\n{setup}}});\n")
        };
        let loose = loose.into_iter().map(|name| Stmt::Let(name, None)).collect::<Vec<_>>();
        let mut out = vec![setup, Printer::print(&loose)];
        out.extend(code);
        out
    }

    /// The variables of one scope, by the names that scripts have for them.
    fn accessors(&mut self, key: &str, scope: VariableScope) -> String {
        let wanted = self.beside.variables.iter().filter(|((s, _), _)| *s == scope);
        let wanted: Vec<(String, VarName, bool)> =
            wanted.map(|((_, name), (variable, set))| (name.clone(), variable.clone(), *set)).collect();
        let mut out = String::new();
        for (name, variable, set) in wanted {
            let ident = self.var_ident(&variable);
            let (ident, name) = (ident.as_str(), property(&name));
            let _ = write!(out, "    get {name}() {{\n      return {ident};\n    }},\n");
            if set {
                let given = if ident == "value" { "given" } else { "value" };
                let _ = write!(out, "    set {name}({given}) {{\n      {ident} = {given};\n    }},\n");
            }
        }
        if out.is_empty() { out } else { format!("  {key}: {{\n{out}  }},\n") }
    }
}

/// A key of an object literal.
fn property(name: &str) -> String {
    if JsIdent::new(name).is_some() { name.to_owned() } else { quote(name) }
}
