//! From arguments to something that can be run: the script, its options with all tiers, the schedule.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use loadwright_js::{Program, Shared};
use loadwright_metrics::Registry;
use loadwright_runner::{Archive, Bundle, Files, Level, LoadError, Log, Surroundings, entry_address};
use loadwright_transport::{Network, Proxies};
use loadwright_workload::{Options, Schedule, Tiers, consolidate};

use super::command::Command;
use crate::exit::Exit;

/// A script and what it is to be run with.
pub struct Prepared {
    pub bundle: Bundle,
    pub options: Options,
    pub schedule: Schedule,
    /// As given on the command line.
    pub script: String,
}

/// Why there is no run.
pub struct Failed {
    pub exit: Exit,
    text: String,
    hint: Option<&'static str>,
}

impl Failed {
    pub fn other(text: &str) -> Self {
        Self { exit: Exit::Other, text: text.to_owned(), hint: None }
    }

    pub fn config(text: &str) -> Self {
        Self { exit: Exit::InvalidConfig, text: text.to_owned(), hint: None }
    }

    pub fn script(text: &str) -> Self {
        Self { exit: Exit::ScriptException, text: text.to_owned(), hint: Some("script exception") }
    }

    pub fn report(&self, log: &dyn Log) {
        let fields: Vec<_> = self.hint.iter().map(|h| ("hint", *h)).collect();
        log.write(Level::Error, &self.text, &fields);
    }
}

/// Loads the script, reads the options of all tiers and lays out the schedule.
pub fn prepare(command: &Command, log: &Arc<dyn Log>) -> Result<Prepared, Failed> {
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let mut files = Files::on_disk(Some(Box::new(remote)));
    let archive = archive(command)?;
    let mut env: BTreeMap<String, String> = BTreeMap::new();
    let mut archived_options = None;
    let entry = if let Some(archive) = archive {
        files = Files::in_memory(archive.members);
        env.extend(archive.env);
        archived_options = Some(archive.options).filter(|o| !o.is_null());
        archive.entry
    } else if command.script == "-" {
        let mut text = Vec::new();
        std::io::stdin()
            .read_to_end(&mut text)
            .map_err(|e| Failed::other(&format!("cannot read standard input: {e}")))?;
        let entry = entry_address("./-", &cwd);
        files.insert(&entry, text);
        entry
    } else {
        entry_address(&command.script, &cwd)
    };
    if command.system_env {
        for (name, value) in
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
        {
            env.entry(name).or_insert(value);
        }
    }
    env.extend(command.env.iter().cloned());
    let mut shared = Shared::new(env, Arc::new(Registry::new()));
    shared.secrets = super::secrets::read(&command.secret_sources).map_err(|e| Failed::other(&e))?;
    let mut bundle = Bundle::load(Program::new(entry, files), shared, log).map_err(|e| match e {
        LoadError::NoScript(_) => Failed::other(&format!(
            "The moduleSpecifier \"{}\" couldn't be found on local disk. Make sure that you've specified the right path to the file.",
            command.script
        )),
        LoadError::Script(text) => Failed::script(&text),
        LoadError::Aborted(text) => Failed { exit: Exit::ScriptAborted, text, hint: None },
        nothing @ LoadError::NothingExported => Failed::other(&nothing.to_string()),
    })?;
    if let Some(options) = archived_options {
        bundle.options_json = Some(options.to_string());
    }
    let options = options(command, &bundle, log)?;
    let schedule = Schedule::new(&options).map_err(|e| Failed::config(&e.to_string()))?;
    for (name, workload) in options.scenarios.iter().flatten() {
        let exec = workload.exec_name();
        if !bundle.has_function(exec) {
            return Err(Failed::config(&format!("executor {name}: function '{exec}' not found in exports")));
        }
    }
    for name in ["setup", "teardown", "handleSummary"] {
        if bundle.exports.iter().any(|(n, function)| n == name && !function) {
            return Err(Failed::script(&format!("exported '{name}' must be a function")));
        }
    }
    bundle.shared.set_options(options.clone(), options.to_execution_json().to_string());
    Ok(Prepared { bundle, options, schedule, script: command.script.clone() })
}

/// The archive that is to be run, when it is one.
fn archive(command: &Command) -> Result<Option<Archive>, Failed> {
    if command.script == "-" || command.kind == "js" {
        return Ok(None);
    }
    let read = std::fs::read(&command.script).ok().and_then(|bytes| Archive::read(&bytes));
    match read {
        Some(archive) => archive.map(Some).map_err(|e| Failed::other(&e)),
        None if command.kind == "archive" => {
            Err(Failed::other(&format!("{} is no archive of a script", command.script)))
        }
        None => Ok(None),
    }
}

/// Merges config file, script, environment and flags.
fn options(command: &Command, bundle: &Bundle, log: &Arc<dyn Log>) -> Result<Options, Failed> {
    let script = match &bundle.options_json {
        None => Options::default(),
        Some(json) => {
            let value: serde_json::Value =
                serde_json::from_str(json).map_err(|e| Failed::config(&e.to_string()))?;
            let parsed = Options::from_json(&value).map_err(|e| Failed::config(&e.to_string()))?;
            if let Some(warning) = parsed.warning() {
                log.write(Level::Warning, &warning, &[]);
            }
            parsed.options
        }
    };
    let tiers = Tiers {
        config_file: config_file(command)?,
        script,
        environment: Options::from_env(|name| std::env::var(name).ok())
            .map_err(|e| Failed::config(&e.to_string()))?,
        cli: command.options.clone(),
    };
    let merged = consolidate(&tiers).map_err(|e| Failed::config(&e.to_string()))?;
    for warning in &merged.warnings {
        log.write(Level::Warning, warning, &[]);
    }
    Ok(merged.options)
}

fn config_file(command: &Command) -> Result<Options, Failed> {
    let (path, required) = match &command.config {
        Some(path) => (PathBuf::from(path), true),
        None => {
            let base = std::env::var_os("XDG_CONFIG_HOME")
                .map(PathBuf::from)
                .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
            (base.unwrap_or_default().join("k6").join("config.json"), false)
        }
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) if !required => return Ok(Options::default()),
        Err(e) => {
            return Err(Failed::config(&format!(
                "could not load the configuration from {}: {e}",
                path.display()
            )));
        }
    };
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| {
        Failed::config(&format!("couldn't parse the configuration from {}: {e}", path.display()))
    })?;
    Ok(Options::from_json(&value).map_err(|e| Failed::config(&e.to_string()))?.options)
}

/// The network of the run, with proxies and certificates from the environment.
pub fn network(options: &Options) -> Result<Network, Failed> {
    let either = |name: &str| std::env::var(name).or_else(|_| std::env::var(name.to_lowercase())).ok();
    let surroundings = Surroundings {
        proxies: Proxies {
            http: either("HTTP_PROXY"),
            https: either("HTTPS_PROXY"),
            no_proxy: either("NO_PROXY"),
        },
        ca_file: std::env::var("SSL_CERT_FILE").ok(),
        no_http2: std::env::var("GODEBUG").is_ok_and(|v| v.split(',').any(|p| p == "http2client=0")),
        // more than any API answers, less than what takes the machine down
        max_body: 1 << 30,
    };
    loadwright_runner::network(options, &surroundings).map_err(|e| Failed::config(&e.to_string()))
}

/// A module behind an address; servers may tell scripts from pages by the marker that k6 sends.
fn remote(address: &str) -> Result<Vec<u8>, String> {
    let marked = format!("{address}{}_k6=1", if address.contains('?') { '&' } else { '?' });
    crate::fetch::text(&marked).or_else(|_| crate::fetch::text(address)).map(String::into_bytes).map_err(
        |e| format!("The moduleSpecifier {address:?} couldn't be retrieved from the resolved url: {e}"),
    )
}

/// Bytes of heap that one VU may use: its share of four fifths of the memory, within bounds that keep small tests free.
pub fn memory(schedule: &Schedule) -> usize {
    let total = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| text.lines().next()?.split_whitespace().nth(1)?.parse::<usize>().ok())
        .map_or(8 << 30, |kib| kib << 10);
    let vus = usize::try_from(schedule.requirements.max_vus).unwrap_or(usize::MAX).max(1);
    (total / 5 * 4 / vus).clamp(64 << 20, 4 << 30)
}

/// One worker thread a usable core, but no more than there are VUs.
pub fn workers(schedule: &Schedule) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let wanted = usize::try_from(schedule.requirements.max_vus).unwrap_or(usize::MAX);
    cores.min(wanted).max(1)
}
