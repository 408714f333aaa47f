//! Metrics as aligned lines, by category.

use std::collections::BTreeMap;

use loadwright_metrics::{MetricSummary, Trend, Values};
use loadwright_workload::TrendStat;

use crate::number;
use crate::style::{TextStyle, pad, width};
use crate::text::SummaryMode;

/// Headings in order, each with the test for a metric's name.
const CATEGORIES: [&str; 8] =
    ["CUSTOM", "HTTP", "EXECUTION", "NETWORK", "BROWSER", "WEB_VITALS", "GRPC", "WEBSOCKET"];

const EXECUTION: [&str; 5] = ["iterations", "iteration_duration", "dropped_iterations", "vus", "vus_max"];
/// Never listed: they have their own place.
const HIDDEN: [&str; 2] = ["checks", "group_duration"];
/// Listed in full mode only.
const DETAILS: [&str; 6] = [
    "http_req_blocked",
    "http_req_connecting",
    "http_req_receiving",
    "http_req_sending",
    "http_req_tls_handshaking",
    "http_req_waiting",
];

fn category(name: &str) -> &'static str {
    if EXECUTION.contains(&name) {
        "EXECUTION"
    } else if name == "http_reqs" || name.starts_with("http_req_") {
        "HTTP"
    } else if name == "data_sent" || name == "data_received" {
        "NETWORK"
    } else if name.starts_with("browser_web_vital_") {
        "WEB_VITALS"
    } else if name.starts_with("browser_") {
        "BROWSER"
    } else if name.starts_with("grpc_") {
        "GRPC"
    } else if name.starts_with("ws_") {
        "WEBSOCKET"
    } else {
        "CUSTOM"
    }
}

/// One line to be.
struct Row<'a> {
    name: String,
    category: &'static str,
    metric: &'a MetricSummary,
    /// The value and what follows it; a trend has its columns in `columns` instead.
    value: String,
    extras: Vec<String>,
    columns: Vec<String>,
}

/// Writes all metrics with their headings, each line indented; a blank line between categories.
pub(crate) fn write(
    out: &mut Vec<String>,
    metrics: &BTreeMap<String, MetricSummary>,
    stats: &[TrendStat],
    style: &TextStyle,
    indent: &str,
) {
    let rows = rows(metrics, stats, style);
    let name_width = rows.iter().map(|r| width(&r.name)).max().unwrap_or(0) + 3;
    let value_width = rows.iter().map(|r| width(&r.value)).max().unwrap_or(0);
    let extra_widths = widths(rows.iter().map(|r| r.extras.as_slice()));
    let stat_widths = widths(rows.iter().map(|r| r.columns.as_slice()));
    for heading in CATEGORIES {
        let mut of: Vec<&Row<'_>> = rows.iter().filter(|r| r.category == heading).collect();
        if of.is_empty() {
            continue;
        }
        of.sort_by_key(|r| {
            (r.metric.parent.as_ref().unwrap_or(&r.metric.name), r.metric.parent.is_some(), &r.metric.name)
        });
        out.push(String::new());
        out.push(format!("{indent}{}", style.bold(heading)));
        for row in of {
            let dots = ".".repeat(name_width.saturating_sub(width(&row.name)));
            let mut line = format!("{indent}{}{}", row.name, style.faint(&format!("{dots}:")));
            line.push(' ');
            line.push_str(&values(row, value_width, &extra_widths, &stat_widths, stats, style));
            out.push(line);
        }
    }
}

/// The widest text of each column.
fn widths<'a>(rows: impl Iterator<Item = &'a [String]>) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (i, text) in row.iter().enumerate() {
            match widths.get_mut(i) {
                Some(w) => *w = (*w).max(width(text)),
                None => widths.push(width(text)),
            }
        }
    }
    widths
}

fn values(
    row: &Row<'_>,
    value_width: usize,
    extra_widths: &[usize],
    stat_widths: &[usize],
    stats: &[TrendStat],
    style: &TextStyle,
) -> String {
    if matches!(row.metric.values, Values::Trend(_)) {
        let cells = row.columns.iter().zip(stats).zip(stat_widths);
        let cells: Vec<String> = cells
            .map(|((text, stat), w)| format!("{}={}", stat.name(), pad(text, &style.value(text), *w)))
            .collect();
        return cells.join(" ");
    }
    let value = pad(&row.value, &style.value(&row.value), value_width);
    match row.extras.as_slice() {
        [] => value,
        [one] => format!("{value} {}", style.faint(one)),
        many => {
            let cells: Vec<String> =
                many.iter().zip(extra_widths).map(|(text, w)| pad(text, &style.faint(text), *w)).collect();
            format!("{value} {}", cells.join(" "))
        }
    }
}

fn rows<'a>(
    metrics: &'a BTreeMap<String, MetricSummary>,
    stats: &[TrendStat],
    style: &TextStyle,
) -> Vec<Row<'a>> {
    let listed = |m: &&MetricSummary| {
        let name = m.parent.as_ref().unwrap_or(&m.name).as_str();
        !HIDDEN.contains(&name) && (style.mode == SummaryMode::Full || !DETAILS.contains(&name))
    };
    metrics
        .values()
        .filter(listed)
        .map(|metric| {
            let name = match &metric.suffix {
                Some(suffix) => format!("  {{ {suffix} }}"),
                None => metric.name.clone(),
            };
            let show = |v: f64| number::value(v, metric.contains, style.time_unit);
            let (value, extras, columns) = match &metric.values {
                Values::Counter { count, rate } => {
                    (show(*count), vec![format!("{}/s", show(*rate))], Vec::new())
                }
                Values::Gauge { value, min, max } => (
                    show(*value),
                    vec![format!("min={}", show(*min)), format!("max={}", show(*max))],
                    Vec::new(),
                ),
                Values::Rate { rate, passes, fails } => {
                    (number::percent(*rate), vec![format!("{passes} out of {}", passes + fails)], Vec::new())
                }
                Values::Trend(trend) => {
                    let texts = stats.iter().zip(stat_values(trend, stats)).map(|(stat, v)| match stat {
                        TrendStat::Count => number::plain(v),
                        _ => show(v),
                    });
                    (String::new(), Vec::new(), texts.collect())
                }
            };
            let base = metric.parent.as_ref().unwrap_or(&metric.name);
            Row { name, category: category(base), metric, value, extras, columns }
        })
        .collect()
}

/// The wanted statistics of a trend, in order.
pub(crate) fn stat_values(trend: &Trend, stats: &[TrendStat]) -> Vec<f64> {
    let wanted: Vec<f64> = stats
        .iter()
        .filter_map(|s| match s {
            TrendStat::Med => Some(50.0),
            TrendStat::Percentile { name: _, p } => Some(*p),
            _ => None,
        })
        .collect();
    let mut percentiles = trend.percentiles(&wanted).into_iter();
    stats
        .iter()
        .map(|s| match s {
            TrendStat::Avg => trend.avg(),
            TrendStat::Min => trend.min(),
            TrendStat::Max => trend.max(),
            TrendStat::Count => trend.count() as f64,
            TrendStat::Med | TrendStat::Percentile { .. } => percentiles.next().unwrap_or(0.0),
        })
        .collect()
}
