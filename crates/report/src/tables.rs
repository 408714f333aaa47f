//! What a page shows, as texts in tables: shared by Markdown and HTML.

use loadwright_metrics::{MetricSummary, Summary, Values};

use crate::metric_lines::stat_values;
use crate::number;

/// A heading, column names, rows; `bad` rows are marked.
pub(crate) struct Table {
    pub title: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

pub(crate) struct Row {
    pub cells: Vec<String>,
    pub bad: bool,
}

/// One sentence about the outcome, and whether it is good.
pub(crate) fn verdict(summary: &Summary) -> (String, bool) {
    let crossed = summary.crossed();
    let text = if crossed.is_empty() {
        "all thresholds held".to_owned()
    } else {
        format!("thresholds crossed: {}", crossed.join(", "))
    };
    (text, crossed.is_empty())
}

/// Thresholds, checks, operations, metrics and how the generator itself did; empty tables are left out.
pub(crate) fn all(summary: &Summary) -> Vec<Table> {
    let tables =
        [thresholds(summary), checks(summary), operations(summary), metrics(summary), generator(summary)];
    tables.into_iter().filter(|t| !t.rows.is_empty()).collect()
}

/// Whether the load was what the script asks for.
fn generator(summary: &Summary) -> Table {
    let health = &summary.health;
    let ms = |value: f64| number::duration(value, None);
    let row = |name: &str, value: String| Row { cells: vec![name.to_owned(), value], bad: false };
    let mut rows = Vec::new();
    if health.cpu > 0.0 {
        rows.push(row("CPU of the cores it may use", number::percent(health.cpu)));
    }
    if health.scheduled_starts > 0 {
        let lag = format!(
            "{} half of them, {} 99 %, {} at most",
            ms(health.start_lag_p50),
            ms(health.start_lag_p99),
            ms(health.start_lag_max)
        );
        rows.push(row("iterations started late by", lag));
        rows.push(Row {
            cells: vec!["iterations dropped".to_owned(), health.dropped_iterations.to_string()],
            bad: health.dropped_iterations > 0,
        });
    }
    Table { title: "Load generator", columns: names(&["figure", "value"]), rows }
}

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|c| (*c).to_owned()).collect()
}

fn thresholds(summary: &Summary) -> Table {
    let mut rows = Vec::new();
    for m in summary.metrics.values() {
        for t in &m.thresholds {
            let observed = match &m.values {
                Values::Rate { .. } => number::percent(t.observed),
                _ => number::value(t.observed, m.contains, None),
            };
            let word = if t.ok { "held" } else { "crossed" };
            rows.push(Row {
                cells: vec![m.name.clone(), t.expression.clone(), observed, word.to_owned()],
                bad: !t.ok,
            });
        }
    }
    Table { title: "Thresholds", columns: names(&["metric", "threshold", "observed", "verdict"]), rows }
}

fn checks(summary: &Summary) -> Table {
    let rows = summary
        .root_group
        .all_checks()
        .iter()
        .map(|c| {
            let total = c.passes + c.fails;
            let share = if total == 0 { 0.0 } else { c.passes as f64 / total as f64 };
            let path = c.path.trim_start_matches("::").replace("::", " › ");
            Row {
                cells: vec![path, c.passes.to_string(), c.fails.to_string(), number::percent(share)],
                bad: c.fails > 0,
            }
        })
        .collect();
    Table { title: "Checks", columns: names(&["check", "passed", "failed", "share"]), rows }
}

fn operations(summary: &Summary) -> Table {
    let seconds = summary.duration.as_secs_f64();
    let rows = summary
        .operations
        .iter()
        .map(|o| {
            let times = o.duration.percentiles(&[50.0, 95.0, 99.0]);
            let mut cells = vec![
                o.name.clone(),
                o.requests.to_string(),
                format!("{:.2}", if seconds > 0.0 { o.requests as f64 / seconds } else { 0.0 }),
                number::percent(if o.requests == 0 { 0.0 } else { o.failures as f64 / o.requests as f64 }),
            ];
            cells.extend(times.iter().chain([&o.duration.max()]).map(|ms| number::duration(*ms, None)));
            Row { cells, bad: o.failures > 0 }
        })
        .collect();
    let columns = names(&["operation", "requests", "per second", "failed", "p50", "p95", "p99", "max"]);
    Table { title: "Operations", columns, rows }
}

fn metrics(summary: &Summary) -> Table {
    let rows = summary
        .metrics
        .values()
        .map(|m| Row {
            cells: vec![m.name.clone(), m.kind.name().to_owned(), describe(m, summary)],
            bad: false,
        })
        .collect();
    Table { title: "Metrics", columns: names(&["metric", "type", "values"]), rows }
}

fn describe(m: &MetricSummary, summary: &Summary) -> String {
    let show = |v: f64| number::value(v, m.contains, None);
    match &m.values {
        Values::Counter { count, rate } => format!("{} ({}/s)", show(*count), show(*rate)),
        Values::Gauge { value, min, max } => {
            format!("{} (min {}, max {})", show(*value), show(*min), show(*max))
        }
        Values::Rate { rate, passes, fails } => {
            format!("{} ({passes} of {})", number::percent(*rate), passes + fails)
        }
        Values::Trend(trend) => {
            let stats = summary.trend_stats.iter().zip(stat_values(trend, &summary.trend_stats));
            stats.map(|(stat, v)| format!("{}={}", stat.name(), show(v))).collect::<Vec<_>>().join(" ")
        }
    }
}
