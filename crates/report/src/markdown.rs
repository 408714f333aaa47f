//! The result as Markdown, for a pull request or a wiki.

use loadwright_metrics::Summary;

use crate::markup::cell;
use crate::number;
use crate::output::OutputContext;
use crate::tables;

pub(crate) fn render(summary: &Summary, context: &OutputContext) -> String {
    let (text, good) = tables::verdict(summary);
    let mut out = format!(
        "# Load test: {}\n\n{} **{}** after {}\n",
        cell(&context.script),
        if good { "✅" } else { "❌" },
        cell(&text),
        number::duration(summary.duration.as_secs_f64() * 1000.0, None),
    );
    for table in tables::all(summary) {
        out.push_str(&format!("\n## {}\n\n| {} |\n|", table.title, table.columns.join(" | ")));
        for i in 0..table.columns.len() {
            out.push_str(if i == 0 { "---|" } else { "---:|" });
        }
        out.push('\n');
        for row in &table.rows {
            let mark = if row.bad { "❌ " } else { "" };
            let cells: Vec<String> = row.cells.iter().map(|c| cell(c)).collect();
            out.push_str(&format!("| {mark}{} |\n", cells.join(" | ")));
        }
    }
    for warning in &summary.health.warnings {
        out.push_str(&format!("\n> ⚠️ {}\n", cell(warning)));
    }
    out
}
