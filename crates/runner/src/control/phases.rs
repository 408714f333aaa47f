//! The phases around the scenarios: initialising VUs, setup, teardown, and the loop that plays the scenarios.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loadwright_js::Stop;
use tokio::sync::mpsc::unbounded_channel;

use super::dispatch::Active;
use super::{Control, End, Handle, PATIENCE};
use crate::coroutine::Knife;
use crate::stage::{Answer, StageJob};
use crate::worker::Order;

impl Control<'_> {
    /// Makes the planned VUs and waits for them.
    pub(super) fn initialize(&mut self) {
        let planned = self.schedule.requirements.planned_vus;
        for _ in 0..planned {
            self.spawn_vu();
        }
        while self.end.is_none() && (self.free.len() as u64) < planned {
            self.listen(Duration::from_secs(1));
        }
    }

    /// Starts making one more VU; it is free when its event arrives.
    pub(super) fn spawn_vu(&mut self) {
        let id = self.vus.len() as u64 + 1;
        let in_test = self.schedule.tuple.global(id - 1) + 1;
        let (jobs, incoming) = unbounded_channel();
        let knife = Arc::new(Knife::default());
        let at = (id as usize - 1) % self.workers.len().max(1);
        if let Some(worker) = self.workers.get(at) {
            let _ = worker.orders.send(Order::Spawn {
                vu: id,
                in_test,
                knife: Arc::clone(&knife),
                jobs: incoming,
            });
        }
        self.vus.push(Handle { jobs, knife });
    }

    pub(super) fn setup(&mut self) {
        let tags = self.options.tags.clone().unwrap_or_default();
        let job = StageJob::Setup { tags, system: self.options.system_tags() };
        match self.stage(job, self.options.setup_timeout().to_std()) {
            None => self.end = Some(End::SetupTimeout),
            Some(Ok(Answer::Setup(data))) => self.setup_data = data.map(Arc::from),
            Some(Ok(_)) => {}
            Some(Err(Stop::Exception(text))) => self.end = Some(End::SetupFailed(text)),
            Some(Err(Stop::Aborted(text))) => self.end = Some(End::Aborted(text)),
            Some(Err(Stop::Interrupted)) => {
                self.end.get_or_insert(End::Signal);
            }
        }
    }

    pub(super) fn teardown(&mut self) -> Option<End> {
        let tags = self.options.tags.clone().unwrap_or_default();
        let job =
            StageJob::Teardown { tags, system: self.options.system_tags(), data: self.setup_data.clone() };
        // a signal that ended the scenarios does not end teardown
        let before = self.end.take();
        let answer = self.stage(job, self.options.teardown_timeout().to_std());
        let during = self.end.take();
        self.end = before.or(during);
        match answer {
            None => Some(End::TeardownTimeout),
            Some(Ok(_) | Err(Stop::Interrupted)) => None,
            Some(Err(Stop::Exception(text))) => Some(End::TeardownFailed(text)),
            Some(Err(Stop::Aborted(text))) => Some(End::Aborted(text)),
        }
    }

    /// Runs one stage on the first worker; `None` when it took too long.
    fn stage(&mut self, job: StageJob, timeout: Duration) -> Option<Result<Answer, Stop>> {
        let knife = Arc::new(Knife::default());
        self.stage_answer = None;
        if let Some(worker) = self.workers.first() {
            let _ = worker.orders.send(Order::Stage { job, knife: Arc::clone(&knife) });
        }
        let deadline = Instant::now() + timeout;
        let mut cut_at: Option<Instant> = None;
        loop {
            if let Some(answer) = self.stage_answer.take() {
                return if cut_at.is_some() && self.end.is_none() { None } else { Some(answer) };
            }
            self.ticks();
            let now = Instant::now();
            match cut_at {
                None if now >= deadline || self.end.is_some() => {
                    knife.cut();
                    cut_at = Some(now);
                }
                Some(at) if now >= at + PATIENCE => return None,
                _ => {}
            }
            let until = if cut_at.is_some() {
                Duration::from_millis(20)
            } else {
                deadline.saturating_duration_since(now)
            };
            self.listen(until.min(self.next_tick()).max(Duration::from_millis(1)));
        }
    }

    /// Plays all scenarios to their end, or until something ends the run.
    pub(super) fn scenarios(&mut self) {
        self.scenarios = self.schedule.scenarios.iter().map(|s| Active::new(s, &self.options)).collect();
        self.origin = Instant::now();
        (self.observer)(&loadwright_metrics::RunEvent::Started);
        loop {
            let now = self.origin.elapsed();
            for index in 0..self.scenarios.len() {
                self.advance(index, now);
            }
            self.ticks();
            if self.end.is_some() || self.scenarios.iter().all(Active::is_done) {
                break;
            }
            let now = self.origin.elapsed();
            let next = self
                .scenarios
                .iter_mut()
                .filter_map(Active::next_time)
                .min()
                .map_or(Duration::from_secs(1), |at| at.saturating_sub(now));
            let patience = next.min(self.next_tick());
            if !patience.is_zero() {
                self.listen(patience);
            } else if let Ok(event) = self.incoming.try_recv() {
                self.handle(event);
            }
        }
        if self.end.is_some() {
            self.stop_everything();
        }
        for index in 0..self.scenarios.len() {
            self.settle(index);
        }
    }

    /// Cuts all running iterations and waits for the VUs.
    fn stop_everything(&mut self) {
        for scenario in &mut self.scenarios {
            scenario.interrupt();
        }
        for index in 0..self.scenarios.len() {
            self.cut_all(index);
        }
        let until = Instant::now() + PATIENCE;
        while self.scenarios.iter().any(|s| s.running() > 0) && Instant::now() < until {
            self.listen(Duration::from_millis(20));
        }
    }
}
