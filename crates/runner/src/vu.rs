//! One VU: an engine on a coroutine that runs the jobs it is given.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant, SystemTime};

use loadwright_js::{Activation, Level, Limits, Stop, Vm, VuIds};
use loadwright_metrics::{Recorder, builtin};
use loadwright_transport::Client;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::coroutine::{Bridge, Knife, SCRIPT_STACK, Task};
use crate::host::{Current, LiveHost};
use crate::scenario::ScenarioRun;
use crate::worker::{Event, Kit};

/// How long a busy script runs before other VUs of its thread get a turn.
pub const SLICE: Duration = Duration::from_millis(5);

/// Something for a VU to do.
pub struct Job {
    pub number: u64,
    pub scenario: Arc<ScenarioRun>,
    pub kind: JobKind,
    pub setup_data: Option<Arc<str>>,
}

pub enum JobKind {
    /// Iterations one after another, until the flag, the time or the quota ends them.
    Loop(Arc<LoopFlag>),
    /// One iteration with this number in the whole test, and when it was to start.
    Once { in_test: u64, due: Option<Instant> },
}

/// Whether a loop goes on; written by both sides.
#[derive(Default)]
pub struct LoopFlag(AtomicU8);

impl LoopFlag {
    const RUN: u8 = 0;
    const STOP: u8 = 1;
    const DONE: u8 = 2;

    /// Asks for an end after the running iteration.
    pub fn stop(&self) {
        let _ = self.0.compare_exchange(Self::RUN, Self::STOP, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Takes the request back; `false` when the loop has ended already.
    pub fn go_on(&self) -> bool {
        self.0.compare_exchange(Self::STOP, Self::RUN, Ordering::AcqRel, Ordering::Acquire).is_ok()
            || self.0.load(Ordering::Acquire) == Self::RUN
    }

    pub fn is_done(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::DONE
    }

    /// Called by the VU between iterations.
    fn ends_now(&self) -> bool {
        self.0.compare_exchange(Self::STOP, Self::DONE, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn finish(&self) {
        self.0.store(Self::DONE, Ordering::Release);
    }
}

/// Starts a VU on the current worker.
pub fn spawn(
    kit: &Kit,
    recorder: &Rc<RefCell<Recorder>>,
    id: u64,
    in_test: u64,
    knife: Arc<Knife>,
    jobs: UnboundedReceiver<Box<Job>>,
) {
    let bridge = Bridge::new(knife);
    let (kit, recorder) = (kit.clone(), Rc::clone(recorder));
    let body = {
        let bridge = Rc::clone(&bridge);
        let kit = kit.clone();
        move || live(&kit, recorder, bridge, VuIds { in_instance: id, in_test }, jobs)
    };
    match Task::new(bridge, body) {
        Ok(task) => {
            tokio::task::spawn_local(task);
        }
        Err(e) => {
            let _ = kit
                .events
                .send(Event::InitFailed(format!("cannot get memory for the stack of VU {id}: {e}")));
        }
    }
}

/// Makes an engine with a live host; must run inside the bridge's coroutine.
pub fn engine(kit: &Kit, host: &Rc<LiveHost>, ids: VuIds) -> Result<Vm, Stop> {
    let bridge = Rc::clone(&host.bridge);
    let interrupt = Box::new(move || bridge.breathe(SLICE).is_err());
    let limits = Limits { stack: SCRIPT_STACK, memory: kit.memory };
    let vm = Vm::new(
        Arc::clone(&kit.program),
        Arc::clone(&kit.shared),
        Rc::clone(host) as Rc<dyn loadwright_js::Host>,
        ids,
        limits,
        interrupt,
    )?;
    if let Some(in_force) = kit.shared.in_force() {
        vm.overwrite_options(&in_force.json);
    }
    Ok(vm)
}

/// A host for one engine.
pub fn host(kit: &Kit, recorder: Rc<RefCell<Recorder>>, bridge: Rc<Bridge>, index: u64) -> Rc<LiveHost> {
    Rc::new(LiveHost {
        bridge,
        client: Rc::new(Client::new(Arc::clone(&kit.common.network), index as usize)),
        recorder,
        common: Arc::clone(&kit.common),
        events: kit.events.clone(),
        current: RefCell::default(),
        ops: OnceCell::new(),
    })
}

fn live(
    kit: &Kit,
    recorder: Rc<RefCell<Recorder>>,
    bridge: Rc<Bridge>,
    ids: VuIds,
    mut jobs: UnboundedReceiver<Box<Job>>,
) {
    let host = host(kit, recorder, Rc::clone(&bridge), ids.in_instance.saturating_sub(1));
    let vm = match engine(kit, &host, ids) {
        Ok(vm) => vm,
        Err(stop) => {
            let _ = kit.events.send(Event::InitFailed(stop.to_string()));
            return;
        }
    };
    kit.common.initialized_vus.fetch_add(1, Ordering::Relaxed);
    let _ = kit.events.send(Event::Initialized(ids.in_instance));
    let vu = Vu { kit, host: &host, vm: &vm, iterations: Cell::new(0), active: RefCell::default() };
    loop {
        match bridge.block_on(jobs.recv()) {
            Ok(Some(job)) => {
                vu.work(&job);
                let _ = kit.events.send(Event::Returned { vu: ids.in_instance, job: job.number });
            }
            Ok(None) => return,
            // a cut that came too late for its job
            Err(_) => {
                bridge.knife.lift();
                bridge.reset();
                if jobs.is_closed() && jobs.is_empty() {
                    return;
                }
            }
        }
    }
}

struct Vu<'a> {
    kit: &'a Kit,
    host: &'a Rc<LiveHost>,
    vm: &'a Vm,
    /// Started by this VU over all scenarios: `__ITER`.
    iterations: Cell<u64>,
    /// The scenario this VU is prepared for, and how many of its iterations it started.
    active: RefCell<Option<(Arc<ScenarioRun>, u64)>>,
}

impl Vu<'_> {
    fn work(&self, job: &Job) {
        let scenario = &job.scenario;
        let prepared = self.active.borrow().as_ref().is_some_and(|(s, _)| Arc::ptr_eq(s, scenario));
        if !prepared {
            let options = self.kit.shared.in_force().map(|f| &f.options);
            let system_tags = options.map(|o| o.system_tags()).unwrap_or_default();
            self.vm.activate(&Activation {
                scenario: &scenario.name,
                env: &scenario.env,
                tags: &scenario.tags,
                system_tags: &system_tags,
            });
            self.active.replace(Some((Arc::clone(scenario), 0)));
        }
        let common = &self.kit.common;
        common.active_vus.fetch_add(1, Ordering::Relaxed);
        scenario.active.fetch_add(1, Ordering::Relaxed);
        match &job.kind {
            JobKind::Once { in_test, due } => {
                if let Some(due) = due {
                    scenario.note_lag(due.elapsed());
                }
                let in_instance = scenario.started.fetch_add(1, Ordering::Relaxed);
                self.iterate(job, in_instance, *in_test);
            }
            JobKind::Loop(flag) => {
                let mut own = 0;
                while !flag.ends_now() && !self.host.bridge.is_cancelled() {
                    let Some(index) = scenario.take(own) else { break };
                    own += 1;
                    self.iterate(job, index, scenario.in_test(index));
                    if self.host.bridge.breathe(SLICE).is_err() {
                        break;
                    }
                }
                flag.finish();
            }
        }
        scenario.active.fetch_sub(1, Ordering::Relaxed);
        common.active_vus.fetch_sub(1, Ordering::Relaxed);
    }

    fn iterate(&self, job: &Job, in_instance: u64, in_test: u64) {
        let scenario = &job.scenario;
        let iteration = self.iterations.get();
        self.iterations.set(iteration + 1);
        let in_scenario = match &mut *self.active.borrow_mut() {
            Some((_, n)) => {
                *n += 1;
                *n - 1
            }
            None => 0,
        };
        let options = self.kit.shared.in_force().map(|f| &f.options);
        self.host.current.replace(Some(Current {
            scenario: Arc::clone(scenario),
            in_instance,
            in_test,
            vu_in_scenario: in_scenario,
            vu_in_instance: iteration,
        }));
        let root = self.vm.state_tags();
        let began = Instant::now();
        let outcome = self.vm.iterate(&scenario.exec, iteration, job.setup_data.as_deref());
        let took = began.elapsed();
        let ended = SystemTime::now();
        let (tags, metadata) = (root.tags, self.vm.metadata());
        self.traffic(&tags, ended, metadata.as_ref());
        let interrupted = matches!(outcome, Err(Stop::Interrupted));
        if interrupted {
            scenario.interrupted.fetch_add(1, Ordering::Relaxed);
            self.kit.common.interrupted.fetch_add(1, Ordering::Relaxed);
        } else {
            let mut recorder = self.host.recorder.borrow_mut();
            recorder.add(
                builtin::ITERATION_DURATION,
                took.as_secs_f64() * 1000.0,
                &tags,
                ended,
                metadata.as_ref(),
            );
            recorder.add(builtin::ITERATIONS, 1.0, &tags, ended, metadata.as_ref());
            drop(recorder);
            scenario.complete.fetch_add(1, Ordering::Relaxed);
            self.kit.common.complete.fetch_add(1, Ordering::Relaxed);
        }
        match outcome {
            Err(Stop::Exception(text)) => {
                let fields = [
                    ("executor", scenario.kind),
                    ("hint", "script exception"),
                    ("scenario", &*scenario.name),
                    ("source", "stacktrace"),
                ];
                self.kit.common.log.write(Level::Error, &text, &fields);
            }
            Err(Stop::Aborted(text)) => {
                let _ = self.kit.events.send(Event::Aborted(text));
                // nothing else starts here until the control thread has acted
                self.host.bridge.knife.cut();
            }
            Err(Stop::Interrupted) | Ok(()) => {}
        }
        if options.and_then(|o| o.no_vu_connection_reuse).unwrap_or(false) {
            self.host.client.close_idle();
        }
        if let Some(least) = options.and_then(|o| o.min_iteration_duration) {
            let rest = least.to_std().saturating_sub(took);
            if !rest.is_zero() && !interrupted {
                let _ = self.host.bridge.block_on(tokio::time::sleep(rest));
            }
        }
    }

    fn traffic(
        &self,
        tags: &loadwright_metrics::Tags,
        at: SystemTime,
        metadata: Option<&loadwright_metrics::Metadata>,
    ) {
        record_traffic(self.host, tags, at, metadata);
    }
}

/// Records what went over the wire since the last time.
pub fn record_traffic(
    host: &LiveHost,
    tags: &loadwright_metrics::Tags,
    at: SystemTime,
    metadata: Option<&loadwright_metrics::Metadata>,
) {
    let traffic = host.client.take_traffic();
    let mut recorder = host.recorder.borrow_mut();
    recorder.add(builtin::DATA_SENT, traffic.sent as f64, tags, at, metadata);
    recorder.add(builtin::DATA_RECEIVED, traffic.received as f64, tags, at, metadata);
}
