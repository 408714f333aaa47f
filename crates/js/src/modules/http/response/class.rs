//! The response as an object of the engine: its fields are made when they are asked for, its methods are shared.

use rquickjs::class::{ClassKind, JsCell, JsClass, PropertyDescriptor, PropertyName, Readable};
use rquickjs::function::Constructor;
use rquickjs::{Atom, Class, Ctx, IntoJs, Result, Value, qjs};

use super::{FIELDS, Response};
use crate::vm::errors::{go_error, type_error};
use crate::vm::globals::{atom_text, inherited};
use crate::vm::state::state;
use crate::vm::values::{absent, lent, number, string_of, text};

impl<'js> JsClass<'js> for Response<'js> {
    const NAME: &'static str = "Response";
    const KIND: ClassKind = ClassKind::Exotic;
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }

    fn exotic_get_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
        receiver: Value<'js>,
    ) -> Result<Value<'js>> {
        match state(ctx).atoms.find(&atom) {
            Some(field) if field >= METHODS => method(ctx, &this.borrow(), &receiver, field),
            Some(field) => this.borrow().value(this, ctx, field),
            None => inherited(ctx, &atom_text(&atom), &atom),
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
        let Some(field) = state(ctx).atoms.find(&atom) else {
            return Err(type_error(
                ctx,
                &format!("Cannot assign to property {} of a host object", atom_text(&atom)),
            ));
        };
        let value = match FIELDS[field] {
            "status" | "remote_port" | "error_code" => {
                let n = number(ctx, &value);
                (if n.is_finite() { n.trunc() } else { 0.0 }).into_js(ctx)?
            }
            "body" | "headers" | "cookies" | "timings" | "request" | "ocsp" => value,
            _ if field >= METHODS => value,
            _ => text(ctx, &value)?.into_js(ctx)?,
        };
        let response = this.borrow();
        if FIELDS[field] == "body" && value.is_string() {
            *response.given.borrow_mut() = Some(text(ctx, &value)?.into());
            response.valid_json.set(None);
            response.parsed.take();
        }
        let mut made = response.made.borrow_mut();
        made.retain(|(f, _)| *f != field);
        made.push((field, value));
        Ok(true)
    }

    fn exotic_delete_property(_: &JsCell<'js, Self>, ctx: &Ctx<'js>, atom: Atom<'js>) -> Result<bool> {
        Err(type_error(ctx, &format!("Cannot delete property {} from a Go type", atom_text(&atom))))
    }

    fn exotic_has_property(_: &JsCell<'js, Self>, ctx: &Ctx<'js>, atom: Atom<'js>) -> Result<bool> {
        Ok(state(ctx).atoms.find(&atom).is_some())
    }

    fn exotic_get_own_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
    ) -> Result<Option<PropertyDescriptor<'js>>> {
        let Some(field) = state(ctx).atoms.find(&atom) else { return Ok(None) };
        let value = if field >= METHODS {
            let response = this.borrow();
            // a descriptor has no receiver to bind to: the plain method is what there is
            plain_method(ctx, &response, field)?
        } else {
            this.borrow().value(this, ctx, field)?
        };
        Ok(Some(PropertyDescriptor::new_value(value, true, true, true)))
    }

    fn exotic_get_own_property_names(
        _: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
    ) -> Result<Vec<PropertyName<'js>>> {
        FIELDS
            .iter()
            .map(|name| Ok(PropertyName { atom: Atom::from_str(ctx.clone(), name)?, is_enumerable: true }))
            .collect()
    }
}

/// The first field that is a method.
const METHODS: usize = 16;

/// A method bound to its response, so that it also works on its own.
fn method<'js>(
    ctx: &Ctx<'js>,
    response: &Response<'js>,
    receiver: &Value<'js>,
    field: usize,
) -> Result<Value<'js>> {
    if let Some((_, made)) = response.made.borrow().iter().find(|(f, _)| *f == field) {
        return Ok(made.clone());
    }
    let raw = ctx.as_raw().as_ptr();
    let mut data = [receiver.as_raw()];
    // SAFETY: the engine takes its own reference to `receiver`; `call_method` matches the expected signature
    unsafe {
        let function =
            qjs::JS_NewCFunctionData(raw, Some(call_method), 0, field as i32, 1, data.as_mut_ptr());
        if qjs::JS_IsException(function) {
            return Err(rquickjs::Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), function))
    }
}

fn plain_method<'js>(ctx: &Ctx<'js>, response: &Response<'js>, field: usize) -> Result<Value<'js>> {
    method(ctx, response, &Value::new_undefined(ctx.clone()), field)
}

unsafe extern "C" fn call_method(
    raw: *mut qjs::JSContext,
    this: qjs::JSValue,
    argc: qjs::c_int,
    argv: *mut qjs::JSValue,
    magic: qjs::c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    let run = || -> Option<qjs::JSValue> {
        // SAFETY: the engine calls with a live context, `argc` arguments and one data value, all borrowed for the call
        unsafe {
            let ctx = Ctx::from_raw(std::ptr::NonNull::new(raw)?);
            let borrowed = |v: qjs::JSValue| Value::from_raw(ctx.clone(), qjs::JS_DupValue(raw, v));
            let mut receiver = borrowed(*data);
            if receiver.is_undefined() {
                receiver = borrowed(this);
            }
            let args: Vec<Value<'_>> = (0..argc as usize).map(|i| borrowed(*argv.add(i))).collect();
            Some(match dispatch(&ctx, &receiver, &args, magic as usize) {
                Ok(value) => {
                    let out = qjs::JS_DupValue(raw, value.as_raw());
                    drop(value);
                    out
                }
                Err(rquickjs::Error::Exception) => qjs::JS_EXCEPTION,
                Err(other) => {
                    let thrown = go_error(&ctx, &other.to_string());
                    debug_assert!(thrown.is_exception());
                    qjs::JS_EXCEPTION
                }
            })
        }
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(Some(value)) => value,
        _ => qjs::JS_UNDEFINED,
    }
}

fn dispatch<'js>(
    ctx: &Ctx<'js>,
    receiver: &Value<'js>,
    args: &[Value<'js>],
    field: usize,
) -> Result<Value<'js>> {
    let Ok(class) = Class::<Response<'js>>::from_value(receiver) else {
        return Err(type_error(ctx, "the method was called on something that is no response"));
    };
    let response = class.borrow();
    if FIELDS.get(field) == Some(&"json") {
        return response.json(ctx, args.first().filter(|v| !absent(v)));
    }
    let html = crate::modules::internal::load(ctx, "html")?;
    let given = response.given.borrow().clone();
    let body = match given.as_ref().or_else(|| response.body()) {
        Some(bytes) => string_of(ctx, bytes)?,
        None => {
            return Err(go_error(
                ctx,
                "the body is null so we can't transform it to HTML - this likely was because of a request error getting the response",
            ));
        }
    };
    let url = response.url().to_owned();
    drop(response);
    let undefined = || Value::new_undefined(ctx.clone());
    let http = crate::vm::loader::require_address(ctx, "k6/http")?;
    let arg = args.first().cloned().unwrap_or_else(undefined);
    let name = match FIELDS.get(field) {
        Some(&"html") => "ofResponse",
        Some(&"submitForm") => "submitForm",
        _ => "clickLink",
    };
    html.get::<_, rquickjs::Function<'js>>(name)?.call((body, url, arg, http))
}
