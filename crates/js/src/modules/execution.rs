//! `k6/execution`: what runs, where, and the handles to stop it or to tag what follows.

use loadwright_workload::SystemTag;
use rquickjs::class::{
    ClassKind, JsCell, JsClass, PropertyDescriptor, PropertyName, Readable, Trace, Tracer,
};
use rquickjs::function::{Constructor, Opt};
use rquickjs::object::Accessor;
use rquickjs::{
    Atom, Class, Ctx, Exception, Function, IntoJs, JsLifetime, Object, Persistent, Result, Value,
};

use crate::host::{Execution, ScenarioState};
use crate::vm::errors::{Stop, go_error, uncatchable};
use crate::vm::globals::{atom_text, inherited};
use crate::vm::state::{Stage, State, state};
use crate::vm::values::{lent, text};

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    out.prop("instance", Accessor::new_get(instance).enumerable())?;
    out.prop("scenario", Accessor::new_get(scenario).enumerable())?;
    out.prop("test", Accessor::new_get(test).enumerable())?;
    out.prop("vu", Accessor::new_get(vu).enumerable())?;
    Ok(out)
}

/// One of the four parts; made once an engine, usable (as far as its own getters allow) in every stage.
pub fn part<'js>(ctx: &Ctx<'js>, name: &str) -> Result<Object<'js>> {
    let key = format!("k6:execution:{name}");
    let known = state(ctx).modules.borrow().get(&key).cloned();
    if let Some(part) = known {
        return part.restore(ctx);
    }
    let made = match name {
        "instance" => make_instance(ctx),
        "scenario" => make_scenario(ctx),
        "test" => make_test(ctx),
        _ => make_vu(ctx),
    }?;
    state(ctx).modules.borrow_mut().insert(key, Persistent::save(ctx, made.clone()));
    Ok(made)
}

fn check_instance(ctx: &Ctx<'_>) -> Result<()> {
    if state(ctx).stage.get() == Stage::Init {
        return Err(go_error(ctx, "getting instance information in the init context is not supported"));
    }
    Ok(())
}

fn check_vu(ctx: &Ctx<'_>) -> Result<()> {
    if state(ctx).stage.get() == Stage::Init {
        return Err(go_error(ctx, "getting VU information in the init context is not supported"));
    }
    Ok(())
}

fn check_scenario(ctx: &Ctx<'_>) -> Result<ScenarioState> {
    match state(ctx).host.execution().scenario {
        Some(scenario) if state(ctx).stage.get() != Stage::Init => Ok(scenario),
        _ => Err(go_error(ctx, "getting scenario information outside of the VU context is not supported")),
    }
}

fn instance(ctx: Ctx<'_>) -> Result<Object<'_>> {
    check_instance(&ctx)?;
    part(&ctx, "instance")
}

fn scenario(ctx: Ctx<'_>) -> Result<Object<'_>> {
    check_scenario(&ctx)?;
    part(&ctx, "scenario")
}

fn test(ctx: Ctx<'_>) -> Result<Object<'_>> {
    part(&ctx, "test")
}

fn vu(ctx: Ctx<'_>) -> Result<Object<'_>> {
    check_vu(&ctx)?;
    part(&ctx, "vu")
}

fn of_instance<'js>(object: &Object<'js>, name: &str, get: fn(&Execution) -> f64) -> Result<()> {
    let get = move |ctx: Ctx<'js>| -> Result<f64> {
        check_instance(&ctx)?;
        Ok(get(&state(&ctx).host.execution()))
    };
    object.prop(name, Accessor::new_get(get).enumerable())
}

fn make_instance<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    of_instance(&out, "currentTestRunDuration", |e| e.run_duration.as_secs_f64() * 1000.0)?;
    of_instance(&out, "iterationsCompleted", |e| e.iterations_completed as f64)?;
    of_instance(&out, "iterationsInterrupted", |e| e.iterations_interrupted as f64)?;
    of_instance(&out, "vusActive", |e| e.vus_active as f64)?;
    of_instance(&out, "vusInitialized", |e| e.vus_initialized as f64)?;
    Ok(out)
}

fn of_scenario<'js, T: IntoJs<'js> + 'js>(
    object: &Object<'js>,
    name: &'static str,
    get: fn(&ScenarioState) -> T,
) -> Result<()> {
    let get = move |ctx: Ctx<'js>| Ok(get(&check_scenario(&ctx)?)) as Result<T>;
    object.prop(name, Accessor::new_get(get).enumerable())
}

fn make_scenario<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    of_scenario(&out, "name", |s| s.name.to_string())?;
    of_scenario(&out, "executor", |s| s.executor)?;
    of_scenario(&out, "startTime", |s| s.start_ms.floor())?;
    of_scenario(&out, "progress", |s| s.progress)?;
    of_scenario(&out, "iterationInInstance", |s| s.iteration_in_instance as f64)?;
    of_scenario(&out, "iterationInTest", |s| s.iteration_in_test as f64)?;
    Ok(out)
}

fn make_test<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    out.set("abort", Function::new(ctx.clone(), abort)?.with_name("abort")?)?;
    out.set("fail", Function::new(ctx.clone(), fail)?.with_name("fail")?)?;
    out.prop("options", Accessor::new_get(options).enumerable())?;
    Ok(out)
}

fn abort<'js>(ctx: Ctx<'js>, reason: Opt<Value<'js>>) -> Result<()> {
    let mut message = "test aborted".to_owned();
    if let Some(reason) = reason.0.filter(|v| !v.is_undefined()) {
        message = format!("{message}: {}", text(&ctx, &reason)?);
    }
    let place = caller(&ctx);
    let message = if place.is_empty() { message } else { format!("{message} at {place}") };
    Err(uncatchable(&ctx, Stop::Aborted(message)))
}

/// The frame that called the running native function, as the abort line shows it.
fn caller(ctx: &Ctx<'_>) -> String {
    let stack = Exception::from_message(ctx.clone(), "").and_then(|e| {
        let class: Function<'_> = ctx.globals().get("Error")?;
        let made: Object<'_> = class.call(("",))?;
        let _ = e;
        made.get::<_, String>("stack")
    });
    let Ok(stack) = stack else {
        ctx.catch();
        return String::new();
    };
    stack
        .lines()
        .map(str::trim)
        .filter_map(|l| l.strip_prefix("at "))
        .find(|l| !l.ends_with("(native)"))
        .unwrap_or_default()
        .to_owned()
}

fn fail<'js>(ctx: Ctx<'js>, reason: Opt<Value<'js>>) -> Result<()> {
    let vm = state(&ctx);
    if !vm.stage.get().is_running() {
        return Err(go_error(&ctx, "failing the test from the init context is not supported"));
    }
    let message = match reason.0.filter(|v| !v.is_undefined()) {
        Some(v) => text(&ctx, &v)?,
        None => String::new(),
    };
    vm.host.mark_failed(&message);
    Ok(())
}

fn options(ctx: Ctx<'_>) -> Result<Value<'_>> {
    let vm = state(&ctx);
    let Some(in_force) = vm.shared.in_force().filter(|_| vm.stage.get() != Stage::Init) else {
        return Err(go_error(&ctx, "getting test options in the init context is not supported"));
    };
    let cached = vm.options_view.borrow().clone();
    if let Some(view) = cached {
        return view.restore(&ctx);
    }
    let value = ctx.json_parse(in_force.json.as_str())?;
    super::data::freeze(&ctx, &value)?;
    vm.options_view.replace(Some(Persistent::save(&ctx, value.clone())));
    Ok(value)
}

fn of_vu<'js>(object: &Object<'js>, name: &'static str, get: fn(&State) -> f64) -> Result<()> {
    let get = move |ctx: Ctx<'js>| -> Result<f64> {
        check_vu(&ctx)?;
        Ok(get(state(&ctx)))
    };
    object.prop(name, Accessor::new_get(get).enumerable())
}

fn make_vu<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    of_vu(&out, "idInInstance", |vm| vm.vu.get().in_instance as f64)?;
    of_vu(&out, "idInTest", |vm| vm.vu.get().in_test as f64)?;
    of_vu(&out, "iterationInInstance", |vm| {
        vm.host.execution().scenario.unwrap_or_default().vu_iteration_in_instance as f64
    })?;
    let in_scenario =
        |ctx: Ctx<'js>| Ok(check_scenario(&ctx)?.vu_iteration_in_scenario as f64) as Result<f64>;
    out.prop("iterationInScenario", Accessor::new_get(in_scenario).enumerable())?;
    let tags = Class::instance(ctx.clone(), VuTags { metadata: false })?;
    out.set("tags", tags.clone())?;
    let metrics = Object::new(ctx.clone())?;
    metrics.set("tags", tags)?;
    metrics.set("metadata", Class::instance(ctx.clone(), VuTags { metadata: true })?)?;
    out.set("metrics", metrics)?;
    Ok(out)
}

/// `exec.vu.metrics.tags` (or `.metadata`): reads and writes what applies to the samples that follow.
struct VuTags {
    metadata: bool,
}

impl VuTags {
    fn get(&self, ctx: &Ctx<'_>, key: &str) -> Option<String> {
        let scope = &state(ctx).scope;
        if self.metadata {
            return scope.metadata().and_then(|m| m.get(key).cloned());
        }
        scope.current().tags.get(key).map(str::to_owned)
    }

    fn keys(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let scope = &state(ctx).scope;
        if self.metadata {
            return scope.metadata().map(|m| m.keys().cloned().collect()).unwrap_or_default();
        }
        scope.current().tags.iter().map(|(k, _)| k.to_owned()).collect()
    }
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for VuTags {
    type Changed<'to> = VuTags;
}

impl<'js> Trace<'js> for VuTags {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for VuTags {
    const NAME: &'static str = "VuTags";
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
        match this.borrow().get(ctx, &key) {
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
        let key = atom_text(&atom);
        let scope = &state(ctx).scope;
        let metadata = this.borrow().metadata;
        if !(value.is_string() || value.is_number() || value.is_bool()) {
            let what = if metadata { "metadata" } else { "tag" };
            return Err(crate::vm::errors::type_error(
                ctx,
                &format!(
                    "only String, Boolean and Number types are accepted as a metric {what} value; '{key}' is of another type"
                ),
            ));
        }
        let value = text(ctx, &value)?;
        if metadata {
            scope.set_metadata(&key, Some(&value));
        } else {
            scope.restore(scope.derive([(key.as_str(), value.as_str())]));
            if key == SystemTag::Group.name() {
                scope.set_group(&value);
            }
        }
        Ok(true)
    }

    fn exotic_delete_property(this: &JsCell<'js, Self>, ctx: &Ctx<'js>, atom: Atom<'js>) -> Result<bool> {
        let key = atom_text(&atom);
        let scope = &state(ctx).scope;
        if this.borrow().metadata {
            scope.set_metadata(&key, None);
        } else {
            scope.restore(scope.without(&key));
        }
        Ok(true)
    }

    fn exotic_has_property(this: &JsCell<'js, Self>, ctx: &Ctx<'js>, atom: Atom<'js>) -> Result<bool> {
        Ok(this.borrow().get(ctx, &atom_text(&atom)).is_some())
    }

    fn exotic_get_own_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
    ) -> Result<Option<PropertyDescriptor<'js>>> {
        let found = this.borrow().get(ctx, &atom_text(&atom));
        found.map(|v| Ok(PropertyDescriptor::new_value(v.into_js(ctx)?, true, true, true))).transpose()
    }

    fn exotic_get_own_property_names(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
    ) -> Result<Vec<PropertyName<'js>>> {
        let keys = this.borrow().keys(ctx);
        keys.iter()
            .map(|k| Ok(PropertyName { atom: Atom::from_str(ctx.clone(), k)?, is_enumerable: true }))
            .collect()
    }
}
