//! A worker's own recorder: no locks, merged on a tick.

use std::time::SystemTime;

use crate::{Delta, HttpSample, Metadata, MetricId, Tags};

/// Records what one worker thread observes. It is `Send` so that it can be handed to the thread.
#[derive(Debug, Default)]
pub struct Recorder {}

impl Recorder {
    /// Records one value. `tags` are complete (scenario, group, script's own).
    pub fn add(
        &mut self,
        metric: MetricId,
        value: f64,
        tags: &Tags,
        time: SystemTime,
        metadata: Option<&Metadata>,
    ) {
        let _ = (metric, value, tags, time, metadata);
    }

    /// Records the eight HTTP metrics of one hop.
    pub fn record_http(&mut self, sample: &HttpSample<'_>) {
        let _ = sample;
    }

    /// Records one check: a `checks` sample with tag `check`, and its place in the tree under the
    /// tag `group` of `tags`.
    pub fn check(
        &mut self,
        name: &str,
        passed: bool,
        tags: &Tags,
        time: SystemTime,
        metadata: Option<&Metadata>,
    ) {
        let _ = (name, passed, tags, time, metadata);
    }

    /// Notes that a group was entered, so that the tree has it even without checks.
    /// `path` is `::outer::inner`.
    pub fn group(&mut self, path: &str, scenario: &str) {
        let _ = (path, scenario);
    }

    /// Everything since the last call; cheap to send to another thread.
    pub fn take(&mut self) -> Delta {
        Delta::default()
    }
}
