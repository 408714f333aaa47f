//! What one VU's engine remembers between calls from the script.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use loadwright_metrics::Recorder;
use rquickjs::{Ctx, Object, Persistent, Value, qjs};

use super::errors::Stop;
use super::events::Pending;
use super::timers::Timers;
use crate::host::{Host, OpId};
use crate::modules::http::{Atoms, HttpState};
use crate::modules::scope::Scope;
use crate::program::Program;
use crate::shared::Shared;

/// What k6 itself would send.
pub const DEFAULT_USER_AGENT: &str = "Grafana k6/2.2.0";

/// Which part of the lifecycle the engine is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Init,
    Setup,
    Iteration,
    Teardown,
    Summary,
}

impl Stage {
    /// Requests, checks and samples are allowed.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Setup | Self::Iteration | Self::Teardown)
    }
}

/// One VU's state. It lives in a box that outlives the context; see [`state`].
pub struct State {
    pub program: Arc<Program>,
    pub shared: Arc<Shared>,
    pub host: Rc<dyn Host>,
    pub recorder: Rc<RefCell<Recorder>>,
    pub scope: Scope,
    pub atoms: Atoms,
    /// Sent unless a request has its own; from the options.
    pub user_agent: Option<Rc<str>>,
    /// `exec.test.options`, frozen, made once.
    pub options_view: RefCell<Option<Persistent<Value<'static>>>>,
    /// What setup returned, as this VU sees (and changes) it.
    pub setup_data: RefCell<Option<Persistent<Value<'static>>>>,
    pub vu: Cell<VuIds>,
    pub stage: Cell<Stage>,
    pub stop: RefCell<Option<Stop>>,
    /// Where a value that is no error was thrown, when known.
    pub throw_site: RefCell<Option<String>>,
    pub timers: RefCell<Timers>,
    pub ops: RefCell<HashMap<OpId, Pending>>,
    pub unhandled: RefCell<Vec<(usize, Persistent<Value<'static>>)>>,
    pub modules: RefCell<HashMap<String, Persistent<Object<'static>>>>,
    /// Modules are being linked: the only time when imports are resolved.
    pub linking: Cell<bool>,
    /// Parts of the global object that are there already.
    pub provided: RefCell<std::collections::HashSet<&'static str>>,
    async_class: Cell<u32>,
    pub http: HttpState,
    /// State of single modules, by type.
    slots: RefCell<HashMap<TypeId, Rc<dyn Any>>>,
}

/// The numbers a VU goes by.
#[derive(Clone, Copy, Default, Debug)]
pub struct VuIds {
    /// `__VU`: 0 while the bundle is read and in transient VUs.
    pub in_instance: u64,
    /// `exec.vu.idInTest`, unique over all segments.
    pub in_test: u64,
}

impl State {
    pub fn new(
        ctx: &Ctx<'_>,
        program: Arc<Program>,
        shared: Arc<Shared>,
        host: Rc<dyn Host>,
        vu: VuIds,
    ) -> Self {
        let user_agent = match shared.in_force().and_then(|f| f.options.user_agent.as_deref()) {
            Some("") => None,
            Some(agent) => Some(Rc::from(agent)),
            None => Some(Rc::from(DEFAULT_USER_AGENT)),
        };
        Self {
            recorder: host.recorder(),
            scope: Scope::default(),
            atoms: Atoms::new(ctx),
            user_agent,
            options_view: RefCell::default(),
            setup_data: RefCell::default(),
            program,
            shared,
            host,
            vu: Cell::new(vu),
            stage: Cell::new(Stage::Init),
            stop: RefCell::default(),
            throw_site: RefCell::default(),
            timers: RefCell::default(),
            ops: RefCell::default(),
            unhandled: RefCell::default(),
            modules: RefCell::default(),
            linking: Cell::new(false),
            provided: RefCell::default(),
            async_class: Cell::new(0),
            http: HttpState::default(),
            slots: RefCell::default(),
        }
    }

    /// The state that a module keeps for itself, made on first use.
    pub fn slot<T: Default + 'static>(&self) -> Rc<T> {
        let mut slots = self.slots.borrow_mut();
        let entry = slots.entry(TypeId::of::<T>()).or_insert_with(|| Rc::new(T::default()));
        Rc::clone(entry).downcast::<T>().unwrap_or_default()
    }

    /// The engine's class number of async functions.
    pub fn async_class(&self, ctx: &Ctx<'_>) -> u32 {
        if self.async_class.get() == 0
            && let Ok(sample) = ctx.eval::<Value<'_>, _>("(async()=>{})")
        {
            // SAFETY: only the class number of a live value is read
            self.async_class.set(unsafe { qjs::JS_GetClassID(sample.as_raw()) });
        }
        self.async_class.get()
    }

    /// Lets go of every JavaScript value, so that the engine can be freed.
    pub fn release(&self) {
        self.timers.take();
        self.options_view.take();
        self.setup_data.take();
        self.ops.take();
        self.unhandled.take();
        self.modules.take();
        self.slots.take();
    }
}

/// The state behind a context.
pub fn state<'a>(ctx: &Ctx<'a>) -> &'a State {
    // SAFETY: `attach` stored a pointer to a box that the `Vm` frees only after the context; scratch contexts,
    // which have none, run no native function of this crate
    unsafe { &*qjs::JS_GetContextOpaque(ctx.as_raw().as_ptr()).cast::<State>() }
}

/// Stores the pointer that [`state`] reads.
///
/// The caller keeps `state` alive and in place for as long as the context.
pub fn attach(ctx: &Ctx<'_>, state: &State) {
    // SAFETY: only a pointer is stored; its validity is the caller's promise
    unsafe { qjs::JS_SetContextOpaque(ctx.as_raw().as_ptr(), std::ptr::from_ref(state).cast_mut().cast()) }
}
