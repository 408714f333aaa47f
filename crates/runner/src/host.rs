//! The world as one VU's script sees it: sockets, timers and logs behind blocking calls.

use std::cell::{OnceCell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use loadwright_js::{BatchLimits, Cancelled, Execution, Host, Level, Op, OpId, OpResult, ScenarioState};
use loadwright_metrics::Recorder;
use loadwright_transport::{Client, Exchange, Network, Request};

use crate::coroutine::Bridge;
use crate::ops::{Ops, send_all};
use crate::pace::Pace;
use crate::scenario::ScenarioRun;
use crate::worker::Event;

/// Where log lines go. Called from all threads.
pub trait Log: Send + Sync {
    fn enabled(&self, level: Level) -> bool;
    /// One line; `source=console` marks what scripts print.
    fn write(&self, level: Level, message: &str, fields: &[(&str, &str)]);
}

/// What all VUs of a run share.
pub struct Common {
    pub log: Arc<dyn Log>,
    pub network: Arc<Network>,
    pub pace: Option<Pace>,
    pub origin: Instant,
    /// When the scenarios started.
    pub started: OnceLock<Instant>,
    pub active_vus: AtomicU64,
    pub initialized_vus: AtomicU64,
    pub complete: AtomicU64,
    pub interrupted: AtomicU64,
}

/// One VU's host.
pub struct LiveHost {
    pub bridge: Rc<Bridge>,
    pub client: Rc<Client>,
    pub recorder: Rc<RefCell<Recorder>>,
    pub common: Arc<Common>,
    pub events: Sender<Event>,
    pub current: RefCell<Option<Current>>,
    /// Made when the first operation is started: most VUs never need it.
    pub ops: OnceCell<Ops>,
}

/// The iteration that runs now.
pub struct Current {
    pub scenario: Arc<ScenarioRun>,
    pub in_instance: u64,
    pub in_test: u64,
    pub vu_in_scenario: u64,
    pub vu_in_instance: u64,
}

impl LiveHost {
    fn hold(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        match &self.common.pace {
            None => Box::pin(std::future::ready(())),
            Some(pace) => {
                let slot = pace.slot();
                Box::pin(tokio::time::sleep_until(slot.into()))
            }
        }
    }
}

impl Host for LiveHost {
    fn now(&self) -> Duration {
        self.common.origin.elapsed()
    }

    fn wall_ms(&self) -> f64 {
        wall_ms()
    }

    fn sleep(&self, time: Duration) -> Result<(), Cancelled> {
        self.bridge.block_on(tokio::time::sleep(time)).map_err(|_| Cancelled)
    }

    fn send(&self, request: Request) -> Result<Exchange, Cancelled> {
        if self.common.pace.is_some() {
            self.bridge.block_on(self.hold()).map_err(|_| Cancelled)?;
        }
        self.bridge.block_on(self.client.send(request)).map_err(|_| Cancelled)
    }

    fn send_all(&self, requests: Vec<Request>, limits: BatchLimits) -> Result<Vec<Exchange>, Cancelled> {
        self.bridge.block_on(send_all(&self.client, requests, limits, || self.hold())).map_err(|_| Cancelled)
    }

    fn start(&self, op: Op) -> OpId {
        self.ops.get_or_init(Ops::new).start(&self.client, op, self.hold())
    }

    fn abandon(&self, op: OpId) {
        if let Some(ops) = self.ops.get() {
            ops.abandon(op);
        }
    }

    fn wait(&self, patience: Option<Duration>) -> Result<Option<(OpId, OpResult)>, Cancelled> {
        let waited = match (patience, self.ops.get()) {
            (Some(patience), Some(ops)) => self
                .bridge
                .block_on(async { tokio::time::timeout(patience, ops.next()).await.ok().flatten() }),
            (Some(patience), None) => self.bridge.block_on(tokio::time::sleep(patience)).map(|()| None),
            (None, Some(ops)) => self.bridge.block_on(ops.next()),
            (None, None) => Ok(None),
        };
        waited.map_err(|_| Cancelled)
    }

    fn random(&self, buffer: &mut [u8]) {
        random(buffer);
    }

    fn log_enabled(&self, level: Level) -> bool {
        self.common.log.enabled(level)
    }

    fn console(&self, level: Level, text: &str) {
        self.common.log.write(level, text, &[("source", "console")]);
    }

    fn log(&self, level: Level, text: &str, fields: &[(&str, &str)]) {
        self.common.log.write(level, text, fields);
    }

    fn recorder(&self) -> Rc<RefCell<Recorder>> {
        Rc::clone(&self.recorder)
    }

    fn execution(&self) -> Execution {
        let common = &self.common;
        let scenario = self.current.borrow().as_ref().map(|current| ScenarioState {
            name: Arc::clone(&current.scenario.name),
            executor: current.scenario.kind,
            start_ms: current.scenario.start_ms(),
            progress: current.scenario.progress(),
            iteration_in_instance: current.in_instance,
            iteration_in_test: current.in_test,
            vu_iteration_in_scenario: current.vu_in_scenario,
            vu_iteration_in_instance: current.vu_in_instance,
        });
        Execution {
            iterations_completed: common.complete.load(Ordering::Relaxed),
            iterations_interrupted: common.interrupted.load(Ordering::Relaxed),
            vus_active: common.active_vus.load(Ordering::Relaxed),
            vus_initialized: common.initialized_vus.load(Ordering::Relaxed),
            run_duration: common.started.get().map_or(Duration::ZERO, Instant::elapsed),
            scenario,
        }
    }

    fn is_cancelled(&self) -> bool {
        self.bridge.is_cancelled()
    }

    fn mark_failed(&self, message: &str) {
        let _ = self.events.send(Event::MarkedFailed(message.to_owned()));
    }
}

/// Milliseconds since 1970.
pub fn wall_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1000.0
}

/// Unpredictable bytes from the system.
pub fn random(buffer: &mut [u8]) {
    if getrandom::fill(buffer).is_err() {
        // no source at all: the clock is better than zeros
        let mut seed = wall_ms().to_bits();
        for byte in buffer {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (seed >> 33) as u8;
        }
    }
}
