//! Parts of the environment that are written in JavaScript: compiled once a process, evaluated in an engine when first used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rquickjs::{Ctx, Function, Object, Persistent, Result, Value};

use crate::program::compile_internal;
use crate::vm::errors::go_error;
use crate::vm::loader::function_of;
use crate::vm::state::state;

const SOURCES: &[(&str, &str)] = &[
    ("ws", include_str!("../prelude/ws.js")),
    ("websockets", include_str!("../prelude/websockets.js")),
    ("files", include_str!("../prelude/files.js")),
    ("secrets", include_str!("../prelude/secrets.js")),
    ("errors", include_str!("../prelude/errors.js")),
    ("html", include_str!("../prelude/html.js")),
    ("dates", include_str!("../prelude/dates.js")),
    ("shared", include_str!("../prelude/shared.js")),
    ("text", include_str!("../prelude/text.js")),
    ("url", include_str!("../prelude/url.js")),
    ("web", include_str!("../prelude/web.js")),
    ("webcrypto", include_str!("../prelude/webcrypto.js")),
];

fn bytecode(name: &str) -> std::result::Result<Arc<[u8]>, String> {
    static COMPILED: OnceLock<Mutex<HashMap<String, Arc<[u8]>>>> = OnceLock::new();
    let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hit) = compiled.get(name) {
        return Ok(Arc::clone(hit));
    }
    let (_, source) =
        SOURCES.iter().find(|(n, _)| *n == name).ok_or_else(|| format!("no internal module {name}"))?;
    let bytes = compile_internal(&format!("k6:{name}"), source).map_err(|e| e.to_string())?;
    compiled.insert(name.to_owned(), Arc::clone(&bytes));
    Ok(bytes)
}

/// The exports of an internal module.
pub fn load<'js>(ctx: &Ctx<'js>, name: &str) -> Result<Object<'js>> {
    let key = format!("k6:{name}");
    let known = state(ctx).modules.borrow().get(&key).cloned();
    if let Some(exports) = known {
        return exports.restore(ctx);
    }
    if !["errors", "dates"].contains(&name) {
        crate::vm::globals::provide_all(ctx)?;
    }
    let bytes = bytecode(name).map_err(|e| go_error(ctx, &e))?;
    let function = function_of(ctx, &bytes)?;
    let module = Object::new(ctx.clone())?;
    let exports = Object::new(ctx.clone())?;
    module.set("exports", exports.clone())?;
    let require = Function::new(ctx.clone(), native)?;
    function.call::<_, Value<'js>>((module.clone(), exports, require))?;
    let exports: Object<'js> = module.get("exports")?;
    state(ctx).modules.borrow_mut().insert(key, Persistent::save(ctx, exports.clone()));
    Ok(exports)
}

/// What internal modules get from `require`: native halves by name, or another internal module.
fn native(ctx: Ctx<'_>, name: String) -> Result<Object<'_>> {
    match name.as_str() {
        "native:shared" => super::data::natives(&ctx),
        "native:socket" => super::socket::natives(&ctx),
        "native:files" => super::files::natives(&ctx),
        "native:secrets" => super::files::secret_natives(&ctx),
        "native:html" => super::html::natives(&ctx),
        "native:web" => super::web::natives(&ctx),
        "native:text" => super::encoding::text_natives(&ctx),
        "native:crypto" => super::crypto::natives(&ctx),
        other => load(&ctx, other),
    }
}
