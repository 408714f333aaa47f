//! The end-of-test summary as text.

use loadwright_metrics::{CheckNode, MetricSummary, ScopeSummary, Summary, ThresholdResult, Values};

use crate::style::{TextStyle, pad, width};
use crate::{metric_lines, number};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SummaryMode {
    #[default]
    Compact,
    Full,
    Disabled,
}

impl SummaryMode {
    /// Reads `--summary-mode`; the error is k6's `invalid summary mode` (exit code 255).
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "compact" => Ok(Self::Compact),
            "full" => Ok(Self::Full),
            "disabled" => Ok(Self::Disabled),
            _ => Err("invalid summary mode".to_owned()),
        }
    }
}

/// The whole summary; empty when disabled.
pub fn summary_text(summary: &Summary, style: &TextStyle) -> String {
    if style.mode == SummaryMode::Disabled {
        return String::new();
    }
    let mut out: Vec<String> = vec![String::new(), String::new()];
    thresholds(&mut out, summary, style);
    out.push(title("TOTAL RESULTS", style));
    let seconds = summary.duration.as_secs_f64();
    let all: Vec<&CheckNode> = summary.checks.iter().collect();
    let before = out.len();
    checks(&mut out, &all, seconds, style, 2);
    metric_lines::write(&mut out, &summary.metrics, &summary.trend_stats, style, "    ");
    if out.len() == before {
        out.pop();
    }
    if style.mode == SummaryMode::Full {
        let (scenarios, groups): (Vec<_>, Vec<_>) = summary.scopes.iter().partition(|s| s.is_scenario);
        for scope in groups.into_iter().chain(scenarios) {
            out.push(String::new());
            out.push(String::new());
            let kind = if scope.is_scenario { "SCENARIO" } else { "GROUP" };
            out.push(title(&format!("{kind}: {}", scope.name), style));
            scope_lines(&mut out, scope, summary, style, 2);
        }
    }
    out.join("\n") + "\n\n\n\n"
}

fn title(text: &str, style: &TextStyle) -> String {
    format!("  {} {} ", "█", style.bold(text))
}

fn scope_lines(
    out: &mut Vec<String>,
    scope: &ScopeSummary,
    summary: &Summary,
    style: &TextStyle,
    indent: usize,
) {
    let all: Vec<&CheckNode> = scope.checks.iter().collect();
    checks(out, &all, summary.duration.as_secs_f64(), style, indent);
    metric_lines::write(out, &scope.metrics, &summary.trend_stats, style, &" ".repeat(indent + 2));
    for group in &scope.groups {
        out.push(String::new());
        out.push(format!("{}↳ {} ", " ".repeat(indent + 2), style.bold(&format!("GROUP: {}", group.name))));
        scope_lines(out, group, summary, style, indent + 2);
    }
}

/// `checks_total`, `checks_succeeded`, `checks_failed`, then each check.
fn checks(out: &mut Vec<String>, checks: &[&CheckNode], seconds: f64, style: &TextStyle, indent: usize) {
    if checks.is_empty() {
        return;
    }
    let margin = " ".repeat(indent + 2);
    let passes: u64 = checks.iter().map(|c| c.passes).sum();
    let fails: u64 = checks.iter().map(|c| c.fails).sum();
    let total = passes + fails;
    let share = |n: u64| if total == 0 { 0.0 } else { n as f64 / total as f64 };
    let rate = if seconds > 0.0 { total as f64 / seconds } else { 0.0 };
    let rows = [
        ("checks_total", number::plain(total as f64), format!("{}/s", number::plain(rate))),
        ("checks_succeeded", number::percent(share(passes)), format!("{passes} out of {total}")),
        ("checks_failed", number::percent(share(fails)), format!("{fails} out of {total}")),
    ];
    let value_width = rows.iter().map(|(_, value, _)| width(value)).max().unwrap_or(0);
    out.push(String::new());
    for (name, value, extra) in rows {
        let dots = ".".repeat("checks_succeeded".len() + 3 - name.len());
        let value = pad(&value, &style.value(&value), value_width);
        out.push(format!(
            "{margin}{name}{} {value} {}",
            style.faint(&format!("{dots}:")),
            style.faint(&extra)
        ));
    }
    out.push(String::new());
    for check in checks {
        out.push(format!("{margin}{} {}", style.mark(check.fails == 0), check.name));
        if check.fails > 0 {
            let share = (100.0 * check.passes as f64 / (check.passes + check.fails) as f64).floor();
            let detail = format!("↳  {share}% — ✓ {} / ✗ {}", check.passes, check.fails);
            out.push(format!("{}{}", " ".repeat(2 * indent + 2), style.bad(&detail)));
        }
    }
}

/// Metrics with thresholds; a submetric stands under its metric when that is listed too.
fn thresholds(out: &mut Vec<String>, summary: &Summary, style: &TextStyle) {
    let with: Vec<&MetricSummary> = summary.metrics.values().filter(|m| !m.thresholds.is_empty()).collect();
    if with.is_empty() {
        return;
    }
    out.push(title("THRESHOLDS", style));
    let listed = |name: &str| with.iter().any(|m| m.parent.is_none() && m.name == name);
    let mut order: Vec<(&MetricSummary, bool)> =
        with.iter().map(|m| (*m, m.parent.as_deref().is_some_and(listed))).collect();
    order.sort_by_key(|(m, nested)| {
        let first = if *nested { m.parent.as_ref().unwrap_or(&m.name) } else { &m.name };
        (first.clone(), *nested, m.name.clone())
    });
    for (metric, nested) in order {
        let margin = if nested { "      " } else { "    " };
        let name = match &metric.suffix {
            Some(suffix) if nested => format!("{{{suffix}}}"),
            _ => metric.name.clone(),
        };
        out.push(String::new());
        out.push(format!("{margin}{name}"));
        for t in &metric.thresholds {
            let (left, value) = observed(metric, t, style);
            let value = style.value(&value);
            out.push(format!("{margin}{} '{}' {left}={value}", style.mark(t.ok), t.expression));
        }
    }
    out.push(String::new());
    out.push(String::new());
}

/// The left side as written, and its value. As in k6, `count!=2` shows the counter's rate.
fn observed(metric: &MetricSummary, t: &ThresholdResult, style: &TextStyle) -> (String, String) {
    let end = t.expression.find(['<', '>', '=']).unwrap_or(t.expression.len());
    let left = t.expression.get(..end).unwrap_or("").trim().to_owned();
    let show = |v: f64| number::value(v, metric.contains, style.time_unit);
    let value = match &metric.values {
        Values::Counter { count, rate: _ } if left == "count" => show(*count),
        Values::Counter { count: _, rate } => format!("{}/s", show(*rate)),
        Values::Gauge { value, .. } => show(*value),
        Values::Rate { rate, .. } => number::percent(*rate),
        Values::Trend(_) => show(t.observed),
    };
    (left, value)
}
