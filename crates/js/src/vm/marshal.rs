//! How `setup()`'s result travels to the VUs: through JSON, written by the rules of the values' Go counterparts.

use rquickjs::function::This;
use rquickjs::{ArrayBuffer, Ctx, Function, Object, Result, Value};

use super::values::{absent, constructor_name, text, view};

/// JSON of a value, or why it has none.
pub fn to_json<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<std::result::Result<String, String>> {
    let mut out = String::new();
    Ok(write(ctx, value, &mut out, 0)?.map(|()| out))
}

fn write<'js>(
    ctx: &Ctx<'js>,
    value: &Value<'js>,
    out: &mut String,
    depth: usize,
) -> Result<std::result::Result<(), String>> {
    if depth > 1000 {
        return Ok(Err("encountered a cycle".to_owned()));
    }
    if absent(value) {
        out.push_str("null");
        return Ok(Ok(()));
    }
    if let Some(n) = value.as_number() {
        if !n.is_finite() {
            let name = if n.is_nan() {
                "NaN"
            } else if n > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Ok(Err(format!("json: unsupported value: {name}")));
        }
        out.push_str(&text(ctx, value)?);
        return Ok(Ok(()));
    }
    if value.is_function() {
        return Ok(Err("json: unsupported type: func(sobek.FunctionCall) sobek.Value".to_owned()));
    }
    let Some(object) = value.as_object() else {
        return plain(ctx, value.clone(), out);
    };
    if let Some(list) = value.as_array() {
        out.push('[');
        for i in 0..list.len() {
            if i > 0 {
                out.push(',');
            }
            if let Err(e) = write(ctx, &list.get(i)?, out, depth + 1)? {
                return Ok(Err(e));
            }
        }
        out.push(']');
        return Ok(Ok(()));
    }
    if ArrayBuffer::from_object(object.clone()).is_some() {
        out.push_str("{}");
        return Ok(Ok(()));
    }
    match constructor_name(object).as_str() {
        "Uint8Array" => {
            let bytes = view(object).unwrap_or_default();
            out.push_str(&format!("\"{}\"", crate::modules::encoding::encode(&bytes, "std")));
            return Ok(Ok(()));
        }
        "Date" => {
            let iso: String = object.get::<_, Function<'js>>("toISOString")?.call((This(object.clone()),))?;
            out.push_str(&format!("\"{}\"", go_time(&iso)));
            return Ok(Ok(()));
        }
        "Map" | "Set" => {
            let from: Function<'js> = ctx.globals().get::<_, Object<'js>>("Array")?.get("from")?;
            let list: Value<'js> = from.call((object.clone(),))?;
            return write(ctx, &list, out, depth + 1);
        }
        _ => {}
    }
    if let Ok(to_json) = object.get::<_, Function<'js>>("toJSON") {
        let shown: Value<'js> = to_json.call((This(object.clone()),))?;
        return plain(ctx, shown, out);
    }
    out.push('{');
    let mut first = true;
    for entry in object.props::<String, Value<'js>>() {
        let (key, item) = entry?;
        if !first {
            out.push(',');
        }
        first = false;
        out.push_str(&serde_json::to_string(&key).unwrap_or_default());
        out.push(':');
        if let Err(e) = write(ctx, &item, out, depth + 1)? {
            return Ok(Err(e));
        }
    }
    out.push('}');
    Ok(Ok(()))
}

fn plain<'js>(
    ctx: &Ctx<'js>,
    value: Value<'js>,
    out: &mut String,
) -> Result<std::result::Result<(), String>> {
    match ctx.json_stringify(value)? {
        Some(json) => out.push_str(&json.to_string()?),
        None => out.push_str("null"),
    }
    Ok(Ok(()))
}

/// RFC 3339 without needless digits: `1970-01-01T00:00:00Z`.
fn go_time(iso: &str) -> String {
    let Some((whole, fraction)) = iso.trim_end_matches('Z').split_once('.') else { return iso.to_owned() };
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}Z"),
        digits => format!("{whole}.{digits}Z"),
    }
}
