//! `k6`: check, fail, group, randomSeed, sleep.

use std::time::{Duration, SystemTime};

use loadwright_metrics::builtin;
use loadwright_workload::SystemTag;
use rquickjs::function::{Opt, Rest};
use rquickjs::{Ctx, Function, Object, Result, Value};

use super::scope::read_tags;
use crate::vm::errors::{Stop, go_error, uncatchable};
use crate::vm::state::state;
use crate::vm::values::{absent, is_async_function, number, text, truthy};

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    out.set("check", Function::new(ctx.clone(), check)?.with_name("check")?)?;
    out.set("fail", Function::new(ctx.clone(), fail)?.with_name("fail")?)?;
    out.set("group", Function::new(ctx.clone(), group)?.with_name("group")?)?;
    out.set("randomSeed", Function::new(ctx.clone(), random_seed)?.with_name("randomSeed")?)?;
    out.set("sleep", Function::new(ctx.clone(), sleep)?.with_name("sleep")?)?;
    Ok(out)
}

fn check<'js>(
    ctx: Ctx<'js>,
    subject: Opt<Value<'js>>,
    set: Opt<Value<'js>>,
    tags: Opt<Value<'js>>,
) -> Result<bool> {
    let vm = state(&ctx);
    if !vm.stage.get().is_running() {
        return Err(go_error(&ctx, "Using check() in the init context is not supported"));
    }
    let Some(set) = set.0.filter(|v| !absent(v)) else {
        return Err(go_error(&ctx, "no checks provided to `check`"));
    };
    let subject = subject.0.unwrap_or_else(|| Value::new_undefined(ctx.clone()));
    let scoped = match tags.0.filter(|v| v.is_object()) {
        Some(tags) => {
            let tags = read_tags(&ctx, &tags, "check")?;
            vm.scope.derive(tags.iter().map(|(k, v)| (k.as_str(), v.as_str())))
        }
        None => vm.scope.current(),
    };
    let metadata = vm.scope.metadata();
    let Some(set) = set.as_object() else { return Ok(true) };
    let mut all = true;
    for entry in set.props::<String, Value<'js>>() {
        let (name, condition) = entry?;
        if name.contains("::") {
            return Err(go_error(&ctx, "group and check names may not contain '::'"));
        }
        let mut failure = None;
        let passed = match condition.as_function() {
            Some(function) => {
                if is_async_function(&condition) {
                    return Err(go_error(
                        &ctx,
                        "the built-in check() does not support async functions as arguments. Use the JavaScript utils library as a \
                         replacement. Refer to https://grafana.com/docs/k6/latest/javascript-api/jslib/utils/check/ for more info",
                    ));
                }
                match function.call::<_, Value<'js>>((subject.clone(),)) {
                    Ok(value) => truthy(&ctx, &value),
                    Err(e) => {
                        failure = Some(e);
                        false
                    }
                }
            }
            None => truthy(&ctx, &condition),
        };
        all &= passed;
        vm.recorder.borrow_mut().check(&name, passed, &scoped.tags, SystemTime::now(), metadata.as_ref());
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
    Ok(all)
}

fn fail<'js>(ctx: Ctx<'js>, message: Opt<Value<'js>>) -> Result<()> {
    let message = match message.0.filter(|v| !v.is_undefined()) {
        Some(v) => text(&ctx, &v)?,
        None => String::new(),
    };
    Err(go_error(&ctx, &message))
}

fn group<'js>(ctx: Ctx<'js>, name: Opt<Value<'js>>, callback: Opt<Value<'js>>) -> Result<Value<'js>> {
    let vm = state(&ctx);
    if !vm.stage.get().is_running() {
        return Err(go_error(&ctx, "Using group() in the init context is not supported"));
    }
    let Some(callback) = callback.0.filter(|v| v.is_function()) else {
        return Err(go_error(&ctx, "group() requires a callback as a second argument"));
    };
    if is_async_function(&callback) {
        return Err(go_error(
            &ctx,
            "group() does not support async functions as arguments, please see \
             https://grafana.com/docs/k6/latest/javascript-api/k6/group/#working-with-async-functions for more info",
        ));
    }
    let name = match name.0 {
        Some(v) => text(&ctx, &v)?,
        None => "undefined".to_owned(),
    };
    if name.contains("::") {
        return Err(go_error(&ctx, "group and check names may not contain '::'"));
    }
    let outer_path = vm.scope.group();
    let outer = vm.scope.current();
    let path = format!("{outer_path}::{name}");
    vm.scope.set_group(&path);
    if vm.scope.enabled(SystemTag::Group) {
        vm.scope.restore(vm.scope.derive([("group", path.as_str())]));
    }
    let entered = vm.scope.current();
    {
        let scenario = entered.tags.get("scenario").unwrap_or_default();
        vm.recorder.borrow_mut().group(&path, scenario);
    }
    let began = vm.host.now();
    let result =
        callback.as_function().map_or_else(|| Err(rquickjs::Error::Unknown), |f| f.call::<_, Value<'js>>(()));
    let took = vm.host.now().saturating_sub(began).as_secs_f64() * 1000.0;
    let metadata = vm.scope.metadata();
    let inner = vm.scope.current();
    vm.recorder.borrow_mut().add(
        builtin::GROUP_DURATION,
        took,
        &inner.tags,
        SystemTime::now(),
        metadata.as_ref(),
    );
    vm.scope.set_group(&outer_path);
    if vm.scope.is_current(&entered) {
        vm.scope.restore(outer);
    } else if vm.scope.enabled(SystemTag::Group) {
        // tags that the callback set on the VU stay, only the group goes back
        let back = if outer.tags.get("group").is_some() {
            vm.scope.derive([("group", outer_path.as_str())])
        } else {
            vm.scope.without("group")
        };
        vm.scope.restore(back);
    }
    result
}

fn sleep<'js>(ctx: Ctx<'js>, seconds: Opt<Value<'js>>) -> Result<()> {
    let seconds = seconds.0.map_or(0.0, |v| number(&ctx, &v));
    if seconds.is_nan() || seconds <= 0.0 {
        return Ok(());
    }
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(u64::from(u32::MAX)));
    state(&ctx).host.sleep(time).map_err(|_| uncatchable(&ctx, Stop::Interrupted))
}

fn random_seed<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<()> {
    let seed = args.0.first().map_or(0.0, |v| number(&ctx, v));
    let seed = if seed.is_finite() { seed as i64 } else { 0 };
    let math: Object<'js> = ctx.globals().get("Math")?;
    let source = std::cell::RefCell::new(super::random::Seeded::new(seed));
    math.set(
        "random",
        Function::new(ctx.clone(), move || source.borrow_mut().float64())?.with_name("random")?,
    )
}
