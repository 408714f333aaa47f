use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use loadwright_metrics::Summary;
use loadwright_report::{Doubt, Expected, FirstRun, TextStyle, first_run, first_run_text};
use loadwright_transform::{Outlook, UncertainValue, Uncertainty, outlook};

use crate::convert::Converted;
use crate::run::put;

/// Judges a run of the script that was made from the plan.
pub fn judge(converted: &Converted, summary: &Summary) -> FirstRun {
    let expected: Vec<Expected> =
        outlook(&converted.plan, &converted.evidence).into_iter().map(expected).collect();
    first_run(&expected, summary)
}

pub fn show(run: &FirstRun) {
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    put(&first_run_text(run, &TextStyle { color, ..TextStyle::default() }));
}

pub fn write(path: &Path, run: &FirstRun) -> Result<()> {
    let text = serde_json::to_string_pretty(run)? + "\n";
    std::fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

fn expected(o: Outlook) -> Expected {
    let Outlook { name, method, path, tag, checks, credentials, values } = o;
    let doubts = values.into_iter().map(doubt).collect();
    Expected { name, method, path, tag, checks, credentials, doubts }
}

fn doubt(v: UncertainValue) -> Doubt {
    let UncertainValue { parameter, in_path, why } = v;
    let (why, when) = match why {
        Uncertainty::Supplied { operation, check } => (format!("{operation} gave none"), Some(check)),
        Uncertainty::Removed { operation } => (format!("{operation} has removed it before"), None),
        Uncertainty::MadeUp => ("made up from the schema".to_owned(), None),
    };
    Doubt { parameter, why, when, in_path }
}
