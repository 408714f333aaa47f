use std::path::Path;

use anyhow::{Context as _, Result};
use loadwright_diagnostic::Diagnostic;
use loadwright_import::Source;
use loadwright_scenario::{Step, TestPlan, for_each_request};
use serde::Serialize;

use crate::convert::Converted;

/// The findings of one conversion as a file; `version` changes when a field changes its meaning.
#[derive(Serialize)]
pub struct Report<'a> {
    version: u32,
    counts: Counts,
    findings: Vec<Finding<'a>>,
    /// Values that flow from responses into later requests, as `--write-rules` writes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<serde_json::Value>,
}

/// What the plan holds: with the findings it accounts for everything that the source has.
#[derive(Serialize, Default)]
struct Counts {
    requests: usize,
    /// Requests that the source does not list: token fetches before the test.
    setup_requests: usize,
    sockets: usize,
    checks: usize,
    extractions: usize,
}

impl Counts {
    fn of(plan: &TestPlan) -> Self {
        let mut out = Self::default();
        for_each_request(plan, &mut |r| {
            out.requests += 1;
            out.checks += r.checks.len();
            out.extractions += r.extractions.len();
        });
        out.setup_requests = requests(&plan.setup);
        out.requests -= out.setup_requests;
        out.sockets = plan.scenarios.iter().map(|s| sockets(&s.steps)).sum();
        out
    }
}

fn requests(steps: &[Step]) -> usize {
    let count = |s: &Step| match s {
        Step::Request(_) => 1,
        Step::Batch(list) => list.len(),
        Step::Group(g) => requests(&g.steps),
        Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => 0,
    };
    steps.iter().map(count).sum()
}

fn sockets(steps: &[Step]) -> usize {
    let count = |s: &Step| match s {
        Step::WebSocket(_) => 1,
        Step::Group(g) => sockets(&g.steps),
        _ => 0,
    };
    steps.iter().map(count).sum()
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    fate: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    source: Option<&'a str>,
    pointer: &'a str,
    line: Option<usize>,
    column: Option<usize>,
}

/// Everything that one conversion found.
pub fn report(converted: &Converted) -> Report<'_> {
    let list: Vec<&Diagnostic> = converted.diagnostics.iter().collect();
    let sources: Vec<&Source> = converted.sources.iter().collect();
    let places = crate::render::places(&list, &sources);
    let findings = list
        .into_iter()
        .zip(places)
        .map(|(d, place)| Finding {
            code: d.code.as_str(),
            severity: d.severity.as_str(),
            fate: d.fate.as_str(),
            message: &d.message,
            help: d.help.as_deref(),
            source: sources.iter().find(|s| s.id == d.origin.source).map(|s| s.name.as_str()),
            pointer: d.origin.at.as_str(),
            line: place.map(|p| p.line),
            column: place.map(|p| p.column),
        })
        .collect();
    let rules = converted.found.rules.iter().map(loadwright_transform::Rule::to_json).collect();
    Report { version: 1, counts: Counts::of(&converted.plan), findings, rules }
}

pub fn write(path: &Path, converted: &Converted) -> Result<()> {
    let text = serde_json::to_string_pretty(&report(converted))? + "\n";
    std::fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}
