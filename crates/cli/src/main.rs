//! Owns the command line: arguments, files, colours, exit codes. Contains no algorithm.

mod args;
mod args_recording;
mod args_verdict;
mod bundle;
mod compare;
mod conversion;
mod convert;
mod coverage;
mod doctor;
mod env_file;
mod examples;
mod exit;
mod explain;
mod fail;
mod fetch;
mod format;
mod inspect;
mod inspection;
mod keep;
mod load_args;
mod memory;
mod merge;
mod mock;
mod new;
mod progress;
mod project;
mod redact;
mod registry;
mod render;
mod report_file;
mod run;
mod schema;
mod sources;
mod stdout;
mod templates;
mod test;
mod topics;
mod verdict;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Command};
use exit::Exit;

fn main() -> ExitCode {
    let args = match project::arguments(std::env::args_os().collect()) {
        Ok(project::Arguments::Run(args)) => args,
        Ok(project::Arguments::Explained(text)) => {
            stdout::write(&text);
            return Exit::Success.into();
        }
        Err(e) => {
            eprintln!("{}", fail::text(&e));
            return Exit::Failure.into();
        }
    };
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            let code = if e.use_stderr() { Exit::Failure } else { Exit::Success };
            return code.into();
        }
    };
    if !matches!(cli.command, Command::Run { .. } | Command::Test(_) | Command::Mock(_)) {
        memory::thrifty();
    }
    let result = match &cli.command {
        Command::Compare(args) => compare::run(args),
        Command::Coverage(args) => coverage::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Redact(args) => redact::run(args),
        Command::Explain { code, format } => explain::run(code.as_deref(), format),
        Command::Version { json, format } => {
            stdout::write(&version(*json || format.is_json()));
            Ok(Exit::Success)
        }
        Command::New(args) => new::run(args),
        Command::Archive { args } => Ok(run::archive(args)),
        Command::Run { args } => Ok(run::run(args)),
        Command::Test(args) => test::run(args),
        Command::Mock(args) => mock::run(args),
        Command::Templates(args) => templates::run(args),
        Command::Completions { shell } => Ok(completions(*shell)),
        Command::Man { folder } => manual(folder),
        Command::Doctor(args) => doctor::run(args),
        Command::Schema { name, format } => schema::run(name.as_deref(), format),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(e) => {
            eprintln!("{}", fail::text(&e));
            Exit::Failure.into()
        }
    }
}

fn completions(shell: clap_complete::Shell) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "loadwright", &mut text);
    stdout::write(&String::from_utf8_lossy(&text));
    Exit::Success
}

fn manual(folder: &std::path::Path) -> anyhow::Result<Exit> {
    use anyhow::Context as _;
    std::fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    clap_mangen::generate_to(Cli::command(), folder)
        .with_context(|| format!("failed to write to {}", folder.display()))?;
    Ok(Exit::Success)
}

/// The program's version and that of the k6 whose behaviour it follows.
fn version(json: bool) -> String {
    let (own, os, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    if json {
        let value = serde_json::json!({ "version": own, "k6": "v2.2.0", "os": os, "arch": arch });
        return format!("{value}\n");
    }
    format!("loadwright v{own} (k6 v2.2.0, {os}/{arch})\n")
}
