//! Owns the command line: arguments, files, colours, exit codes. Contains no algorithm.

mod args;
mod args_recording;
mod args_verdict;
mod bundle;
mod compare;
mod convert;
mod coverage;
mod exit;
mod explain;
mod fetch;
mod inspect;
mod keep;
mod load_args;
mod merge;
mod mock;
mod redact;
mod registry;
mod render;
mod report_file;
mod run;
mod sources;
mod stdout;
mod test;
mod verdict;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use exit::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            let code = if e.use_stderr() { Exit::Failure } else { Exit::Success };
            return code.into();
        }
    };
    let result = match &cli.command {
        Command::Compare(args) => compare::run(args),
        Command::Coverage(args) => coverage::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Redact(args) => redact::run(args),
        Command::Explain { code } => explain::run(code.as_deref()),
        Command::Run { args } => Ok(run::run(args)),
        Command::Test(args) => test::run(args),
        Command::Mock(args) => mock::run(args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(e) => {
            eprintln!("error: {e:#}");
            Exit::Failure.into()
        }
    }
}
