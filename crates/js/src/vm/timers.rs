//! Timers: ids, due times, and the functions to call.

use std::collections::BTreeMap;
use std::time::Duration;

use rquickjs::function::Rest;
use rquickjs::{Ctx, Function, Persistent, Result, Value};

use super::errors::go_error;
use super::state::state;
use super::values::{absent, number};

/// All timers of one VU, ordered by due time and then by creation.
#[derive(Default)]
pub struct Timers {
    last_id: u32,
    order: u64,
    queue: BTreeMap<(Duration, u64), Timer>,
}

/// One pending timer.
pub struct Timer {
    pub id: u32,
    pub callback: Persistent<Function<'static>>,
    pub args: Vec<Persistent<Value<'static>>>,
    repeat: Option<Duration>,
    name: &'static str,
}

impl Timers {
    /// When the next timer is due, on the host's clock.
    pub fn next_due(&self) -> Option<Duration> {
        self.queue.keys().next().map(|k| k.0)
    }

    /// Takes the first timer that is due at `now`; an interval is put back.
    pub fn pop_due(&mut self, now: Duration) -> Option<Timer> {
        let key = *self.queue.keys().next()?;
        if key.0 > now {
            return None;
        }
        let timer = self.queue.remove(&key)?;
        if let Some(every) = timer.repeat {
            self.order += 1;
            let again = Timer {
                id: timer.id,
                callback: timer.callback.clone(),
                args: timer.args.clone(),
                repeat: timer.repeat,
                name: timer.name,
            };
            self.queue.insert((now + every, self.order), again);
        }
        Some(timer)
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Drops every timer and names them, for the warning about an interrupted iteration.
    pub fn clear(&mut self) -> Vec<(&'static str, u32)> {
        std::mem::take(&mut self.queue).into_values().map(|t| (t.name, t.id)).collect()
    }

    fn add(&mut self, due: Duration, timer: impl FnOnce(u32) -> Timer) -> u32 {
        self.last_id += 1;
        self.order += 1;
        self.queue.insert((due, self.order), timer(self.last_id));
        self.last_id
    }

    fn cancel(&mut self, id: u32) {
        self.queue.retain(|_, t| t.id != id);
    }
}

fn start<'js>(ctx: &Ctx<'js>, args: &[Value<'js>], name: &'static str, repeats: bool) -> Result<u32> {
    let Some(callback) = args.first().and_then(|v| v.as_function()) else {
        return Err(go_error(ctx, &format!("{name}'s callback isn't a callable function")));
    };
    let delay = args.get(1).filter(|v| !absent(v)).map_or(0.0, |v| number(ctx, v));
    let delay =
        Duration::from_secs_f64((if delay.is_finite() { delay.max(0.0) } else { 0.0 } / 1000.0).min(1e9));
    let delay = if repeats { delay.max(Duration::from_millis(1)) } else { delay };
    let vm = state(ctx);
    let due = vm.host.now() + delay;
    let timer = |id| Timer {
        id,
        callback: Persistent::save(ctx, callback.clone()),
        args: args.iter().skip(2).map(|v| Persistent::save(ctx, v.clone())).collect(),
        repeat: repeats.then_some(delay),
        name,
    };
    Ok(vm.timers.borrow_mut().add(due, timer))
}

fn set_timeout<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<u32> {
    start(&ctx, &args.0, "setTimeout", false)
}

fn set_interval<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<u32> {
    start(&ctx, &args.0, "setInterval", true)
}

fn clear<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) {
    if let Some(id) = args.0.first().map(|v| number(&ctx, v)).filter(|n| n.is_finite() && *n > 0.0) {
        state(&ctx).timers.borrow_mut().cancel(id as u32);
    }
}

/// The four functions by name.
pub fn functions<'js>(ctx: &Ctx<'js>) -> Result<Vec<(&'static str, Function<'js>)>> {
    Ok(vec![
        ("setTimeout", Function::new(ctx.clone(), set_timeout)?.with_name("setTimeout")?),
        ("clearTimeout", Function::new(ctx.clone(), clear)?.with_name("clearTimeout")?),
        ("setInterval", Function::new(ctx.clone(), set_interval)?.with_name("setInterval")?),
        ("clearInterval", Function::new(ctx.clone(), clear)?.with_name("clearInterval")?),
    ])
}
