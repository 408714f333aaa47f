//! Loading modules into one engine: bytecode for the script's own, synthesised exports for built-ins and CommonJS.

use rquickjs::function::{Rest, This};
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::{Declarations, Declared, Exports, ModuleDef};
use rquickjs::promise::PromiseState;
use rquickjs::{Ctx, Error, Function, Module, Object, Persistent, Promise, Result, Value, qjs};

use super::errors::{go_error, uncatchable};
use super::events;
use super::state::{Stage, state};
use super::values::{absent, text, truthy};
use crate::modules::registry;
use crate::program::{Code, CompileError, dir_of, join};

/// Resolver and loader of a runtime; everything was resolved when the program was built.
pub struct Modules;

impl Resolver for Modules {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let program = &state(ctx).program;
        if !state(ctx).linking.get() {
            return Err(ctx.throw(super::errors::make_go_error(
                ctx,
                "dynamic modules not enabled in the host program",
            )?));
        }
        if let Some(found) = program.resolved(base, name) {
            return Ok(found);
        }
        if program.code(name).is_some() {
            return Ok(name.to_owned());
        }
        Err(ctx.throw(super::errors::make_go_error(ctx, "dynamic modules not enabled in the host program")?))
    }
}

impl Loader for Modules {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        match state(ctx).program.code(name) {
            // SAFETY: bytecode written by this process with the same engine
            Some(Code::Esm(bytes)) => {
                let module = unsafe { Module::load(ctx.clone(), &bytes) }?;
                add_meta(ctx, name, &module)?;
                Ok(module)
            }
            _ => {
                // evaluated now, so that its names are known when importers are linked
                require_address(ctx, name)?;
                Module::declare_def::<Synthesised, _>(ctx.clone(), name)
            }
        }
    }
}

/// `import.meta.resolve`, for modules that look at `import.meta`.
pub fn add_meta<'js>(ctx: &Ctx<'js>, name: &str, module: &Module<'js, Declared>) -> Result<()> {
    if !state(ctx).program.uses_meta(name) {
        return Ok(());
    }
    let base = name.to_owned();
    let resolve = move |ctx: Ctx<'js>, specifier: String| -> Result<String> {
        state(&ctx).program.resolve_from(&base, &specifier).map_err(|e| go_error(&ctx, &e.to_string()))
    };
    module.meta()?.set("resolve", Function::new(ctx.clone(), resolve)?.with_name("resolve")?)
}

/// A module whose exports are the properties of an object that exists already.
struct Synthesised;

impl Synthesised {
    fn names<'js>(ctx: &Ctx<'js>, name: &str, object: &Value<'js>) -> Vec<String> {
        let mut names = state(ctx).program.wanted(name);
        names.insert("default".to_owned());
        if let Some(object) = object.as_object() {
            names.extend(object.keys::<String>().flatten());
        }
        names.into_iter().collect()
    }
}

impl ModuleDef for Synthesised {
    fn declare(decl: &Declarations<'_>) -> Result<()> {
        let ctx = decl.module().ctx();
        let name: String = decl.module().name()?;
        let object = require_address(ctx, &name)?;
        for export in Self::names(ctx, &name, &object) {
            decl.declare(export)?;
        }
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let name: String = exports.module().name()?;
        let value = require_address(ctx, &name)?;
        let object = value.as_object();
        let lazy = name == "k6/execution";
        for export in Self::names(ctx, &name, &value) {
            let found = match object {
                Some(o) if export == "default" => {
                    if truthy(ctx, &o.get::<_, Value<'js>>("__esModule")?) {
                        o.get::<_, Value<'js>>("default")?
                    } else {
                        value.clone()
                    }
                }
                // its properties may not be looked at while the script loads, but they may be imported
                Some(o) if lazy && o.contains_key(export.as_str())? => {
                    crate::modules::execution::part(ctx, &export)?.into_value()
                }
                Some(o) => o.get::<_, Value<'js>>(export.as_str())?,
                None if export == "default" => value.clone(),
                None => Value::new_undefined(ctx.clone()),
            };
            let found =
                if found.is_undefined() && name == "k6" { Value::new_null(ctx.clone()) } else { found };
            exports.export(export, found)?;
        }
        Ok(())
    }
}

/// The exports object of a module by its address; evaluates it on first use.
pub fn require_address<'js>(ctx: &Ctx<'js>, address: &str) -> Result<Value<'js>> {
    let vm = state(ctx);
    let known = vm.modules.borrow().get(address).cloned();
    if let Some(holder) = known {
        return holder.restore(ctx)?.get("exports");
    }
    let holder = Object::new(ctx.clone())?;
    let keep = |holder: &Object<'js>| {
        vm.modules.borrow_mut().insert(address.to_owned(), Persistent::save(ctx, holder.clone()));
    };
    match vm.program.code(address) {
        None => {
            holder.set("exports", registry::build(ctx, address)?)?;
            keep(&holder);
        }
        Some(Code::Json(raw)) => {
            holder.set("exports", ctx.json_parse(&*raw)?)?;
            keep(&holder);
        }
        Some(Code::CommonJs(bytes)) => {
            let exports = Object::new(ctx.clone())?;
            holder.set("exports", exports.clone())?;
            keep(&holder);
            let function = function_of(ctx, &bytes)?;
            let require = require_from(ctx, address)?;
            let done =
                function.call::<_, Value<'js>>((This(exports.clone()), holder.clone(), exports, require));
            if let Err(e) = done {
                vm.modules.borrow_mut().remove(address);
                return Err(e);
            }
        }
        Some(Code::Esm(_)) => {
            let before = state(ctx).linking.replace(true);
            let promise = Module::import(ctx, address);
            state(ctx).linking.set(before);
            let promise = promise?;
            let namespace = wait_for(ctx, &promise)?;
            holder.set("exports", namespace)?;
            keep(&holder);
        }
    }
    holder.get("exports")
}

/// Runs microtasks and, when needed, the event loop until `promise` is settled.
fn wait_for<'js>(ctx: &Ctx<'js>, promise: &Promise<'js>) -> Result<Value<'js>> {
    let settled = || !matches!(promise.state(), PromiseState::Pending);
    while !settled() && ctx.execute_pending_job() {}
    if !settled() {
        events::run_until(ctx, settled).map_err(|stop| match stop {
            events_stop @ super::errors::Stop::Exception(_) => go_error(ctx, &events_stop.to_string()),
            other => uncatchable(ctx, other),
        })?;
    }
    state(ctx).unhandled.borrow_mut().clear();
    promise.result().unwrap_or_else(|| Err(go_error(ctx, "the module never finishes loading")))
}

/// The function that compiled CommonJS or internal code evaluates to.
pub fn function_of<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Function<'js>> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the bytes were written by this process with the same engine; JS_EvalFunction takes ownership of the object
    let value = unsafe {
        let object =
            qjs::JS_ReadObject(raw, bytes.as_ptr(), bytes.len() as _, qjs::JS_READ_OBJ_BYTECODE as i32);
        if qjs::JS_IsException(object) {
            return Err(Error::Exception);
        }
        let value = qjs::JS_EvalFunction(raw, object);
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        Value::from_raw(ctx.clone(), value)
    };
    value.into_function().ok_or(Error::Unknown)
}

/// A `require` that resolves as seen from `base`.
pub fn require_from<'js>(ctx: &Ctx<'js>, base: &str) -> Result<Function<'js>> {
    let base = base.to_owned();
    let require = move |ctx: Ctx<'js>, args: Rest<Value<'js>>| -> Result<Value<'js>> {
        let vm = state(&ctx);
        if vm.stage.get() != Stage::Init {
            return Err(init_only(&ctx, "require"));
        }
        let specifier = match args.0.first() {
            Some(v) if !absent(v) => text(&ctx, v)?,
            _ => String::new(),
        };
        if specifier.is_empty() {
            return Err(go_error(&ctx, "require() can't be used with an empty specifier"));
        }
        let address = vm.program.require(&base, &specifier).map_err(|e| match e {
            CompileError::Syntax(text) => rquickjs::Exception::throw_syntax(&ctx, &text),
            other => go_error(&ctx, &other.to_string()),
        })?;
        super::globals::provide_mentioned(&ctx)?;
        require_address(&ctx, &address)
    };
    Function::new(ctx.clone(), require)?.with_name("require")
}

/// The error of functions that exist only while the script is loaded.
pub fn init_only(ctx: &Ctx<'_>, name: &str) -> Error {
    go_error(
        ctx,
        &format!(
            "the {name:?} function is only available in the init stage (i.e. the global scope), see \
             https://grafana.com/docs/k6/latest/using-k6/test-lifecycle/ for more information"
        ),
    )
}

/// The global `open`.
pub fn open<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<Value<'js>> {
    let vm = state(&ctx);
    if vm.stage.get() != Stage::Init {
        return Err(init_only(&ctx, "open"));
    }
    let path = match args.0.first() {
        Some(v) if !absent(v) => text(&ctx, v)?,
        _ => String::new(),
    };
    if path.is_empty() {
        return Err(go_error(&ctx, "open() can't be used with an empty filename"));
    }
    let mode = args.0.get(1).map(|v| text(&ctx, v)).transpose()?.unwrap_or_default();
    let content = read(&ctx, &path).map_err(|e| go_error(&ctx, &e))?;
    if mode == "b" {
        return super::values::array_buffer(&ctx, content.to_vec());
    }
    super::values::string_of(&ctx, &content)
}

/// Reads a data file as `open()` sees it: relative to the entry script, and only what was seen before after the first VU.
pub fn read(ctx: &Ctx<'_>, path: &str) -> std::result::Result<std::sync::Arc<[u8]>, String> {
    let program = &state(ctx).program;
    let from = ctx.script_or_module_name(1).and_then(|a| a.to_string().ok()).filter(|n| n.contains("://"));
    let relative = path.strip_prefix("file://").unwrap_or(path);
    let mut tried = vec![join(dir_of(&program.entry), relative)];
    if let Some(from) = from {
        tried.push(join(dir_of(&from), relative));
    }
    let address = tried.iter().find(|a| program.files.exists(a)).unwrap_or(&tried[0]).clone();
    if program.is_sealed() {
        return program.files.cached(&address).ok_or_else(|| {
            format!("open() can't be used with files that weren't previously opened during initialization (__VU==0), path: {path:?}")
        });
    }
    if program.files.is_dir(&address) {
        return Err(format!("open() can't be used with directories, path: {path:?}"));
    }
    program.files.read(&address)
}
