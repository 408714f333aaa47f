use loadwright_diagnostic::Origin;
use loadwright_scenario::{
    Body, Pause, RequestStep, Step, Text, ThinkTime, Timing, VarName, for_each_step_mut,
};
use rustc_hash::FxHashMap;

use crate::{Pass, PassContext};

/// When requests were sent, by where they stand in the recording.
type Times<'a> = FxHashMap<&'a Origin, Timing>;

/// Gives a recording its pace: what went out together goes out together, and people pause where they paused.
pub(crate) struct Pace;

/// What becomes of the time between an answer and the next request.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum ThinkTimeMode {
    /// As recorded, but no longer than five seconds.
    #[default]
    Capped,
    /// As recorded, however long.
    Recorded,
    /// Recorded, times a factor.
    Scaled(f64),
    /// Anything between both ends, in milliseconds, wherever there was a pause.
    Range(u64, u64),
    None,
}

/// Shorter gaps are the client's own work.
const SHORTEST_MS: f64 = 500.0;
const CAP_MS: f64 = 5_000.0;
/// Browsers have no more connections to one host.
const MOST_TOGETHER: usize = 10;

impl Pass for Pace {
    fn name(&self) -> &'static str {
        "pace"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.evidence.recorded || cx.options.keep_order {
            return;
        }
        let times: Times<'_> =
            cx.evidence.exchanges.iter().filter_map(|e| Some((&e.origin, e.timing?))).collect();
        if cx.options.batches {
            for scenario in &mut cx.plan.scenarios {
                scenario.steps = together(std::mem::take(&mut scenario.steps), &times);
            }
            for_each_step_mut(cx.plan, &mut |step| {
                if let Step::Group(group) = step {
                    group.steps = together(std::mem::take(&mut group.steps), &times);
                }
            });
        }
        for scenario in &mut cx.plan.scenarios {
            let mut end = None;
            scenario.steps =
                paused(std::mem::take(&mut scenario.steps), &times, &mut end, cx.options.think_time);
        }
    }
}

/// Requests that were sent before the first answer of their neighbours was there become a batch.
fn together(steps: Vec<Step>, times: &Times<'_>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::with_capacity(steps.len());
    let mut open: Vec<Box<RequestStep>> = Vec::new();
    let mut first_end = f64::INFINITY;
    let close = |open: &mut Vec<Box<RequestStep>>, out: &mut Vec<Step>| match open.len() {
        0 => {}
        1 => out.extend(open.drain(..).map(Step::Request)),
        _ => out.push(Step::Batch(open.drain(..).map(|r| *r).collect())),
    };
    for step in steps {
        match step {
            Step::Request(r) => {
                let time = times.get(&r.origin).filter(|t| t.duration_ms > 0.0);
                let fits = time.is_some_and(|t| t.start_ms + 1.0 < first_end)
                    && open.len() < MOST_TOGETHER
                    && is_simple(&r)
                    && open.iter().all(|o| is_simple(o) && !needs(&r, o));
                if !fits {
                    close(&mut open, &mut out);
                    first_end = f64::INFINITY;
                }
                first_end = first_end.min(time.map_or(f64::NEG_INFINITY, |t| t.start_ms + t.duration_ms));
                open.push(r);
            }
            other => {
                close(&mut open, &mut out);
                first_end = f64::INFINITY;
                out.push(other);
            }
        }
    }
    close(&mut open, &mut out);
    out
}

/// Only reading goes out together: what changes something keeps its place.
fn is_simple(step: &RequestStep) -> bool {
    matches!(step.request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
        && matches!(step.request.body, Body::Empty)
        && step.before.is_empty()
        && step.after.is_empty()
        && step.needs.is_empty()
}

fn needs(step: &RequestStep, other: &RequestStep) -> bool {
    let made: Vec<&VarName> = other.extractions.iter().map(|e| &e.into).collect();
    let mut found = false;
    step.for_each_text(&mut |t: &Text| found |= t.vars().any(|v| made.contains(&v)));
    found
}

fn paused(steps: Vec<Step>, times: &Times<'_>, end: &mut Option<f64>, mode: ThinkTimeMode) -> Vec<Step> {
    let mut out = Vec::with_capacity(2 * steps.len());
    for step in steps {
        let starts = start(&step, times);
        if let (Some(before), Some((at, origin))) = (*end, starts)
            && let Some(time) = pause(at - before, mode)
        {
            out.push(Step::Pause(Pause { time, origin: origin.clone() }));
        }
        let starts = starts.map(|(at, _)| at);
        match step {
            Step::Group(mut group) => {
                // the pause before its first step stands before the group
                *end = starts.or(*end);
                group.steps = paused(std::mem::take(&mut group.steps), times, end, mode);
                out.push(Step::Group(group));
            }
            step => {
                for_each_in(&step, &mut |r| {
                    if let Some(t) = times.get(&r.origin) {
                        let done = t.start_ms + t.duration_ms;
                        *end = Some(end.map_or(done, |e| e.max(done)));
                    }
                });
                out.push(step);
            }
        }
    }
    out
}

fn for_each_in<'a>(step: &'a Step, f: &mut dyn FnMut(&'a RequestStep)) {
    match step {
        Step::Request(r) => f(r),
        Step::Batch(list) => list.iter().for_each(f),
        Step::Group(g) => g.steps.iter().for_each(|s| for_each_in(s, f)),
        Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => {}
    }
}

/// When the first request of the step was sent, as far as the recording says.
fn start<'a>(step: &'a Step, times: &Times<'_>) -> Option<(f64, &'a Origin)> {
    let mut first = None;
    for_each_in(step, &mut |r| {
        if first.is_none() {
            first = times.get(&r.origin).map(|t| (t.start_ms, &r.origin));
        }
    });
    first
}

fn pause(gap: f64, mode: ThinkTimeMode) -> Option<ThinkTime> {
    if gap < SHORTEST_MS || !gap.is_finite() {
        return None;
    }
    let tenths = |ms: f64| ((ms / 100.0).round() * 100.0) as u64;
    let ms = match mode {
        ThinkTimeMode::None => return None,
        ThinkTimeMode::Range(min, max) => return Some(ThinkTime::Range(min, max)),
        ThinkTimeMode::Capped => tenths(gap.min(CAP_MS)),
        ThinkTimeMode::Recorded => tenths(gap),
        ThinkTimeMode::Scaled(by) => tenths(gap * by),
    };
    (ms > 0).then_some(ThinkTime::Fixed(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_recorded_scaled_cut_or_a_range() {
        assert_eq!(pause(400.0, ThinkTimeMode::Recorded), None);
        assert_eq!(pause(61_234.0, ThinkTimeMode::Recorded), Some(ThinkTime::Fixed(61_200)));
        assert_eq!(pause(61_234.0, ThinkTimeMode::Capped), Some(ThinkTime::Fixed(5_000)));
        assert_eq!(pause(3_000.0, ThinkTimeMode::Scaled(0.5)), Some(ThinkTime::Fixed(1_500)));
        assert_eq!(pause(3_000.0, ThinkTimeMode::Range(1_000, 3_000)), Some(ThinkTime::Range(1_000, 3_000)));
        assert_eq!(pause(3_000.0, ThinkTimeMode::None), None);
    }
}
