use std::collections::BTreeMap;

use handlebars::Handlebars;
use serde::Serialize;

use crate::GenerateError;

/// The version of what templates see. It grows when a field goes or changes its meaning.
pub const VIEW_VERSION: u32 = 1;

/// A template that ships with the program, under the name that a user's own one has to have.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// As in a folder of templates: `k6/script.js.hbs`.
    pub name: &'static str,
    pub text: &'static str,
    /// What it sees, for people.
    pub view: &'static str,
}

/// Every template.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "k6/script.js.hbs",
        text: include_str!("../../../templates/k6/script.js.hbs"),
        view: "version, title, source; sections: finished code in the order of a script: head, imports, constants, shared \
               headers, options, helpers, setup, functions (empty ones are left out)",
    },
    Template {
        name: "locust/locustfile.py.hbs",
        text: include_str!("../../../templates/locust/locustfile.py.hbs"),
        view: "version, title, source, head, imports, constants: finished code; before: functions that constants call; blocks: \
               functions and classes in their order",
    },
    Template {
        name: "artillery/script.yml.hbs",
        text: include_str!("../../../templates/artillery/script.yml.hbs"),
        view: "version, title, source, head, config, scenarios: finished YAML",
    },
    Template {
        name: "artillery/processor.js.hbs",
        text: include_str!("../../../templates/artillery/processor.js.hbs"),
        view: "version, title, source, head: finished code; blocks: helpers, constants, functions and exports in their order",
    },
];

/// What every template sees beside its own fields.
#[derive(Serialize)]
struct Page<'a, V> {
    version: u32,
    title: &'a str,
    source: &'a str,
    #[serde(flatten)]
    view: &'a V,
}

/// Lays a view out by a template: the user's own one of that name, else ours. Values are code already: nothing is escaped.
pub(crate) fn render(
    name: &'static str,
    request: &crate::GenerateRequest<'_>,
    view: &impl Serialize,
) -> Result<String, GenerateError> {
    let own: &BTreeMap<String, String> = &request.options.templates;
    let ours = TEMPLATES.iter().find(|t| t.name == name).map_or("", |t| t.text);
    let text = own.get(name).map_or(ours, String::as_str);
    let page = Page {
        version: VIEW_VERSION,
        title: &request.plan.title,
        source: &request.options.source_name,
        view,
    };
    let mut engine = Handlebars::new();
    engine.register_escape_fn(handlebars::no_escape);
    engine.set_strict_mode(true);
    let wrong = |line: Option<usize>, column: Option<usize>, reason: String| GenerateError::Template {
        name: name.to_owned(),
        line: line.unwrap_or(1),
        column: column.unwrap_or(1),
        reason,
    };
    engine.register_template_string(name, text).map_err(|e| {
        let (line, column) = e.pos().map_or((None, None), |(l, c)| (Some(l), Some(c)));
        wrong(line, column, plain(&e.reason().to_string()))
    })?;
    engine.render(name, &page).map_err(|e| wrong(e.line_no, e.column_no, e.reason().to_string()))
}

/// The parser lists everything that it could have borne.
fn plain(reason: &str) -> String {
    match reason.split_once(": expected ") {
        Some((what, list)) if list.contains("_block_") => {
            format!("{what}: a tag or a block that is opened here is not closed, or not as it was opened")
        }
        _ => reason.to_owned(),
    }
}
