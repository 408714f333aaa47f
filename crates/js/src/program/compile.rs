//! Source text to bytecode, in a throw-away engine of its own.

use std::ffi::CString;
use std::sync::Arc;

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Module, Runtime, WriteOptions, qjs};
use thiserror::Error;

/// Why a program could not be built.
#[derive(Debug, Error, Clone)]
pub enum CompileError {
    /// A module is not there or not one that can be loaded.
    #[error("{0}")]
    Missing(String),
    /// The text does not parse.
    #[error("SyntaxError: {0}")]
    Syntax(String),
    /// The engine itself failed.
    #[error("{0}")]
    Engine(String),
}

/// What stands before the first line of CommonJS code.
pub(super) const WRAPPER: &str = "(function(module,exports,require){";

/// Packages, and texts beyond this many bytes, are libraries: their functions do not keep their source, which every VU would hold
/// again for each level of nesting. `toString()` of such a function shows no body.
const LIBRARY: usize = 48 << 10;

fn is_library(address: &str, code: &str) -> bool {
    code.len() > LIBRARY || address.contains("/node_modules/")
}

fn flags_of(address: &str, code: &str) -> i32 {
    let strip = if is_library(address, code) { qjs::JS_WRITE_OBJ_STRIP_SOURCE } else { 0 };
    (qjs::JS_WRITE_OBJ_BYTECODE | strip) as i32
}

pub(super) fn module(address: &str, code: &str) -> Result<Arc<[u8]>, CompileError> {
    in_scratch(|ctx| {
        let declared =
            Module::declare(ctx.clone(), address, code).catch(ctx).map_err(|e| syntax(address, &e))?;
        let bytes = declared
            .write(WriteOptions { strip_source: is_library(address, code), ..WriteOptions::default() })
            .map_err(|e| CompileError::Engine(e.to_string()))?;
        Ok(bytes.into())
    })
}

pub(super) fn common_js(address: &str, code: &str) -> Result<Arc<[u8]>, CompileError> {
    // a hashbang is only one at the very beginning, and the first line must stay the first line
    let body = if code.starts_with("#!") { format!("//{code}") } else { code.to_owned() };
    let wrapped = format!("{WRAPPER}{body}\n}})");
    in_scratch(|ctx| script(ctx, address, &wrapped).map_err(|e| e.unwrap_or_else(|| caught(ctx, address))))
}

/// Compiles a sloppy-mode script to bytecode. `None` as the error means that an exception is pending.
fn script(ctx: &Ctx<'_>, address: &str, code: &str) -> Result<Arc<[u8]>, Option<CompileError>> {
    let name = CString::new(address).map_err(|e| Some(CompileError::Engine(e.to_string())))?;
    let source = CString::new(code)
        .map_err(|_| Some(CompileError::Syntax(format!("{address}: the text holds a NUL character"))))?;
    let flags = (qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY) as i32;
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: `raw` is the live context behind `ctx`; both strings outlive the call; every value obtained is freed once
    unsafe {
        let function = qjs::JS_Eval(raw, source.as_ptr(), code.len() as _, name.as_ptr(), flags);
        if qjs::JS_IsException(function) {
            return Err(None);
        }
        let mut len = 0;
        let buffer = qjs::JS_WriteObject(raw, &raw mut len, function, flags_of(address, code));
        qjs::JS_FreeValue(raw, function);
        if buffer.is_null() {
            return Err(None);
        }
        let bytes: Arc<[u8]> = std::slice::from_raw_parts(buffer, len as usize).into();
        qjs::js_free(raw, buffer.cast());
        Ok(bytes)
    }
}

fn in_scratch<T>(work: impl FnOnce(&Ctx<'_>) -> Result<T, CompileError>) -> Result<T, CompileError> {
    let engine = |e: rquickjs::Error| CompileError::Engine(e.to_string());
    let runtime = Runtime::new().map_err(engine)?;
    runtime.set_max_stack_size(1 << 20);
    runtime.set_loader(Stub, Stub);
    let context = Context::full(&runtime).map_err(engine)?;
    context.with(|ctx| work(&ctx))
}

fn caught(ctx: &Ctx<'_>, address: &str) -> CompileError {
    let value = ctx.catch();
    let text = value
        .as_exception()
        .and_then(rquickjs::Exception::message)
        .unwrap_or_else(|| "cannot be compiled".to_owned());
    CompileError::Syntax(format!("{address}: {text}"))
}

fn syntax(address: &str, error: &CaughtError<'_>) -> CompileError {
    let text = match error {
        CaughtError::Exception(e) => e.message().unwrap_or_default(),
        other => other.to_string(),
    };
    CompileError::Syntax(format!("{address}: {text}"))
}

/// The engine wants to see every imported module when it compiles; an empty one will do, names are linked later.
struct Stub;

impl Resolver for Stub {
    fn resolve<'js>(
        &mut self,
        _: &Ctx<'js>,
        _: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        Ok(name.to_owned())
    }
}

impl Loader for Stub {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<Module<'js, Declared>> {
        Module::declare(ctx.clone(), name, "")
    }
}
