//! One VU's engine: a runtime, a context, the program evaluated in it, and calls to its exported functions.

pub mod console;
pub mod errors;
pub mod events;
pub mod globals;
pub mod lifecycle;
pub mod loader;
pub mod marshal;
pub mod state;
pub mod timers;
pub mod values;
mod wording;

use std::rc::Rc;
use std::sync::Arc;

use rquickjs::promise::PromiseState;
use rquickjs::{Context, Ctx, Function, Module, Object, Persistent, Runtime, Value, context::intrinsic};

pub use errors::Stop;
pub use lifecycle::{Activation, SummaryFiles};
pub use state::{Stage, VuIds};

use crate::host::Host;
use crate::program::{Code, Program};
use crate::shared::Shared;
use state::{State, state};

/// What every script gets; see [`globals`] for what is added when a program mentions it.
type Intrinsics = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::MapSet,
    intrinsic::Promise,
);

/// Bounds of one engine.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of stack that scripts may use; less than the stack they run on.
    pub stack: usize,
    /// Bytes of heap, 0 = no limit.
    pub memory: usize,
}

/// A VU's engine. Not `Send`; it must stay on the stack (coroutine) where it was made.
pub struct Vm {
    exports: Option<Persistent<Object<'static>>>,
    context: Option<Context>,
    runtime: Option<Runtime>,
    state: Box<State>,
}

impl Vm {
    /// Makes an engine and runs the program's top level in it.
    ///
    /// `interrupt` is asked every few thousand steps; `true` ends the running script for good.
    pub fn new(
        program: Arc<Program>,
        shared: Arc<Shared>,
        host: Rc<dyn Host>,
        vu: VuIds,
        limits: Limits,
        interrupt: Box<dyn FnMut() -> bool>,
    ) -> Result<Self, Stop> {
        let engine = |e: rquickjs::Error| Stop::Exception(format!("cannot start the JavaScript engine: {e}"));
        let runtime = Runtime::new().map_err(engine)?;
        runtime.set_max_stack_size(limits.stack);
        if limits.memory > 0 {
            runtime.set_memory_limit(limits.memory);
        }
        runtime.set_gc_threshold(1 << 20);
        runtime.set_loader(loader::Modules, loader::Modules);
        runtime.set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, handled| {
            events::track_rejection(&ctx, &promise, reason, handled);
        })));
        runtime.set_interrupt_handler(Some(Box::new(interrupt)));
        let context = Context::custom::<Intrinsics>(&runtime).map_err(engine)?;
        let state = context.with(|ctx| Box::new(State::new(&ctx, program, shared, host, vu)));
        let mut vm = Self { exports: None, context: Some(context), runtime: Some(runtime), state };
        vm.load()?;
        Ok(vm)
    }

    fn load(&mut self) -> Result<(), Stop> {
        let exports = self.with(|ctx, state| {
            state::attach(ctx, state);
            globals::install(ctx).map_err(|e| errors::stop_of(ctx, &e))?;
            let entry = state.program.entry.clone();
            let exports = match state.program.code(&entry) {
                Some(Code::Esm(bytes)) => evaluate_module(ctx, &bytes)?,
                _ => {
                    let value = loader::require_address(ctx, &entry).map_err(|e| errors::stop_of(ctx, &e))?;
                    events::run_to_end(ctx)?;
                    value
                        .into_object()
                        .ok_or_else(|| Stop::Exception("no exported functions in script".to_owned()))?
                }
            };
            events::jobs(ctx)?;
            Ok(Persistent::save(ctx, exports))
        })?;
        self.exports = Some(exports);
        Ok(())
    }

    /// Runs `work` inside the engine.
    pub fn with<T>(&self, work: impl FnOnce(&Ctx<'_>, &State) -> T) -> T {
        match &self.context {
            Some(context) => context.with(|ctx| work(&ctx, &self.state)),
            None => unreachable!("the context lives as long as the Vm"),
        }
    }

    /// The engine's state, for the stage, VU numbers and module slots.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Names and kinds of what the script exports: `true` for functions.
    pub fn exported(&self) -> Vec<(String, bool)> {
        self.with(|ctx, _| {
            let Ok(exports) = self.exports(ctx) else { return Vec::new() };
            let mut out = Vec::new();
            for key in exports.keys::<String>().flatten() {
                let is_function = exports.get::<_, Value<'_>>(key.as_str()).is_ok_and(|v| v.is_function());
                out.push((key, is_function));
            }
            out
        })
    }

    /// The exported `options` as JSON, the way `JSON.stringify` writes them; `None` when there are none.
    pub fn options_json(&self) -> Result<Option<String>, Stop> {
        self.with(|ctx, _| {
            let get = || -> rquickjs::Result<Option<String>> {
                let value: Value<'_> = self.exports(ctx)?.get("options")?;
                if values::absent(&value) {
                    return Ok(None);
                }
                ctx.json_stringify(value)?.map(|s| s.to_string()).transpose()
            };
            get().map_err(|e| errors::stop_of(ctx, &e))
        })
    }

    /// Writes the consolidated options back into the exported object, by name.
    pub fn overwrite_options(&self, json: &str) {
        self.with(|ctx, _| {
            let write = || -> rquickjs::Result<()> {
                let target: Value<'_> = self.exports(ctx)?.get("options")?;
                let Some(target) = target.into_object() else { return Ok(()) };
                let Some(source) = ctx.json_parse(json)?.into_object() else { return Ok(()) };
                for entry in source.props::<String, Value<'_>>() {
                    let (key, value) = entry?;
                    target.set(key, value)?;
                }
                Ok(())
            };
            if write().is_err() {
                // a frozen options object stays as the script made it
                ctx.catch();
            }
        });
    }

    /// Calls an exported function and runs the event loop until it is over. The result is what the function returned,
    /// or what its promise resolved to.
    pub fn call<T>(
        &self,
        name: &str,
        args: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<Vec<Value<'js>>>,
        then: impl for<'js> FnOnce(&Ctx<'js>, Value<'js>) -> rquickjs::Result<T>,
    ) -> Result<T, Stop> {
        self.with(|ctx, state| {
            let outcome = (|| {
                let call = || -> rquickjs::Result<Value<'_>> {
                    let function: Function<'_> = self.exports(ctx)?.get(name)?;
                    let values = args(ctx)?;
                    let mut call = rquickjs::function::Args::new(ctx.clone(), values.len());
                    for value in values {
                        call.push_arg(value)?;
                    }
                    function.call_arg(call)
                };
                let value = call().map_err(|e| errors::stop_of(ctx, &e))?;
                events::run_to_end(ctx)?;
                let value = match value.as_promise() {
                    Some(promise) => match promise.state() {
                        PromiseState::Resolved => {
                            promise.result::<Value<'_>>().unwrap_or(Err(rquickjs::Error::Unknown))
                        }
                        _ => Ok(Value::new_undefined(ctx.clone())),
                    },
                    None => Ok(value),
                };
                value.and_then(|v| then(ctx, v)).map_err(|e| errors::stop_of(ctx, &e))
            })();
            if outcome.is_err() {
                abandon(state);
            }
            outcome
        })
    }

    fn exports<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
        match &self.exports {
            Some(exports) => exports.clone().restore(ctx),
            None => Object::new(ctx.clone()),
        }
    }
}

/// Drops what an iteration left pending after it was ended early.
fn abandon(state: &State) {
    for (name, id) in state.timers.borrow_mut().clear() {
        let text = format!("{name} {id} was stopped because the VU iteration was interrupted");
        state.host.log(crate::host::Level::Warning, &text, &[]);
    }
    for (op, _) in state.ops.take() {
        state.host.abandon(op);
    }
    state.unhandled.take();
}

fn evaluate_module<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Object<'js>, Stop> {
    let stop = |e: rquickjs::Error| errors::stop_of(ctx, &e);
    // SAFETY: the bytes were written by this process with the same engine
    state(ctx).linking.set(true);
    let module = unsafe { Module::load(ctx.clone(), bytes) };
    state(ctx).linking.set(false);
    let module = module.map_err(stop)?;
    loader::add_meta(ctx, &state(ctx).program.entry, &module).map_err(stop)?;
    let (module, promise) = module.eval().map_err(stop)?;
    // a rejected top level is reported below, not as an unhandled rejection
    while ctx.execute_pending_job() {}
    if matches!(promise.state(), PromiseState::Rejected) {
        state(ctx).unhandled.take();
        let error = promise
            .result::<Value<'js>>()
            .map_or(rquickjs::Error::Unknown, |r| r.err().unwrap_or(rquickjs::Error::Unknown));
        return Err(stop(error));
    }
    let settled = || !matches!(promise.state(), PromiseState::Pending);
    if !settled() {
        events::run_until(ctx, settled)?;
    }
    match promise.result::<Value<'js>>() {
        Some(Err(e)) => return Err(stop(e)),
        Some(Ok(_)) => {}
        None => return Err(Stop::Exception("the script's top-level await never settles".to_owned())),
    }
    module.namespace().map_err(stop)
}

impl Drop for Vm {
    fn drop(&mut self) {
        self.exports = None;
        self.state.release();
        if let Some(runtime) = &self.runtime {
            runtime.set_interrupt_handler(None);
        }
        self.context = None;
        self.runtime = None;
    }
}
