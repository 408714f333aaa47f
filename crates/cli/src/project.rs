//! What a team repeats: `loadwright.toml`, and environment variables over it. Flags win over both.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _};

use crate::args::Cli;

const FILE: &str = "loadwright.toml";

/// Commands whose flags can stand in the project file. `run` reads k6's own configuration.
const COMMANDS: &[&str] = &["convert", "test", "mock", "inspect"];

/// Flags that name files: in the project file they are relative to it.
const PATHS: &[&str] = &[
    "environment",
    "globals",
    "data",
    "output",
    "report",
    "templates",
    "rules",
    "write-rules",
    "observed",
    "script",
];

pub enum Arguments {
    Run(Vec<OsString>),
    /// `--explain-options`: where each value comes from.
    Explained(String),
}

/// Where a value comes from, weakest first.
#[derive(Debug, Clone, PartialEq, Eq)]
enum From {
    Default,
    Project(PathBuf),
    Environment(String),
    Flag,
}

/// The arguments with what the project file and the environment add to them.
pub fn arguments(mut args: Vec<OsString>) -> Result<Arguments> {
    let explain = args.iter().any(|a| a == "--explain-options");
    args.retain(|a| a != "--explain-options");
    let Some(name) = args.get(1).and_then(|a| a.to_str()).filter(|n| COMMANDS.contains(n)) else {
        return Ok(Arguments::Run(args));
    };
    let name = name.to_owned();
    let mut cli = Cli::command();
    cli.build();
    let Some(command) = cli.find_subcommand(&name).cloned() else { return Ok(Arguments::Run(args)) };
    // what cannot be parsed is reported by the real parse
    let Ok(matches) = Cli::command().ignore_errors(true).try_get_matches_from(&args) else {
        return Ok(Arguments::Run(args));
    };
    let Some((_, given)) = matches.subcommand() else { return Ok(Arguments::Run(args)) };
    let project = find()?;
    if let Some((path, table)) = &project {
        check(path, table, &cli)?;
    }
    let mut added: Vec<OsString> = Vec::new();
    let mut rows: Vec<(String, String, From)> = Vec::new();
    for arg in command.get_arguments() {
        let Some(long) = arg.get_long().filter(|l| !["help", "version"].contains(l)) else { continue };
        if given.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine) {
            rows.push((long.to_owned(), shown(given, arg), From::Flag));
            continue;
        }
        let variable = format!("LOADWRIGHT_{}", long.replace('-', "_").to_ascii_uppercase());
        if let Ok(value) = std::env::var(&variable) {
            added.extend(flag(long, arg, std::slice::from_ref(&value)));
            rows.push((long.to_owned(), value, From::Environment(variable)));
            continue;
        }
        let found = project.as_ref().and_then(|(path, t)| Some((path, t.get(&name)?.get(long)?)));
        if let Some((path, value)) = found {
            let values = values(value, long, path)?;
            rows.push((long.to_owned(), values.join(", "), From::Project(path.clone())));
            added.extend(flag(long, arg, &values));
            continue;
        }
        rows.push((long.to_owned(), shown(given, arg), From::Default));
    }
    if explain {
        return Ok(Arguments::Explained(table(&rows)));
    }
    // behind the subcommand, in front of what the user typed
    args.splice(2..2, added);
    Ok(Arguments::Run(args))
}

/// The file of this folder or of the nearest one above it.
fn find() -> Result<Option<(PathBuf, toml::Table)>> {
    let Ok(here) = std::env::current_dir() else { return Ok(None) };
    for folder in here.ancestors() {
        let path = folder.join(FILE);
        if path.is_file() {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("failed to read {}", path.display()))?;
            let table = text.parse::<toml::Table>().map_err(|e| {
                let before = text.get(..e.span().map_or(0, |s| s.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                anyhow::anyhow!("{}:{line}: {}", path.display(), e.message())
            })?;
            return Ok(Some((path, table)));
        }
        // a repository is where a project ends
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

/// Refuses sections and keys that nothing reads: a typing error would else be silent.
fn check(path: &Path, table: &toml::Table, cli: &Command) -> Result<()> {
    for (section, keys) in table {
        let place = || format!("{}:{}", path.display(), line_of(path, section));
        if !COMMANDS.contains(&section.as_str()) {
            bail!("{}: no section is called [{section}]; there are {}", place(), COMMANDS.join(", "));
        }
        let Some(keys) = keys.as_table() else { bail!("{}: {section} is a section: [{section}]", place()) };
        let Some(command) = cli.find_subcommand(section) else { continue };
        let known: Vec<&str> = command.get_arguments().filter_map(Arg::get_long).collect();
        for key in keys.keys() {
            if !known.contains(&key.as_str()) {
                let near = known.iter().find(|k| k.starts_with(key.as_str()) || key.starts_with(*k));
                let hint = near.map(|k| format!("; did you mean {k}?")).unwrap_or_default();
                bail!("{}:{}: [{section}] has no {key}{hint}", path.display(), line_of(path, key));
            }
        }
    }
    Ok(())
}

fn line_of(path: &Path, key: &str) -> usize {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let is = |l: &str| {
        let l = l.trim_start().trim_start_matches(['[', '"']);
        l.strip_prefix(key).is_some_and(|r| r.trim_start_matches('"').trim_start().starts_with(['=', ']']))
    };
    text.lines().position(is).map_or(1, |i| i + 1)
}

fn values(value: &toml::Value, key: &str, path: &Path) -> Result<Vec<String>> {
    let one = |v: &toml::Value| -> Result<String> {
        Ok(match v {
            toml::Value::String(s) if PATHS.contains(&key) => {
                path.parent().unwrap_or(Path::new("")).join(s).to_string_lossy().into_owned()
            }
            toml::Value::String(s) => s.clone(),
            toml::Value::Integer(n) => n.to_string(),
            toml::Value::Float(n) => n.to_string(),
            toml::Value::Boolean(b) => b.to_string(),
            toml::Value::Array(_) | toml::Value::Table(_) | toml::Value::Datetime(_) => {
                bail!(
                    "{}:{}: {key} is a text, a number, true or false, or a list of those",
                    path.display(),
                    line_of(path, key)
                )
            }
        })
    };
    match value {
        toml::Value::Array(items) => items.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

fn flag(long: &str, arg: &Arg, values: &[String]) -> Vec<OsString> {
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return if values.iter().any(|v| v == "true" || v == "1") {
            vec![format!("--{long}").into()]
        } else {
            Vec::new()
        };
    }
    values.iter().map(|v| format!("--{long}={v}").into()).collect()
}

fn shown(matches: &ArgMatches, arg: &Arg) -> String {
    let raw = matches.try_get_raw(arg.get_id().as_str()).ok().flatten();
    let list: Vec<String> = raw.into_iter().flatten().map(|v| v.to_string_lossy().into_owned()).collect();
    list.join(", ")
}

fn table(rows: &[(String, String, From)]) -> String {
    let mut out = String::new();
    for (name, value, from) in rows {
        let from = match from {
            From::Default => "default".to_owned(),
            From::Project(path) => path.display().to_string(),
            From::Environment(name) => format!("${name}"),
            From::Flag => "flag".to_owned(),
        };
        out.push_str(&format!("{name:<18} {:<24} {from}\n", if value.is_empty() { "-" } else { value }));
    }
    out
}
