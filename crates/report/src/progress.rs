//! Progress while the run goes on: a block a second, or bars that redraw on a terminal.

use std::time::Duration;

use loadwright_metrics::{RunProgress, RunState, ScenarioCounters, ScenarioState};
use loadwright_workload::{Executor, Quota, Schedule, ScheduledScenario};

use crate::style::{pad, width};

/// Where progress goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressStyle {
    /// Plain blocks, one a second.
    Lines,
    /// Redrawn in place; the width of the terminal in columns.
    Terminal { width: usize, color: bool },
}

/// Draws the status line and one bar per scenario.
#[derive(Debug)]
pub struct Progress {
    style: ProgressStyle,
    schedule: Schedule,
    /// Lines on the terminal that the next drawing replaces.
    drawn: usize,
}

/// One scenario's line, in columns.
struct Bar {
    name: String,
    mark: char,
    fraction: f64,
    left: String,
    right: Vec<String>,
}

impl Progress {
    pub fn new(schedule: &Schedule, style: ProgressStyle) -> Self {
        Self { style, schedule: schedule.clone(), drawn: 0 }
    }

    /// The text to write to standard output for this state of the run.
    pub fn render(&mut self, progress: &RunProgress) -> String {
        let mut lines = vec![self.status(progress)];
        lines.extend(self.bars(progress));
        match self.style {
            ProgressStyle::Lines => format!("\n{}\n", lines.join("\n")),
            ProgressStyle::Terminal { width: columns, color: _ } => {
                let mut out = self.clear();
                out.push('\n');
                for line in &lines {
                    let cut: String = line.chars().take(columns).collect();
                    out.push_str(&format!("{cut}\x1b[K\n"));
                }
                self.drawn = lines.len() + 1;
                out
            }
        }
    }

    /// What must be written before other text may go to the same terminal (clears the bars).
    pub fn clear(&mut self) -> String {
        let drawn = std::mem::take(&mut self.drawn);
        if drawn == 0 { String::new() } else { format!("\x1b[{drawn}A\x1b[J") }
    }

    fn status(&self, p: &RunProgress) -> String {
        let word = match p.state {
            RunState::Init => "init",
            RunState::Setup => "setup",
            RunState::Running => "running",
            RunState::Teardown => "teardown",
        };
        let digits = p.initialized_vus.to_string().len();
        format!(
            "{word} ({}), {:0digits$}/{} VUs, {} complete and {} interrupted iterations",
            fixed(p.elapsed, self.schedule.requirements.total_duration),
            p.active_vus,
            p.initialized_vus,
            p.complete,
            p.interrupted,
        )
    }

    fn bars(&self, p: &RunProgress) -> Vec<String> {
        let bars: Vec<Bar> = self
            .schedule
            .scenarios
            .iter()
            .zip(&p.scenarios)
            .map(|(scenario, counters)| bar(scenario, counters, p.elapsed))
            .collect();
        let names = bars.iter().map(|b| width(&b.name)).max().unwrap_or(0).max(4);
        let lefts = bars.iter().map(|b| width(&b.left)).max().unwrap_or(0);
        let firsts = bars.iter().filter_map(|b| b.right.first()).map(|t| width(t)).max().unwrap_or(0);
        bars.iter()
            .map(|b| {
                let percent = (b.fraction * 100.0).floor();
                let meter = match self.style {
                    ProgressStyle::Lines => format!("{percent:>4}% "),
                    ProgressStyle::Terminal { .. } => meter(b.fraction, b.mark),
                };
                let mut line = format!(
                    "{} {} [{meter}] {}",
                    pad(&b.name, &b.name, names),
                    b.mark,
                    pad(&b.left, &b.left, lefts)
                );
                if let Some(first) = b.right.first() {
                    line.push_str(&format!("  {}", pad(first, first, firsts)));
                }
                match b.right.get(1) {
                    Some(second) => line.push_str(&format!("  {second}")),
                    None => line.push(' '),
                }
                line
            })
            .collect()
    }
}

fn bar(scenario: &ScheduledScenario, c: &ScenarioCounters, elapsed: Duration) -> Bar {
    let plan = &scenario.plan;
    let total = plan.regular_end;
    let spent = c.elapsed.min(total);
    let ended = matches!(c.state, ScenarioState::Done | ScenarioState::Interrupted);
    let mark = match c.state {
        ScenarioState::Waiting => '•',
        ScenarioState::Running => ' ',
        ScenarioState::Stopping => '↓',
        ScenarioState::Done => '✓',
        ScenarioState::Interrupted => '✗',
    };
    let quota = match plan.quota {
        Quota::Unlimited => None,
        Quota::Shared(n) => Some(n),
        Quota::PerVu(n) => Some(n * plan.planned_vus),
    };
    let by_time = if total.is_zero() { 1.0 } else { spent.as_secs_f64() / total.as_secs_f64() };
    let fraction = match (c.state, quota) {
        (ScenarioState::Done, _) => 1.0,
        (ScenarioState::Waiting, _) => 0.0,
        (_, Some(0)) => 1.0,
        (_, Some(n)) => (c.complete as f64 / n as f64).min(1.0),
        (_, None) => by_time,
    };
    if c.state == ScenarioState::Waiting {
        let start = scenario.workload.start_time().to_std();
        let right = vec![fixed(start.saturating_sub(elapsed), start)];
        return Bar { name: scenario.name.clone(), mark, fraction, left: "waiting".to_owned(), right };
    }
    let whole = loadwright_workload::GoDuration::from(total);
    let clock =
        if ended && quota.is_none() { whole.to_string() } else { format!("{}/{whole}", fixed(spent, total)) };
    let (left, right) = match &scenario.workload.executor {
        Executor::SharedIterations(_) => {
            let n = quota.unwrap_or(0);
            let digits = n.to_string().len();
            (
                format!("{} VUs", plan.planned_vus),
                vec![clock, format!("{:0digits$}/{n} shared iters", c.complete)],
            )
        }
        Executor::PerVuIterations(e) => {
            let n = quota.unwrap_or(0);
            let digits = n.to_string().len();
            let each = e.iterations.unwrap_or(1);
            (
                format!("{} VUs", plan.planned_vus),
                vec![clock, format!("{:0digits$}/{n} iters, {each} per VU", c.complete)],
            )
        }
        Executor::ConstantVus(_) => (format!("{} VUs", plan.planned_vus), vec![clock]),
        Executor::RampingVus(_) => {
            let digits = plan.max_vus.to_string().len();
            let clock = if ended {
                whole.to_string()
            } else {
                format!("{}/{}", fixed(spent, total), fixed(total, total))
            };
            (format!("{:0digits$}/{} VUs", c.active_vus, plan.max_vus), vec![clock])
        }
        Executor::ConstantArrivalRate(_) | Executor::RampingArrivalRate(_) => {
            let digits = plan.max_vus.to_string().len();
            let held = c.held_vus.max(plan.planned_vus);
            let rate = rate_at(scenario, spent);
            (format!("{:0digits$}/{held:0digits$} VUs", c.active_vus), vec![clock, rate])
        }
    };
    Bar { name: scenario.name.clone(), mark, fraction, left, right }
}

/// The rate that an arrival-rate scenario has now, padded to the width of its highest.
fn rate_at(scenario: &ScheduledScenario, spent: Duration) -> String {
    let per_second = |rate: i64, unit: Option<loadwright_workload::GoDuration>| {
        rate as f64 / unit.map_or(1.0, |u| u.as_secs_f64())
    };
    match &scenario.workload.executor {
        Executor::ConstantArrivalRate(e) => {
            format!("{:.2} iters/s", per_second(e.rate.unwrap_or(0), e.time_unit))
        }
        Executor::RampingArrivalRate(e) => {
            let mut from = per_second(e.start_rate.unwrap_or(0), e.time_unit);
            let mut highest = from;
            let mut now = None;
            let mut before = 0.0;
            let at = spent.as_secs_f64();
            for stage in &e.stages {
                let to = per_second(stage.target.unwrap_or(0), e.time_unit);
                let length = stage.duration.unwrap_or_default().as_secs_f64();
                if now.is_none() && at < before + length {
                    now = Some(from + (to - from) * (at - before) / length);
                }
                before += length;
                highest = highest.max(to);
                from = to;
            }
            let columns = format!("{highest:.2}").len();
            format!("{:0columns$.2} iters/s", now.unwrap_or(from))
        }
        _ => String::new(),
    }
}

/// A duration with one decimal, with as many leading units and digits as the longest one has.
fn fixed(d: Duration, longest: Duration) -> String {
    let tenths = (d.as_millis() / 100) as u64;
    let max = longest.as_secs();
    let (seconds, tenth) = (tenths / 10, tenths % 10);
    let digits = |n: u64| n.to_string().len();
    if max < 60 {
        let w = digits(max);
        return format!("{seconds:0w$}.{tenth}s");
    }
    if max < 3600 {
        let w = digits(max / 60);
        return format!("{:0w$}m{:02}.{tenth}s", seconds / 60, seconds % 60);
    }
    let w = digits(max / 3600);
    format!("{:0w$}h{:02}m{:02}.{tenth}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `====>---` or `  37% `, as much as fits a terminal's column.
fn meter(fraction: f64, mark: char) -> String {
    const WIDTH: usize = 38;
    let full = ((WIDTH as f64) * fraction).floor() as usize;
    let mut out = "=".repeat(full.min(WIDTH));
    if full < WIDTH {
        if full > 0 && mark != '•' {
            out.push('>');
        }
        let missing = WIDTH.saturating_sub(width(&out));
        out.push_str(&"-".repeat(missing));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use loadwright_workload::{ConstantVus, GoDuration, Options, Workload};
    use std::collections::BTreeMap;

    #[test]
    fn durations_have_the_width_of_the_longest() {
        let s = Duration::from_secs_f64;
        assert_eq!(fixed(s(1.0), s(630.0)), "00m01.0s");
        assert_eq!(fixed(s(1.0), s(1.0)), "1.0s");
        assert_eq!(fixed(s(4.35), s(10.0)), "04.3s");
        assert_eq!(fixed(s(3.2), s(60.0)), "0m03.2s");
    }

    #[test]
    fn a_block_has_a_status_and_a_bar() {
        let executor =
            Executor::ConstantVus(ConstantVus { vus: Some(2), duration: Some(GoDuration::from_secs(1)) });
        let options = Options {
            scenarios: Some(BTreeMap::from([("a".to_owned(), Workload::from(executor))])),
            ..Options::default()
        };
        let schedule = Schedule::new(&options).unwrap();
        let mut progress = Progress::new(&schedule, ProgressStyle::Lines);
        let state = RunProgress {
            elapsed: Duration::from_millis(995),
            active_vus: 2,
            initialized_vus: 14,
            complete: 29,
            scenarios: vec![ScenarioCounters {
                state: ScenarioState::Running,
                elapsed: Duration::from_millis(995),
                active_vus: 2,
                ..ScenarioCounters::default()
            }],
            ..RunProgress::default()
        };
        let text = progress.render(&state);
        assert_eq!(
            text,
            "\nrunning (00.9s), 02/14 VUs, 29 complete and 0 interrupted iterations\na      [  99% ] 2 VUs  0.9s/1s \n"
        );
    }
}
