use std::fmt::Write as _;
use std::sync::Arc;

use super::context::{Context, Needs};
use super::large::{Section, put_back, set_aside};
use super::load::options;
use super::scenario::{Function, is_long};
use super::scope::homes;
use super::split::can_split;
use crate::js::{JsExpr, JsIdent, Printer, Prop, Stmt};
use crate::{GenerateError, GenerateRequest, Generated, GeneratedFile, Layout, Target};

/// What the template sees: code that is ready, in the order of a script. Nothing is computed in a template.
#[derive(serde::Serialize)]
struct View {
    sections: Vec<String>,
}

/// From so many variables on it pays to start a thread for them.
const MANY: usize = 500;

/// k6 JavaScript: one ES module, and beside it the files that it opens.
pub struct K6;

impl Target for K6 {
    fn name(&self) -> &'static str {
        "k6"
    }

    fn file_name(&self) -> &'static str {
        "script.js"
    }

    fn generate(&self, request: &GenerateRequest<'_>) -> Result<Generated, GenerateError> {
        let plan = request.plan;
        if let Some(carried) = &plan.carried {
            return super::postman::generate(request, carried);
        }
        if request.options.layout == Layout::Split && can_split(plan) {
            return super::split::generate(request);
        }
        let long = is_long(plan);
        let mut cx = Context::new(plan);
        cx.inputs.clone_from(&request.options.inputs);
        cx.long_bodies = request.options.long_bodies;
        reserve_own_names(&mut cx);
        cx.homes = Arc::new(std::thread::scope(|scope| {
            // finding homes takes as long as naming: a plan of many variables is looked at from both sides at once
            let found = (plan.variables.len() >= MANY).then(|| scope.spawn(|| homes(plan, long)));
            cx.name_variables();
            match found {
                Some(found) => found.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                None => homes(plan, long),
            }
        }));
        cx.share_scripts();
        cx.carry_scripts();
        cx.share_credentials();
        let declarations = cx.declarations(long);
        let shared_headers = cx.shared_headers();
        let setup = cx.setup();
        let functions: Vec<Function> = plan.scenarios.iter().map(|s| cx.scenario(s, long)).collect();
        let names: Vec<_> = functions.iter().map(|f| f.name.clone()).collect();
        let shared = cx.shared_functions();

        let carried = cx.carried_sections();
        let mut sections: Vec<Section> =
            vec![head(request).into(), (imports(&cx.needs) + &cx.beside.imports).into()];
        let mut constants = declarations;
        constants.extend(cx.shared_credentials());
        constants.extend(cx.opened_files());
        constants.extend(row_declarations(&cx, long));
        sections.push(Printer::print(&constants).into());
        sections.push(shared_headers.map(|h| Printer::print(&[h])).unwrap_or_default().into());
        sections.push(Printer::declaration("export const options = ", &options(plan, &names)).into());
        sections.push(helpers(&cx.needs).into());
        sections.extend(carried.into_iter().chain(shared).map(Section::from));
        if let Some(body) = setup {
            sections.push(Printer::function("export function setup()", &body).into());
        }
        let data = if plan.setup.is_empty() { "" } else { "data" };
        let mut parts = Vec::new();
        let only = functions.len() == 1;
        for f in functions {
            let signature = if only {
                format!("export default function ({data})")
            } else {
                format!("export function {}({data})", f.name.as_str())
            };
            sections.push(Section(Printer::function_in_pieces(&signature, f.body)));
            parts.extend(f.parts);
        }
        if !only {
            let calls: Vec<Stmt> = names
                .iter()
                .map(|n| {
                    let args = if data.is_empty() { Vec::new() } else { vec![JsExpr::code("data")] };
                    Stmt::Expr(JsExpr::call(JsExpr::ident(n), args))
                })
                .collect();
            sections.push(Printer::function(&format!("export default function ({data})"), &calls).into());
        }
        for (name, body) in parts {
            let signature = format!("function {}()", name.as_str());
            sections.push(Section(Printer::function_in_pieces(&signature, body)));
        }
        let script = lay_out_sections(request, sections)?;

        let mut files =
            vec![GeneratedFile { path: request.options.file_name.clone(), content: script.into_bytes() }];
        files.extend(crate::env_file::example(&plan.variables));
        files.append(&mut cx.files);
        Ok(Generated { files, ..Generated::default() })
    }
}

/// The sections of a script on the page.
pub(super) fn lay_out(request: &GenerateRequest<'_>, sections: Vec<String>) -> Result<String, GenerateError> {
    lay_out_sections(request, sections.into_iter().map(Section::from).collect())
}

fn lay_out_sections(
    request: &GenerateRequest<'_>,
    mut sections: Vec<Section>,
) -> Result<String, GenerateError> {
    sections.retain(|s| !s.is_blank());
    let (sections, large) = set_aside(sections);
    let script = crate::layout::render("k6/script.js.hbs", request, &View { sections })?;
    let script = put_back(script, &large);
    let typed = request.options.file_name.ends_with(".ts");
    Ok(if typed { super::types::typed(&script) } else { script })
}

pub(super) fn head(request: &GenerateRequest<'_>) -> String {
    let plan = request.plan;
    let mut text = plan.title.clone();
    if !request.options.source_name.is_empty() {
        let _ = write!(text, "\nGenerated by Loadwright from {}.", request.options.source_name);
    }
    Printer::print(&[Stmt::Comment(text)])
}

fn imports(needs: &Needs) -> String {
    import_lines(needs, &|_| true)
}

/// The imports of those names that are wanted.
pub(super) fn import_lines(needs: &Needs, wanted: &dyn Fn(&str) -> bool) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    for (local, module) in needs.default.iter().filter(|(local, _)| wanted(local)) {
        lines.push(((*module).to_owned(), format!("import {local} from '{module}';\n")));
    }
    for (module, names) in &needs.named {
        let names: Vec<&str> = names.iter().copied().filter(|n| wanted(n)).collect();
        if !names.is_empty() {
            lines.push((
                (*module).to_owned(),
                format!("import {{ {} }} from '{module}';\n", names.join(", ")),
            ));
        }
    }
    for (file, names) in &needs.libraries {
        if names.rsplit(' ').next().is_some_and(wanted) {
            lines.push((format!("./pm/{file}"), format!("import {{ {names} }} from './pm/{file}';\n")));
        }
    }
    // http first, as everybody writes it, and modules of our own last
    lines.sort_by_key(|(module, _)| (module != "k6/http", module.starts_with('.'), module.clone()));
    lines.into_iter().map(|(_, line)| line).collect()
}

pub(super) fn helpers(needs: &Needs) -> String {
    needs.helpers.iter().map(|h| format!("{}\n", h.code())).collect::<Vec<_>>().join("\n")
}

fn row_declarations(cx: &Context<'_>, long: bool) -> Vec<Stmt> {
    if long { cx.rows.values().map(|row| Stmt::Let(row.clone(), None)).collect() } else { Vec::new() }
}

impl Context<'_> {
    /// `const HEADERS = { … };`
    pub(super) fn shared_headers(&mut self) -> Option<Stmt> {
        let plan = self.plan;
        let mut props: Vec<Prop> =
            plan.http.headers.iter().map(|f| Prop::pair(f.name.to_string(), self.text(&f.value))).collect();
        for (_, name, value) in self.auth(&plan.http.auth).headers {
            props.push(Prop::pair(name, value));
        }
        if props.is_empty() {
            return None;
        }
        Some(Stmt::Const(JsIdent::known("HEADERS"), JsExpr::Object(props)))
    }
}

/// Names that scripts of the source declare belong to them.
pub(super) fn reserve_own_names(cx: &mut Context<'_>) {
    let mut own = std::collections::BTreeSet::new();
    let mut any = false;
    loadwright_scenario::for_each_request(cx.plan, &mut |r| {
        for s in r.before.iter().chain(&r.after).filter(|s| s.dialect == loadwright_scenario::Dialect::K6) {
            any = true;
            own.extend(s.plain.own.iter().cloned());
        }
    });
    if any {
        for name in [
            "runScript",
            "runTest",
            "must",
            "same",
            "kind",
            "isEmpty",
            "asText",
            "bodyAt",
            "cookie",
            "cookies",
        ] {
            cx.names.reserve(name);
        }
    }
    own.iter().for_each(|name| cx.names.reserve(name));
}
