//! The summary as JSON: for `handleSummary`, `--summary-export` and the machine-readable form.

use loadwright_metrics::Summary;
use loadwright_workload::Options;
use serde_json::Value;

/// What `handleSummary` is told about the terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExportState {
    pub stdout_is_tty: bool,
    pub stderr_is_tty: bool,
    pub no_color: bool,
}

/// What the machine-readable summary says about the run.
#[derive(Clone, Debug, Default)]
pub struct MachineContext {
    /// The script's text.
    pub script: String,
    /// RFC 3339.
    pub generated_at: String,
}

/// The `data` of `handleSummary(data)`; `setup_data` is left out when there is none.
pub fn handle_summary_data(
    summary: &Summary,
    options: &Options,
    state: ExportState,
    setup_data: Option<Value>,
) -> Value {
    let _ = (summary, options, state, setup_data);
    Value::Null
}

/// `--summary-export`: the old shape, where a threshold's `true` means that it failed.
pub fn summary_export(summary: &Summary) -> Value {
    let _ = summary;
    Value::Null
}

/// `--new-machine-readable-summary`, for `handleSummary` and `--summary-export`.
pub fn machine_readable(summary: &Summary, context: &MachineContext) -> Value {
    let _ = (summary, context);
    Value::Null
}
