//! `k6/metrics`: Counter, Gauge, Rate, Trend.

use std::time::SystemTime;

use loadwright_metrics::{Contains, MetricId, MetricKind};
use rquickjs::function::{Constructor, Opt, This};
use rquickjs::{Ctx, Function, Object, Result, Value};

use super::scope::read_tags;
use crate::host::Level;
use crate::vm::errors::go_error;
use crate::vm::state::{Stage, state};
use crate::vm::values::{absent, number, text, truthy};

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    for (name, kind) in [
        ("Counter", MetricKind::Counter),
        ("Gauge", MetricKind::Gauge),
        ("Rate", MetricKind::Rate),
        ("Trend", MetricKind::Trend),
    ] {
        let prototype = Object::new(ctx.clone())?;
        let construct = move |ctx: Ctx<'js>,
                              this: This<Value<'js>>,
                              name: Opt<Value<'js>>,
                              is_time: Opt<Value<'js>>|
              -> Result<Object<'js>> { make(&ctx, this.0, kind, name.0, is_time.0) };
        let constructor = Constructor::new_prototype(ctx, prototype, construct)?;
        constructor.set_name(name)?;
        out.set(name, constructor)?;
    }
    Ok(out)
}

fn make<'js>(
    ctx: &Ctx<'js>,
    this: Value<'js>,
    kind: MetricKind,
    name: Option<Value<'js>>,
    is_time: Option<Value<'js>>,
) -> Result<Object<'js>> {
    let vm = state(ctx);
    if vm.stage.get() != Stage::Init {
        return Err(go_error(ctx, "metrics must be declared in the init context"));
    }
    let name = match name {
        Some(v) => text(ctx, &v)?,
        None => "undefined".to_owned(),
    };
    let contains = if is_time.is_some_and(|v| truthy(ctx, &v)) { Contains::Time } else { Contains::Default };
    let id = vm.shared.registry.register(&name, kind, contains).map_err(|e| go_error(ctx, &e.0))?;
    let metric = Object::new(ctx.clone())?;
    // `this` of a construct call is the constructor (new.target): instances are of its class
    if let Some(class) = this.as_object()
        && let Ok(prototype) = class.get::<_, Object<'js>>("prototype")
    {
        metric.set_prototype(Some(&prototype))?;
    }
    metric.set("name", name.as_str())?;
    let add = move |ctx: Ctx<'js>, value: Opt<Value<'js>>, tags: Opt<Value<'js>>| {
        add(&ctx, id, &name, value.0, tags.0)
    };
    metric.set("add", Function::new(ctx.clone(), add)?.with_name("add")?)?;
    Ok(metric)
}

fn add<'js>(
    ctx: &Ctx<'js>,
    id: MetricId,
    name: &str,
    value: Option<Value<'js>>,
    tags: Option<Value<'js>>,
) -> Result<bool> {
    let vm = state(ctx);
    if !vm.stage.get().is_running() {
        return Err(go_error(ctx, "Adding to metrics in the init context is not supported"));
    }
    let number = match &value {
        Some(v) if !absent(v) => match v.as_bool() {
            Some(b) => f64::from(u8::from(b)),
            None => number(ctx, v),
        },
        _ => f64::NAN,
    };
    if number.is_nan() {
        let shown = match &value {
            Some(v) => text(ctx, v).unwrap_or_default(),
            None => "undefined".to_owned(),
        };
        let message = format!(
            "'{shown}' is an invalid value for metric '{name}', a number or a boolean value is expected"
        );
        if vm.shared.in_force().and_then(|o| o.options.throw).unwrap_or(false) {
            return Err(go_error(ctx, &message));
        }
        vm.host.log(Level::Warning, &message, &[]);
        return Ok(false);
    }
    let scoped = match tags.filter(|v| v.is_object()) {
        Some(tags) => {
            let tags = read_tags(ctx, &tags, "metric")?;
            vm.scope.derive(tags.iter().map(|(k, v)| (k.as_str(), v.as_str())))
        }
        None => vm.scope.current(),
    };
    let metadata = vm.scope.metadata();
    vm.recorder.borrow_mut().add(id, number, &scoped.tags, SystemTime::now(), metadata.as_ref());
    Ok(true)
}
