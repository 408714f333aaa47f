//! Errors as scripts and users see them: `GoError`, stacks in k6's layout, and why a call into a script ended.

use rquickjs::function::{Constructor, This};
use rquickjs::{Array, Ctx, Error, Exception, Function, Object, Result, Value, qjs};

use super::state::state;
use super::values::text;
use super::wording;

/// Why a call into a script did not return normally.
#[derive(Debug, Clone)]
pub enum Stop {
    /// An exception reached the top: its text with the stack.
    Exception(String),
    /// The run (or this VU) was told to end; nothing more may be executed in this call.
    Interrupted,
    /// `exec.test.abort()` was called.
    Aborted(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exception(text) | Self::Aborted(text) => f.write_str(text),
            Self::Interrupted => f.write_str("test run was interrupted"),
        }
    }
}

impl std::error::Error for Stop {}

/// Throws an error the way k6's own functions do: `name` is `GoError`, `message` the text.
pub fn go_error(ctx: &Ctx<'_>, message: &str) -> Error {
    match make_go_error(ctx, message) {
        Ok(value) => ctx.throw(value),
        Err(e) => e,
    }
}

/// The error object of [`go_error`] without throwing it.
pub fn make_go_error<'js>(ctx: &Ctx<'js>, message: &str) -> Result<Value<'js>> {
    let class: Constructor<'js> = crate::modules::internal::load(ctx, "errors")?.get("GoError")?;
    let error: Object<'js> = class.construct((message,))?;
    error.set("value", Object::new(ctx.clone())?)?;
    Ok(error.into_value())
}

/// Throws a plain `TypeError`.
pub fn type_error(ctx: &Ctx<'_>, message: &str) -> Error {
    Exception::throw_type(ctx, message)
}

/// Ends the running script so that neither `catch` nor `finally` see it.
pub fn uncatchable(ctx: &Ctx<'_>, stop: Stop) -> Error {
    state(ctx).stop.replace(Some(stop));
    let _ = Exception::throw_internal(ctx, "test run was interrupted");
    let value = ctx.catch();
    // SAFETY: `value` is the error object just made
    unsafe { qjs::JS_SetUncatchableError(ctx.as_raw().as_ptr(), value.as_raw()) };
    ctx.throw(value)
}

/// The text a user gets for a thrown value.
pub fn describe<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> String {
    if value.is_null() {
        return "out of memory, or null was thrown".to_owned();
    }
    if let Some(object) = value.as_object()
        && value.is_error()
        && let Ok(stack) = object.get::<_, Value<'js>>("stack")
        && stack.is_string()
        && let Ok(stack) = text(ctx, &stack)
    {
        let header = text(ctx, value).unwrap_or_default();
        if stack.starts_with(&header) {
            return stack;
        }
        return format!("{header}\n{stack}");
    }
    let shown = text(ctx, value).unwrap_or_else(|_| {
        ctx.catch();
        "an unprintable value was thrown".to_owned()
    });
    if let Some(place) = &*state(ctx).throw_site.borrow() {
        return format!("{shown}\n\tat {place}\n");
    }
    shown
}

/// What became of a call: takes the pending exception and any stop that was requested.
pub fn stop_of(ctx: &Ctx<'_>, error: &Error) -> Stop {
    if let Some(stop) = state(ctx).stop.take() {
        ctx.catch();
        return stop;
    }
    if state(ctx).host.is_cancelled() {
        ctx.catch();
        return Stop::Interrupted;
    }
    if error.is_exception() {
        let value = ctx.catch();
        return Stop::Exception(describe(ctx, &value));
    }
    Stop::Exception(error.to_string())
}

/// Installs the stack layout: the header, then one tab-indented line a frame, positions in the user's own files.
pub fn install<'js>(ctx: &Ctx<'js>) -> Result<()> {
    let class: Object<'js> = ctx.globals().get("Error")?;
    let prepare = Function::new(ctx.clone(), prepare_stack_trace)?;
    class.set("prepareStackTrace", prepare)?;
    Ok(())
}

fn prepare_stack_trace<'js>(ctx: Ctx<'js>, error: Value<'js>, frames: Value<'js>) -> Result<String> {
    reword(&ctx, &error, &frames)?;
    let mut out = text(&ctx, &error).unwrap_or_else(|_| {
        ctx.catch();
        "Error".to_owned()
    });
    out.push('\n');
    if let Some(frames) = frames.as_array() {
        write_frames(&ctx, frames, &mut out)?;
    }
    Ok(out)
}

/// Puts a message of the engine into the words of k6's, with the name that it is about where the engine leaves it out.
fn reword<'js>(ctx: &Ctx<'js>, error: &Value<'js>, frames: &Value<'js>) -> Result<()> {
    let Some(error) = error.as_object() else { return Ok(()) };
    let message: Value<'js> = error.get("message")?;
    let Some(message) = message.as_string().and_then(|m| m.to_string().ok()) else { return Ok(()) };
    if !wording::known(&message) {
        return Ok(());
    }
    let top = frames.as_array().and_then(|f| f.get::<Object<'js>>(0).ok());
    let mut source = None;
    if let Some(frame) = top {
        let call = |name: &str| -> Result<Value<'js>> {
            frame.get::<_, Function<'js>>(name)?.call((This(frame.clone()),))
        };
        let file = call("getFileName")?;
        if let Some(file) = file.as_string().and_then(|s| s.to_string().ok()) {
            let line = call("getLineNumber")?.as_number().unwrap_or(0.0) as u32;
            let column = call("getColumnNumber")?.as_number().unwrap_or(0.0) as u32;
            let program = &state(ctx).program;
            let (line, column) = program.original(&file, line, column);
            source = program.files.cached(&file).map(|text| (text, line, column));
        }
    }
    let place = source.as_ref().and_then(|(text, line, column)| {
        let line = std::str::from_utf8(text).ok()?.lines().nth(line.checked_sub(1)? as usize)?;
        let (at, _) = line.char_indices().nth(column.checked_sub(1)? as usize)?;
        // of the callee of a call the engine gives the last name only
        Some(if line[..at].ends_with('.') { &line[at - 1..] } else { &line[at..] })
    });
    if let Some(text) = wording::reworded(&message, place) {
        let property = rquickjs::object::Property::from(text).writable().configurable();
        error.prop("message", property)?;
    }
    Ok(())
}

fn write_frames<'js>(ctx: &Ctx<'js>, frames: &Array<'js>, out: &mut String) -> Result<()> {
    for frame in frames.iter::<Object<'js>>() {
        let frame = frame?;
        let call = |name: &str| -> Result<Value<'js>> {
            frame.get::<_, Function<'js>>(name)?.call((This(frame.clone()),))
        };
        let file = call("getFileName")?;
        let function = call("getFunctionName")?;
        let function = function.as_string().and_then(|s| s.to_string().ok()).unwrap_or_default();
        let Some(file) = file.as_string().and_then(|s| s.to_string().ok()) else {
            if !function.is_empty() {
                out.push_str(&format!("\tat {function} (native)\n"));
            }
            continue;
        };
        if file.starts_with("k6:") {
            continue;
        }
        let line = call("getLineNumber")?.as_number().unwrap_or(0.0) as u32;
        let column = call("getColumnNumber")?.as_number().unwrap_or(0.0) as u32;
        let (line, column) = state(ctx).program.original(&file, line, column);
        if function.is_empty() || function == "<anonymous>" || function == "<eval>" {
            out.push_str(&format!("\tat {file}:{line}:{column}(0)\n"));
        } else {
            out.push_str(&format!("\tat {function} ({file}:{line}:{column}(0))\n"));
        }
    }
    Ok(())
}
