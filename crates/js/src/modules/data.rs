//! `k6/data`: SharedArray, one copy for all VUs, each element parsed and frozen when it is looked at.

use std::sync::Arc;

use rquickjs::class::{
    ClassKind, JsCell, JsClass, PropertyDescriptor, PropertyName, Readable, Trace, Tracer,
};
use rquickjs::function::{Constructor, Opt};
use rquickjs::{Atom, Class, Ctx, Function, IntoJs, JsLifetime, Object, Result, Value};

use crate::shared::SharedArrayData;
use crate::vm::errors::{go_error, type_error};
use crate::vm::globals::atom_text;
use crate::vm::state::{Stage, state};
use crate::vm::values::{is_async_function, lent, text};

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    crate::modules::internal::load(ctx, "shared")?.get("module")
}

/// What `prelude/shared.js` builds on.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    out.set("make", Function::new(ctx.clone(), shared_array)?)?;
    Ok(out)
}

fn shared_array<'js>(ctx: Ctx<'js>, name: Opt<Value<'js>>, make: Opt<Value<'js>>) -> Result<Value<'js>> {
    let vm = state(&ctx);
    if vm.stage.get() != Stage::Init {
        return Err(go_error(&ctx, "new SharedArray must be called in the init context"));
    }
    let name = match name.0.filter(|v| !v.is_undefined()) {
        Some(v) => text(&ctx, &v)?,
        None => String::new(),
    };
    if name.is_empty() {
        return Err(go_error(&ctx, "empty name provided to SharedArray's constructor"));
    }
    let Some(function) = make.0.as_ref().and_then(|v| v.as_function()) else {
        return Err(go_error(
            &ctx,
            "a function is expected as the second argument of SharedArray's constructor",
        ));
    };
    if make.0.as_ref().is_some_and(is_async_function) {
        return Err(go_error(
            &ctx,
            "SharedArray constructor does not support async functions as second argument",
        ));
    }
    let data = match vm.shared.array(&name) {
        Some(data) => data,
        None => {
            let made: Value<'js> = function.call(())?;
            let Some(list) = made.as_array() else {
                return Err(go_error(&ctx, "only arrays can be made into SharedArray"));
            };
            let mut items = Vec::with_capacity(list.len());
            for item in list.iter::<Value<'js>>() {
                let json = ctx.json_stringify(item?)?.map(|s| s.to_string()).transpose()?;
                items.push(json.unwrap_or_else(|| "null".to_owned()).into_boxed_str());
            }
            vm.shared.keep_array(&name, SharedArrayData { items })
        }
    };
    wrap(&ctx, data)
}

/// An array-like script value over shared data.
pub fn wrap<'js>(ctx: &Ctx<'js>, data: Arc<SharedArrayData>) -> Result<Value<'js>> {
    // a Proxy over a real array makes Array.isArray true and lends it every array method
    let target = Class::instance(ctx.clone(), Items { data })?;
    let make: Function<'js> = crate::modules::internal::load(ctx, "shared")?.get("wrap")?;
    make.call((target,))
}

/// The native half: `length` and parsed, frozen elements.
struct Items {
    data: Arc<SharedArrayData>,
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for Items {
    type Changed<'to> = Items;
}

impl<'js> Trace<'js> for Items {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Items {
    const NAME: &'static str = "SharedArrayItems";
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
        let data = Arc::clone(&this.borrow().data);
        if key == "length" {
            return (data.items.len() as f64).into_js(ctx);
        }
        match key.parse::<usize>().ok().and_then(|i| data.items.get(i)) {
            Some(json) => frozen(ctx, json),
            None => Ok(Value::new_undefined(ctx.clone())),
        }
    }

    fn exotic_set_property(
        _: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        _: Atom<'js>,
        _: Value<'js>,
        value: Value<'js>,
    ) -> Result<bool> {
        let _ = lent(value);
        Err(type_error(ctx, "SharedArray is immutable"))
    }

    fn exotic_has_property(this: &JsCell<'js, Self>, _: &Ctx<'js>, atom: Atom<'js>) -> Result<bool> {
        let key = atom_text(&atom);
        Ok(key == "length" || key.parse::<usize>().is_ok_and(|i| i < this.borrow().data.items.len()))
    }

    fn exotic_get_own_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
    ) -> Result<Option<PropertyDescriptor<'js>>> {
        let index = atom_text(&atom).parse::<usize>().ok();
        let data = Arc::clone(&this.borrow().data);
        match index.and_then(|i| data.items.get(i)) {
            Some(json) => Ok(Some(PropertyDescriptor::new_value(frozen(ctx, json)?, true, true, false))),
            None => Ok(None),
        }
    }

    fn exotic_get_own_property_names(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
    ) -> Result<Vec<PropertyName<'js>>> {
        let len = this.borrow().data.items.len();
        (0..len)
            .map(|i| Ok(PropertyName { atom: Atom::from_u32(ctx.clone(), i as u32)?, is_enumerable: true }))
            .collect()
    }
}

fn frozen<'js>(ctx: &Ctx<'js>, json: &str) -> Result<Value<'js>> {
    let value = ctx.json_parse(json)?;
    freeze(ctx, &value)?;
    Ok(value)
}

pub fn freeze<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<()> {
    let Some(object) = value.as_object() else { return Ok(()) };
    for item in object.props::<Atom<'js>, Value<'js>>() {
        freeze(ctx, &item?.1)?;
    }
    // SAFETY: freezing runs no script code on plain data
    let done = unsafe { rquickjs::qjs::JS_FreezeObject(ctx.as_raw().as_ptr(), value.as_raw()) };
    if done < 0 { Err(rquickjs::Error::Exception) } else { Ok(()) }
}
