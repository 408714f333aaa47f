//! `archive`: a script with all that it reads, in one file.

use std::ffi::OsString;
use std::sync::Arc;

use loadwright_runner::{Archive, Level, Log};

use super::command::{Command, Stop};
use super::log::Logger;
use super::prepare::prepare;
use crate::exit::Exit;

/// Loads a script as `run` would and writes the archive.
pub fn archive(args: &[OsString]) -> Exit {
    let plain = |text: &str| Logger::plain().write(Level::Error, text, &[]);
    let mut command = match Command::parse(args) {
        Ok(command) => command,
        Err(Stop::Help) => {
            print!("{}", super::command::help());
            return Exit::Success;
        }
        Err(Stop::Wrong(text)) => {
            plain(&text);
            return Exit::Other;
        }
        Err(Stop::Config(text)) => {
            plain(&text);
            return Exit::InvalidConfig;
        }
    };
    // what is in this machine's environment stays here
    command.system_env = false;
    let logger = match Logger::open(&command) {
        Ok(mut logger) => {
            logger.hide(super::secrets::values(&command.secret_sources));
            Arc::new(logger)
        }
        Err(text) => {
            plain(&text);
            return Exit::Other;
        }
    };
    let log: Arc<dyn Log> = Arc::clone(&logger) as Arc<dyn Log>;
    let prepared = match prepare(&command, &log) {
        Ok(prepared) => prepared,
        Err(failed) => {
            failed.report(&*log);
            return failed.exit;
        }
    };
    let mut env = (*prepared.bundle.shared.env).clone();
    if command.exclude_env_vars {
        env.clear();
    }
    let archive = Archive {
        entry: prepared.bundle.program.entry.clone(),
        options: archived(prepared.options.to_json()),
        env,
        members: prepared.bundle.program.files.members(),
    };
    let path = command.archive_out.as_deref().unwrap_or("archive.tar");
    match std::fs::write(path, archive.to_bytes()) {
        Ok(()) => Exit::Success,
        Err(e) => {
            log.write(Level::Error, &format!("cannot write the archive {path}: {e}"), &[]);
            Exit::Other
        }
    }
}

/// The options as they are to be read again: what a short form was spelled out as would stand beside it.
fn archived(mut options: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = options.as_object_mut() {
        let short = ["vus", "iterations", "duration", "stages"];
        if short.iter().any(|name| fields.get(*name).is_some_and(|v| !v.is_null())) {
            fields.remove("scenarios");
        }
        fields.retain(|_, value| !value.is_null());
    }
    options
}
