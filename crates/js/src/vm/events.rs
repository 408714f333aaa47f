//! The event loop: microtasks, due timers, finished operations, until nothing is left to wait for.

use rquickjs::{Ctx, Error, Function, Persistent, Result, Value};

use super::errors::{Stop, describe, stop_of, uncatchable};
use super::state::state;
use crate::host::{OpId, OpResult};

/// What is called when an operation makes progress. Returning `true` keeps it registered.
pub type Pending = Box<dyn for<'js> FnMut(&Ctx<'js>, OpResult) -> Result<bool>>;

/// Registers what happens when `op` makes progress.
pub fn expect(ctx: &Ctx<'_>, op: OpId, callback: Pending) {
    state(ctx).ops.borrow_mut().insert(op, callback);
}

/// Runs until nothing is pending, or an exception, rejection or stop ends it.
pub fn run_to_end(ctx: &Ctx<'_>) -> std::result::Result<(), Stop> {
    run_until(ctx, || false)
}

/// Like [`run_to_end`], but returns as soon as `done` says so after a turn.
pub fn run_until(ctx: &Ctx<'_>, done: impl Fn() -> bool) -> std::result::Result<(), Stop> {
    loop {
        jobs(ctx)?;
        if done() {
            return Ok(());
        }
        if !turn(ctx)? {
            return Ok(());
        }
    }
}

/// Runs all microtasks and reports a rejection nobody handled.
pub fn jobs(ctx: &Ctx<'_>) -> std::result::Result<(), Stop> {
    let vm = state(ctx);
    while ctx.execute_pending_job() {
        if let Some(stop) = vm.stop.take() {
            return Err(stop);
        }
    }
    if let Some(stop) = vm.stop.take() {
        return Err(stop);
    }
    if vm.host.is_cancelled() {
        return Err(Stop::Interrupted);
    }
    let rejected = std::mem::take(&mut *vm.unhandled.borrow_mut());
    if let Some((_, reason)) = rejected.into_iter().next() {
        let reason = reason.restore(ctx).map_err(|e| stop_of(ctx, &e))?;
        return Err(Stop::Exception(format!("Uncaught (in promise) {}", describe(ctx, &reason))));
    }
    Ok(())
}

/// One macrotask. `false` when there is nothing to wait for.
fn turn(ctx: &Ctx<'_>) -> std::result::Result<bool, Stop> {
    step(ctx).map_err(|e| stop_of(ctx, &e))
}

/// One macrotask, with its exception left pending: for native calls that block until something happened.
pub fn step(ctx: &Ctx<'_>) -> Result<bool> {
    let vm = state(ctx);
    let now = vm.host.now();
    let timer = vm.timers.borrow_mut().pop_due(now);
    if let Some(timer) = timer {
        let callback = timer.callback.restore(ctx)?;
        let mut args = rquickjs::function::Args::new(ctx.clone(), timer.args.len());
        for arg in timer.args {
            args.push_arg(arg.restore(ctx)?)?;
        }
        callback.call_arg::<Value<'_>>(args)?;
        return Ok(true);
    }
    let next = vm.timers.borrow().next_due();
    if next.is_none() && vm.ops.borrow().is_empty() {
        return Ok(false);
    }
    let patience = next.map(|due| due.saturating_sub(now));
    match vm.host.wait(patience) {
        Err(_) => Err(uncatchable(ctx, vm.stop.take().unwrap_or(Stop::Interrupted))),
        Ok(None) => Ok(true),
        Ok(Some((op, result))) => {
            dispatch(ctx, op, result)?;
            Ok(true)
        }
    }
}

fn dispatch(ctx: &Ctx<'_>, op: OpId, result: OpResult) -> Result<()> {
    let vm = state(ctx);
    let Some(mut callback) = vm.ops.borrow_mut().remove(&op) else { return Ok(()) };
    if callback(ctx, result)? {
        vm.ops.borrow_mut().insert(op, callback);
    }
    Ok(())
}

/// Remembers rejections; one that is handled later is forgotten.
pub fn track_rejection<'js>(ctx: &Ctx<'js>, promise: &Value<'js>, reason: Value<'js>, handled: bool) {
    // SAFETY: the pointer is only compared
    let id = unsafe { rquickjs::qjs::JS_VALUE_GET_PTR(promise.as_raw()) } as usize;
    let mut unhandled = state(ctx).unhandled.borrow_mut();
    if handled {
        unhandled.retain(|(other, _)| *other != id);
    } else {
        unhandled.push((id, Persistent::save(ctx, reason)));
    }
}

/// The two ends of a promise that native code settles.
pub struct Settle {
    resolve: Persistent<Function<'static>>,
    reject: Persistent<Function<'static>>,
}

impl Settle {
    /// A new promise and its ends.
    pub fn promise<'js>(ctx: &Ctx<'js>) -> Result<(Value<'js>, Self)> {
        let (promise, resolve, reject) = ctx.promise()?;
        Ok((
            promise.into_value(),
            Self { resolve: Persistent::save(ctx, resolve), reject: Persistent::save(ctx, reject) },
        ))
    }

    /// Settles with what a native step came to; a pending exception becomes the rejection.
    pub fn settle<'js>(self, ctx: &Ctx<'js>, outcome: Result<Value<'js>>) -> Result<()> {
        match outcome {
            Ok(value) => self.resolve.restore(ctx)?.call((value,)),
            Err(Error::Exception) => {
                if state(ctx).stop.borrow().is_some() {
                    return Err(Error::Exception);
                }
                let reason = ctx.catch();
                self.reject.restore(ctx)?.call((reason,))
            }
            Err(other) => Err(other),
        }
    }
}
