//! Outputs: where samples and results go (`--out name=argument`).

use std::io;
use std::sync::Arc;

use loadwright_metrics::{Registry, RunEvent, Summary};
use loadwright_workload::{Options, SystemTags};

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
}

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
pub const OUTPUTS: &[OutputKind] = &[];

/// Opens `name=argument`, such as `json=out.json.gz`.
pub fn open_output(argument: &str, context: &OutputContext) -> Result<Box<dyn Output>, OutputError> {
    let _ = context;
    Err(OutputError(format!("invalid output type '{argument}'")))
}
