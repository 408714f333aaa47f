//! The control thread: lifecycle, the one loop that plays every executor's plan, ticks, and the end of a run.

mod dispatch;
mod phases;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use loadwright_js::{Level, Program, Shared};
use loadwright_metrics::{Engine, Health, Recorder, RunEvent, RunProgress, RunState, Summary, Tags, builtin};
use loadwright_transport::Network;
use loadwright_workload::{Options, Schedule};
use tokio::sync::mpsc::UnboundedSender;

use crate::coroutine::Knife;
use crate::host::{Common, Log};
use crate::pace::Pace;
use crate::vu::Job;
use crate::worker::{Event, Kit, Order, Worker};
use dispatch::Active;

/// Everything a run needs; options are consolidated.
pub struct Run {
    pub program: Arc<Program>,
    pub shared: Arc<Shared>,
    pub has_setup: bool,
    pub has_teardown: bool,
    pub options: Options,
    pub schedule: Schedule,
    pub network: Arc<Network>,
    pub log: Arc<dyn Log>,
    pub engine: Engine,
    /// Worker threads; each drives its share of the VUs.
    pub workers: usize,
    /// Bytes of heap one VU may use, 0 = no limit.
    pub memory: usize,
    /// How often the observer gets progress.
    pub progress_every: Duration,
    /// How often workers hand over what they recorded.
    pub tick: Duration,
    /// Called for the second signal; it ends the process.
    pub second_signal: Box<dyn Fn() + Send>,
}

/// Gets every run event on the control thread.
pub type Observer<'a> = dyn FnMut(&RunEvent<'_>) + 'a;

/// How the run came to its end.
#[derive(Debug, Clone)]
pub enum End {
    Completed,
    /// `exec.test.abort()`.
    Aborted(String),
    /// The first SIGINT or SIGTERM.
    Signal,
    /// Metrics whose thresholds stopped the run.
    Thresholds(Vec<String>),
    InitFailed(String),
    SetupFailed(String),
    SetupTimeout,
    TeardownFailed(String),
    TeardownTimeout,
}

/// What a run leaves behind.
pub struct Outcome {
    pub end: End,
    /// A teardown problem after another end.
    pub teardown: Option<End>,
    pub summary: Summary,
    /// What setup returned, as JSON.
    pub setup_data: Option<String>,
    /// Messages of `exec.test.fail()`.
    pub marked_failed: Vec<String>,
    pub progress: RunProgress,
}

/// How long VUs that do not stop are waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often thresholds are evaluated.
const EVALUATE: Duration = Duration::from_secs(2);

struct Handle {
    jobs: UnboundedSender<Box<Job>>,
    knife: Arc<Knife>,
}

struct Control<'a> {
    options: Options,
    schedule: Schedule,
    kit: Kit,
    engine: Engine,
    recorder: Recorder,
    workers: Vec<Worker>,
    vus: Vec<Handle>,
    free: BTreeSet<u64>,
    scenarios: Vec<Active>,
    incoming: Receiver<Event>,
    observer: &'a mut Observer<'a>,
    setup_data: Option<Arc<str>>,
    next_job: u64,
    started: Instant,
    /// When the scenarios' clock began.
    origin: Instant,
    state: RunState,
    end: Option<End>,
    marked_failed: Vec<String>,
    flushed: usize,
    dropped: u64,
    run_tags: Tags,
    progress_every: Duration,
    next_progress: Duration,
    next_gauge: Duration,
    next_evaluation: Duration,
    stage_answer: Option<Result<crate::stage::Answer, loadwright_js::Stop>>,
}

impl Common {
    pub fn new(log: Arc<dyn Log>, network: Arc<Network>, pace: Option<Pace>) -> Self {
        Self {
            log,
            network,
            pace,
            origin: Instant::now(),
            started: std::sync::OnceLock::new(),
            active_vus: 0.into(),
            initialized_vus: 0.into(),
            complete: 0.into(),
            interrupted: 0.into(),
        }
    }
}

/// Runs the whole test on the calling thread and its workers.
pub fn run<'a>(run: Run, observer: &'a mut Observer<'a>) -> Outcome {
    if let Some(files) = crate::limits::raise_open_files() {
        let wanted = run.schedule.requirements.max_vus + 64;
        if wanted > files {
            let text = format!(
                "{} VUs may need {wanted} open files, but the system allows {files}: raise the limit (ulimit -n) or expect failing connections",
                run.schedule.requirements.max_vus
            );
            run.log.write(Level::Warning, &text, &[]);
        }
    }
    let (events, incoming) = channel();
    let common =
        Arc::new(Common::new(Arc::clone(&run.log), Arc::clone(&run.network), Pace::new(run.options.rps)));
    let kit = Kit {
        program: Arc::clone(&run.program),
        shared: Arc::clone(&run.shared),
        common,
        events: events.clone(),
        memory: run.memory,
        tick: run.tick,
    };
    crate::signal::watch(events.clone(), run.second_signal);
    let recorder = run.engine.recorder();
    let run_tags = Tags::new(run.options.tags.iter().flatten().map(|(k, v)| (k.as_str(), v.as_str())));
    let control = Control {
        kit,
        engine: run.engine,
        recorder,
        workers: Vec::new(),
        vus: Vec::new(),
        free: BTreeSet::new(),
        scenarios: Vec::new(),
        incoming,
        observer,
        setup_data: None,
        next_job: 0,
        started: Instant::now(),
        origin: Instant::now(),
        state: RunState::Init,
        end: None,
        marked_failed: Vec::new(),
        flushed: 0,
        dropped: 0,
        run_tags,
        progress_every: run.progress_every,
        next_progress: run.progress_every,
        next_gauge: Duration::from_secs(1),
        next_evaluation: EVALUATE,
        stage_answer: None,
        options: run.options,
        schedule: run.schedule,
    };
    control.play(run.workers, run.has_setup, run.has_teardown, events)
}

impl Control<'_> {
    fn play(mut self, workers: usize, has_setup: bool, has_teardown: bool, events: Sender<Event>) -> Outcome {
        drop(events);
        self.start_workers(workers);
        self.initialize();
        self.started = Instant::now();
        let cpu = crate::health::cpu_time();
        let _ = self.kit.common.started.set(self.started);
        if self.end.is_none() && has_setup && !self.options.no_setup.unwrap_or(false) {
            self.state = RunState::Setup;
            self.setup();
        }
        // whatever ended the run before the scenarios also keeps teardown from running
        let setup_failed = self.end.is_some();
        let mut teardown = None;
        if !setup_failed {
            if self.end.is_none() {
                self.state = RunState::Running;
                self.scenarios();
            }
            if has_teardown && !self.options.no_teardown.unwrap_or(false) {
                self.state = RunState::Teardown;
                teardown = self.teardown();
            }
        }
        let duration = self.started.elapsed();
        self.flush();
        let health = self.health(cpu, duration);
        for warning in &health.warnings {
            self.kit.common.log.write(Level::Warning, warning, &[]);
        }
        let summary = self.engine.summary(duration, health);
        (self.observer)(&RunEvent::Finished(&summary));
        let progress = self.progress();
        let end = match (self.end.take(), &teardown) {
            (Some(end), _) => end,
            (None, Some(failed)) => failed.clone(),
            (None, None) => End::Completed,
        };
        let outcome = Outcome {
            end,
            teardown,
            summary,
            setup_data: self.setup_data.as_deref().map(str::to_owned),
            marked_failed: std::mem::take(&mut self.marked_failed),
            progress,
        };
        self.dismiss();
        outcome
    }

    fn health(&self, cpu: Duration, duration: Duration) -> Health {
        let lags = self.scenarios.iter().filter_map(|s| s.lags()).reduce(|mut all, lags| {
            // all have the same bounds, so nothing can be out of them
            let _ = all.add(lags);
            all
        });
        crate::health::examine(lags.as_ref(), self.dropped, cpu, duration, self.workers.len())
    }

    fn start_workers(&mut self, workers: usize) {
        for index in 0..workers.max(1) {
            match Worker::start(index, self.kit.clone(), self.engine.recorder()) {
                Ok(worker) => self.workers.push(worker),
                Err(e) => self.end = Some(End::InitFailed(format!("cannot start a worker thread: {e}"))),
            }
        }
    }

    /// Takes note of one event.
    fn handle(&mut self, event: Event) {
        match event {
            Event::Initialized(vu) => self.initialized(vu),
            Event::InitFailed(text) => {
                self.end.get_or_insert(End::InitFailed(text));
            }
            Event::Returned { vu, job } => self.returned(vu, job),
            Event::Stage(answer) => self.stage_answer = Some(answer),
            Event::Delta(delta) => {
                let samples = self.engine.absorb(delta);
                for definition in self.engine.new_metrics() {
                    (self.observer)(&RunEvent::Metric(&definition));
                }
                if !samples.is_empty() {
                    (self.observer)(&RunEvent::Samples(&samples));
                }
            }
            Event::Flushed => self.flushed += 1,
            Event::Aborted(text) => {
                self.end.get_or_insert(End::Aborted(text));
            }
            Event::MarkedFailed(text) => {
                let line = if text.is_empty() {
                    "test marked as failed".to_owned()
                } else {
                    format!("test marked as failed: {text}")
                };
                self.kit.common.log.write(Level::Error, &line, &[]);
                self.marked_failed.push(text);
            }
            Event::Signal => {
                if self.end.is_none() {
                    self.end = Some(End::Signal);
                }
            }
        }
    }

    /// Waits for the next event, at most for `patience`, and takes note of it and of all that are there already.
    fn listen(&mut self, patience: Duration) {
        if let Ok(event) = self.incoming.recv_timeout(patience) {
            self.handle(event);
            while let Ok(event) = self.incoming.try_recv() {
                self.handle(event);
            }
        }
    }

    /// What is done by the clock: gauges, thresholds, progress.
    fn ticks(&mut self) {
        let elapsed = self.started.elapsed();
        if elapsed >= self.next_gauge {
            self.next_gauge = elapsed + Duration::from_secs(1);
            self.gauges();
        }
        if elapsed >= self.next_evaluation {
            self.next_evaluation += EVALUATE;
            let found = self.engine.evaluate(elapsed);
            if found.abort {
                self.end.get_or_insert(End::Thresholds(found.crossed));
            }
        }
        if elapsed >= self.next_progress {
            self.next_progress = elapsed + self.progress_every;
            let progress = self.progress();
            (self.observer)(&RunEvent::Progress(&progress));
        }
    }

    fn gauges(&mut self) {
        use std::sync::atomic::Ordering;
        let (active, initialized) = (
            self.kit.common.active_vus.load(Ordering::Relaxed),
            self.kit.common.initialized_vus.load(Ordering::Relaxed),
        );
        let now = SystemTime::now();
        self.recorder.add(builtin::VUS, active as f64, &self.run_tags, now, None);
        self.recorder.add(builtin::VUS_MAX, initialized as f64, &self.run_tags, now, None);
        let delta = self.recorder.take();
        self.handle(Event::Delta(delta));
    }

    fn next_tick(&self) -> Duration {
        self.next_gauge
            .min(self.next_evaluation)
            .min(self.next_progress)
            .saturating_sub(self.started.elapsed())
    }

    /// Gets everything that was recorded from all workers.
    fn flush(&mut self) {
        let delta = self.recorder.take();
        self.handle(Event::Delta(delta));
        self.flushed = 0;
        let asked = self.workers.iter().filter(|w| w.orders.send(Order::Flush).is_ok()).count();
        let until = Instant::now() + Duration::from_secs(1);
        while self.flushed < asked && Instant::now() < until {
            self.listen(until.saturating_duration_since(Instant::now()));
        }
    }

    /// Lets all VUs and workers go; threads that do not end are left behind.
    fn dismiss(mut self) {
        self.vus.clear();
        let mut threads = Vec::new();
        for mut worker in self.workers.drain(..) {
            threads.extend(worker.thread.take());
        }
        let until = Instant::now() + Duration::from_millis(500);
        for thread in threads {
            while !thread.is_finished() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(1));
            }
            if thread.is_finished() {
                let _ = thread.join();
            }
        }
    }
}
