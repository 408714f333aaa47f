//! Reading a script: compile everything, run its top level once, and see what it exports.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loadwright_js::{
    BatchLimits, Cancelled, CompileError, Execution, Host, Level, Limits, Op, OpId, OpResult, Program,
    Shared, Stop, Vm, VuIds,
};
use loadwright_metrics::{Engine, EngineSettings, Recorder};
use loadwright_transport::{Exchange, Request};
use thiserror::Error;

use crate::host::{Log, random, wall_ms};

/// A script that was loaded once.
pub struct Bundle {
    pub program: Arc<Program>,
    pub shared: Arc<Shared>,
    /// The exported options as JSON.
    pub options_json: Option<String>,
    /// Exported names; `true` for functions.
    pub exports: Vec<(String, bool)>,
}

/// Why a script cannot be run.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The entry script itself is not there.
    #[error("{0}")]
    NoScript(String),
    /// It does not compile, an import is missing, or its top level threw.
    #[error("{0}")]
    Script(String),
    /// There is nothing to call.
    #[error("no exported functions in script")]
    NothingExported,
    /// `exec.test.abort()` at the top level.
    #[error("{0}")]
    Aborted(String),
}

impl Bundle {
    /// Compiles the program and runs its top level in an engine that is thrown away.
    pub fn load(program: Program, shared: Shared, log: &Arc<dyn Log>) -> Result<Self, LoadError> {
        let program = Arc::new(program);
        let shared = Arc::new(shared);
        let entry = program.entry.clone();
        if let Err(e) = program.files.read(&entry) {
            return Err(LoadError::NoScript(e));
        }
        program.add(&entry).map_err(|e| match e {
            CompileError::Missing(text) | CompileError::Engine(text) => LoadError::Script(text),
            syntax @ CompileError::Syntax(_) => LoadError::Script(syntax.to_string()),
        })?;
        let host = Rc::new(InitHost {
            log: Arc::clone(log),
            origin: Instant::now(),
            recorder: Rc::new(RefCell::new(unheard(&shared)?)),
            cut: Cell::new(false),
        });
        let limits = Limits { stack: 1 << 20, memory: 0 };
        let vm = Vm::new(
            Arc::clone(&program),
            Arc::clone(&shared),
            host,
            VuIds::default(),
            limits,
            Box::new(|| false),
        )
        .map_err(|stop| match stop {
            Stop::Aborted(text) => LoadError::Aborted(text),
            other => LoadError::Script(other.to_string()),
        })?;
        let exports = vm.exported();
        let options_json = vm.options_json().map_err(|stop| LoadError::Script(stop.to_string()))?;
        program.seal();
        if !exports.iter().any(|(_, function)| *function) {
            return Err(LoadError::NothingExported);
        }
        Ok(Self { program, shared, options_json, exports })
    }

    /// Whether the script exports a function of this name.
    pub fn has_function(&self, name: &str) -> bool {
        self.exports.iter().any(|(n, function)| n == name && *function)
    }
}

/// A recorder whose values nobody collects: engines need one before thresholds can be checked.
pub fn unheard(shared: &Shared) -> Result<Recorder, LoadError> {
    Engine::new(Arc::clone(&shared.registry), EngineSettings::default())
        .map(|engine| engine.recorder())
        .map_err(|e| LoadError::Script(e.to_string()))
}

/// The world while a script is read: time and logs, no network.
struct InitHost {
    log: Arc<dyn Log>,
    origin: Instant,
    recorder: Rc<RefCell<Recorder>>,
    cut: Cell<bool>,
}

impl Host for InitHost {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn wall_ms(&self) -> f64 {
        wall_ms()
    }

    fn sleep(&self, time: Duration) -> Result<(), Cancelled> {
        std::thread::sleep(time);
        Ok(())
    }

    fn send(&self, _: Request) -> Result<Exchange, Cancelled> {
        Err(Cancelled)
    }

    fn send_all(&self, _: Vec<Request>, _: BatchLimits) -> Result<Vec<Exchange>, Cancelled> {
        Err(Cancelled)
    }

    fn start(&self, _: Op) -> OpId {
        0
    }

    fn abandon(&self, _: OpId) {}

    fn wait(&self, patience: Option<Duration>) -> Result<Option<(OpId, OpResult)>, Cancelled> {
        match patience {
            Some(time) => {
                std::thread::sleep(time);
                Ok(None)
            }
            None => Err(Cancelled),
        }
    }

    fn random(&self, buffer: &mut [u8]) {
        random(buffer);
    }

    fn log_enabled(&self, level: Level) -> bool {
        self.log.enabled(level)
    }

    fn console(&self, level: Level, text: &str) {
        self.log.write(level, text, &[("source", "console")]);
    }

    fn log(&self, level: Level, text: &str, fields: &[(&str, &str)]) {
        self.log.write(level, text, fields);
    }

    fn recorder(&self) -> Rc<RefCell<Recorder>> {
        Rc::clone(&self.recorder)
    }

    fn execution(&self) -> Execution {
        Execution::default()
    }

    fn is_cancelled(&self) -> bool {
        self.cut.get()
    }

    fn mark_failed(&self, _: &str) {}
}
