//! The end of a run: summary, handler, files, error lines, exit code.

use std::sync::Arc;

use loadwright_metrics::{Engine, EngineSettings};
use loadwright_report::{ExportState, MachineContext, SummaryMode, TextStyle};
use loadwright_runner::{Bundle, End, Level, Log, Outcome, SummaryFiles};
use loadwright_workload::Options;

use super::command::Command;
use super::log::{stdout_is_terminal, timestamp};
use super::output::{Bars, tell};
use super::prepare::Failed;
use crate::exit::Exit;

/// The metrics engine for a run; checks the thresholds.
pub fn engine(
    command: &Command,
    bundle: &Bundle,
    options: &Options,
    samples: bool,
    judged: bool,
) -> Result<Engine, Failed> {
    let thresholds = if command.no_thresholds { None } else { options.thresholds.clone() };
    let settings = EngineSettings {
        thresholds: thresholds.unwrap_or_default(),
        system_tags: options.system_tags(),
        trend_stats: options.summary_trend_stats(),
        scopes: command.summary_mode == SummaryMode::Full,
        operations: judged
            || command.json
            || !command.quiet
            || command.outputs.iter().any(|o| o.starts_with("result")),
        samples,
    };
    Engine::new(Arc::clone(&bundle.shared.registry), settings).map_err(|e| Failed::config(&e.to_string()))
}

/// Writes everything that comes after the run and decides the exit code.
pub fn finish(
    command: &Command,
    bundle: &Bundle,
    options: &Options,
    log: &Arc<dyn Log>,
    outcome: &Outcome,
    bars: &mut Bars,
) -> Result<Exit, Failed> {
    if let End::InitFailed(text) = &outcome.end {
        return Err(Failed::script(text));
    }
    if command.summary_mode != SummaryMode::Disabled {
        summary(command, bundle, options, log, outcome);
    }
    if let Some(path) = &command.summary_export {
        let value = if command.machine_summary {
            let script = bundle.program.files.cached(&bundle.program.entry);
            let script = script.map(|s| String::from_utf8_lossy(&s).into_owned()).unwrap_or_default();
            loadwright_report::machine_readable(
                &outcome.summary,
                &MachineContext { script, generated_at: timestamp() },
            )
        } else {
            loadwright_report::summary_export(&outcome.summary)
        };
        let text = serde_json::to_string_pretty(&value).unwrap_or_default();
        if let Err(e) = std::fs::write(path, text) {
            log.write(Level::Error, &format!("failed to save the exported summary to {path}: {e}"), &[]);
        }
    }
    bars.show(&outcome.progress);
    Ok(verdict(log, outcome))
}

fn summary(command: &Command, bundle: &Bundle, options: &Options, log: &Arc<dyn Log>, outcome: &Outcome) {
    let color = stdout_is_terminal() && !command.no_color;
    let style = TextStyle { mode: command.summary_mode, color, time_unit: options.summary_time_unit };
    let standard = || {
        tell(command, &loadwright_report::summary_text(&outcome.summary, &style));
        if !command.quiet {
            tell(command, &loadwright_report::operations_table(&outcome.summary, &style));
        }
    };
    if !bundle.has_function("handleSummary") {
        standard();
        return;
    }
    let state = ExportState {
        stdout_is_tty: stdout_is_terminal(),
        stderr_is_tty: std::io::IsTerminal::is_terminal(&std::io::stderr()),
        no_color: command.no_color,
    };
    let setup_data = outcome.setup_data.as_deref().and_then(|d| serde_json::from_str(d).ok());
    let data = loadwright_report::handle_summary_data(&outcome.summary, options, state, setup_data);
    let timeout = options.handle_summary_timeout().to_std();
    match loadwright_runner::handle_summary(&bundle.program, &bundle.shared, log, data.to_string(), timeout) {
        Some(Ok(Ok(files))) if files.is_empty() => standard(),
        Some(Ok(Ok(files))) => write_files(command, log, files),
        Some(Ok(Err(text))) => {
            log.write(Level::Error, &text, &[]);
            standard();
        }
        Some(Err(stop)) => {
            log.write(Level::Error, &stop.to_string(), &[("hint", "script exception")]);
            standard();
        }
        None => {
            log.write(Level::Error, "handleSummary() execution timed out", &[]);
            standard();
        }
    }
}

fn write_files(command: &Command, log: &Arc<dyn Log>, files: SummaryFiles) {
    for (path, content) in files {
        let done = match path.as_str() {
            "stdout" if !command.json => std::io::Write::write_all(&mut std::io::stdout().lock(), &content),
            "stdout" | "stderr" => std::io::Write::write_all(&mut std::io::stderr().lock(), &content),
            file => std::fs::write(file, &content),
        };
        if let Err(e) = done {
            log.write(Level::Error, &format!("error saving summary to '{path}': {e}"), &[]);
        }
    }
}

/// The exit code, by what weighs most, and the lines that say why.
fn verdict(log: &Arc<dyn Log>, outcome: &Outcome) -> Exit {
    let error = |text: &str| log.write(Level::Error, text, &[]);
    let exception = |text: &str| log.write(Level::Error, text, &[("hint", "script exception")]);
    if let Some(End::TeardownFailed(text)) =
        outcome.teardown.as_ref().filter(|_| !matches!(outcome.end, End::TeardownFailed(_)))
    {
        exception(text);
    }
    match &outcome.end {
        End::InitFailed(text) | End::SetupFailed(text) | End::TeardownFailed(text) => {
            exception(text);
            return Exit::ScriptException;
        }
        End::Aborted(text) => {
            error(text);
            return Exit::ScriptAborted;
        }
        End::Signal => {
            error("test run was aborted because k6 received a 'interrupt' signal");
            return Exit::ExternalAbort;
        }
        End::SetupTimeout => {
            error("setup() execution timed out");
            return Exit::SetupTimeout;
        }
        End::TeardownTimeout => {
            error("teardown() execution timed out");
            return Exit::TeardownTimeout;
        }
        End::Thresholds(_) | End::Completed => {}
    }
    if !outcome.marked_failed.is_empty() {
        error("test run was marked as failed");
        return Exit::MarkedFailed;
    }
    let crossed = outcome.summary.crossed();
    if let End::Thresholds(names) = &outcome.end {
        error(&format!(
            "thresholds on metrics '{}' were crossed; at least one has abortOnFail enabled, stopping test prematurely",
            names.join(", ")
        ));
        return Exit::ThresholdsFailed;
    }
    if !crossed.is_empty() {
        error(&format!("thresholds on metrics '{}' have been crossed", crossed.join(", ")));
        return Exit::ThresholdsFailed;
    }
    Exit::Success
}
