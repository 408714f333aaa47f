//! Thresholds against what was observed.

use std::collections::BTreeMap;
use std::time::Duration;

use loadwright_workload::{Aggregation, Expression, MetricSelector, Threshold};

use crate::layout::{Layout, SinkKey};
use crate::{Sink, ThresholdResult};

/// Thresholds that cannot be used; all texts are k6's, exit code 104.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ThresholdSetupError(pub String);

/// What one evaluation found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// Metrics with a failed threshold, sorted.
    pub crossed: Vec<String>,
    /// Some failed threshold has `abortOnFail` and its delay is over.
    pub abort: bool,
}

/// The thresholds of one metric or submetric.
#[derive(Debug)]
pub(crate) struct Watch {
    pub name: String,
    pub key: SinkKey,
    pub limits: Vec<Limit>,
}

#[derive(Debug)]
pub(crate) struct Limit {
    pub threshold: Threshold,
    pub expression: Expression,
}

/// Checks all thresholds and makes the submetrics that they name.
pub(crate) fn watches(
    thresholds: &BTreeMap<String, Vec<Threshold>>,
    layout: &mut Layout,
) -> Result<Vec<Watch>, ThresholdSetupError> {
    let mut all: Vec<Watch> = Vec::new();
    for (name, list) in thresholds {
        let selector = MetricSelector::parse(name).map_err(|e| {
            ThresholdSetupError(format!(
                "unable to validate threshold expressions; reason: parsing metric name failed, {e}"
            ))
        })?;
        let metric = layout.registry.lookup(&selector.metric).ok_or_else(|| {
            ThresholdSetupError(format!(
                "invalid threshold defined on {name}; reason: no metric name \"{}\" found",
                selector.metric
            ))
        })?;
        let mut limits = Vec::new();
        for threshold in list {
            let expression = threshold.expression().map_err(|e| ThresholdSetupError(e.0))?;
            let method = expression.aggregation.method();
            if !metric.kind.aggregations().contains(&method) {
                return Err(ThresholdSetupError(format!(
                    "invalid threshold {:?} applied on metric {}; reason: unsupported aggregation method {method} on metric of type {}. supported aggregation methods for this metric are: {}",
                    threshold.threshold,
                    metric.name,
                    metric.kind.name(),
                    metric.kind.aggregations().join(", "),
                )));
            }
            limits.push(Limit { threshold: threshold.clone(), expression });
        }
        let (key, shown) = if selector.tags.is_empty() {
            (SinkKey::Metric(metric.id), metric.name)
        } else {
            let suffix = name.split_once('{').map_or("", |(_, rest)| rest.trim_end_matches('}')).trim();
            let at = layout.submetric(metric.id, suffix, selector);
            let shown = layout.submetrics.get(at as usize).map(|s| s.name.clone()).unwrap_or_default();
            (SinkKey::Submetric(at), shown)
        };
        match all.iter_mut().find(|w| w.key == key) {
            Some(watch) => watch.limits.extend(limits),
            None => all.push(Watch { name: shown, key, limits }),
        }
    }
    Ok(all)
}

impl Watch {
    /// Every limit's verdict. An empty rate always passes; other empty sinks are zero.
    pub(crate) fn results(&self, sink: Option<&Sink>, elapsed: Duration) -> Vec<ThresholdResult> {
        let empty_rate = matches!(sink, Some(Sink::Rate { total: 0, .. }));
        self.limits
            .iter()
            .map(|limit| {
                let observed =
                    sink.map_or(0.0, |sink| aggregate(sink, &limit.expression.aggregation, elapsed));
                ThresholdResult {
                    expression: limit.threshold.threshold.trim().to_owned(),
                    ok: empty_rate || limit.expression.operator.holds(observed, limit.expression.value),
                    observed,
                }
            })
            .collect()
    }
}

fn aggregate(sink: &Sink, aggregation: &Aggregation, elapsed: Duration) -> f64 {
    match (sink, aggregation) {
        (Sink::Counter { sum, .. }, Aggregation::Count) => *sum,
        (Sink::Counter { sum, .. }, Aggregation::Rate) => per_second(*sum, elapsed),
        (Sink::Gauge { value, .. }, Aggregation::Value) => *value,
        (Sink::Rate { passes, total }, Aggregation::Rate) => ratio(*passes, *total),
        (Sink::Trend(trend), aggregation) => match aggregation {
            Aggregation::Avg => trend.avg(),
            Aggregation::Min => trend.min(),
            Aggregation::Max => trend.max(),
            Aggregation::Med => trend.percentile(50.0),
            Aggregation::Percentile(p) => trend.percentile(*p),
            Aggregation::Count | Aggregation::Rate | Aggregation::Value => 0.0,
        },
        (Sink::Counter { .. } | Sink::Gauge { .. } | Sink::Rate { .. }, _) => 0.0,
    }
}

pub(crate) fn per_second(sum: f64, elapsed: Duration) -> f64 {
    if elapsed.is_zero() { 0.0 } else { sum / elapsed.as_secs_f64() }
}

pub(crate) fn ratio(passes: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { passes as f64 / total as f64 }
}
