use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use loadwright_report::{SpecOperation, TextStyle, coverage, coverage_text, requested};
use loadwright_scenario::for_each_request;

use crate::args::InputArgs;
use crate::args_verdict::CoverageArgs;
use crate::compare::not_a_result;
use crate::exit::Exit;
use crate::format;
use crate::progress::Progress;
use crate::sources::{self, For};

/// Counts which operations of a document some runs have requested; 99 when fewer than `--min` percent.
pub fn run(args: &CoverageArgs) -> Result<Exit> {
    let operations = operations(args)?;
    let mut requests = Vec::new();
    for path in &args.results {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        requests.extend(requested(&text).map_err(|e| not_a_result(path, &e))?);
    }
    let found = coverage(&operations, &requests);
    if args.format.is_json() {
        format::print(&found)?;
    } else {
        let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        crate::stdout::write(&coverage_text(&found, &TextStyle { color, ..TextStyle::default() }));
    }
    let short = args.min.is_some_and(|min| found.percent < min);
    if let (true, Some(min)) = (short, args.min) {
        eprintln!("error: {:.1} % of the operations were requested, {min} % are demanded", found.percent);
    }
    Ok(if short { Exit::ThresholdsFailed } else { Exit::Success })
}

fn operations(args: &CoverageArgs) -> Result<Vec<SpecOperation>> {
    let input = InputArgs {
        inputs: vec![args.spec.clone()],
        include: args.include.clone(),
        exclude: args.exclude.clone(),
        safe_only: args.safe_only,
        ..InputArgs::default()
    };
    let mut out = Vec::new();
    for read in sources::import_all(&input, For::Script, &mut Progress::new(true, false))? {
        let exchanges = &read.imported.evidence.exchanges;
        for_each_request(&read.imported.plan, &mut |step| {
            let exchange = exchanges.iter().find(|e| e.origin == step.origin);
            let base = exchange.map(|e| e.base.as_str()).unwrap_or_default();
            let base_path = base
                .split_once("://")
                .map_or(base, |(_, rest)| rest.find('/').and_then(|i| rest.get(i..)).unwrap_or_default());
            out.push(SpecOperation {
                name: step.name.to_string(),
                method: step.request.method.to_string(),
                path: step.request.url.group(),
                base_path: base_path.to_owned(),
            });
        });
    }
    Ok(out)
}
