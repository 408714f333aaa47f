//! The result as one HTML page that needs nothing from the network.

use loadwright_metrics::{OperationSummary, Summary};

use crate::markup::xml;
use crate::number;
use crate::output::OutputContext;
use crate::tables;

const STYLE: &str = "
:root{color-scheme:light dark;--line:#8884;--good:#1a7f37;--bad:#cf222e}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere}
.verdict{font-weight:600;color:var(--good)}.verdict.bad,tr.bad td:first-child{color:var(--bad)}
.warning{border-left:4px solid #bf8700;padding-left:.8rem}
svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor}";

pub(crate) fn render(summary: &Summary, context: &OutputContext) -> String {
    let (text, good) = tables::verdict(summary);
    let title = xml(&context.script);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Load test: {title}</title>\n<style>{STYLE}\n</style>\n</head>\n<body>\n<h1>Load test: {title}</h1>\n<p class=\"verdict{}\">{} after {}</p>\n",
        if good { "" } else { " bad" },
        xml(&text),
        xml(&number::duration(summary.duration.as_secs_f64() * 1000.0, None)),
    );
    for warning in &summary.health.warnings {
        out.push_str(&format!("<p class=\"warning\">{}</p>\n", xml(warning)));
    }
    for table in tables::all(summary) {
        out.push_str(&format!("<h2>{}</h2>\n<table>\n<thead><tr>", table.title));
        for column in &table.columns {
            out.push_str(&format!("<th>{}</th>", xml(column)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            out.push_str(if row.bad { "<tr class=\"bad\">" } else { "<tr>" });
            for cell in &row.cells {
                out.push_str(&format!("<td>{}</td>", xml(cell)));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
        if table.title == "Operations" {
            out.push_str(&chart(&summary.operations));
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// Response times per operation: a bar from p50 to p95, a tick at p99.
fn chart(operations: &[OperationSummary]) -> String {
    let shown: Vec<&OperationSummary> = operations.iter().filter(|o| o.requests > 0).take(30).collect();
    let top = shown.iter().map(|o| o.duration.percentile(99.0)).fold(0.0, f64::max);
    if shown.is_empty() || top <= 0.0 {
        return String::new();
    }
    let height = shown.len() * 22 + 8;
    let x = |ms: f64| 300.0 + ms / top * 640.0;
    let mut out = format!(
        "<svg viewBox=\"0 0 960 {height}\" role=\"img\" aria-label=\"response times: p50 to p95, tick at p99\">\n"
    );
    for (i, o) in shown.iter().enumerate() {
        let y = i * 22 + 6;
        let p = o.duration.percentiles(&[50.0, 95.0, 99.0]);
        let [p50, p95, p99] = [p.first(), p.get(1), p.get(2)].map(|v| v.copied().unwrap_or(0.0));
        let name: String = o.name.chars().take(42).collect();
        out.push_str(&format!(
            "<text x=\"0\" y=\"{}\">{}</text><rect x=\"{:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"12\" fill=\"#4078c0\"/><rect x=\"{:.1}\" y=\"{y}\" width=\"2\" height=\"12\" fill=\"#cf222e\"/>\n",
            y + 10,
            xml(&name),
            x(p50),
            (x(p95) - x(p50)).max(2.0),
            x(p99),
        ));
    }
    out.push_str("</svg>\n");
    out
}
