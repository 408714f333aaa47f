//! The native half of `k6/experimental/fs` and `k6/experimental/csv`: file contents that all VUs share.

use std::sync::Arc;

use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Class, Ctx, Function, IntoJs, JsLifetime, Object, Result, TypedArray, Value};

use super::data::wrap;
use crate::shared::SharedArrayData;
use crate::vm::errors::go_error;
use crate::vm::loader::read;
use crate::vm::state::{Stage, state};

/// A file's content.
pub struct Content(Arc<[u8]>);

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for Content {
    type Changed<'to> = Content;
}

impl<'js> Trace<'js> for Content {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Content {
    const NAME: &'static str = "FileContent";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

/// What `prelude/files.js` builds on.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    let init = |ctx: Ctx<'js>| state(&ctx).stage.get() == Stage::Init;
    out.set("init", Function::new(ctx.clone(), init)?)?;
    let open = |ctx: Ctx<'js>, path: String| -> Result<Class<'js, Content>> {
        let content = read(&ctx, &path).map_err(|e| go_error(&ctx, &e))?;
        Class::instance(ctx, Content(content))
    };
    out.set("open", Function::new(ctx.clone(), open)?)?;
    let size = |content: Class<'js, Content>| content.borrow().0.len() as f64;
    out.set("size", Function::new(ctx.clone(), size)?)?;
    let slice =
        |ctx: Ctx<'js>, content: Class<'js, Content>, from: usize, len: usize| -> Result<Value<'js>> {
            let content = content.borrow();
            let end = from.saturating_add(len).min(content.0.len());
            let part = content.0.get(from..end).unwrap_or_default().to_vec();
            Ok(TypedArray::<u8>::new(ctx, part)?.into_value())
        };
    out.set("slice", Function::new(ctx.clone(), slice)?)?;
    out.set("rows", Function::new(ctx.clone(), rows)?)?;
    let row = |ctx: Ctx<'js>, key: String, index: usize| -> Result<Value<'js>> {
        match state(&ctx).shared.array(&key).as_ref().and_then(|a| a.items.get(index)) {
            Some(json) => ctx.json_parse(json.as_bytes()),
            None => Ok(Value::new_undefined(ctx)),
        }
    };
    out.set("row", Function::new(ctx.clone(), row)?)?;
    let array = |ctx: Ctx<'js>, key: String| -> Result<Value<'js>> {
        match state(&ctx).shared.array(&key) {
            Some(data) => wrap(&ctx, data),
            None => Ok(Value::new_undefined(ctx)),
        }
    };
    out.set("array", Function::new(ctx.clone(), array)?)?;
    Ok(out)
}

/// Parses a CSV file once for all VUs under `key`; returns how many rows there are.
fn rows<'js>(ctx: Ctx<'js>, content: Class<'js, Content>, key: String, options: Object<'js>) -> Result<f64> {
    let shared = &state(&ctx).shared;
    if let Some(known) = shared.array(&key) {
        return Ok(known.items.len() as f64);
    }
    let flag = |name: &str| options.get::<_, Option<bool>>(name).ok().flatten().unwrap_or(false);
    let line = |name: &str| options.get::<_, Option<f64>>(name).ok().flatten().map(|n| n.max(0.0) as usize);
    let delimiter =
        options.get::<_, Option<String>>("delimiter").ok().flatten().unwrap_or_else(|| ",".to_owned());
    let delimiter = delimiter.chars().next().unwrap_or(',');
    let content = content.borrow();
    let records = records(&String::from_utf8_lossy(&content.0), delimiter).map_err(|e| go_error(&ctx, &e))?;
    let as_objects = flag("asObjects");
    let header = if as_objects { records.first().cloned().unwrap_or_default() } else { Vec::new() };
    let skip = usize::from(flag("skipFirstLine") || as_objects).max(line("fromLine").unwrap_or(0));
    let until = line("toLine").map_or(usize::MAX, |n| n.saturating_add(1));
    let mut items = Vec::new();
    for record in records.iter().take(until).skip(skip) {
        let json = if as_objects {
            let mut map = serde_json::Map::new();
            for (name, value) in header.iter().zip(record) {
                map.insert(name.clone(), value.as_str().into());
            }
            serde_json::Value::Object(map).to_string()
        } else {
            serde_json::to_string(record).unwrap_or_default()
        };
        items.push(json.into_boxed_str());
    }
    Ok(shared.keep_array(&key, SharedArrayData { items }).items.len() as f64)
}

/// RFC 4180 records; empty lines are skipped.
fn records(text: &str, delimiter: char) -> std::result::Result<Vec<Vec<String>>, String> {
    let mut out = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut chars = text.chars().peekable();
    let mut line = 1;
    let mut quoted = false;
    let mut started = false;
    while let Some(c) = chars.next() {
        if quoted {
            match c {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    field.push('"');
                }
                '"' => quoted = false,
                '\n' => {
                    line += 1;
                    field.push(c);
                }
                c => field.push(c),
            }
            continue;
        }
        match c {
            '"' if field.is_empty() => {
                quoted = true;
                started = true;
            }
            '"' => return Err(format!("parse error on line {line}: bare \" in non-quoted field")),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                line += 1;
                if started || !field.is_empty() || !record.is_empty() {
                    record.push(std::mem::take(&mut field));
                    out.push(std::mem::take(&mut record));
                }
                started = false;
            }
            c if c == delimiter => {
                record.push(std::mem::take(&mut field));
                started = true;
            }
            c => field.push(c),
        }
    }
    if quoted {
        return Err(format!("parse error on line {line}: extraneous or missing \" in quoted-field"));
    }
    if started || !field.is_empty() || !record.is_empty() {
        record.push(field);
        out.push(record);
    }
    Ok(out)
}

/// What `prelude/secrets.js` builds on.
pub fn secret_natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    let get = |ctx: Ctx<'js>, source: Option<String>, key: String| -> Result<Value<'js>> {
        let secrets = &state(&ctx).shared.secrets;
        let found = match &source {
            Some(name) => secrets.iter().find(|(n, _)| n == name),
            None => secrets.first(),
        };
        match found {
            None if secrets.is_empty() => Err(go_error(&ctx, "no secret sources are configured")),
            None => {
                Err(go_error(&ctx, &format!("no secret source with name \"{}\"", source.unwrap_or_default())))
            }
            Some((_, values)) => match values.get(&key) {
                Some(value) => value.as_str().into_js(&ctx),
                None => Err(go_error(&ctx, &format!("no value with key \"{key}\""))),
            },
        }
    };
    out.set("get", Function::new(ctx.clone(), get)?)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::records;

    #[test]
    fn records_with_quotes_and_empty_lines() {
        let parsed = records("a,b\r\n\n\"x, \"\"y\"\"\",\n1,\"two\nlines\"", ',').unwrap();
        assert_eq!(parsed, [vec!["a", "b"], vec!["x, \"y\"", ""], vec!["1", "two\nlines"]]);
        assert!(records("a\"b", ',').is_err());
        assert!(records("\"open", ',').is_err());
    }
}
