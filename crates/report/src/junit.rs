//! JUnit XML: each check and each threshold is a test case.

use loadwright_metrics::Summary;

use crate::markup::xml;
use crate::output::OutputContext;

struct Case {
    class: String,
    name: String,
    failure: Option<String>,
}

/// Two suites: `checks` and `thresholds`.
pub(crate) fn render(summary: &Summary, context: &OutputContext) -> String {
    let checks: Vec<Case> = summary
        .root_group
        .all_checks()
        .iter()
        .map(|c| Case {
            class: c
                .path
                .strip_suffix(&format!("::{}", c.name))
                .unwrap_or("")
                .trim_start_matches("::")
                .to_owned(),
            name: c.name.clone(),
            failure: (c.fails > 0).then(|| format!("{} of {} failed", c.fails, c.passes + c.fails)),
        })
        .collect();
    let mut thresholds = Vec::new();
    for metric in summary.metrics.values() {
        for t in &metric.thresholds {
            thresholds.push(Case {
                class: metric.name.clone(),
                name: t.expression.clone(),
                failure: (!t.ok).then(|| format!("observed {}", t.observed)),
            });
        }
    }
    let seconds = summary.duration.as_secs_f64();
    let tests = checks.len() + thresholds.len();
    let failures = checks.iter().chain(&thresholds).filter(|c| c.failure.is_some()).count();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" time=\"{seconds:.3}\">\n",
        xml(&context.script)
    );
    suite(&mut out, "checks", &checks, seconds);
    suite(&mut out, "thresholds", &thresholds, seconds);
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, name: &str, cases: &[Case], seconds: f64) {
    let failures = cases.iter().filter(|c| c.failure.is_some()).count();
    out.push_str(&format!(
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.3}\">\n",
        cases.len()
    ));
    for case in cases {
        let class = if case.class.is_empty() { name } else { &case.class };
        out.push_str(&format!("    <testcase classname=\"{}\" name=\"{}\"", xml(class), xml(&case.name)));
        match &case.failure {
            Some(text) => out.push_str(&format!("><failure message=\"{}\"/></testcase>\n", xml(text))),
            None => out.push_str("/>\n"),
        }
    }
    out.push_str("  </testsuite>\n");
}
