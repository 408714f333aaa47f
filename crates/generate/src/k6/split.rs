use std::collections::BTreeMap;
use std::sync::Arc;

use loadwright_scenario::{Lifetime, Step, TestPlan, VarSource};

use super::context::Context;
use super::load::options;
use super::scenario::Function;
use super::scope::{Home, homes};
use super::script::{head, helpers, import_lines, lay_out, reserve_own_names};
use crate::js::{JsExpr, JsIdent, Printer, Prop, Stmt};
use crate::{GenerateError, GenerateRequest, Generated, GeneratedFile};

/// Whether the plan has groups that can be modules; scripts that stay as they are need its variables beside them.
pub(super) fn can_split(plan: &TestPlan) -> bool {
    plan.is_plain() && plan.scenarios.iter().any(|s| s.steps.iter().any(|s| matches!(s, Step::Group(_))))
}

/// One module for each group, one for what they share, and the script that runs them: all in one folder, so that files
/// are opened by the same name everywhere.
///
/// An imported binding cannot be assigned, so values that flow from one module to another are fields of `state`.
pub(super) fn generate(request: &GenerateRequest<'_>) -> Result<Generated, GenerateError> {
    let plan = request.plan;
    let mut cx = Context::new(plan);
    cx.inputs.clone_from(&request.options.inputs);
    cx.long_bodies = request.options.long_bodies;
    cx.homes = Arc::new(homes(plan, true));
    reserve_own_names(&mut cx);
    let state = cx.names.claim("state", "state");
    cx.name_variables();
    cx.share_credentials();
    // in `setup()` these are variables of its own
    let setup = cx.setup();
    share(&mut cx, &state);
    let declarations = cx.declarations(true);
    let headers = cx.shared_headers();
    let functions: Vec<Function> = plan.scenarios.iter().map(|s| cx.scenario(s, true)).collect();
    let names: Vec<JsIdent> = functions.iter().map(|f| f.name.clone()).collect();

    let (fields, mut constants): (Vec<Stmt>, Vec<Stmt>) =
        declarations.into_iter().partition(|s| matches!(s, Stmt::Let(..)));
    constants.extend(cx.shared_credentials());
    constants.extend(cx.opened_files());
    let fields: Vec<Prop> = fields.into_iter().filter_map(field).collect();
    if !fields.is_empty() {
        constants
            .push(Stmt::Comment("What one module takes from an answer and another one needs.".to_owned()));
        constants.push(Stmt::Const(state, JsExpr::Object(fields)));
    }
    let shared_sections = vec![
        exported(&Printer::print(&constants)),
        headers.map(|h| exported(&Printer::print(&[h]))).unwrap_or_default(),
        exported(&helpers(&cx.needs)),
    ];
    let shared_code = shared_sections.join("\n");
    let shared_names = names_of(&shared_code);

    let main = request.options.file_name.clone();
    let stem = main.strip_suffix(".js").unwrap_or(&main).to_owned();
    let shared_file = format!("{stem}.shared.js");
    let mut modules: BTreeMap<usize, Module> = BTreeMap::new();
    for (i, (group, (name, body))) in parts(plan, &functions).into_iter().enumerate() {
        let known = modules.iter().find(|(_, m)| m.group == group).map(|(n, _)| *n);
        let module = modules.entry(known.unwrap_or(i)).or_insert_with(|| Module {
            group,
            file: format!("{stem}.{}.js", name.as_str()),
            code: Vec::new(),
            names: Vec::new(),
        });
        module.names.push(name.as_str().to_owned());
        module.code.push(Printer::function(&format!("export function {}()", name.as_str()), body));
    }

    let mut sections = vec![Printer::declaration("export const options = ", &options(plan, &names))];
    if let Some(body) = setup {
        sections.push(Printer::function("export function setup()", &body));
    }
    let data = if plan.setup.is_empty() { "" } else { "data" };
    if let [only] = functions.as_slice() {
        sections.push(Printer::function(&format!("export default function ({data})"), &only.body));
    } else {
        for f in &functions {
            sections
                .push(Printer::function(&format!("export function {}({data})", f.name.as_str()), &f.body));
        }
        let args = || if data.is_empty() { Vec::new() } else { vec![JsExpr::code("data")] };
        let calls: Vec<Stmt> =
            names.iter().map(|n| Stmt::Expr(JsExpr::call(JsExpr::ident(n), args()))).collect();
        sections.push(Printer::function(&format!("export default function ({data})"), &calls));
    }
    let code = sections.join("\n");
    let mut from: Vec<(String, Vec<String>)> = vec![(shared_file.clone(), shared_names.clone())];
    from.extend(modules.values().map(|m| (m.file.clone(), m.names.clone())));
    let mut files = vec![file(main, page(request, head(request), &cx, &from, sections, &code)?)];
    for m in modules.into_values() {
        let title = Printer::print(&[Stmt::Comment(format!("{}: {}", plan.title, m.group))]);
        let code = m.code.join("\n");
        let from = [(shared_file.clone(), shared_names.clone())];
        files.push(file(m.file, page(request, title, &cx, &from, m.code, &code)?));
    }
    let title = format!("{}: what the modules share", plan.title);
    let title = Printer::print(&[Stmt::Comment(title)]);
    files.push(file(shared_file, page(request, title, &cx, &[], shared_sections, &shared_code)?));
    files.extend(crate::env_file::example(&plan.variables));
    files.append(&mut cx.files);
    Ok(Generated { files, ..Generated::default() })
}

struct Module {
    group: String,
    file: String,
    code: Vec<String>,
    names: Vec<String>,
}

fn file(path: String, text: String) -> GeneratedFile {
    GeneratedFile { path, content: text.into_bytes() }
}

/// Captured values and rows become fields of the shared object.
fn share(cx: &mut Context<'_>, state: &JsIdent) {
    for v in &cx.plan.variables {
        let captured = matches!(v.source, VarSource::Captured { .. });
        let kept = matches!(cx.homes.get(&v.name), Some(Home::Module | Home::Setup));
        if captured && (kept || v.lifetime == Lifetime::Test) {
            let ident = cx.var_ident(&v.name);
            Arc::make_mut(&mut cx.vars).insert(v.name.clone(), state.member(&ident));
        }
    }
    for row in cx.rows.values_mut() {
        *row = state.member(row);
    }
}

/// `petId: undefined` for `let state.petId`.
fn field(declared: Stmt) -> Option<Prop> {
    let Stmt::Let(ident, initial) = declared else { return None };
    let name = ident.as_str().rsplit('.').next()?.to_owned();
    Some(Prop::pair(name, initial.unwrap_or_else(|| JsExpr::code("undefined"))))
}

/// The functions of the groups, with the names of these, in the order of the scenarios.
fn parts<'f>(plan: &TestPlan, functions: &'f [Function]) -> Vec<(String, &'f (JsIdent, Vec<Stmt>))> {
    plan.scenarios
        .iter()
        .zip(functions)
        .flat_map(|(scenario, f)| {
            let groups = scenario.steps.iter().filter_map(|s| match s {
                Step::Group(g) => Some(g.name.clone()),
                _ => None,
            });
            groups.zip(&f.parts).collect::<Vec<_>>()
        })
        .collect()
}

/// A whole file: only what its code mentions is imported.
fn page(
    request: &GenerateRequest<'_>,
    title: String,
    cx: &Context<'_>,
    from: &[(String, Vec<String>)],
    code: Vec<String>,
    text: &str,
) -> Result<String, GenerateError> {
    let mut imports = import_lines(&cx.needs, &|name| mentions(text, name));
    for (module, names) in from {
        let used: Vec<&str> = names.iter().map(String::as_str).filter(|n| mentions(text, n)).collect();
        if !used.is_empty() {
            imports.push_str(&format!("import {{ {} }} from './{module}';\n", used.join(", ")));
        }
    }
    let mut sections = vec![title, imports];
    sections.extend(code);
    lay_out(request, sections)
}

/// Every declaration at the left margin, for other modules to see.
fn exported(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    for line in code.lines() {
        if ["const ", "let ", "function "].iter().any(|w| line.starts_with(w)) {
            out.push_str("export ");
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn names_of(code: &str) -> Vec<String> {
    let mut out: Vec<String> = code
        .lines()
        .filter_map(|l| {
            let rest = l.strip_prefix("export ")?.split_once(' ')?.1;
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))?;
            rest.get(..end).map(str::to_owned)
        })
        .collect();
    out.sort();
    out
}

/// Whether a name stands in a text as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(name).any(|(i, _)| {
        let before = text.get(..i).and_then(|t| t.chars().next_back());
        let after = text.get(i + name.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}
