//! Playing one scenario: commands in time to jobs for VUs.

use std::collections::{BTreeMap, VecDeque};
use std::iter::Peekable;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use loadwright_js::Level;
use loadwright_metrics::{RunProgress, ScenarioCounters, ScenarioState, Tags, builtin};
use loadwright_workload::{Action, Commands, Options, ScheduledScenario};

use super::{Control, PATIENCE};
use crate::scenario::ScenarioRun;
use crate::vu::{Job, JobKind, LoopFlag};

/// A scenario and the VUs that it holds.
pub struct Active {
    run: Arc<ScenarioRun>,
    tags: Tags,
    commands: Peekable<Commands>,
    start: Duration,
    regular_end: Duration,
    hard_end: Duration,
    planned: u64,
    max: u64,
    state: ScenarioState,
    /// Looping executors: what each of the plan's VUs does.
    slots: BTreeMap<u64, Slot>,
    /// Plan VUs that wait for a free VU of the pool.
    waiting: VecDeque<u64>,
    /// Arrival rates: VUs that wait for an iteration, and those that run one.
    idle: VecDeque<u64>,
    busy: BTreeMap<u64, u64>,
    initializing: bool,
    warned: bool,
    cut: bool,
    /// When it ended, on its own clock.
    settled: Option<Duration>,
}

struct Slot {
    vu: u64,
    job: u64,
    flag: Arc<LoopFlag>,
}

impl Active {
    pub fn new(scheduled: &ScheduledScenario, options: &Options) -> Self {
        let run = Arc::new(ScenarioRun::new(scheduled, options));
        let tags = run.sample_tags(options);
        Self {
            run,
            tags,
            commands: scheduled.plan.commands().peekable(),
            start: scheduled.workload.start_time().to_std(),
            regular_end: scheduled.plan.regular_end,
            hard_end: scheduled.plan.hard_end,
            planned: scheduled.plan.planned_vus,
            max: scheduled.plan.max_vus,
            state: ScenarioState::Waiting,
            slots: BTreeMap::new(),
            waiting: VecDeque::new(),
            idle: VecDeque::new(),
            busy: BTreeMap::new(),
            initializing: false,
            warned: false,
            cut: false,
            settled: None,
        }
    }

    pub fn is_done(&self) -> bool {
        matches!(self.state, ScenarioState::Done | ScenarioState::Interrupted)
    }

    /// How late its iterations started.
    pub fn lags(&self) -> Option<hdrhistogram::Histogram<u64>> {
        self.run.lags()
    }

    /// VUs that run something.
    pub fn running(&self) -> usize {
        self.slots.len() + self.busy.len()
    }

    /// No more commands; what runs is cut by the caller.
    pub fn interrupt(&mut self) {
        if !self.is_done() {
            self.state = ScenarioState::Interrupted;
        }
    }

    fn arrives(&self) -> bool {
        self.run.kind.ends_with("arrival-rate")
    }

    /// When something has to be done next, on the clock of all scenarios.
    pub fn next_time(&mut self) -> Option<Duration> {
        match self.state {
            ScenarioState::Waiting => Some(self.start),
            ScenarioState::Done | ScenarioState::Interrupted => None,
            ScenarioState::Running | ScenarioState::Stopping => {
                let now = self.run.elapsed();
                let mut next = if self.cut { self.hard_end + PATIENCE } else { self.hard_end };
                if now < self.regular_end {
                    next = next.min(self.regular_end);
                    if let Some(command) = self.commands.peek() {
                        next = next.min(command.at);
                    }
                }
                Some(self.start + next)
            }
        }
    }
}

impl Control<'_> {
    /// Does what is due in one scenario at `now`.
    pub(super) fn advance(&mut self, index: usize, now: Duration) {
        let Some(scenario) = self.scenarios.get_mut(index) else { return };
        if scenario.is_done() || now < scenario.start {
            return;
        }
        if scenario.state == ScenarioState::Waiting {
            scenario.state = ScenarioState::Running;
            scenario.run.begin();
            if scenario.arrives() {
                let planned = scenario.planned;
                for _ in 0..planned {
                    if let (Some(vu), Some(s)) = (self.free.pop_first(), self.scenarios.get_mut(index)) {
                        s.idle.push_back(vu);
                    }
                }
            }
        }
        loop {
            let Some(scenario) = self.scenarios.get_mut(index) else { return };
            let elapsed = scenario.run.elapsed();
            let Some(command) = scenario.commands.next_if(|c| c.at <= elapsed) else { break };
            match command.action {
                Action::StartVu(slot) => self.start_loop(index, slot),
                Action::StopVu(slot) => {
                    scenario.waiting.retain(|s| *s != slot);
                    if let Some(slot) = scenario.slots.get(&slot) {
                        slot.flag.stop();
                    }
                }
                Action::CutVu(slot) => {
                    if let Some(slot) = scenario.slots.get(&slot).filter(|s| !s.flag.is_done())
                        && let Some(handle) = self.vus.get(slot.vu as usize - 1)
                    {
                        handle.knife.cut();
                    }
                }
                Action::StartIteration { index: number } => {
                    let late = elapsed.saturating_sub(command.at);
                    let due = Instant::now().checked_sub(late);
                    self.start_iteration(index, number, due);
                }
            }
        }
        self.check_end(index);
    }

    fn check_end(&mut self, index: usize) {
        let Some(scenario) = self.scenarios.get_mut(index) else { return };
        let elapsed = scenario.run.elapsed();
        let past_end = elapsed >= scenario.regular_end;
        if past_end && scenario.state == ScenarioState::Running {
            scenario.state = ScenarioState::Stopping;
            scenario.waiting.clear();
        }
        let commands_left = scenario.commands.peek().is_some() && !past_end;
        if scenario.running() == 0
            && !commands_left
            && scenario.waiting.is_empty()
            && (past_end || !scenario.arrives())
        {
            self.settle(index);
            return;
        }
        if elapsed >= scenario.hard_end {
            if !scenario.cut {
                scenario.cut = true;
                self.cut_all(index);
            } else if elapsed >= scenario.hard_end + PATIENCE {
                // VUs that cannot be stopped are left behind
                scenario.slots.clear();
                scenario.busy.clear();
                self.settle(index);
            }
        }
    }

    /// Cuts every running iteration of a scenario.
    pub(super) fn cut_all(&mut self, index: usize) {
        let Some(scenario) = self.scenarios.get(index) else { return };
        for slot in scenario.slots.values() {
            slot.flag.stop();
        }
        let running = scenario.slots.values().map(|s| s.vu).chain(scenario.busy.keys().copied());
        for vu in running {
            if let Some(handle) = self.vus.get(vu as usize - 1) {
                handle.knife.cut();
            }
        }
    }

    /// Gives the VUs back and counts what was never started.
    pub(super) fn settle(&mut self, index: usize) {
        let Some(scenario) = self.scenarios.get_mut(index) else { return };
        if scenario.settled.is_some() {
            return;
        }
        scenario.settled = Some(scenario.run.elapsed());
        self.free.extend(scenario.idle.drain(..));
        if scenario.state != ScenarioState::Interrupted {
            scenario.state = ScenarioState::Done;
        }
        let started = scenario.run.started.load(Ordering::Relaxed);
        if let Some(dropped) = scenario.run.total.map(|t| t.saturating_sub(started)).filter(|n| *n > 0) {
            self.recorder.add(
                builtin::DROPPED_ITERATIONS,
                dropped as f64,
                &scenario.tags,
                SystemTime::now(),
                None,
            );
        }
    }

    fn start_loop(&mut self, index: usize, slot: u64) {
        let Some(scenario) = self.scenarios.get_mut(index) else { return };
        if let Some(running) = scenario.slots.get(&slot)
            && running.flag.go_on()
        {
            return;
        }
        let Some(vu) = self.free.pop_first() else {
            scenario.waiting.push_back(slot);
            return;
        };
        self.next_job += 1;
        let flag = Arc::new(LoopFlag::default());
        scenario.slots.insert(slot, Slot { vu, job: self.next_job, flag: Arc::clone(&flag) });
        let job = Job {
            number: self.next_job,
            scenario: Arc::clone(&scenario.run),
            kind: JobKind::Loop(flag),
            setup_data: self.setup_data.clone(),
        };
        self.give(vu, job);
    }

    fn start_iteration(&mut self, index: usize, number: u64, due: Option<Instant>) {
        if self.scenarios.get(index).is_some_and(|s| s.idle.is_empty()) {
            // a VU may have come back while the control thread was busy
            while let Ok(event) = self.incoming.try_recv() {
                self.handle(event);
            }
        }
        let Some(scenario) = self.scenarios.get_mut(index) else { return };
        let Some(vu) = scenario.idle.pop_front() else {
            self.dropped += 1;
            self.recorder.add(builtin::DROPPED_ITERATIONS, 1.0, &scenario.tags, SystemTime::now(), None);
            let held = scenario.busy.len() as u64;
            if held < scenario.max {
                if !scenario.initializing {
                    scenario.initializing = true;
                    // one of the pool that no scenario holds, or a new one
                    match self.free.pop_first() {
                        Some(vu) => {
                            scenario.initializing = false;
                            scenario.idle.push_back(vu);
                        }
                        None => self.spawn_vu(),
                    }
                }
            } else if !scenario.warned {
                scenario.warned = true;
                let text = format!(
                    "Insufficient VUs, reached {} active VUs and cannot initialize more",
                    scenario.max
                );
                let fields = [("executor", scenario.run.kind), ("scenario", &*scenario.run.name)];
                self.kit.common.log.write(Level::Warning, &text, &fields);
            }
            return;
        };
        self.next_job += 1;
        scenario.busy.insert(vu, self.next_job);
        let job = Job {
            number: self.next_job,
            scenario: Arc::clone(&scenario.run),
            kind: JobKind::Once { in_test: number, due },
            setup_data: self.setup_data.clone(),
        };
        self.give(vu, job);
    }

    fn give(&mut self, vu: u64, job: Job) {
        if let Some(handle) = self.vus.get(vu as usize - 1) {
            handle.knife.lift();
            let _ = handle.jobs.send(Box::new(job));
        }
    }

    /// A new VU is ready: for the scenario that asked for one more, or for the pool.
    pub(super) fn initialized(&mut self, vu: u64) {
        if let Some(scenario) = self.scenarios.iter_mut().find(|s| s.initializing && !s.is_done()) {
            scenario.initializing = false;
            scenario.idle.push_back(vu);
            return;
        }
        self.free.insert(vu);
        self.serve_waiting();
    }

    /// A VU has finished a job.
    pub(super) fn returned(&mut self, vu: u64, job: u64) {
        let mut back = false;
        for scenario in &mut self.scenarios {
            if scenario.busy.get(&vu) == Some(&job) {
                scenario.busy.remove(&vu);
                if scenario.settled.is_some() {
                    back = true;
                } else {
                    scenario.idle.push_back(vu);
                }
            }
            if let Some(slot) =
                scenario.slots.iter().find(|(_, s)| s.vu == vu && s.job == job).map(|(k, _)| *k)
            {
                scenario.slots.remove(&slot);
                back = true;
            }
        }
        if back || self.holder(vu).is_none() {
            self.free.insert(vu);
            self.serve_waiting();
        }
    }

    fn holder(&self, vu: u64) -> Option<usize> {
        self.scenarios.iter().position(|s| {
            s.busy.contains_key(&vu) || s.idle.contains(&vu) || s.slots.values().any(|slot| slot.vu == vu)
        })
    }

    fn serve_waiting(&mut self) {
        for index in 0..self.scenarios.len() {
            while !self.free.is_empty() {
                let Some(slot) = self.scenarios.get_mut(index).and_then(|s| s.waiting.pop_front()) else {
                    break;
                };
                self.start_loop(index, slot);
            }
        }
    }

    /// The numbers for progress displays.
    pub(super) fn progress(&self) -> RunProgress {
        let common = &self.kit.common;
        RunProgress {
            elapsed: self.started.elapsed(),
            state: self.state,
            active_vus: common.active_vus.load(Ordering::Relaxed),
            initialized_vus: common.initialized_vus.load(Ordering::Relaxed),
            complete: common.complete.load(Ordering::Relaxed),
            interrupted: common.interrupted.load(Ordering::Relaxed),
            scenarios: self
                .scenarios
                .iter()
                .map(|s| ScenarioCounters {
                    state: s.state,
                    elapsed: s.settled.unwrap_or_else(|| s.run.elapsed()),
                    active_vus: s.run.active.load(Ordering::Relaxed),
                    held_vus: (s.idle.len() + s.running()) as u64,
                    started: s.run.started.load(Ordering::Relaxed),
                    complete: s.run.complete.load(Ordering::Relaxed),
                })
                .collect(),
        }
    }
}
