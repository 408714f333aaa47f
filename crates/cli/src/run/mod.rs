//! `run`: a k6 script as k6 would run it.

mod archive;
mod command;
mod finish;
mod inspect;
mod log;
mod output;
mod prepare;
mod secrets;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use loadwright_metrics::{RunEvent, Summary};
use loadwright_runner::{Level, Log, Run};

use crate::exit::Exit;
pub use archive::archive;
use command::Command;
pub use inspect::inspect;
use log::Logger;
pub use output::put;
pub use prepare::{Failed, Prepared, prepare};

/// Runs a script with k6's arguments.
pub fn run(args: &[OsString]) -> Exit {
    start(args, None)
}

/// The same, and shows the summary to `after` when everything else is done.
pub fn run_and(args: &[OsString], after: &mut dyn FnMut(&Summary)) -> Exit {
    start(args, Some(after))
}

fn start(args: &[OsString], after: Option<&mut dyn FnMut(&Summary)>) -> Exit {
    let command = match Command::parse(args) {
        Ok(command) => command,
        Err(command::Stop::Help) => {
            print!("{}", command::help());
            return Exit::Success;
        }
        Err(command::Stop::Wrong(text)) => {
            Logger::plain().write(Level::Error, &text, &[]);
            return Exit::Other;
        }
        Err(command::Stop::Config(text)) => {
            Logger::plain().write(Level::Error, &text, &[]);
            return Exit::InvalidConfig;
        }
    };
    let logger = match Logger::open(&command) {
        Ok(mut logger) => {
            logger.hide(secrets::values(&command.secret_sources));
            Arc::new(logger)
        }
        Err(text) => {
            Logger::plain().write(Level::Error, &text, &[]);
            return Exit::Other;
        }
    };
    match execute(&command, &logger, after) {
        Ok(exit) => exit,
        Err(failed) => {
            failed.report(&*logger);
            failed.exit
        }
    }
}

fn execute(
    command: &Command,
    logger: &Arc<Logger>,
    after: Option<&mut dyn FnMut(&Summary)>,
) -> Result<Exit, Failed> {
    let log: Arc<dyn Log> = Arc::clone(logger) as Arc<dyn Log>;
    let Prepared { bundle, options, schedule, script } = prepare(command, &log)?;
    logger.redirect_console(options.console_output.as_deref()).map_err(|e| Failed::other(&e))?;
    let mut outputs = output::open(command, &bundle, &options, &script)?;
    let engine = finish::engine(command, &bundle, &options, outputs.want_samples(), after.is_some())?;
    let network = prepare::network(&options)?;
    if !command.quiet && !command.json {
        let names = outputs.descriptions();
        print!("{}{}", loadwright_report::banner(), loadwright_report::plan(&schedule, &script, &names));
    }
    if options.paused == Some(true) {
        let note = "there is no REST API that could resume a paused test: it starts at once";
        log.write(Level::Warning, note, &[]);
    }
    if command.address.as_deref().is_some_and(|a| !a.is_empty()) {
        let note = "there is no REST API: nothing listens on the address, and the test goes on without it";
        log.write(Level::Warning, note, &[]);
    }
    let terminal = !command.quiet && log::stdout_is_terminal();
    let mut bars = output::Bars::new(&schedule, terminal, command);
    let run = Run {
        program: Arc::clone(&bundle.program),
        shared: Arc::clone(&bundle.shared),
        has_setup: bundle.has_function("setup"),
        has_teardown: bundle.has_function("teardown"),
        options: options.clone(),
        schedule: schedule.clone(),
        network: Arc::new(network),
        log: Arc::clone(&log),
        engine,
        workers: prepare::workers(&schedule),
        memory: prepare::memory(&schedule),
        progress_every: if terminal { Duration::from_millis(100) } else { Duration::from_secs(1) },
        tick: if outputs.want_samples() { Duration::from_millis(200) } else { Duration::from_millis(500) },
        second_signal: Box::new(|| {
            Logger::plain().write(Level::Error, "aborting k6 in response to signal", &[]);
            std::process::exit(Exit::ExternalAbort as i32);
        }),
    };
    let outcome = loadwright_runner::run(run, &mut |event| {
        if let RunEvent::Progress(progress) = event {
            bars.show(progress);
        }
        outputs.on_event(event, &*log);
    });
    bars.clear();
    outputs.finish(&outcome.summary, &*log);
    if command.json {
        let result = loadwright_report::ResultFile::new(&outcome.summary, &script);
        put(&(serde_json::to_string_pretty(&result).unwrap_or_default() + "\n"));
    }
    let exit = finish::finish(command, &bundle, &options, &log, &outcome, &mut bars)?;
    if let Some(after) = after {
        after(&outcome.summary);
    }
    if command.linger && !matches!(outcome.end, loadwright_runner::End::Signal) {
        linger(command);
    }
    Ok(exit)
}

/// Waits for an interrupt, so that what watches the process can be looked at after the test.
fn linger(command: &Command) {
    if !command.quiet {
        put("The test is done; --linger keeps the program waiting for Ctrl+C\n");
    }
    if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
        // without signals there is nothing to wait for
        let _ = runtime.block_on(tokio::signal::ctrl_c());
    }
}
