//! The global object: what k6 has, what its users miss, and nothing of the engine's own.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::class::{
    ClassKind, JsCell, JsClass, PropertyDescriptor, PropertyName, Readable, Trace, Tracer,
};
use rquickjs::function::Constructor;
use rquickjs::object::Accessor;
use rquickjs::{Atom, Class, Ctx, Function, IntoJs, JsLifetime, Object, Result, Value, qjs};

use super::errors::{self, go_error};
use super::loader::{open, require_from};
use super::state::state;
use super::values::{lent, text};
use super::{console, timers};
use crate::modules::internal;
use crate::program::Code;

/// Fills the global object of a fresh context.
pub fn install(ctx: &Ctx<'_>) -> Result<()> {
    let globals = ctx.globals();
    for engine_only in [
        "Atomics",
        "InternalError",
        "SharedArrayBuffer",
        "navigator",
        "print",
        "std",
        "os",
        "bjson",
        "scriptArgs",
        "gc",
        "performance",
        "DOMException",
    ] {
        globals.remove(engine_only)?;
    }
    go_error_class(ctx)?;
    errors::install(ctx)?;
    console::install(ctx)?;
    for (name, function) in timers::functions(ctx)? {
        globals.set(name, function)?;
    }
    let vm = state(ctx);
    globals.set("__VU", vm.vu.get().in_instance as f64)?;
    let env =
        Env { base: Arc::clone(&vm.shared.env), scenario: vm.slot::<ScenarioEnv>(), own: RefCell::default() };
    globals.set("__ENV", Class::instance(ctx.clone(), env)?)?;
    globals.set("open", Function::new(ctx.clone(), open)?.with_name("open")?)?;
    globals.set("require", require_from(ctx, &vm.program.entry)?)?;
    globals.set("global", globals.clone())?;
    if matches!(vm.program.code(&vm.program.entry), Some(Code::Esm(_))) {
        for name in ["module", "exports"] {
            let refuse = move |ctx: Ctx<'_>| -> Result<()> {
                Err(go_error(
                    &ctx,
                    &format!(
                        "you are trying to access identifier {name:?}, this likely is due to mixing ECMAScript Modules (ESM) and CommonJS \
                         syntax. This isn't supported in the JavaScript standard, please use only one or the other"
                    ),
                ))
            };
            globals.prop(name, Accessor::new_get(refuse).configurable())?;
        }
    }
    provide_mentioned(ctx)
}

/// Parts of the global object that cost memory in every VU and are therefore there only for programs that mention them.
const PARTS: [(&str, &[&str]); 4] = [
    ("typed arrays", &["8Array", "16Array", "32Array", "64Array", "ClampedArray", "ArrayBuffer", "DataView"]),
    ("proxy", &["Proxy"]),
    ("weak references", &["WeakRef", "FinalizationRegistry"]),
    ("dates", &["Date"]),
];

/// Text that may reach a global by a name that is put together at run time.
const BY_ANY_NAME: [&str; 6] = ["eval(", "Function(", "globalThis[", "global[", "globalThis)", "(global)"];

/// Whether a source text mentions a global that is not always there; every such name that it mentions.
pub fn mentioned(text: &str) -> Vec<&'static str> {
    let every = BY_ANY_NAME.iter().any(|word| text.contains(word));
    let parts = PARTS
        .iter()
        .filter(|(_, words)| every || words.iter().any(|w| text.contains(w)))
        .map(|(name, _)| *name);
    parts.chain(LAZY.iter().filter(|(name, _)| every || text.contains(name)).map(|(name, _)| *name)).collect()
}

/// Adds what the program mentions and the engine does not have yet.
pub fn provide_mentioned(ctx: &Ctx<'_>) -> Result<()> {
    state(ctx).program.mentions().into_iter().try_for_each(|name| provide(ctx, name))
}

/// Adds everything: internal scripts count on all of it.
pub fn provide_all(ctx: &Ctx<'_>) -> Result<()> {
    PARTS
        .iter()
        .map(|(name, _)| *name)
        .chain(LAZY.iter().map(|(name, _)| *name))
        .try_for_each(|name| provide(ctx, name))
}

/// Adds typed arrays and ArrayBuffer, before native code makes one.
pub fn provide_typed_arrays(ctx: &Ctx<'_>) -> Result<()> {
    provide(ctx, "typed arrays")
}

fn provide(ctx: &Ctx<'_>, name: &'static str) -> Result<()> {
    if !state(ctx).provided.borrow_mut().insert(name) {
        return Ok(());
    }
    if let Some((name, module)) = LAZY.iter().find(|(n, _)| *n == name) {
        return lazy(ctx, name, module);
    }
    if name == "dates" {
        internal::load(ctx, name)?;
        return Ok(());
    }
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: a live context; each is added once, and each only adds to the global object
    let failed = unsafe {
        match name {
            "typed arrays" => qjs::JS_AddIntrinsicTypedArrays(raw),
            "proxy" => qjs::JS_AddIntrinsicProxy(raw),
            _ => qjs::JS_AddIntrinsicWeakRef(raw),
        }
    } < 0;
    if failed {
        return Err(rquickjs::Error::Exception);
    }
    for engine_only in ["Atomics", "SharedArrayBuffer"] {
        ctx.globals().remove(engine_only)?;
    }
    Ok(())
}

/// Globals that are made when they are first looked at, and the internal module that makes each.
const LAZY: [(&str, &str); 14] = [
    ("TextEncoder", "text"),
    ("TextDecoder", "text"),
    ("btoa", "text"),
    ("atob", "text"),
    ("URL", "url"),
    ("URLSearchParams", "url"),
    ("structuredClone", "web"),
    ("performance", "web"),
    ("AbortController", "web"),
    ("AbortSignal", "web"),
    ("Event", "web"),
    ("EventTarget", "web"),
    ("DOMException", "web"),
    ("crypto", "webcrypto"),
];

fn lazy(ctx: &Ctx<'_>, name: &'static str, module: &'static str) -> Result<()> {
    let globals = ctx.globals();
    let getter = Function::new(ctx.clone(), LazyGet { name, module })?;
    let setter = Function::new(ctx.clone(), LazySet { name })?;
    let define: Function<'_> = ctx.globals().get::<_, Object<'_>>("Object")?.get("defineProperty")?;
    let descriptor = Object::new(ctx.clone())?;
    descriptor.set("get", getter)?;
    descriptor.set("set", setter)?;
    descriptor.set("configurable", true)?;
    define.call::<_, Value<'_>>((globals, name, descriptor))?;
    Ok(())
}

fn go_error_class(ctx: &Ctx<'_>) -> Result<()> {
    let class: Value<'_> = internal::load(ctx, "errors")?.get("GoError")?;
    ctx.globals().set("GoError", class)
}

/// What the running scenario adds to `__ENV`.
#[derive(Default)]
pub struct ScenarioEnv(pub RefCell<BTreeMap<String, String>>);

/// `__ENV`: strings only, shared until written to.
pub struct Env {
    base: Arc<BTreeMap<String, String>>,
    scenario: Rc<ScenarioEnv>,
    own: RefCell<HashMap<String, Option<String>>>,
}

impl Env {
    fn get(&self, key: &str) -> Option<String> {
        match self.own.borrow().get(key) {
            Some(own) => own.clone(),
            None => self.scenario.0.borrow().get(key).or_else(|| self.base.get(key)).cloned(),
        }
    }

    /// Forgets what the script wrote, as the start of a scenario on this VU does.
    pub fn reset(&self) {
        self.own.borrow_mut().clear();
    }

    fn keys(&self) -> Vec<String> {
        let mut keys: std::collections::BTreeSet<String> = self.base.keys().cloned().collect();
        keys.extend(self.scenario.0.borrow().keys().cloned());
        for (key, value) in &*self.own.borrow() {
            if value.is_some() {
                keys.insert(key.clone());
            } else {
                keys.remove(key);
            }
        }
        keys.into_iter().collect()
    }
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for Env {
    type Changed<'to> = Env;
}

impl<'js> Trace<'js> for Env {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Env {
    const NAME: &'static str = "Env";
    const KIND: ClassKind = ClassKind::Exotic;
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }

    fn exotic_get_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
        _: Value<'js>,
    ) -> Result<Value<'js>> {
        let key = atom_text(&atom);
        match this.borrow().get(&key) {
            Some(value) => value.into_js(ctx),
            None => inherited(ctx, &key, &atom),
        }
    }

    fn exotic_set_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
        _: Value<'js>,
        value: Value<'js>,
    ) -> Result<bool> {
        let value = lent(value);
        let value = text(ctx, &value)?;
        this.borrow().own.borrow_mut().insert(atom_text(&atom), Some(value));
        Ok(true)
    }

    fn exotic_delete_property(this: &JsCell<'js, Self>, _: &Ctx<'js>, atom: Atom<'js>) -> Result<bool> {
        this.borrow().own.borrow_mut().insert(atom_text(&atom), None);
        Ok(true)
    }

    fn exotic_has_property(this: &JsCell<'js, Self>, _: &Ctx<'js>, atom: Atom<'js>) -> Result<bool> {
        Ok(this.borrow().get(&atom_text(&atom)).is_some())
    }

    fn exotic_get_own_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
    ) -> Result<Option<PropertyDescriptor<'js>>> {
        let found = this.borrow().get(&atom_text(&atom));
        found.map(|v| Ok(PropertyDescriptor::new_value(v.into_js(ctx)?, true, true, true))).transpose()
    }

    fn exotic_get_own_property_names(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
    ) -> Result<Vec<PropertyName<'js>>> {
        let keys = this.borrow().keys();
        keys.iter()
            .map(|k| Ok(PropertyName { atom: Atom::from_str(ctx.clone(), k)?, is_enumerable: true }))
            .collect()
    }
}

/// The text of a property name; symbols give an empty one.
pub fn atom_text(atom: &Atom<'_>) -> String {
    match atom.to_value() {
        Ok(value) if !value.is_symbol() => atom.to_string().unwrap_or_default(),
        _ => String::new(),
    }
}

/// A property that an exotic object inherits from `Object.prototype`.
pub fn inherited<'js>(ctx: &Ctx<'js>, key: &str, atom: &Atom<'js>) -> Result<Value<'js>> {
    let common = [
        "",
        "toString",
        "hasOwnProperty",
        "valueOf",
        "constructor",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "__proto__",
    ];
    if !common.contains(&key) {
        return Ok(Value::new_undefined(ctx.clone()));
    }
    let object: Object<'js> = ctx.globals().get("Object")?;
    object.get::<_, Object<'js>>("prototype")?.get(atom.clone())
}

struct LazyGet {
    name: &'static str,
    module: &'static str,
}

struct LazySet {
    name: &'static str,
}

impl<'js> rquickjs::function::IntoJsFunc<'js, ()> for LazyGet {
    fn param_requirements() -> rquickjs::function::ParamRequirement {
        rquickjs::function::ParamRequirement::none()
    }

    fn call<'a>(&self, params: rquickjs::function::Params<'a, 'js>) -> Result<Value<'js>> {
        let ctx = params.ctx().clone();
        let module = internal::load(&ctx, self.module)?;
        let value: Value<'js> = module.get(self.name)?;
        define(&ctx, self.name, value.clone())?;
        Ok(value)
    }
}

impl<'js> rquickjs::function::IntoJsFunc<'js, ()> for LazySet {
    fn param_requirements() -> rquickjs::function::ParamRequirement {
        rquickjs::function::ParamRequirement::single()
    }

    fn call<'a>(&self, params: rquickjs::function::Params<'a, 'js>) -> Result<Value<'js>> {
        let ctx = params.ctx().clone();
        let value = params.arg(0).unwrap_or_else(|| Value::new_undefined(ctx.clone()));
        define(&ctx, self.name, value)?;
        Ok(Value::new_undefined(ctx))
    }
}

fn define<'js>(ctx: &Ctx<'js>, name: &str, value: Value<'js>) -> Result<()> {
    let property = rquickjs::object::Property::from(value).writable().configurable();
    ctx.globals().prop(name, property)
}
