//! What is printed before the run: the banner and the plan.

use loadwright_workload::{GoDuration, Schedule};

/// Our name, where k6 prints its own.
pub fn banner() -> String {
    let art = [
        r"  |               |           _)     |   |",
        r"  |  _ \  _` |  _` | \ \  \ / __| |  _` | __ \  __|",
        r" _|\___/\__,_|\__,_|  \_/\_/ _|  _| \__, |_| |_|\__|",
        r"                                    |___/",
    ];
    format!("\n{}\n\n", art.join("\n"))
}

/// `execution`, `script`, `output` and the list of scenarios.
/// `outputs` are descriptions such as `json (out.json)`; none prints `-`.
pub fn plan(schedule: &Schedule, script: &str, outputs: &[String]) -> String {
    let output = if outputs.is_empty() { "-".to_owned() } else { outputs.join(", ") };
    let count = schedule.scenarios.len();
    let mut out = format!(
        "\n     execution: local\n        script: {script}\n        output: {output}\n\n     scenarios: ({}) {count} scenario{}, {} max VUs, {} max duration (incl. graceful stop):\n",
        schedule.tuple.percent(),
        if count == 1 { "" } else { "s" },
        schedule.requirements.max_vus,
        GoDuration::from(schedule.requirements.total_duration),
    );
    for scenario in &schedule.scenarios {
        out.push_str(&format!("              * {}: {}\n", scenario.name, scenario.description));
    }
    out.push('\n');
    out
}
