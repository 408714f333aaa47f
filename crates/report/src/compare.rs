//! Two results side by side: what became slower, what fails more often.

use crate::number;
use crate::result::{ResultFile, ResultOperation};
use crate::style::{TextStyle, pad, width};

/// What counts as a change for the worse.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// A share of the old value, such as 0.1.
    pub slower: f64,
    /// Differences below this many milliseconds are noise.
    pub floor_ms: f64,
    /// How much the share of failed requests or checks may rise.
    pub failures: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { slower: 0.1, floor_ms: 1.0, failures: 0.01 }
    }
}

/// One figure in both results.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub name: String,
    pub figure: &'static str,
    pub before: f64,
    pub after: f64,
    pub kind: ChangeKind,
    pub worse: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Milliseconds.
    Time,
    /// Between 0 and 1.
    Share,
    /// Per second.
    Rate,
}

/// Every figure that both results have; operations and checks of only one are named in the second list.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    pub changes: Vec<Change>,
    pub only_before: Vec<String>,
    pub only_after: Vec<String>,
}

impl Comparison {
    pub fn is_worse(&self) -> bool {
        self.changes.iter().any(|c| c.worse)
    }
}

pub fn compare(before: &ResultFile, after: &ResultFile, tolerance: Tolerance) -> Comparison {
    let mut out = Comparison::default();
    let slower = |a: f64, b: f64| b - a > tolerance.floor_ms && b > a * (1.0 + tolerance.slower);
    let rate = |f: &ResultFile| f.metrics.get("http_reqs").and_then(|m| m.get("rate")).copied();
    if let (Some(a), Some(b)) = (rate(before), rate(after)) {
        let worse = false;
        out.changes.push(Change {
            name: "all requests".to_owned(),
            figure: "rate",
            before: a,
            after: b,
            kind: ChangeKind::Rate,
            worse,
        });
    }
    for old in &before.operations {
        let Some(new) = after.operations.iter().find(|o| o.name == old.name) else {
            out.only_before.push(old.name.clone());
            continue;
        };
        let mut push = |figure, a: f64, b: f64, kind, worse| {
            out.changes.push(Change { name: old.name.clone(), figure, before: a, after: b, kind, worse });
        };
        for (figure, a, b) in
            [("p50", old.p50, new.p50), ("p95", old.p95, new.p95), ("p99", old.p99, new.p99)]
        {
            // the tail of a few requests is one request
            let enough = figure != "p99" || old.requests.min(new.requests) >= 100;
            push(figure, a, b, ChangeKind::Time, enough && slower(a, b));
        }
        let (a, b) = (failed(old), failed(new));
        push("failed", a, b, ChangeKind::Share, b - a > tolerance.failures);
    }
    let known = |name: &str| before.operations.iter().any(|o| o.name == name);
    out.only_after.extend(after.operations.iter().filter(|o| !known(&o.name)).map(|o| o.name.clone()));
    for (path, a) in &before.checks {
        match after.checks.get(path) {
            Some(b) => {
                let worse = a - b > tolerance.failures;
                let name = path.trim_start_matches("::").to_owned();
                out.changes.push(Change {
                    name,
                    figure: "check",
                    before: *a,
                    after: *b,
                    kind: ChangeKind::Share,
                    worse,
                });
            }
            None => out.only_before.push(path.clone()),
        }
    }
    out.only_after.extend(after.checks.keys().filter(|p| !before.checks.contains_key(*p)).cloned());
    out
}

fn failed(o: &ResultOperation) -> f64 {
    if o.requests == 0 { 0.0 } else { o.failures as f64 / o.requests as f64 }
}

/// The comparison as a table; unchanged checks are left out.
pub fn comparison_text(comparison: &Comparison, style: &TextStyle) -> String {
    let show = |c: &Change, v: f64| match c.kind {
        ChangeKind::Time => number::duration(v, style.time_unit),
        ChangeKind::Share => number::percent(v),
        ChangeKind::Rate => format!("{v:.2}/s"),
    };
    let rows: Vec<([String; 5], bool)> = comparison
        .changes
        .iter()
        .filter(|c| c.figure != "check" || c.before != c.after)
        .map(|c| {
            let delta = match c.kind {
                ChangeKind::Share => format!("{:+.2} pp", (c.after - c.before) * 100.0),
                _ if c.before == 0.0 => "new".to_owned(),
                _ => format!("{:+.1} %", (c.after / c.before - 1.0) * 100.0),
            };
            ([c.name.clone(), c.figure.to_owned(), show(c, c.before), show(c, c.after), delta], c.worse)
        })
        .collect();
    let mut widths = [0; 5];
    let heading = ["operation", "figure", "before", "after", "change"].map(str::to_owned);
    for row in rows.iter().map(|(r, _)| r).chain([&heading]) {
        for (w, cell) in widths.iter_mut().zip(row) {
            *w = (*w).max(width(cell));
        }
    }
    let line = |cells: &[String; 5], worse: bool| {
        let mut out = String::new();
        for (i, (cell, w)) in cells.iter().zip(widths).enumerate() {
            let shown = if worse && i == 4 { style.bad(cell) } else { cell.clone() };
            if i < 2 {
                out.push_str(&pad(cell, &shown, w));
            } else {
                out.push_str(&" ".repeat(w.saturating_sub(width(cell))));
                out.push_str(&shown);
            }
            out.push_str("  ");
        }
        out.trim_end().to_owned() + if worse { "  worse\n" } else { "\n" }
    };
    let mut out = line(&heading, false);
    for (cells, worse) in &rows {
        out.push_str(&line(cells, *worse));
    }
    for (title, names) in [("only before", &comparison.only_before), ("only after", &comparison.only_after)] {
        if !names.is_empty() {
            out.push_str(&format!("{title}: {}\n", names.join(", ")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(p95: f64, failures: u64, check: f64) -> ResultFile {
        let operation = ResultOperation {
            name: "GET /x".into(),
            requests: 200,
            failures,
            p50: 5.0,
            p95,
            p99: 30.0,
            max: 40.0,
            answers: Vec::new(),
        };
        ResultFile {
            version: 1,
            operations: vec![operation],
            checks: [("::ok".to_owned(), check)].into(),
            ..ResultFile::default()
        }
    }

    #[test]
    fn only_changes_beyond_the_tolerance_are_worse() {
        let worse = |after: ResultFile| {
            let all = compare(&result(20.0, 0, 1.0), &after, Tolerance::default());
            all.changes.iter().filter(|c| c.worse).map(|c| c.figure).collect::<Vec<_>>()
        };
        assert!(worse(result(21.5, 1, 1.0)).is_empty());
        assert_eq!(worse(result(25.0, 0, 1.0)), ["p95"]);
        assert_eq!(worse(result(10.0, 10, 0.9)), ["failed", "check"]);
    }

    #[test]
    fn the_table_names_what_is_worse_and_what_is_new() {
        let mut after = result(40.0, 0, 1.0);
        after.operations.push(ResultOperation { name: "POST /y".into(), ..ResultOperation::default() });
        let text = comparison_text(
            &compare(&result(20.0, 0, 1.0), &after, Tolerance::default()),
            &TextStyle::default(),
        );
        assert!(text.contains("+100.0 %  worse\n"), "{text}");
        assert!(text.contains("only after: POST /y\n"), "{text}");
    }
}
