//! `k6/timers`: the global timers by name.

use rquickjs::{Ctx, Object, Result};

use crate::vm::timers::functions;

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    for (name, function) in functions(ctx)? {
        out.set(name, function)?;
    }
    Ok(out)
}
