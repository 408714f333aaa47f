//! The arguments of `run`, spelled as k6 spells them.

use std::ffi::OsString;
use std::fmt::Write as _;

use loadwright_report::SummaryMode;
use loadwright_workload::{FLAGS, FlagKind, Options};

/// What was asked for.
#[derive(Debug, Default)]
pub struct Command {
    pub script: String,
    /// The tier of options that flags make.
    pub options: Options,
    /// `-e`: name and value.
    pub env: Vec<(String, String)>,
    pub system_env: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub no_color: bool,
    pub config: Option<String>,
    pub outputs: Vec<String>,
    pub no_thresholds: bool,
    pub summary_mode: SummaryMode,
    pub summary_export: Option<String>,
    pub machine_summary: bool,
    pub log_output: Option<String>,
    pub log_format: Option<String>,
    pub secret_sources: Vec<String>,
    /// `js` or `archive`, empty = look at the file.
    pub kind: String,
    pub execution_requirements: bool,
    /// `archive`: no environment in the file.
    pub exclude_env_vars: bool,
    /// `archive`: the file to write.
    pub archive_out: Option<String>,
    /// The result as JSON on standard output, everything for people on standard error.
    pub json: bool,
    /// Wait for a signal when all is done.
    pub linger: bool,
    /// Where k6 would serve its REST API.
    pub address: Option<String>,
}

/// Why there is no command.
#[derive(Debug)]
pub enum Stop {
    Help,
    /// A wrong argument; the text is k6's.
    Wrong(String),
    /// An argument that makes no sense as an option of a test; the text is k6's.
    Config(String),
}

enum Takes {
    Nothing,
    Value,
}

/// Flags that are no options of a test: long name, short name, what they take, help.
const OWN: &[(&str, Option<char>, Takes, &str)] = &[
    ("env", Some('e'), Takes::Value, "add or override an environment variable, as NAME=value"),
    ("env-file", None, Takes::Value, "environment variables from a file of NAME=value lines; -e wins"),
    (
        "include-system-env-vars",
        None,
        Takes::Nothing,
        "pass the system's environment variables to the script",
    ),
    ("quiet", Some('q'), Takes::Nothing, "no banner, no progress, no operations table"),
    ("verbose", Some('v'), Takes::Nothing, "log debug messages"),
    ("no-color", None, Takes::Nothing, "no colours"),
    ("config", Some('c'), Takes::Value, "JSON file with options"),
    ("out", Some('o'), Takes::Value, "write metrics, as name=argument: json=file, csv=file"),
    ("format", None, Takes::Value, "text, or json: the result as JSON on standard output"),
    ("linger", Some('l'), Takes::Nothing, "when the test is done, wait for an interrupt"),
    ("no-usage-report", None, Takes::Nothing, "accepted: nothing is ever reported"),
    ("no-thresholds", None, Takes::Nothing, "do not evaluate thresholds"),
    ("summary-mode", None, Takes::Value, "compact, full or disabled"),
    ("summary-export", None, Takes::Value, "write the summary to this JSON file"),
    ("new-machine-readable-summary", None, Takes::Nothing, "the newer shape of machine-readable summaries"),
    ("log-output", None, Takes::Value, "stderr, stdout, none or file=path"),
    ("log-format", None, Takes::Value, "json, raw or text"),
    ("logformat", None, Takes::Value, "the older spelling of log-format"),
    ("address", Some('a'), Takes::Value, "accepted: there is no REST API"),
    ("compatibility-mode", None, Takes::Value, "accepted for compatibility"),
    ("type", Some('t'), Takes::Value, "js or archive"),
    ("traces-output", None, Takes::Value, "accepted for compatibility"),
    ("secret-source", None, Takes::Value, "where secrets come from: file=path, mock=name=value"),
    ("profiling-enabled", None, Takes::Nothing, "accepted for compatibility"),
    ("execution-requirements", None, Takes::Nothing, "with inspect: VUs and duration"),
    ("archive-out", Some('O'), Takes::Value, "with archive: the file to write"),
    ("exclude-env-vars", None, Takes::Nothing, "with archive: no environment in the file"),
];

impl Command {
    /// Reads arguments; later ones win.
    pub fn parse(args: &[OsString]) -> Result<Self, Stop> {
        let mut command = Self {
            system_env: env_flag("K6_INCLUDE_SYSTEM_ENV_VARS").unwrap_or(true),
            no_color: env_flag("K6_NO_COLOR").unwrap_or(false) || std::env::var_os("NO_COLOR").is_some(),
            config: std::env::var("K6_CONFIG").ok(),
            summary_export: std::env::var("K6_SUMMARY_EXPORT").ok(),
            machine_summary: env_flag("K6_NEW_MACHINE_READABLE_SUMMARY").unwrap_or(false),
            no_thresholds: env_flag("K6_NO_THRESHOLDS").unwrap_or(false),
            log_output: std::env::var("K6_LOG_OUTPUT").ok(),
            log_format: std::env::var("K6_LOG_FORMAT").ok(),
            linger: env_flag("K6_LINGER").unwrap_or(false),
            address: std::env::var("K6_ADDRESS").ok(),
            kind: std::env::var("K6_TYPE").unwrap_or_default(),
            ..Self::default()
        };
        if let Ok(mode) = std::env::var("K6_SUMMARY_MODE") {
            command.summary_mode = SummaryMode::parse(&mode).map_err(Stop::Wrong)?;
        }
        if let Ok(sources) = std::env::var("K6_SECRET_SOURCE") {
            command.secret_sources.push(sources);
        }
        let mut scripts = Vec::new();
        let mut rest = args.iter().map(|a| a.to_string_lossy().into_owned());
        let mut only_names = false;
        while let Some(arg) = rest.next() {
            if only_names || arg == "-" || !arg.starts_with('-') {
                scripts.push(arg);
            } else if arg == "--" {
                only_names = true;
            } else if let Some(long) = arg.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None => (long.to_owned(), None),
                };
                command.long(&name, value, &mut rest)?;
            } else {
                command.shorts(&arg, &mut rest)?;
            }
        }
        if command.outputs.is_empty()
            && let Ok(out) = std::env::var("K6_OUT")
        {
            command.outputs.extend(out.split(',').filter(|o| !o.is_empty()).map(str::to_owned));
        }
        match scripts.len() {
            1 => command.script = scripts.remove(0),
            n => {
                return Err(Stop::Wrong(format!(
                    "accepts 1 arg(s), received {n}: the script's file name, or - for standard input"
                )));
            }
        }
        Ok(command)
    }

    fn long(
        &mut self,
        name: &str,
        value: Option<String>,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<(), Stop> {
        if name == "help" {
            return Err(Stop::Help);
        }
        let mut needed = || {
            value
                .clone()
                .or_else(|| rest.next())
                .ok_or_else(|| Stop::Wrong(format!("flag needs an argument: --{name}")))
        };
        if let Some(flag) = FLAGS.iter().find(|f| f.name == name) {
            let value = match flag.kind {
                FlagKind::Bool => value.unwrap_or_else(|| "true".to_owned()),
                FlagKind::OptionalValue { default } => value.unwrap_or_else(|| default.to_owned()),
                FlagKind::Value | FlagKind::Repeated => needed()?,
            };
            return self
                .options
                .apply_flag(name, &value)
                .map_err(|e| if e.invalid_config { Stop::Config(e.text) } else { Stop::Wrong(e.text) });
        }
        match OWN.iter().find(|(n, ..)| *n == name) {
            Some((_, _, Takes::Nothing, _)) => {
                let on = match value.as_deref() {
                    None | Some("true" | "1" | "t" | "T" | "TRUE" | "True") => true,
                    Some("false" | "0" | "f" | "F" | "FALSE" | "False") => false,
                    Some(other) => {
                        return Err(Stop::Wrong(format!(
                            "invalid argument {other:?} for \"--{name}\" flag: strconv.ParseBool: parsing {other:?}: invalid syntax"
                        )));
                    }
                };
                self.switch(name, on);
                Ok(())
            }
            Some((_, _, Takes::Value, _)) => {
                let value = needed()?;
                self.value(name, value)
            }
            None => Err(Stop::Wrong(format!("unknown flag: --{name}"))),
        }
    }

    /// `-u 5`, `-u5`, `-qv`.
    fn shorts(&mut self, arg: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), Stop> {
        let mut letters = arg.trim_start_matches('-').chars();
        while let Some(letter) = letters.next() {
            if letter == 'h' {
                return Err(Stop::Help);
            }
            let test = FLAGS.iter().find(|f| f.short == Some(letter));
            let own = OWN.iter().find(|(_, short, ..)| *short == Some(letter));
            let (name, takes) = match (test, own) {
                (Some(flag), _) => (flag.name, flag.kind != FlagKind::Bool),
                (None, Some((name, _, takes, _))) => (*name, matches!(takes, Takes::Value)),
                (None, None) => {
                    return Err(Stop::Wrong(format!("unknown shorthand flag: '{letter}' in {arg}")));
                }
            };
            let tail: String = letters.clone().collect();
            if takes {
                let value =
                    if tail.is_empty() { None } else { Some(tail.trim_start_matches('=').to_owned()) };
                return self.long(name, value, rest);
            }
            self.long(name, None, rest)?;
        }
        Ok(())
    }

    fn switch(&mut self, name: &str, on: bool) {
        match name {
            "include-system-env-vars" => self.system_env = on,
            "quiet" => self.quiet = on,
            "verbose" => self.verbose = on,
            "no-color" => self.no_color = on,
            "no-thresholds" => self.no_thresholds = on,
            "new-machine-readable-summary" => self.machine_summary = on,
            "execution-requirements" => self.execution_requirements = on,
            "exclude-env-vars" => self.exclude_env_vars = on,
            "linger" => self.linger = on,
            _ => {}
        }
    }

    fn value(&mut self, name: &str, value: String) -> Result<(), Stop> {
        match name {
            "env-file" => {
                let read = crate::env_file::read(std::path::Path::new(&value));
                let pairs = read.map_err(|e| Stop::Wrong(format!("{e:#}")))?;
                // what -e says wins, wherever it stands
                let free = pairs.into_iter().filter(|(n, _)| !self.env.iter().any(|(m, _)| m == n));
                self.env.splice(0..0, free.collect::<Vec<_>>());
            }
            "env" => {
                let (name, value) = match value.split_once('=') {
                    Some((name, value)) => (name.to_owned(), value.to_owned()),
                    None => {
                        let found = std::env::var(&value).unwrap_or_default();
                        (value, found)
                    }
                };
                let start = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
                if !start || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    return Err(Stop::Wrong(format!("invalid environment variable name '{name}'")));
                }
                self.env.push((name, value));
            }
            "format" => match value.as_str() {
                "json" => self.json = true,
                "text" => self.json = false,
                other => return Err(Stop::Wrong(format!("invalid format '{other}': give text or json"))),
            },
            "config" => self.config = Some(value),
            "out" => self.outputs.push(value),
            "summary-mode" => self.summary_mode = SummaryMode::parse(&value).map_err(Stop::Wrong)?,
            "summary-export" => self.summary_export = Some(value),
            "log-output" => self.log_output = Some(value),
            "log-format" | "logformat" => self.log_format = Some(value),
            "secret-source" => self.secret_sources.push(value),
            "type" => self.kind = value,
            "archive-out" => self.archive_out = Some(value),
            "address" => self.address = Some(value),
            _ => {}
        }
        Ok(())
    }
}

fn env_flag(name: &str) -> Option<bool> {
    let value = std::env::var(name).ok()?;
    Some(matches!(value.as_str(), "1" | "t" | "T" | "TRUE" | "true" | "True"))
}

/// The help text of `run`.
pub fn help() -> String {
    let mut out =
        String::from("Run a k6 script\n\nUsage: loadwright run [OPTIONS] <SCRIPT | ->\n\nOptions:\n");
    let mut line = |short: Option<char>, name: &str, value: bool, help: &str| {
        let short = short.map_or("    ".to_owned(), |c| format!("-{c}, "));
        let name = format!("--{name}{}", if value { " <VALUE>" } else { "" });
        let _ = writeln!(out, "  {short}{name:<38} {help}");
    };
    for (name, short, takes, help) in OWN {
        line(*short, name, matches!(takes, Takes::Value), help);
    }
    for flag in FLAGS {
        line(flag.short, flag.name, flag.kind != FlagKind::Bool, flag.help);
    }
    out
}
