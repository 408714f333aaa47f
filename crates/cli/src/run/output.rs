//! Metric outputs and progress bars during a run.

use std::io::Write;

use loadwright_metrics::{RunEvent, RunProgress, Summary};
use loadwright_report::{OUTPUTS, Output, OutputContext, Progress, ProgressStyle};
use loadwright_runner::{Bundle, Level, Log};
use loadwright_workload::{Options, Schedule};

use super::command::Command;
use super::prepare::Failed;

/// The outputs of a run.
pub struct Outputs {
    open: Vec<Box<dyn Output>>,
    samples: bool,
}

/// Opens what `--out` names.
pub fn open(command: &Command, bundle: &Bundle, options: &Options, script: &str) -> Result<Outputs, Failed> {
    let context = OutputContext {
        registry: bundle.shared.registry.clone(),
        options: options.clone(),
        system_tags: options.system_tags(),
        script: script.to_owned(),
    };
    let mut outputs = Outputs { open: Vec::new(), samples: false };
    for argument in &command.outputs {
        let name = argument.split('=').next().unwrap_or(argument);
        outputs.samples |= OUTPUTS.iter().any(|o| o.name == name && o.wants_samples);
        let output =
            loadwright_report::open_output(argument, &context).map_err(|e| Failed::other(&e.to_string()))?;
        outputs.open.push(output);
    }
    Ok(outputs)
}

impl Outputs {
    pub fn want_samples(&self) -> bool {
        self.samples
    }

    pub fn descriptions(&self) -> Vec<String> {
        self.open.iter().map(|o| o.description()).collect()
    }

    pub fn on_event(&mut self, event: &RunEvent<'_>, log: &dyn Log) {
        for output in &mut self.open {
            if let Err(e) = output.on_event(event) {
                log.write(Level::Error, &format!("cannot write to {}: {e}", output.description()), &[]);
            }
        }
    }

    pub fn finish(&mut self, summary: &Summary, log: &dyn Log) {
        for output in &mut self.open {
            if let Err(e) = output.finish(summary) {
                log.write(Level::Error, &format!("cannot finish {}: {e}", output.description()), &[]);
            }
        }
    }
}

/// Progress on standard output.
pub struct Bars {
    progress: Option<Progress>,
}

impl Bars {
    pub fn new(schedule: &Schedule, terminal: bool, command: &Command) -> Self {
        let style = if terminal {
            let width = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(100);
            ProgressStyle::Terminal { width, color: !command.no_color }
        } else {
            ProgressStyle::Lines
        };
        Self { progress: (!command.quiet && !command.json).then(|| Progress::new(schedule, style)) }
    }

    pub fn show(&mut self, state: &RunProgress) {
        if let Some(progress) = &mut self.progress {
            put(&progress.render(state));
        }
    }

    pub fn clear(&mut self) {
        if let Some(progress) = &mut self.progress {
            put(&progress.clear());
        }
    }
}

/// Writes for people: to standard output, or beside it when that holds JSON.
pub fn tell(command: &Command, text: &str) {
    if command.json {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    } else {
        put(text);
    }
}

/// Writes to standard output; a closed pipe is no reason to stop a test.
pub fn put(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
