//! Small conversions between JavaScript values and Rust ones, with the coercions the language itself uses.

use std::slice;

use rquickjs::{ArrayBuffer, Ctx, Error, IntoJs, Object, Result, TypedArray, Value, qjs};

/// `String(value)`; lone surrogates become U+FFFD.
pub fn text<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<String> {
    let mut len = 0;
    // SAFETY: the pointer is checked, copied from and freed before anything else runs
    unsafe {
        let raw = qjs::JS_ToCStringLen(ctx.as_raw().as_ptr(), &raw mut len, value.as_raw());
        if raw.is_null() {
            return Err(Error::Exception);
        }
        let bytes = slice::from_raw_parts(raw.cast::<u8>(), len);
        let out = lossy(bytes);
        qjs::JS_FreeCString(ctx.as_raw().as_ptr(), raw);
        Ok(out)
    }
}

/// Takes a reference of its own to a value that the engine goes on owning although the binding hands it over:
/// exotic setters get such values, and freeing them here would free them twice.
pub fn lent(value: Value<'_>) -> Value<'_> {
    // SAFETY: `value` is alive; the reference made here is the one that its drop gives back
    unsafe { qjs::JS_DupValue(value.ctx().as_raw().as_ptr(), value.as_raw()) };
    value
}

fn lossy(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(s) => s.to_owned(),
        Err(_) => {
            // a lone surrogate arrives as three bytes that are no UTF-8; it is one character of the text
            let mut out = String::from_utf8_lossy(bytes).into_owned();
            out = out.replace("\u{FFFD}\u{FFFD}\u{FFFD}", "\u{FFFD}");
            out
        }
    }
}

/// `Number(value)`; symbols and throwing objects give NaN.
pub fn number<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> f64 {
    if let Some(i) = value.as_int() {
        return f64::from(i);
    }
    if let Some(f) = value.as_float() {
        return f;
    }
    let mut out = f64::NAN;
    // SAFETY: `value` is alive; a failure leaves an exception that is taken away again
    let failed = unsafe { qjs::JS_ToFloat64(ctx.as_raw().as_ptr(), &raw mut out, value.as_raw()) } < 0;
    if failed {
        ctx.catch();
        return f64::NAN;
    }
    out
}

/// `Boolean(value)`.
pub fn truthy(ctx: &Ctx<'_>, value: &Value<'_>) -> bool {
    if let Some(b) = value.as_bool() {
        return b;
    }
    // SAFETY: `value` is alive
    unsafe { qjs::JS_ToBool(ctx.as_raw().as_ptr(), value.as_raw()) == 1 }
}

/// Whether the value is `undefined` or `null`.
pub fn absent(value: &Value<'_>) -> bool {
    value.is_undefined() || value.is_null()
}

/// The bytes of an ArrayBuffer or of a view; `None` for anything else.
pub fn binary(value: &Value<'_>) -> Option<Vec<u8>> {
    let object = value.as_object()?;
    if let Some(buffer) = ArrayBuffer::from_object(object.clone()) {
        return copy_of(&buffer);
    }
    view(object)
}

/// The bytes of an ArrayBuffer; `None` when it is detached.
pub fn copy_of(buffer: &ArrayBuffer<'_>) -> Option<Vec<u8>> {
    // SAFETY: the bytes are copied before the engine runs again
    unsafe { buffer.as_bytes() }.map(<[u8]>::to_vec)
}

/// The bytes of a typed array or `DataView`.
pub fn view(object: &Object<'_>) -> Option<Vec<u8>> {
    let buffer: Value<'_> = object.get("buffer").ok()?;
    let buffer = ArrayBuffer::from_object(buffer.into_object()?)?;
    let offset = object.get::<_, usize>("byteOffset").ok()?;
    let length = object.get::<_, usize>("byteLength").ok()?;
    // SAFETY: the bytes are copied before the engine runs again
    unsafe { buffer.as_bytes() }?.get(offset..offset + length).map(<[u8]>::to_vec)
}

/// Bytes of a string (UTF-8), ArrayBuffer or view.
pub fn string_or_binary<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<Option<Vec<u8>>> {
    if value.is_string() {
        return Ok(Some(text(ctx, value)?.into_bytes()));
    }
    Ok(binary(value))
}

/// A new ArrayBuffer holding `bytes`.
pub fn array_buffer<'js>(ctx: &Ctx<'js>, bytes: Vec<u8>) -> Result<Value<'js>> {
    super::globals::provide_typed_arrays(ctx)?;
    Ok(ArrayBuffer::new(ctx.clone(), bytes)?.into_value())
}

/// A new Uint8Array holding `bytes`.
pub fn uint8_array<'js>(ctx: &Ctx<'js>, bytes: Vec<u8>) -> Result<Value<'js>> {
    super::globals::provide_typed_arrays(ctx)?;
    Ok(TypedArray::<u8>::new(ctx.clone(), bytes)?.into_value())
}

/// A string value; invalid UTF-8 is replaced.
pub fn string_of<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    match std::str::from_utf8(bytes) {
        Ok(s) => s.into_js(ctx),
        Err(_) => String::from_utf8_lossy(bytes).as_ref().into_js(ctx),
    }
}

/// Whether the value is a function declared `async`.
pub fn is_async_function(value: &Value<'_>) -> bool {
    if !value.is_function() {
        return false;
    }
    // SAFETY: only the class number of a live value is read
    let class = unsafe { qjs::JS_GetClassID(value.as_raw()) };
    class == super::state::state(value.ctx()).async_class(value.ctx())
}

/// The constructor's name of an object, empty when it has none.
pub fn constructor_name(object: &Object<'_>) -> String {
    let found = object
        .get::<_, Value<'_>>("constructor")
        .ok()
        .and_then(|c| c.into_object())
        .and_then(|c| c.get::<_, String>("name").ok());
    if found.is_none() {
        object.ctx().catch();
    }
    found.unwrap_or_default()
}
