use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use loadwright_report::{ChangeKind, Comparison, ResultFile, TextStyle, Tolerance, compare, comparison_text};

use crate::args::CompareArgs;
use crate::exit::Exit;
use crate::format;

/// Prints two results side by side; 99 when the second is worse.
pub fn run(args: &CompareArgs) -> Result<Exit> {
    let read = |path: &std::path::Path| -> Result<ResultFile> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        ResultFile::parse(&text).map_err(|e| not_a_result(path, &e))
    };
    let tolerance = Tolerance { slower: args.tolerance / 100.0, ..Tolerance::default() };
    let comparison = compare(&read(&args.before)?, &read(&args.after)?, tolerance);
    if args.format.is_json() {
        format::print(&listed(&comparison))?;
        return Ok(if comparison.is_worse() { Exit::ThresholdsFailed } else { Exit::Success });
    }
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = comparison_text(&comparison, &TextStyle { color, ..TextStyle::default() });
    crate::stdout::write(&text);
    Ok(if comparison.is_worse() { Exit::ThresholdsFailed } else { Exit::Success })
}

fn listed(comparison: &Comparison) -> serde_json::Value {
    let changes: Vec<_> = comparison
        .changes
        .iter()
        .map(|c| {
            let unit = match c.kind {
                ChangeKind::Time => "ms",
                ChangeKind::Share => "share",
                ChangeKind::Rate => "per second",
            };
            serde_json::json!({
                "name": c.name,
                "figure": c.figure,
                "unit": unit,
                "before": c.before,
                "after": c.after,
                "worse": c.worse,
            })
        })
        .collect();
    serde_json::json!({
        "version": 1,
        "worse": comparison.is_worse(),
        "changes": changes,
        "only_before": comparison.only_before,
        "only_after": comparison.only_after,
    })
}

/// A file that is no result, and where results come from.
pub fn not_a_result(path: &std::path::Path, e: &loadwright_report::ResultError) -> anyhow::Error {
    anyhow::anyhow!("{}: {e}\nhelp: `loadwright run SCRIPT --out result=FILE` writes one", path.display())
}
