//! What is printed before the run: the banner and the plan.

use loadwright_workload::Schedule;

/// Our name, where k6 prints its own.
pub fn banner() -> String {
    String::new()
}

/// `execution`, `script`, `output` and the list of scenarios.
/// `outputs` are descriptions such as `json (out.json)`; none prints `-`.
pub fn plan(schedule: &Schedule, script: &str, outputs: &[String]) -> String {
    let _ = (schedule, script, outputs);
    String::new()
}
