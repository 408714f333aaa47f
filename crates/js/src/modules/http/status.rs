//! Which statuses count as expected: `expectedStatuses` and the response callback.

use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::{Constructor, Opt, Rest};
use rquickjs::{Class, Ctx, JsLifetime, Result, Value};

use super::given;
use crate::vm::errors::go_error;
use crate::vm::state::state;

/// Inclusive ranges of statuses.
#[derive(Clone, Debug)]
pub struct Expected(pub Vec<(i64, i64)>);

impl Default for Expected {
    fn default() -> Self {
        Self(vec![(200, 399)])
    }
}

impl Expected {
    pub fn holds(&self, status: u16) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&i64::from(status)))
    }
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for Expected {
    type Changed<'to> = Expected;
}

impl<'js> Trace<'js> for Expected {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Expected {
    const NAME: &'static str = "ExpectedStatuses";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

pub fn expected_statuses<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<Class<'js, Expected>> {
    if args.0.is_empty() {
        return Err(go_error(&ctx, "no arguments"));
    }
    let mut ranges = Vec::new();
    for (i, arg) in args.0.iter().enumerate() {
        let wrong = || {
            go_error(
                &ctx,
                &format!(
                    "argument number {} to expectedStatuses was neither an integer nor an object like {{min:100, max:329}}",
                    i + 1
                ),
            )
        };
        if let Some(n) = integer(arg) {
            ranges.push((n, n));
            continue;
        }
        let object = arg.as_object().ok_or_else(wrong)?;
        let bound = |key: &str| object.get::<_, Value<'js>>(key).ok().as_ref().and_then(integer);
        match (bound("min"), bound("max")) {
            (Some(low), Some(high)) => ranges.push((low, high)),
            _ => return Err(wrong()),
        }
    }
    Class::instance(ctx.clone(), Expected(ranges))
}

fn integer(value: &Value<'_>) -> Option<i64> {
    value.as_number().filter(|n| n.fract() == 0.0).map(|n| n as i64)
}

/// Reads a callback argument: `null` turns it off.
pub fn read_callback<'js>(ctx: &Ctx<'js>, value: Option<&Value<'js>>) -> Result<Option<Expected>> {
    let Some(value) = given(value) else { return Ok(None) };
    match Class::<Expected>::from_value(value) {
        Ok(class) => Ok(Some(class.borrow().clone())),
        Err(_) => Err(go_error(ctx, "unsupported argument, expected http.expectedStatuses")),
    }
}

pub fn set_response_callback<'js>(ctx: Ctx<'js>, callback: Opt<Value<'js>>) -> Result<()> {
    let read = read_callback(&ctx, callback.0.as_ref())?;
    state(&ctx).http.expected.replace(read);
    Ok(())
}
