//! The outcome of a run as plain values: what every report is made from.

use std::collections::BTreeMap;
use std::time::Duration;

use loadwright_workload::TrendStat;

use crate::{Contains, GroupNode, Health, MetricKind, Trend};

#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// From before setup to after teardown: the divisor of every rate.
    pub duration: Duration,
    /// Metrics that exist (had samples, or have thresholds) and their submetrics, by name as printed.
    pub metrics: BTreeMap<String, MetricSummary>,
    pub root_group: GroupNode,
    /// All checks by name, whatever their group, in order of first appearance: the list in the text.
    pub checks: Vec<crate::CheckNode>,
    /// By `name` tag, in order of first appearance.
    pub operations: Vec<OperationSummary>,
    /// Full mode only: top groups of the default scenario, then scenarios, in order of first appearance.
    pub scopes: Vec<ScopeSummary>,
    pub trend_stats: Vec<TrendStat>,
    pub health: Health,
}

#[derive(Clone, Debug)]
pub struct MetricSummary {
    /// `http_reqs`, or `http_reqs{status:500}`.
    pub name: String,
    /// The metric that a submetric belongs to.
    pub parent: Option<String>,
    /// The tag part of a submetric: `status:500`.
    pub suffix: Option<String>,
    pub kind: MetricKind,
    pub contains: Contains,
    pub values: Values,
    /// In the order of the script.
    pub thresholds: Vec<ThresholdResult>,
}

#[derive(Clone, Debug)]
pub enum Values {
    /// Per second of the test's duration.
    Counter {
        count: f64,
        rate: f64,
    },
    Gauge {
        value: f64,
        min: f64,
        max: f64,
    },
    Rate {
        rate: f64,
        passes: u64,
        fails: u64,
    },
    Trend(Box<Trend>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdResult {
    /// As written.
    pub expression: String,
    pub ok: bool,
    /// The left side as it was at the end.
    pub observed: f64,
}

/// What happened under one `name` tag.
#[derive(Clone, Debug, Default)]
pub struct OperationSummary {
    pub name: String,
    pub requests: u64,
    pub failures: u64,
    /// Milliseconds.
    pub duration: Trend,
    /// How often which answer came, in order of first appearance.
    pub answers: Vec<AnswerCount>,
}

/// One kind of answer and how often it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerCount {
    pub method: std::sync::Arc<str>,
    /// 0: there was no answer.
    pub status: u16,
    pub count: u64,
}

impl OperationSummary {
    pub(crate) fn add_answers(&mut self, answers: &[AnswerCount]) {
        for a in answers.iter().filter(|a| a.count > 0) {
            match self.answers.iter_mut().find(|o| o.method == a.method && o.status == a.status) {
                Some(o) => o.count += a.count,
                None => self.answers.push(a.clone()),
            }
        }
    }
}

/// A scenario or a group on its own, for the full summary.
#[derive(Clone, Debug, Default)]
pub struct ScopeSummary {
    pub name: String,
    /// `false`: a top group of the default scenario.
    pub is_scenario: bool,
    pub metrics: BTreeMap<String, MetricSummary>,
    pub checks: Vec<crate::CheckNode>,
    pub groups: Vec<ScopeSummary>,
}

impl Summary {
    /// Names of metrics with a failed threshold, sorted, each once: for the error line.
    pub fn crossed(&self) -> Vec<&str> {
        let failed = |m: &&MetricSummary| m.thresholds.iter().any(|t| !t.ok);
        self.metrics.values().filter(failed).map(|m| m.name.as_str()).collect()
    }
}
