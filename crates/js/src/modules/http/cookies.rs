//! Cookie jars as scripts see them.

use std::rc::Rc;

use loadwright_transport::{Cookie, Jar, Url};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::{Constructor, Opt, This};
use rquickjs::{Class, Ctx, Function, JsLifetime, Object, Result, Value};

use crate::vm::errors::go_error;
use crate::vm::state::state;
use crate::vm::values::{absent, number, text, truthy};

/// A jar; requests share it.
pub struct CookieJar(pub Rc<Jar>);

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for CookieJar {
    type Changed<'to> = CookieJar;
}

impl<'js> Trace<'js> for CookieJar {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for CookieJar {
    const NAME: &'static str = "CookieJar";
    type Mutable = Readable;

    fn prototype(ctx: &Ctx<'js>) -> Result<Option<Object<'js>>> {
        let out = Object::new(ctx.clone())?;
        out.set("cookiesForURL", Function::new(ctx.clone(), cookies_for)?.with_name("cookiesForURL")?)?;
        out.set("set", Function::new(ctx.clone(), set)?.with_name("set")?)?;
        out.set("clear", Function::new(ctx.clone(), clear)?.with_name("clear")?)?;
        out.set("delete", Function::new(ctx.clone(), delete)?.with_name("delete")?)?;
        Ok(Some(out))
    }

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

/// `new http.CookieJar()`.
pub fn constructor<'js>(ctx: &Ctx<'js>) -> Result<Constructor<'js>> {
    let make = |ctx: Ctx<'js>| Class::instance(ctx, CookieJar(Rc::new(Jar::new())));
    let prototype = Class::<CookieJar>::prototype(ctx)?.unwrap_or(Object::new(ctx.clone())?);
    let constructor = Constructor::new_prototype(ctx, prototype, make)?;
    constructor.set_name("CookieJar")?;
    Ok(constructor)
}

/// `http.cookieJar()`: the VU's own.
pub fn vu_jar(ctx: Ctx<'_>) -> Result<Class<'_, CookieJar>> {
    if !state(&ctx).stage.get().is_running() {
        return Err(go_error(&ctx, "Making cookie jars in the init context is not supported"));
    }
    let jar = Rc::clone(&state(&ctx).http.jar.borrow());
    Class::instance(ctx, CookieJar(jar))
}

type Jarred<'js> = This<Class<'js, CookieJar>>;

fn address(ctx: &Ctx<'_>, url: &str) -> Result<Url> {
    Url::parse(url).map_err(|e| go_error(ctx, &e.to_string()))
}

fn cookies_for<'js>(ctx: Ctx<'js>, this: Jarred<'js>, url: String) -> Result<Object<'js>> {
    let url = address(&ctx, &url)?;
    let out = Object::new(ctx.clone())?;
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in this.0.borrow().0.cookies_for(&url) {
        match grouped.iter_mut().find(|(n, _)| *n == name) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    for (name, values) in grouped {
        out.set(name, values)?;
    }
    Ok(out)
}

fn set<'js>(
    ctx: Ctx<'js>,
    this: Jarred<'js>,
    url: String,
    name: Value<'js>,
    value: Opt<Value<'js>>,
    options: Opt<Value<'js>>,
) -> Result<bool> {
    let url = address(&ctx, &url)?;
    let mut cookie = Cookie { name: text(&ctx, &name)?, ..Cookie::default() };
    if let Some(value) = value.0 {
        cookie.value = text(&ctx, &value)?;
    }
    if let Some(options) = options.0.as_ref().and_then(|v| v.as_object()) {
        for entry in options.props::<String, Value<'js>>() {
            let (key, value) = entry?;
            if absent(&value) {
                continue;
            }
            match key.as_str() {
                "path" => cookie.path = text(&ctx, &value)?,
                "domain" => cookie.domain = text(&ctx, &value)?,
                "max_age" => cookie.max_age = number(&ctx, &value) as i64,
                "secure" => cookie.secure = truthy(&ctx, &value),
                "http_only" => cookie.http_only = truthy(&ctx, &value),
                "expires" => {
                    let date = text(&ctx, &value)?;
                    if !date.is_empty() {
                        cookie.expires =
                            Some(Cookie::parse_expires(&date).map_err(|e| go_error(&ctx, &e.to_string()))?);
                    }
                }
                _ => {}
            }
        }
    }
    this.0.borrow().0.set(&url, &[cookie]);
    Ok(true)
}

fn clear<'js>(ctx: Ctx<'js>, this: Jarred<'js>, url: String) -> Result<()> {
    let url = address(&ctx, &url)?;
    this.0.borrow().0.clear(&url);
    Ok(())
}

fn delete<'js>(ctx: Ctx<'js>, this: Jarred<'js>, url: String, name: String) -> Result<()> {
    let url = address(&ctx, &url)?;
    this.0.borrow().0.delete(&url, &name);
    Ok(())
}
