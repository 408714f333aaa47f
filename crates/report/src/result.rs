//! The result file: what a later run is compared with. Versioned JSON of our own.

use std::collections::BTreeMap;

use loadwright_metrics::{Summary, Values};
use serde::{Deserialize, Serialize};

use crate::output::OutputContext;

/// The version that this program writes and reads.
pub const RESULT_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultFile {
    pub version: u32,
    pub script: String,
    /// Seconds.
    pub duration: f64,
    pub passed: bool,
    /// Statistic by name, by metric: `http_req_duration` → `p95` → milliseconds.
    pub metrics: BTreeMap<String, BTreeMap<String, f64>>,
    pub operations: Vec<ResultOperation>,
    /// Share of passes by path.
    pub checks: BTreeMap<String, f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultOperation {
    pub name: String,
    pub requests: u64,
    pub failures: u64,
    /// Milliseconds.
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
    /// Absent in files of older versions of this program.
    #[serde(default)]
    pub answers: Vec<ResultAnswer>,
}

/// One kind of answer; status 0 is none at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultAnswer {
    pub method: String,
    pub status: u16,
    pub count: u64,
}

/// A file that is no result of ours.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ResultError(pub String);

impl ResultFile {
    pub fn new(summary: &Summary, script: &str) -> Self {
        let metrics = summary.metrics.values().map(|m| {
            let values: Vec<(&str, f64)> = match &m.values {
                Values::Counter { count, rate } => vec![("count", *count), ("rate", *rate)],
                Values::Gauge { value, min, max } => vec![("value", *value), ("min", *min), ("max", *max)],
                Values::Rate { rate, passes, fails } => {
                    vec![("rate", *rate), ("passes", *passes as f64), ("fails", *fails as f64)]
                }
                Values::Trend(t) => {
                    let p = t.percentiles(&[50.0, 90.0, 95.0, 99.0]);
                    let at = |i: usize| p.get(i).copied().unwrap_or(0.0);
                    vec![
                        ("count", t.count() as f64),
                        ("avg", t.avg()),
                        ("min", t.min()),
                        ("med", at(0)),
                        ("p90", at(1)),
                        ("p95", at(2)),
                        ("p99", at(3)),
                        ("max", t.max()),
                    ]
                }
            };
            (m.name.clone(), values.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
        });
        let operations = summary.operations.iter().map(|o| {
            let p = o.duration.percentiles(&[50.0, 95.0, 99.0]);
            let at = |i: usize| p.get(i).copied().unwrap_or(0.0);
            ResultOperation {
                name: o.name.clone(),
                requests: o.requests,
                failures: o.failures,
                p50: at(0),
                p95: at(1),
                p99: at(2),
                max: o.duration.max(),
                answers: o
                    .answers
                    .iter()
                    .map(|a| ResultAnswer { method: a.method.to_string(), status: a.status, count: a.count })
                    .collect(),
            }
        });
        let checks = summary.root_group.all_checks().into_iter().map(|c| {
            let total = c.passes + c.fails;
            (c.path.clone(), if total == 0 { 0.0 } else { c.passes as f64 / total as f64 })
        });
        Self {
            version: RESULT_VERSION,
            script: script.to_owned(),
            duration: summary.duration.as_secs_f64(),
            passed: summary.crossed().is_empty(),
            metrics: metrics.collect(),
            operations: operations.collect(),
            checks: checks.collect(),
        }
    }

    pub fn parse(text: &str) -> Result<Self, ResultError> {
        let file: Self =
            serde_json::from_str(text).map_err(|e| ResultError(format!("not a result file: {e}")))?;
        if file.version != RESULT_VERSION {
            return Err(ResultError(format!(
                "result file has version {}, expected {RESULT_VERSION}",
                file.version
            )));
        }
        Ok(file)
    }
}

pub(crate) fn render(summary: &Summary, context: &OutputContext) -> String {
    let file = ResultFile::new(summary, &context.script);
    // plain numbers and texts always serialise
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}
