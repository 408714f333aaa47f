//! Outputs: where samples and results go (`--out name=argument`).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use loadwright_metrics::{Registry, RunEvent, Summary};
use loadwright_workload::{Options, SystemTags};

use crate::{csv::Csv, html, json_lines::JsonLines, junit, markdown, result};

/// A consumer of run events.
pub trait Output {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()>;
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
    /// For the plan: `json (out.json)`.
    fn description(&self) -> String;
}

/// An output by name.
#[derive(Clone, Copy, Debug)]
pub struct OutputKind {
    pub name: &'static str,
    /// Needs every sample: recorders must make them.
    pub wants_samples: bool,
    pub help: &'static str,
    open: fn(&str, &OutputContext) -> Opened,
}

type Opened = Result<Box<dyn Output>, OutputError>;

/// What an output may need to know.
#[derive(Clone, Debug)]
pub struct OutputContext {
    pub registry: Arc<Registry>,
    pub options: Options,
    pub system_tags: SystemTags,
    pub script: String,
}

/// An output that cannot be opened; exit code 255.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OutputError(pub String);

/// Every output, by the name that `--out` takes.
pub const OUTPUTS: &[OutputKind] = &[
    OutputKind {
        name: "json",
        wants_samples: true,
        help: "every sample as a line of JSON; FILE, FILE.gz, or - for standard output",
        open: |argument, context| Ok(Box::new(JsonLines::new(argument, open_file(argument)?, context))),
    },
    OutputKind {
        name: "csv",
        wants_samples: true,
        help: "every sample as a line of CSV; FILE, FILE.gz, or - for standard output",
        open: |argument, context| Ok(Box::new(Csv::new(argument, open_file(argument)?, context)?)),
    },
    OutputKind {
        name: "junit",
        wants_samples: false,
        help: "checks and thresholds as JUnit XML",
        open: |argument, context| document(argument, context, "junit", junit::render),
    },
    OutputKind {
        name: "markdown",
        wants_samples: false,
        help: "the result as a Markdown page",
        open: |argument, context| document(argument, context, "markdown", markdown::render),
    },
    OutputKind {
        name: "html",
        wants_samples: false,
        help: "the result as one self-contained page",
        open: |argument, context| document(argument, context, "html", html::render),
    },
    OutputKind {
        name: "result",
        wants_samples: false,
        help: "the result as JSON, for a later comparison",
        open: |argument, context| document(argument, context, "result", result::render),
    },
];

/// Names of k6 outputs that need a service of their own.
const ELSEWHERE: [&str; 6] = [
    "cloud",
    "influxdb",
    "experimental-prometheus-rw",
    "opentelemetry",
    "experimental-opentelemetry",
    "web-dashboard",
];

/// Opens `name=argument`, such as `json=out.json.gz`.
pub fn open_output(argument: &str, context: &OutputContext) -> Result<Box<dyn Output>, OutputError> {
    let (name, target) = argument.split_once('=').unwrap_or((argument, ""));
    if let Some(kind) = OUTPUTS.iter().find(|o| o.name == name) {
        return (kind.open)(target, context);
    }
    let names: Vec<&str> = OUTPUTS.iter().map(|o| o.name).collect();
    if ELSEWHERE.contains(&name) {
        return Err(OutputError(format!(
            "output '{name}' is not supported; write samples with json=FILE and import them, or use one of: {}",
            names.join(", ")
        )));
    }
    Err(OutputError(format!("invalid output type '{name}', available types are: {}", names.join(", "))))
}

/// A file to write to; `-` and nothing mean standard output, `.gz` compresses.
pub(crate) fn open_file(path: &str) -> Result<Box<dyn Write>, OutputError> {
    if path.is_empty() || path == "-" {
        return Ok(Box::new(io::stdout()));
    }
    let file = File::create(path).map_err(|e| OutputError(format!("cannot create {path}: {e}")))?;
    let file = BufWriter::with_capacity(1 << 16, file);
    let gz = std::path::Path::new(path).extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    Ok(if gz { Box::new(GzEncoder::new(file, Compression::fast())) } else { Box::new(file) })
}

/// A report that is written once, from the summary.
struct Document {
    name: &'static str,
    target: String,
    out: Box<dyn Write>,
    render: fn(&Summary, &OutputContext) -> String,
    context: OutputContext,
}

fn document(
    target: &str,
    context: &OutputContext,
    name: &'static str,
    render: fn(&Summary, &OutputContext) -> String,
) -> Result<Box<dyn Output>, OutputError> {
    let out = open_file(target)?;
    Ok(Box::new(Document { name, target: target.to_owned(), out, render, context: context.clone() }))
}

impl Output for Document {
    fn on_event(&mut self, _: &RunEvent<'_>) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.out.write_all((self.render)(summary, &self.context).as_bytes())?;
        self.out.flush()
    }

    fn description(&self) -> String {
        describe(self.name, &self.target)
    }
}

pub(crate) fn describe(name: &str, target: &str) -> String {
    if target.is_empty() || target == "-" { format!("{name}(-)") } else { format!("{name} ({target})") }
}
