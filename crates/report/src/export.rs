//! The summary as JSON: for `handleSummary`, `--summary-export` and the machine-readable form.

use loadwright_metrics::{CheckNode, GroupNode, MetricSummary, Summary, Values};
use loadwright_workload::{Options, TrendStat};
use serde_json::{Map, Value, json};

use crate::md5::md5_hex;
use crate::metric_lines::stat_values;

/// What `handleSummary` is told about the terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExportState {
    pub stdout_is_tty: bool,
    pub stderr_is_tty: bool,
    pub no_color: bool,
}

/// What the machine-readable summary says about the run.
#[derive(Clone, Debug, Default)]
pub struct MachineContext {
    /// The script's text.
    pub script: String,
    /// RFC 3339.
    pub generated_at: String,
}

/// The `data` of `handleSummary(data)`; `setup_data` is left out when there is none.
pub fn handle_summary_data(
    summary: &Summary,
    options: &Options,
    state: ExportState,
    setup_data: Option<Value>,
) -> Value {
    let stats: Vec<&str> = summary.trend_stats.iter().map(TrendStat::name).collect();
    let mut metrics = Map::new();
    for metric in summary.metrics.values() {
        let mut one = json!({
            "type": metric.kind.name(),
            "contains": metric.contains.name(),
            "values": values(metric, &summary.trend_stats),
        });
        if !metric.thresholds.is_empty()
            && let Some(map) = one.as_object_mut()
        {
            let of = metric.thresholds.iter().map(|t| (t.expression.clone(), json!({"ok": t.ok})));
            map.insert("thresholds".to_owned(), Value::Object(of.collect()));
        }
        metrics.insert(metric.name.clone(), one);
    }
    let mut data = json!({
        "root_group": group(&summary.root_group),
        "options": {
            "summaryTrendStats": stats,
            "summaryTimeUnit": options.summary_time_unit.map_or("", |u| u.name()),
            "noColor": state.no_color,
        },
        "state": {
            "isStdOutTTY": state.stdout_is_tty,
            "isStdErrTTY": state.stderr_is_tty,
            "testRunDurationMs": number(summary.duration.as_secs_f64() * 1000.0),
        },
        "metrics": metrics,
    });
    if let (Some(setup), Some(map)) = (setup_data, data.as_object_mut()) {
        map.insert("setup_data".to_owned(), setup);
    }
    data
}

/// `--summary-export`: the old shape, where a threshold's `true` means that it failed.
pub fn summary_export(summary: &Summary) -> Value {
    let mut metrics = Map::new();
    for metric in summary.metrics.values() {
        let mut one = match &metric.values {
            Values::Rate { rate, passes, fails } => {
                json!({"passes": passes, "fails": fails, "value": number(*rate)})
            }
            _ => values(metric, &summary.trend_stats),
        };
        if !metric.thresholds.is_empty()
            && let Some(map) = one.as_object_mut()
        {
            let of = metric.thresholds.iter().map(|t| (t.expression.clone(), Value::Bool(!t.ok)));
            map.insert("thresholds".to_owned(), Value::Object(of.collect()));
        }
        metrics.insert(metric.name.clone(), one);
    }
    json!({"root_group": old_group(&summary.root_group), "metrics": metrics})
}

/// `--new-machine-readable-summary`, for `handleSummary` and `--summary-export`.
pub fn machine_readable(summary: &Summary, context: &MachineContext) -> Value {
    let mut metrics = Vec::new();
    for metric in summary.metrics.values().filter(|m| m.name != "checks") {
        metrics.push(json!({
            "name": metric.name,
            "type": metric.kind.name(),
            "contains": metric.contains.name(),
            "values": machine_values(metric, &summary.trend_stats),
        }));
    }
    let mut results = json!({"metrics": metrics});
    let all = &summary.checks;
    if !all.is_empty()
        && let Some(map) = results.as_object_mut()
    {
        let passes: u64 = all.iter().map(|c| c.passes).sum();
        let total: u64 = passes + all.iter().map(|c| c.fails).sum::<u64>();
        let seconds = summary.duration.as_secs_f64();
        let rate = |n: u64| json!({"matches": n, "total": total, "rate": number(if total == 0 { 0.0 } else { n as f64 / total as f64 })});
        let of = |name: &str, kind: &str, values: Value| json!({"name": name, "type": kind, "contains": "default", "values": values});
        let count =
            json!({"count": total, "rate": number(if seconds > 0.0 { total as f64 / seconds } else { 0.0 })});
        let checks = json!({
            "metrics": [
                of("checks_total", "counter", count),
                of("checks_succeeded", "rate", rate(passes)),
                of("checks_failed", "rate", rate(total - passes)),
            ],
            "results": all.iter().map(|c| json!({"name": c.name, "passes": c.passes, "fails": c.fails})).collect::<Vec<_>>(),
        });
        map.insert("checks".to_owned(), checks);
    }
    json!({
        "version": "1.0.0",
        "metadata": {"generated_at": context.generated_at, "k6_version": "2.2.0"},
        "config": {
            "script": context.script,
            "duration": number(summary.duration.as_secs_f64()),
            "execution": "local",
        },
        "results": results,
    })
}

/// A number without a fraction is written without one.
pub(crate) fn number(v: f64) -> Value {
    if v.fract() == 0.0 && v.abs() < 9e15 { Value::from(v as i64) } else { Value::from(v) }
}

/// A metric's values under k6's keys.
pub(crate) fn values(metric: &MetricSummary, stats: &[TrendStat]) -> Value {
    match &metric.values {
        Values::Counter { count, rate } => json!({"count": number(*count), "rate": number(*rate)}),
        Values::Gauge { value, min, max } => {
            json!({"value": number(*value), "min": number(*min), "max": number(*max)})
        }
        Values::Rate { rate, passes, fails } => {
            json!({"rate": number(*rate), "passes": passes, "fails": fails})
        }
        Values::Trend(trend) => {
            let all = stats.iter().zip(stat_values(trend, stats));
            Value::Object(all.map(|(stat, v)| (stat.name().to_owned(), number(v))).collect())
        }
    }
}

fn machine_values(metric: &MetricSummary, stats: &[TrendStat]) -> Value {
    match &metric.values {
        Values::Counter { count, rate: _ } => json!({"count": number(*count)}),
        Values::Rate { rate, passes, fails } => {
            json!({"matches": passes, "total": passes + fails, "rate": number(*rate)})
        }
        Values::Trend(trend) => {
            let all = stats.iter().zip(stat_values(trend, stats));
            let key = |stat: &TrendStat| stat.name().replace(['(', ')'], "");
            Value::Object(all.map(|(stat, v)| (key(stat), number(v))).collect())
        }
        Values::Gauge { .. } => values(metric, stats),
    }
}

fn check(c: &CheckNode) -> Value {
    json!({"name": c.name, "path": c.path, "id": md5_hex(&c.path), "passes": c.passes, "fails": c.fails})
}

fn group(g: &GroupNode) -> Value {
    json!({
        "name": g.name,
        "path": g.path,
        "id": md5_hex(&g.path),
        "groups": g.groups.iter().map(group).collect::<Vec<_>>(),
        "checks": g.checks.iter().map(check).collect::<Vec<_>>(),
    })
}

fn old_group(g: &GroupNode) -> Value {
    let groups: Map<String, Value> = g.groups.iter().map(|g| (g.name.clone(), old_group(g))).collect();
    let checks: Map<String, Value> = g.checks.iter().map(|c| (c.name.clone(), check(c))).collect();
    json!({"name": g.name, "path": g.path, "id": md5_hex(&g.path), "groups": groups, "checks": checks})
}
