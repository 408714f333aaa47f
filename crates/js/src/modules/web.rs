//! The native half of the web globals: the clock.

use rquickjs::{Ctx, Function, Object, Result};

use crate::vm::state::state;

/// What `prelude/web.js` builds on.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    let now = |ctx: Ctx<'js>| state(&ctx).host.now().as_secs_f64() * 1000.0;
    out.set("now", Function::new(ctx.clone(), now)?)?;
    let origin = |ctx: Ctx<'js>| {
        let host = &state(&ctx).host;
        host.wall_ms() - host.now().as_secs_f64() * 1000.0
    };
    out.set("origin", Function::new(ctx.clone(), origin)?)?;
    Ok(out)
}
