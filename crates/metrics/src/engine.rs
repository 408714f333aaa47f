//! The engine: one per run; merges what the workers recorded, evaluates thresholds, sums up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use loadwright_workload::{SystemTags, Threshold, TrendStat};

use crate::{Definition, Evaluation, Health, Recorder, Registry, Sample, Summary, ThresholdSetupError};

#[derive(Clone, Debug, Default)]
pub struct EngineSettings {
    pub thresholds: BTreeMap<String, Vec<Threshold>>,
    pub system_tags: SystemTags,
    pub trend_stats: Vec<TrendStat>,
    /// Keep statistics per scenario and group: `--summary-mode full`.
    pub scopes: bool,
    /// Keep statistics per `name` tag.
    pub operations: bool,
    /// Make full samples for outputs.
    pub samples: bool,
}

/// What a worker observed since its last tick.
#[derive(Debug, Default)]
pub struct Delta {}

/// The state of a whole run; lives on the control thread.
#[derive(Debug)]
pub struct Engine {
    registry: Arc<Registry>,
    settings: EngineSettings,
}

impl Engine {
    /// Checks the thresholds against the registry: call it after the script has declared its metrics.
    pub fn new(registry: Arc<Registry>, settings: EngineSettings) -> Result<Self, ThresholdSetupError> {
        Ok(Self { registry, settings })
    }

    /// A recorder for one worker (the control thread needs one of its own, for `vus`).
    pub fn recorder(&self) -> Recorder {
        Recorder::default()
    }

    /// Merges a worker's delta. Returns its samples for the outputs (empty unless asked for).
    pub fn absorb(&mut self, delta: Delta) -> Vec<Sample> {
        let _ = delta;
        Vec::new()
    }

    /// Metrics that got their first sample since the last call, for outputs that announce them.
    pub fn new_metrics(&mut self) -> Vec<Definition> {
        let _ = &self.registry;
        Vec::new()
    }

    /// Evaluates thresholds during the run (every 2 s): metrics without samples are skipped.
    pub fn evaluate(&mut self, elapsed: Duration) -> Evaluation {
        let _ = elapsed;
        Evaluation::default()
    }

    /// The last evaluation and everything that was observed.
    pub fn summary(&mut self, duration: Duration, health: Health) -> Summary {
        Summary { duration, trend_stats: self.settings.trend_stats.clone(), health, ..Summary::default() }
    }
}
