//! `console.*`: what each method makes of its arguments.

use rquickjs::function::Rest;
use rquickjs::{Array, ArrayBuffer, Ctx, Function, Object, Result, Value};

use super::state::state;
use super::values::{constructor_name, copy_of, text, view};
use crate::host::Level;

/// Puts `console` on the global object.
pub fn install<'js>(ctx: &Ctx<'js>) -> Result<()> {
    let console = Object::new(ctx.clone())?;
    let levels = [
        ("log", Level::Info),
        ("info", Level::Info),
        ("debug", Level::Debug),
        ("warn", Level::Warning),
        ("error", Level::Error),
    ];
    for (name, level) in levels {
        let f = move |ctx: Ctx<'js>, args: Rest<Value<'js>>| write(&ctx, level, &args.0);
        console.set(name, Function::new(ctx.clone(), f)?.with_name(name)?)?;
    }
    ctx.globals().set("console", console)
}

fn write<'js>(ctx: &Ctx<'js>, level: Level, args: &[Value<'js>]) -> Result<()> {
    let host = &state(ctx).host;
    if !host.log_enabled(level) {
        return Ok(());
    }
    let mut out = String::new();
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if arg.is_string() {
            out.push_str(&text(ctx, arg)?);
        } else {
            Printer { ctx, open: Vec::new() }.value(arg, &mut out, true)?;
        }
    }
    host.console(level, &out);
    Ok(())
}

struct Printer<'a, 'js> {
    ctx: &'a Ctx<'js>,
    open: Vec<Object<'js>>,
}

impl<'js> Printer<'_, 'js> {
    fn value(&mut self, value: &Value<'js>, out: &mut String, top: bool) -> Result<()> {
        if value.is_undefined() {
            out.push_str(if top { "undefined" } else { "null" });
        } else if value.is_null() {
            out.push_str("null");
        } else if value.is_string() {
            out.push('"');
            out.push_str(&text(self.ctx, value)?);
            out.push('"');
        } else if value.is_symbol() {
            let description: Option<String> =
                value.as_symbol().and_then(|s| s.description().ok()).and_then(|d| d.get().ok());
            out.push_str(&format!("Symbol({})", description.unwrap_or_default()));
        } else if let Some(object) = value.as_object() {
            self.object(value, object, out)?;
        } else {
            let shown = text(self.ctx, value)?;
            out.push_str(if shown == "-0" { "0" } else { &shown });
        }
        Ok(())
    }

    fn object(&mut self, value: &Value<'js>, object: &Object<'js>, out: &mut String) -> Result<()> {
        if value.is_function() {
            out.push_str("[object Function]");
            return Ok(());
        }
        if value.is_error() {
            out.push_str(&text(self.ctx, value)?);
            return Ok(());
        }
        if self.open.contains(object) {
            out.push_str("[Circular]");
            return Ok(());
        }
        if self.open.len() > 64 {
            out.push_str("[...]");
            return Ok(());
        }
        if let Some(buffer) = ArrayBuffer::from_object(object.clone()) {
            let bytes = copy_of(&buffer).unwrap_or_default();
            let hex: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
            out.push_str(&format!(
                "ArrayBuffer {{ [Uint8Contents]: <{}>, byteLength: {} }}",
                hex.join(" "),
                bytes.len()
            ));
            return Ok(());
        }
        self.open.push(object.clone());
        let done = self.inside(value, object, out);
        self.open.pop();
        done
    }

    fn inside(&mut self, value: &Value<'js>, object: &Object<'js>, out: &mut String) -> Result<()> {
        if let Some(array) = value.as_array() {
            return self.list(array, out);
        }
        let name = constructor_name(object);
        if name.ends_with("Array") && view(object).is_some() {
            let length = object.get::<_, usize>("length")?;
            out.push_str(&format!("{name}({length}) "));
            return self.items((0..length).map(|i| object.get::<_, Value<'js>>(i as u32)), out);
        }
        if name == "Date"
            && let Ok(f) = object.get::<_, Function<'js>>("toJSON")
        {
            let shown: Value<'js> = f.call((rquickjs::function::This(object.clone()),))?;
            return self.value(&shown, out, false);
        }
        if let Ok(to_json) = object.get::<_, Function<'js>>("toJSON") {
            let shown: Value<'js> = to_json.call((rquickjs::function::This(object.clone()),))?;
            return self.value(&shown, out, false);
        }
        let mut first = true;
        for entry in object.props::<String, Value<'js>>() {
            let (key, item) = entry?;
            out.push_str(if first { "{ " } else { ", " });
            first = false;
            out.push_str(&key);
            out.push_str(": ");
            self.value(&item, out, false)?;
        }
        out.push_str(if first { "{}" } else { " }" });
        Ok(())
    }

    fn list(&mut self, array: &Array<'js>, out: &mut String) -> Result<()> {
        self.items((0..array.len()).map(|i| array.get::<Value<'js>>(i)), out)
    }

    fn items(&mut self, items: impl Iterator<Item = Result<Value<'js>>>, out: &mut String) -> Result<()> {
        let mut first = true;
        for item in items {
            out.push_str(if first { "[ " } else { ", " });
            first = false;
            self.value(&item?, out, false)?;
        }
        out.push_str(if first { "[]" } else { " ]" });
        Ok(())
    }
}
