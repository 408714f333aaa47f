//! Request bodies: text, bytes, forms, multipart with files.

use bytes::Bytes;
use loadwright_transport::{Headers, form_escape};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::{Constructor, Opt};
use rquickjs::{Ctx, JsLifetime, Object, Result, Value};

use crate::host::Level;
use crate::vm::errors::go_error;
use crate::vm::state::state;
use crate::vm::values::{absent, array_buffer, binary, constructor_name, string_or_binary, text};

/// Marks objects made by `http.file`.
struct FileMark;

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for FileMark {
    type Changed<'to> = FileMark;
}

impl<'js> Trace<'js> for FileMark {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for FileMark {
    const NAME: &'static str = "FileData";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

/// `http.file(data, filename?, contentType?)`.
pub fn file<'js>(
    ctx: Ctx<'js>,
    data: Opt<Value<'js>>,
    name: Opt<Value<'js>>,
    content_type: Opt<Value<'js>>,
) -> Result<Object<'js>> {
    let data = data.0.unwrap_or_else(|| Value::new_undefined(ctx.clone()));
    let Some(bytes) = string_or_binary(&ctx, &data)? else {
        return Err(go_error(
            &ctx,
            &format!(
                "invalid type {}, expected string or ArrayBuffer",
                crate::modules::crypto::go_type(&data)
            ),
        ));
    };
    let name = match name.0.filter(|v| !absent(v)) {
        Some(v) => text(&ctx, &v)?,
        None => format!("{:.0}", state(&ctx).host.wall_ms() * 1e6),
    };
    let content_type = match content_type.0.filter(|v| !absent(v)) {
        Some(v) => text(&ctx, &v)?,
        None => "application/octet-stream".to_owned(),
    };
    let out = rquickjs::Class::instance(ctx.clone(), FileMark)?.into_inner();
    out.set("data", if data.is_string() { data } else { array_buffer(&ctx, bytes)? })?;
    out.set("filename", name)?;
    out.set("content_type", content_type)?;
    Ok(out)
}

/// Encodes a body and sets the content type it implies; the inner error becomes the response's error text.
pub fn read_body<'js>(
    ctx: &Ctx<'js>,
    body: &Value<'js>,
    headers: &mut Headers,
) -> Result<std::result::Result<Bytes, String>> {
    if body.is_string() {
        return Ok(Ok(text(ctx, body)?.into()));
    }
    let Some(object) = body.as_object() else {
        return Ok(Err(format!("unknown request body type {}", crate::modules::crypto::go_type(body))));
    };
    if let Some(wrong) = unsupported(object, body) {
        return Ok(Err(format!("unknown request body type {wrong}")));
    }
    if let Some(bytes) = binary(body) {
        return Ok(Ok(bytes.into()));
    }
    let mut fields: Vec<(String, Value<'js>)> = Vec::new();
    for entry in object.props::<String, Value<'js>>() {
        fields.push(entry?);
    }
    if fields.iter().any(|(_, v)| is_file(v)) {
        return multipart(ctx, &fields, headers).map(Ok);
    }
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (key, value) in &fields {
        if let Some(list) = value.as_array() {
            for item in list.iter::<Value<'js>>() {
                pairs.push((key.clone(), form_value(ctx, &item?)?));
            }
        } else {
            pairs.push((key.clone(), form_value(ctx, value)?));
        }
    }
    if headers.get("Content-Type").is_none() {
        headers.set("Content-Type", "application/x-www-form-urlencoded");
    }
    Ok(Ok(form_escape(pairs.iter().map(|(k, v)| (k.as_str(), v.as_str()))).into()))
}

/// Go's name for objects that make no body.
fn unsupported(object: &Object<'_>, value: &Value<'_>) -> Option<&'static str> {
    if value.is_array() {
        return Some("[]interface {}");
    }
    if value.is_function() {
        return Some("func(sobek.FunctionCall) sobek.Value");
    }
    Some(match constructor_name(object).as_str() {
        "Date" => "time.Time",
        "Map" => "[][2]interface {}",
        "Set" => "[]interface {}",
        "Int8Array" => "[]int8",
        "Int16Array" => "[]int16",
        "Uint16Array" => "[]uint16",
        "Int32Array" => "[]int32",
        "Uint32Array" => "[]uint32",
        "Float32Array" => "[]float32",
        "Float64Array" => "[]float64",
        _ => return None,
    })
}

fn form_value<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<String> {
    if absent(value) {
        return Ok(String::new());
    }
    if value.is_object() && !value.is_error() {
        let kind = if value.is_array() { "[]interface {}" } else { "map[string]interface {}" };
        let warning = format!(
            "cannot urlencode a nested {kind} value in a request form body; encoding it as an empty value, use JSON.stringify() to send structured data"
        );
        state(ctx).host.log(Level::Warning, &warning, &[]);
        return Ok(String::new());
    }
    text(ctx, value)
}

fn is_file(value: &Value<'_>) -> bool {
    rquickjs::Class::<FileMark>::from_value(value).is_ok()
}

fn multipart<'js>(ctx: &Ctx<'js>, fields: &[(String, Value<'js>)], headers: &mut Headers) -> Result<Bytes> {
    let mut seed = [0u8; 30];
    state(ctx).host.random(&mut seed);
    let boundary = crate::modules::crypto::hex(&seed);
    let mut out: Vec<u8> = Vec::new();
    for (i, (key, value)) in fields.iter().enumerate() {
        let lead = if i == 0 { "" } else { "\r\n" };
        out.extend_from_slice(
            format!("{lead}--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(key))
                .as_bytes(),
        );
        if is_file(value) {
            let file = value.as_object().ok_or(rquickjs::Error::Unknown)?;
            let name: String = text(ctx, &file.get::<_, Value<'js>>("filename")?)?;
            let content_type: String = text(ctx, &file.get::<_, Value<'js>>("content_type")?)?;
            out.extend_from_slice(
                format!("; filename=\"{}\"\r\nContent-Type: {content_type}\r\n\r\n", quoted(&name))
                    .as_bytes(),
            );
            let data: Value<'js> = file.get("data")?;
            out.extend(string_or_binary(ctx, &data)?.unwrap_or_default());
        } else {
            out.extend_from_slice(b"\r\n\r\n");
            out.extend_from_slice(form_value(ctx, value)?.as_bytes());
        }
    }
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    headers.set("Content-Type", format!("multipart/form-data; boundary={boundary}"));
    Ok(out.into())
}

fn quoted(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "%0D").replace('\n', "%0A")
}
