//! Owns scripts whose plan carries Postman code: a table of steps over the `pm` modules beside the script.
//! Must never know how a collection looks; placeholders are texts with holes that are filled at run time.
//! Start at [`generate`], then `steps` (the table) and `script` (what carried code needs).

mod beside;
mod credentials;
mod modules;
mod script;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use loadwright_diagnostic::Origin;
use loadwright_scenario::{Auth, Carried, Grant, ScopeValue, TestPlan, for_each_request};

use super::context::Context;
use super::helpers::Helper;
use super::load::options;
use crate::js::{JsExpr, JsIdent, Printer, Prop, Stmt};
use crate::{GenerateError, GenerateRequest, Generated, GeneratedFile};

pub(crate) use beside::Beside;
pub(crate) use credentials::Credentials;
use modules::Modules;
pub(super) use modules::{library, library_files};
use script::Carrier;

/// The module that makes realistic data.
pub(super) const DYNAMIC: &str = include_str!("pm/dynamic.js");

/// `$randomEmail` for `email`, when the module makes it.
pub(super) fn dynamic_name(kind: &str) -> Option<String> {
    let mut chars = kind.chars();
    let first = chars.next()?.to_ascii_uppercase();
    let name = format!("random{first}{}", chars.as_str());
    let image = kind.len() > 5 && kind.ends_with("Image");
    (image || DYNAMIC.contains(&format!("  {name}:"))).then(|| format!("${name}"))
}

/// What is collected while the table is written.
struct Table<'a, 'p> {
    pub cx: &'a mut Context<'p>,
    pub carried: &'p Carried,
    /// Functions of carried scripts by where the script stands.
    pub functions: BTreeMap<Origin, JsIdent>,
    pub carrier: Carrier,
    /// Whether scripts look at the description of requests.
    pub descriptions: bool,
}

/// The whole script of a plan that carries Postman code.
pub(super) fn generate(request: &GenerateRequest<'_>, carried: &Carried) -> Result<Generated, GenerateError> {
    let plan = request.plan;
    let mut cx = Context::new(plan);
    cx.inputs.clone_from(&request.options.inputs);
    for name in ["collection", "options", "pm", "steps", "SharedArray", "rows", "sloppy", "npm"] {
        cx.names.reserve(name);
    }
    let mut table = Table {
        cx: &mut cx,
        carried,
        functions: BTreeMap::new(),
        carrier: Carrier::default(),
        descriptions: script::uses_descriptions(plan),
    };
    let steps = table.steps();
    let Carrier { code, loose, mut modules } = table.carrier;

    let mut sections = vec![super::script::head(request)];
    let data = plan.datasets.first();
    let mut constants = cx.opened_files();
    if let Some(d) = data {
        let open = JsExpr::call_fn(
            "JSON.parse",
            vec![JsExpr::call_fn("open", vec![JsExpr::string(&format!("./{}", d.path))])],
        );
        let shared =
            JsExpr::call_fn("new SharedArray", vec![JsExpr::string(&d.name), JsExpr::arrow("()", open)]);
        constants.push(Stmt::Const(JsIdent::known("rows"), shared));
        if let Some(content) = &d.content {
            cx.add_file(&d.path, content.clone());
        }
    }
    sections.push(Printer::print(&constants));
    let mut options = options(plan, &[JsIdent::known("run")]);
    if let JsExpr::Object(props) = &mut options {
        // the cookies of one iteration are there in the next, as in Postman
        props.push(Prop::pair("noCookiesReset", JsExpr::bool(true)));
    }
    sections.push(Printer::declaration("export const options = ", &options));
    let setup = setup(&mut cx, carried, data.is_some(), &modules);
    sections.push(super::script::helpers(&cx.needs));
    sections.push(format!("const pm = collection({});\n", Printer::expr_text(&setup)));
    sections.push(Printer::print(&loose.into_iter().map(|name| Stmt::Let(name, None)).collect::<Vec<_>>()));
    sections.extend(code);
    sections.push(format!("const steps = {};\n", Printer::expr_text(&steps)));
    sections.push(if fetches_tokens(plan) {
        "export function setup() {\n  return pm.tokens(steps);\n}\n\n\
         export default async function (tokens) {\n  await pm.run(steps, tokens);\n}\n"
            .to_owned()
    } else {
        "export default async function () {\n  await pm.run(steps);\n}\n".to_owned()
    });
    sections.iter().for_each(|s| modules.random(s));
    cx.files.iter().for_each(|f| modules.random(&String::from_utf8_lossy(&f.content)));
    let mut imports = modules.imports("import { collection } from './pm/run.js';", &BTreeSet::new());
    if data.is_some() || cx.needs.helpers.contains(&Helper::Kept) {
        imports = format!("import {{ SharedArray }} from 'k6/data';\n\n{imports}");
    }
    sections.insert(1, imports);
    let script = super::script::lay_out(request, sections)?;

    let mut files =
        vec![GeneratedFile { path: request.options.file_name.clone(), content: script.into_bytes() }];
    files.extend(env_example(carried));
    files.extend(modules.manifest());
    let own = modules.files();
    let shared = own.iter().map(|f| f.path.clone()).collect();
    files.extend(own);
    files.append(&mut cx.files);
    Ok(Generated { files, shared, ..Generated::default() })
}

/// Whether a request needs a token that nobody has yet.
fn fetches_tokens(plan: &TestPlan) -> bool {
    let mut found = false;
    for_each_request(plan, &mut |r| {
        found |= matches!(&r.request.auth, Auth::OAuth2(o) if !matches!(o.grant, Grant::Static { .. }));
    });
    found
}

/// The argument of `collection(…)`: names, scopes, data, modules.
fn setup(cx: &mut Context<'_>, carried: &Carried, data: bool, modules: &Modules) -> JsExpr {
    let mut props = vec![Prop::pair("name", JsExpr::string(&cx.plan.title))];
    if !carried.environments.is_empty() {
        let choose = cx.helper(Helper::InEnvironment);
        let names =
            carried.environments.iter().map(|(n, _)| Prop::pair(n.clone(), JsExpr::string(n))).collect();
        props.push(Prop::pair("environmentName", JsExpr::call(choose.clone(), vec![JsExpr::Object(names)])));
        let scopes = carried
            .environments
            .iter()
            .map(|(n, scope)| {
                let values = scope.iter().map(|v| Prop::pair(v.name.clone(), scope_value(cx, v))).collect();
                Prop::pair(n.clone(), JsExpr::Object(values))
            })
            .collect();
        props.push(Prop::pair("environment", JsExpr::call(choose, vec![JsExpr::Object(scopes)])));
    } else if let Some(name) = &carried.environment_name {
        props.push(Prop::pair("environmentName", JsExpr::string(name)));
    }
    for (key, scope) in [
        ("environment", &carried.environment),
        ("collectionVariables", &carried.collection),
        ("globals", &carried.globals),
    ] {
        if !scope.is_empty() {
            let values = scope.iter().map(|v| Prop::pair(v.name.clone(), scope_value(cx, v))).collect();
            props.push(Prop::pair(key, JsExpr::Object(values)));
        }
    }
    if data {
        props.push(Prop::pair("data", JsExpr::code("rows")));
    }
    props.extend(modules.props());
    JsExpr::Object(props)
}

fn scope_value(cx: &mut Context<'_>, value: &ScopeValue) -> JsExpr {
    match &value.secret {
        Some(env) => cx.secret(env, &value.origin),
        None => cx.json(&value.value),
    }
}

/// The names of the secrets, without their values.
fn env_example(carried: &Carried) -> Option<GeneratedFile> {
    let mut out = String::new();
    let mut seen = BTreeSet::new();
    let environments = carried.environments.iter().flat_map(|(_, scope)| scope);
    for value in environments.chain(&carried.environment).chain(&carried.collection).chain(&carried.globals) {
        if let Some(env) = value.secret.as_ref().filter(|env| seen.insert(env.as_str())) {
            let _ = writeln!(out, "{env}=");
        }
    }
    (!out.is_empty()).then(|| GeneratedFile { path: ".env.example".to_owned(), content: out.into_bytes() })
}
