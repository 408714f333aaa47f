use std::fmt::Write as _;

use loadwright_scenario::{ColumnOrder, Generator, Part, TestPlan};

use super::context::Context;
use super::processor::is_json;
use super::request::texts;
use super::yaml::Yaml;
use crate::findings;
use crate::k6::context::Context as Script;
use crate::{GenerateError, GenerateRequest, Generated, GeneratedFile, Target};

/// What the template of the script sees: YAML that is ready.
#[derive(serde::Serialize)]
struct View {
    head: String,
    config: String,
    scenarios: String,
}

/// What the template of the processor sees: code that is ready.
#[derive(serde::Serialize)]
struct ProcessorView {
    head: String,
    blocks: Vec<String>,
}

/// Artillery: phases, weighted scenarios, capture, expect and ensure; a processor only where YAML is not enough.
pub struct Artillery;

impl Target for Artillery {
    fn name(&self) -> &'static str {
        "artillery"
    }

    fn file_name(&self) -> &'static str {
        "artillery.yml"
    }

    fn generate(&self, request: &GenerateRequest<'_>) -> Result<Generated, GenerateError> {
        let (plan, odd) = plain(request.plan);
        let mut js = Script::new(&plan);
        js.inputs.clone_from(&request.options.inputs);
        js.name_variables();
        let mut cx = Context::new(&plan, js);
        if odd {
            cx.finding(&findings::APPROXIMATED, "made-up data is a random word", &Default::default());
        }
        if let Some(carried) = &request.plan.carried {
            let n = carried.items.len();
            let message = format!("the scripts of {n} requests of the collection need the k6 target");
            cx.finding(&findings::SCRIPT, message, &Default::default());
        }
        let constants = cx.constants();
        let ensure = cx.ensure();
        let count = cx.count_failures();
        let set_up = cx.set_up();
        let load = cx.load();
        let headers = cx.shared_headers();
        // the configuration is read before there are variables
        let (headers, filled): (Vec<_>, Vec<_>) = headers.into_iter().partition(|(_, v)| !v.contains("{{"));
        cx.every = filled;
        let before = cx.flow(&plan.setup);
        let mut scenarios = Vec::new();
        for s in &plan.scenarios {
            let mut flow = cx.flow(&s.steps);
            if let Some(name) = &load.while_true {
                flow = vec![Yaml::map([("loop", Yaml::List(flow)), ("whileTrue", Yaml::text(name.clone()))])];
            }
            let mut pairs = vec![("name".to_owned(), Yaml::text(s.name.clone()))];
            if plan.scenarios.len() > 1 {
                pairs.push(("weight".to_owned(), Yaml::int(i64::from(s.weight.max(1)))));
            }
            if let Some(name) = &set_up {
                pairs.push(("beforeScenario".to_owned(), Yaml::text(name.clone())));
            }
            if let Some(name) = &count {
                pairs.push(("afterResponse".to_owned(), Yaml::text(name.clone())));
            }
            pairs.push(("flow".to_owned(), Yaml::List(flow)));
            scenarios.push(Yaml::Map(pairs));
        }
        let stem =
            request.options.file_name.rsplit_once('.').map_or(request.options.file_name.as_str(), |p| p.0);
        let processor_name = format!("{stem}-processor.js");
        let processor = cx.processor(&constants);
        let config = config(
            &cx,
            Parts {
                load_phases: load.phases,
                headers,
                ensure,
                processor: processor.as_ref().map(|_| processor_name.clone()),
            },
        );
        let mut top = Vec::new();
        if !before.is_empty() {
            let mut flow = Vec::new();
            if let Some(name) = &set_up {
                flow.push(Yaml::map([("function", Yaml::text(name.clone()))]));
            }
            flow.extend(before);
            top.push(("before".to_owned(), Yaml::map([("flow", Yaml::List(flow))])));
        }
        top.push(("scenarios".to_owned(), Yaml::List(scenarios)));
        let view = View {
            head: head(request, '#'),
            config: Yaml::Map(vec![("config".to_owned(), config)]).print(),
            scenarios: Yaml::Map(top).print(),
        };
        let script = crate::layout::render("artillery/script.yml.hbs", request, &view)?;
        let mut files =
            vec![GeneratedFile { path: request.options.file_name.clone(), content: script.into_bytes() }];
        if let Some(blocks) = processor {
            let view = ProcessorView { head: head(request, '/'), blocks };
            let code = crate::layout::render("artillery/processor.js.hbs", request, &view)?;
            files.push(GeneratedFile { path: processor_name, content: code.into_bytes() });
        }
        files.extend(crate::env_file::example(&plan.variables));
        for d in plan.datasets.iter().filter(|d| !is_json(&d.path)) {
            if let Some(content) = &d.content {
                cx.js.add_file(&d.path, content.clone());
            }
        }
        files.append(&mut cx.js.files);
        Ok(Generated { files, diagnostics: cx.diagnostics, ..Generated::default() })
    }
}

struct Parts {
    load_phases: Vec<Yaml>,
    headers: Vec<(String, String)>,
    ensure: Option<Yaml>,
    processor: Option<String>,
}

fn config(cx: &Context<'_>, parts: Parts) -> Yaml {
    let plan = cx.plan;
    let default_of = |name: &loadwright_scenario::VarName| {
        plan.variables.iter().find(|v| &v.name == name).and_then(|v| match &v.source {
            loadwright_scenario::VarSource::Environment { default, .. } => {
                default.as_ref().and_then(|d| d.as_literal()).map(str::to_owned)
            }
            loadwright_scenario::VarSource::Constant(text) => text.as_literal().map(str::to_owned),
            loadwright_scenario::VarSource::Switched { cases, .. } => {
                cases.first().and_then(|c| c.value.as_literal()).map(str::to_owned)
            }
            loadwright_scenario::VarSource::Captured { .. } => None,
        })
    };
    let target = plan
        .http
        .base
        .as_ref()
        .and_then(default_of)
        .filter(|t| !t.is_empty())
        .unwrap_or_else(|| "http://localhost".to_owned());
    let mut out =
        vec![("target".to_owned(), Yaml::Text(target)), ("phases".to_owned(), Yaml::List(parts.load_phases))];
    let empty = || Yaml::Map(Vec::new());
    let mut plugins = vec![("expect".to_owned(), empty())];
    if parts.ensure.is_some() {
        plugins.push(("ensure".to_owned(), empty()));
    }
    plugins.push(("metrics-by-endpoint".to_owned(), Yaml::map([("useOnlyRequestNames", Yaml::bool(true))])));
    out.push(("plugins".to_owned(), Yaml::Map(plugins)));
    out.extend(parts.ensure.map(|e| ("ensure".to_owned(), e)));
    if !parts.headers.is_empty() {
        out.push((
            "http".to_owned(),
            Yaml::map([("defaults", Yaml::map([("headers", texts(parts.headers))]))]),
        ));
    }
    if plan.http.insecure_tls {
        out.push(("tls".to_owned(), Yaml::map([("rejectUnauthorized", Yaml::bool(false))])));
    }
    let payloads: Vec<Yaml> = plan
        .datasets
        .iter()
        .filter(|d| !is_json(&d.path))
        .map(|d| {
            let order = if d.order == ColumnOrder::Random { "random" } else { "sequence" };
            Yaml::map([
                ("path", Yaml::text(d.path.clone())),
                ("fields", Yaml::List(d.columns.iter().map(|c| Yaml::text(c.clone())).collect())),
                ("order", Yaml::text(order)),
                ("skipHeader", Yaml::bool(true)),
            ])
        })
        .collect();
    if !payloads.is_empty() {
        out.push(("payload".to_owned(), Yaml::List(payloads)));
    }
    out.extend(parts.processor.map(|p| ("processor".to_owned(), Yaml::Text(format!("./{p}")))));
    Yaml::Map(out)
}

/// The plan with only such made-up data as the processor has lists for.
fn plain(plan: &TestPlan) -> (TestPlan, bool) {
    const KNOWN: &[&str] = &["firstName", "lastName", "city", "country", "word"];
    let mut plan = plan.clone();
    let mut odd = false;
    loadwright_scenario::for_each_text_mut(&mut plan, &mut |t| {
        for part in &mut t.0 {
            if let Part::Generated(Generator::Fake(kind)) = part
                && !KNOWN.contains(&kind.as_str())
            {
                odd = true;
                *part = Part::Generated(Generator::Alphanumeric { length: 8 });
            }
        }
    });
    plan.carried = None;
    (plan, odd)
}

fn head(request: &GenerateRequest<'_>, mark: char) -> String {
    let mut text = request.plan.title.clone();
    if !request.options.source_name.is_empty() {
        let _ = write!(text, "\nGenerated by Loadwright from {}.", request.options.source_name);
    }
    let lines = match mark {
        '#' => crate::py::comment_lines(&text, 100),
        _ => crate::js::comment_lines(&text, 100),
    };
    lines.into_iter().map(|l| l + "\n").collect()
}
