//! The world outside the script: time, network, randomness, logs. Everything blocks as the script sees it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use loadwright_metrics::Recorder;
use loadwright_transport::{
    Exchange, Message, Request, WebSocket, WebSocketError, WebSocketExchange, WebSocketRequest,
};

/// Identifies an operation that was started and not waited for.
pub type OpId = u64;

/// The run, or this VU, was told to end while the call was waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// Something that goes on while the script does other things.
pub enum Op {
    Http(Box<Request>),
    Connect(Box<WebSocketRequest>),
    /// Waits for the next message.
    Receive(Rc<WebSocket>),
    Transmit(Rc<WebSocket>, Message),
}

/// What an operation came to.
pub enum OpResult {
    Http(Box<Exchange>),
    Connected(Box<WebSocketExchange>),
    Received(Result<Message, WebSocketError>),
    Transmitted(Result<(), WebSocketError>),
}

/// Severity of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

impl Level {
    /// The name in log lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How many requests of a batch run at once.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    pub total: usize,
    pub per_host: usize,
}

/// What a script's engine asks of whoever runs it. One implementation drives sockets, another is scripted for tests.
pub trait Host {
    /// Monotonic time since some fixed origin.
    fn now(&self) -> Duration;

    /// Milliseconds since 1970.
    fn wall_ms(&self) -> f64;

    /// Blocks the VU.
    fn sleep(&self, time: Duration) -> Result<(), Cancelled>;

    /// Sends one request and waits for its end.
    fn send(&self, request: Request) -> Result<Exchange, Cancelled>;

    /// Sends several at once, within `limits`, and waits for all; results in the order of the requests.
    fn send_all(&self, requests: Vec<Request>, limits: BatchLimits) -> Result<Vec<Exchange>, Cancelled>;

    /// Starts an operation; its end comes out of [`Host::wait`].
    fn start(&self, op: Op) -> OpId;

    /// Forgets an operation; its end never comes.
    fn abandon(&self, op: OpId);

    /// Waits for the end of any started operation, at most for `patience`.
    fn wait(&self, patience: Option<Duration>) -> Result<Option<(OpId, OpResult)>, Cancelled>;

    /// Fills a buffer with unpredictable bytes.
    fn random(&self, buffer: &mut [u8]);

    /// Whether lines of this level go anywhere.
    fn log_enabled(&self, level: Level) -> bool;

    /// A line from `console`.
    fn console(&self, level: Level, text: &str);

    /// A line from the runner itself, with extra fields.
    fn log(&self, level: Level, text: &str, fields: &[(&str, &str)]);

    /// Where samples go; all VUs of a worker share it.
    fn recorder(&self) -> Rc<RefCell<Recorder>>;

    /// Counters of the whole instance and of the running scenario.
    fn execution(&self) -> Execution;

    /// Whether the running call was told to end.
    fn is_cancelled(&self) -> bool;

    /// `exec.test.fail()`.
    fn mark_failed(&self, message: &str);
}

/// A snapshot for `k6/execution`.
#[derive(Debug, Clone, Default)]
pub struct Execution {
    pub iterations_completed: u64,
    pub iterations_interrupted: u64,
    pub vus_active: u64,
    pub vus_initialized: u64,
    /// Since the run started.
    pub run_duration: Duration,
    pub scenario: Option<ScenarioState>,
}

/// The scenario that runs the current iteration.
#[derive(Debug, Clone, Default)]
pub struct ScenarioState {
    pub name: Arc<str>,
    pub executor: &'static str,
    /// Milliseconds since 1970.
    pub start_ms: f64,
    /// 0 to 1.
    pub progress: f64,
    pub iteration_in_instance: u64,
    pub iteration_in_test: u64,
    pub vu_iteration_in_scenario: u64,
    pub vu_iteration_in_instance: u64,
}
