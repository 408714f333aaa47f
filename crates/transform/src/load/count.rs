use loadwright_scenario::{Evidence, RequestStep, Step, ThinkTime};

/// Milliseconds that a request is believed to take when nothing was observed.
const UNKNOWN_MS: f64 = 200.0;

/// What one iteration of some steps does.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Iteration {
    pub requests: i64,
    /// Milliseconds: observed durations and pauses.
    pub millis: f64,
}

/// Counts the requests of an iteration and how long it takes.
pub(super) fn iteration(steps: &[Step], evidence: &Evidence) -> Iteration {
    let mut out = Iteration::default();
    add(steps, evidence, &mut out);
    out
}

fn add(steps: &[Step], evidence: &Evidence, out: &mut Iteration) {
    for step in steps {
        match step {
            Step::Request(request) => {
                out.requests += 1;
                out.millis += millis(request, evidence);
            }
            Step::Batch(requests) => {
                out.requests += i64::try_from(requests.len()).unwrap_or(i64::MAX);
                out.millis += requests.iter().map(|r| millis(r, evidence)).fold(0.0, f64::max);
            }
            Step::Group(group) => add(&group.steps, evidence, out),
            Step::Pause(pause) => {
                out.millis += match pause.time {
                    ThinkTime::Fixed(ms) => ms as f64,
                    ThinkTime::Range(min, max) => f64::midpoint(min as f64, max as f64),
                }
            }
            Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => {}
        }
    }
}

fn millis(request: &RequestStep, evidence: &Evidence) -> f64 {
    observed(request, evidence).unwrap_or(UNKNOWN_MS)
}

/// How long the request took when it was recorded.
pub(super) fn observed(request: &RequestStep, evidence: &Evidence) -> Option<f64> {
    let exchange = evidence.exchanges.iter().find(|e| e.origin == request.origin)?;
    exchange.timing.map(|t| t.duration_ms).filter(|ms| ms.is_finite() && *ms > 0.0)
}
