//! Beyond k6: one line per operation (`name` tag).

use loadwright_metrics::{OperationSummary, Summary};

use crate::number;
use crate::style::{TextStyle, pad, width};

const HEADINGS: [&str; 8] = ["operation", "requests", "rate", "failed", "p50", "p95", "p99", "max"];
/// Longer names are cut in the middle.
const MAX_NAME: usize = 60;

/// The table, or an empty text when nothing was requested. Left out with `--quiet`.
pub fn operations_table(summary: &Summary, style: &TextStyle) -> String {
    if summary.operations.is_empty() {
        return String::new();
    }
    let seconds = summary.duration.as_secs_f64();
    let rows: Vec<[String; 8]> = summary.operations.iter().map(|o| cells(o, seconds, style)).collect();
    let mut widths = HEADINGS.map(width);
    for row in &rows {
        for (w, cell) in widths.iter_mut().zip(row) {
            *w = (*w).max(width(cell));
        }
    }
    let mut out = format!("  {} {} \n\n", "█", style.bold("OPERATIONS"));
    let line = |cells: &[String], paint: &dyn Fn(usize, &str) -> String| {
        let mut text = String::from("    ");
        for (i, (cell, w)) in cells.iter().zip(widths).enumerate() {
            let shown = paint(i, cell);
            if i == 0 {
                text.push_str(&pad(cell, &shown, w));
            } else {
                text.push_str("  ");
                text.push_str(&" ".repeat(w.saturating_sub(width(cell))));
                text.push_str(&shown);
            }
        }
        text.push('\n');
        text
    };
    out.push_str(&line(&HEADINGS.map(str::to_owned), &|_, cell| style.faint(cell)));
    for (row, operation) in rows.iter().zip(&summary.operations) {
        out.push_str(&line(row, &|i, cell| match i {
            0 => cell.to_owned(),
            3 if operation.failures > 0 => style.bad(cell),
            _ => style.value(cell),
        }));
    }
    out.push('\n');
    out
}

fn cells(o: &OperationSummary, seconds: f64, style: &TextStyle) -> [String; 8] {
    let rate = if seconds > 0.0 { o.requests as f64 / seconds } else { 0.0 };
    let failed = if o.requests == 0 { 0.0 } else { o.failures as f64 / o.requests as f64 };
    let times = o.duration.percentiles(&[50.0, 95.0, 99.0]);
    let time = |i: usize| number::duration(times.get(i).copied().unwrap_or(0.0), style.time_unit);
    [
        shorten(&o.name),
        o.requests.to_string(),
        format!("{rate:.2}/s"),
        number::percent(failed),
        time(0),
        time(1),
        time(2),
        number::duration(o.duration.max(), style.time_unit),
    ]
}

fn shorten(name: &str) -> String {
    let count = width(name);
    if count <= MAX_NAME {
        return name.to_owned();
    }
    let half = MAX_NAME / 2;
    let head: String = name.chars().take(half - 1).collect();
    let tail: String = name.chars().skip(count - half).collect();
    format!("{head}…{tail}")
}
