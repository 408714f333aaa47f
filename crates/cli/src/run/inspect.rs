//! `inspect` for scripts: the options that a run would have.

use std::ffi::OsString;
use std::sync::Arc;

use loadwright_runner::{Level, Log};
use loadwright_workload::GoDuration;

use super::command::{Command, Stop};
use super::log::Logger;
use super::prepare::prepare;
use crate::exit::Exit;

/// Prints the consolidated options of a script as JSON, as k6 does.
pub fn inspect(args: &[OsString]) -> Exit {
    let command = match Command::parse(args) {
        Ok(command) => command,
        Err(Stop::Help) => {
            print!("{}", super::command::help());
            return Exit::Success;
        }
        Err(Stop::Wrong(text)) => {
            Logger::plain().write(Level::Error, &text, &[]);
            return Exit::Other;
        }
        Err(Stop::Config(text)) => {
            Logger::plain().write(Level::Error, &text, &[]);
            return Exit::InvalidConfig;
        }
    };
    let log: Arc<dyn Log> = Arc::new(Logger::plain());
    match prepare(&command, &log) {
        Ok(prepared) => {
            let mut value = prepared.options.to_json();
            if let (true, Some(fields)) = (command.execution_requirements, value.as_object_mut()) {
                let needs = &prepared.schedule.requirements;
                let nanos = i64::try_from(needs.total_duration.as_nanos()).unwrap_or(i64::MAX);
                fields.insert("totalDuration".to_owned(), GoDuration::from_nanos(nanos).to_string().into());
                fields.insert("maxVUs".to_owned(), needs.max_vus.into());
            }
            crate::stdout::write(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default()));
            Exit::Success
        }
        Err(failed) => {
            failed.report(&*log);
            failed.exit
        }
    }
}
