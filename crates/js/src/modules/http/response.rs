//! The response object: k6's own enumerable keys, each made when it is looked at.

mod class;

use std::borrow::Cow;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use bytes::Bytes;
use loadwright_transport::{Exchange, Hop, RequestCookie, Response as Answer};
use rquickjs::class::{JsCell, Trace, Tracer};
use rquickjs::{Atom, Class, Ctx, IntoJs, JsLifetime, Object, Result, Value, qjs};

use super::request::{After, RequestInfo};
use crate::modules::gjson;
use crate::vm::errors::go_error;
use crate::vm::values::{array_buffer, string_of, text};

/// What becomes of the body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResponseType {
    Text,
    Binary,
    None,
}

impl ResponseType {
    pub fn parse(name: &str) -> std::result::Result<Self, String> {
        match name {
            "text" | "" => Ok(Self::Text),
            "binary" => Ok(Self::Binary),
            "none" => Ok(Self::None),
            other => Err(format!("{other} does not belong to ResponseType values")),
        }
    }
}

/// Property names in the order that `Object.keys` gives.
const FIELDS: [&str; 20] = [
    "remote_ip",
    "remote_port",
    "url",
    "status",
    "status_text",
    "proto",
    "headers",
    "cookies",
    "body",
    "timings",
    "tls_version",
    "tls_cipher_suite",
    "ocsp",
    "error",
    "error_code",
    "request",
    "clickLink",
    "html",
    "json",
    "submitForm",
];

/// The names of the properties as this engine numbers them.
pub struct Atoms([u32; FIELDS.len()]);

impl Atoms {
    pub fn new(ctx: &Ctx<'_>) -> Self {
        // SAFETY: the names are valid for the call; the atoms are kept until the runtime goes
        Self(FIELDS.map(|name| unsafe {
            qjs::JS_NewAtomLen(ctx.as_raw().as_ptr(), name.as_ptr().cast(), name.len() as _)
        }))
    }

    fn find(&self, atom: &Atom<'_>) -> Option<usize> {
        let raw = raw(atom);
        self.0.iter().position(|a| *a == raw)
    }
}

/// The number of an atom, which it only shows to hashers.
fn raw(atom: &Atom<'_>) -> u32 {
    struct Raw(u32);
    impl Hasher for Raw {
        fn finish(&self) -> u64 {
            u64::from(self.0)
        }
        fn write(&mut self, _: &[u8]) {}
        fn write_u32(&mut self, n: u32) {
            self.0 = n;
        }
    }
    let mut hasher = Raw(0);
    atom.hash(&mut hasher);
    hasher.0
}

/// A finished request as the script sees it.
pub struct Response<'js> {
    answer: Option<Answer>,
    hop: Option<Hop>,
    error: Cow<'static, str>,
    error_code: u16,
    wanted: ResponseType,
    info: Option<Rc<RequestInfo>>,
    /// Values that were made already or assigned by the script.
    made: RefCell<Vec<(usize, Value<'js>)>>,
    parsed: RefCell<Option<Value<'js>>>,
    valid_json: std::cell::Cell<Option<bool>>,
    /// What the script put in the place of the body.
    given: RefCell<Option<Bytes>>,
}

// SAFETY: `Changed` differs in the lifetime only
unsafe impl<'js> JsLifetime<'js> for Response<'js> {
    type Changed<'to> = Response<'to>;
}

impl<'js> Trace<'js> for Response<'js> {
    fn trace<'a>(&self, tracer: Tracer<'a, 'js>) {
        if let Ok(made) = self.made.try_borrow() {
            for (_, value) in &*made {
                value.trace(tracer);
            }
        }
        if let Ok(parsed) = self.parsed.try_borrow()
            && let Some(value) = &*parsed
        {
            value.trace(tracer);
        }
    }
}

/// The response of a finished exchange.
pub fn make<'js>(ctx: &Ctx<'js>, done: Exchange, after: After) -> Result<Value<'js>> {
    let (error, error_code) = match &done.last.failure {
        Some(failure) => (Cow::Owned(failure.text.clone()), failure.code),
        None if done.last.status >= 400 => (Cow::Borrowed(""), done.last.status + 1000),
        None => (Cow::Borrowed(""), 0),
    };
    let answer = if done.last.failure.is_some() { None } else { done.response };
    instance(ctx, answer, Some(done.last), error, error_code, after.response_type, Some(after.info))
}

/// The response of arguments that make no request.
pub fn refused<'js>(ctx: &Ctx<'js>, error: &str, code: u16) -> Result<Value<'js>> {
    instance(ctx, None, None, Cow::Owned(error.to_owned()), code, ResponseType::Text, None)
}

/// The response of a WebSocket handshake.
pub fn socket_response<'js>(ctx: &Ctx<'js>, answer: Option<Answer>, hop: Hop) -> Result<Value<'js>> {
    let (error, code) = hop.failure.as_ref().map_or((String::new(), 0), |f| (f.text.clone(), f.code));
    instance(ctx, answer, Some(hop), Cow::Owned(error), code, ResponseType::Text, None)
}

fn instance<'js>(
    ctx: &Ctx<'js>,
    answer: Option<Answer>,
    hop: Option<Hop>,
    error: Cow<'static, str>,
    error_code: u16,
    response_type: ResponseType,
    info: Option<Rc<RequestInfo>>,
) -> Result<Value<'js>> {
    let response = Response {
        answer,
        hop,
        error,
        error_code,
        wanted: response_type,
        info,
        made: RefCell::default(),
        parsed: RefCell::default(),
        valid_json: std::cell::Cell::default(),
        given: RefCell::default(),
    };
    Ok(Class::instance(ctx.clone(), response)?.into_inner().into_value())
}

impl<'js> Response<'js> {
    /// The body as received and unpacked.
    pub fn body(&self) -> Option<&Bytes> {
        if self.wanted == ResponseType::None {
            return None;
        }
        self.answer.as_ref()?.body.as_ref()
    }

    /// The address that answered.
    pub fn url(&self) -> &str {
        match (&self.answer, &self.hop) {
            (Some(answer), _) => answer.url.as_str(),
            (None, Some(hop)) => hop.url.as_str(),
            (None, None) => "",
        }
    }

    fn value(&self, this: &JsCell<'js, Self>, ctx: &Ctx<'js>, field: usize) -> Result<Value<'js>> {
        if let Some((_, made)) = self.made.borrow().iter().find(|(f, _)| *f == field) {
            return Ok(made.clone());
        }
        let hop = self.hop.as_ref();
        let answer = self.answer.as_ref();
        let _ = this;
        let made = match FIELDS[field] {
            "remote_ip" => {
                return hop.and_then(|h| h.remote).map_or(String::new(), |r| r.ip().to_string()).into_js(ctx);
            }
            "remote_port" => {
                return hop.and_then(|h| h.remote).map_or(0, |r| i32::from(r.port())).into_js(ctx);
            }
            "url" => self.url().into_js(ctx)?,
            "status" => return i32::from(answer.map_or(0, |a| a.status)).into_js(ctx),
            "status_text" => answer.map_or(String::new(), Answer::status_text).into_js(ctx)?,
            "proto" => return answer.map_or("", |a| a.protocol.name()).into_js(ctx),
            "headers" => self.headers(ctx)?,
            "cookies" => self.cookies(ctx)?,
            "body" => match (self.body(), self.wanted) {
                (None, _) => return Ok(Value::new_null(ctx.clone())),
                (Some(bytes), ResponseType::Binary) => array_buffer(ctx, bytes.to_vec())?,
                (Some(bytes), _) => string_of(ctx, bytes)?,
            },
            "timings" => self.timings(ctx)?,
            "tls_version" => return hop.and_then(|h| h.tls).map_or("", |t| t.version.name()).into_js(ctx),
            "tls_cipher_suite" => return hop.and_then(|h| h.tls).map_or("", |t| t.cipher_suite).into_js(ctx),
            "ocsp" => {
                let out = Object::new(ctx.clone())?;
                for key in ["produced_at", "this_update", "next_update", "revoked_at"] {
                    out.set(key, 0)?;
                }
                out.set("revocation_reason", "")?;
                out.set("status", "")?;
                out.into_value()
            }
            "error" => self.error.as_ref().into_js(ctx)?,
            "error_code" => return i32::from(self.error_code).into_js(ctx),
            "request" => self.request(ctx)?,
            _ => return Ok(Value::new_undefined(ctx.clone())),
        };
        self.made.borrow_mut().push((field, made.clone()));
        Ok(made)
    }

    fn headers(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let out = Object::new(ctx.clone())?;
        for (name, value) in self.answer.as_ref().map(Answer::headers).unwrap_or_default() {
            out.set(name, string_of(ctx, value.as_bytes())?)?;
        }
        Ok(out.into_value())
    }

    fn cookies(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let out = Object::new(ctx.clone())?;
        for cookie in self.answer.as_ref().map(Answer::cookies).unwrap_or_default() {
            let list: Value<'js> = out.get(cookie.name.as_str())?;
            let list = match list.into_array() {
                Some(list) => list,
                None => rquickjs::Array::new(ctx.clone())?,
            };
            let item = Object::new(ctx.clone())?;
            let expires = match cookie.expires {
                None => -6_795_364_578_871.0,
                Some(time) => match time.duration_since(std::time::UNIX_EPOCH) {
                    Ok(after) => after.as_millis() as f64,
                    Err(before) => -(before.duration().as_millis() as f64),
                },
            };
            item.set("name", cookie.name.as_str())?;
            item.set("value", cookie.value)?;
            item.set("domain", cookie.domain)?;
            item.set("path", cookie.path)?;
            item.set("http_only", cookie.http_only)?;
            item.set("secure", cookie.secure)?;
            item.set("max_age", cookie.max_age as f64)?;
            item.set("expires", expires)?;
            list.set(list.len(), item)?;
            out.set(cookie.name, list)?;
        }
        Ok(out.into_value())
    }

    fn timings(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let out = Object::new(ctx.clone())?;
        let t = self.hop.as_ref().map(|h| h.timings).unwrap_or_default();
        let ms = |d: std::time::Duration| d.as_secs_f64() * 1000.0;
        out.set("duration", ms(t.sending) + ms(t.waiting) + ms(t.receiving))?;
        out.set("blocked", ms(t.blocked))?;
        out.set("looking_up", 0)?;
        out.set("connecting", ms(t.connecting))?;
        out.set("tls_handshaking", ms(t.tls_handshaking))?;
        out.set("sending", ms(t.sending))?;
        out.set("waiting", ms(t.waiting))?;
        out.set("receiving", ms(t.receiving))?;
        Ok(out.into_value())
    }

    fn request(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let out = Object::new(ctx.clone())?;
        let headers = Object::new(ctx.clone())?;
        let cookies = Object::new(ctx.clone())?;
        if let Some(info) = &self.info {
            out.set("method", info.method.as_ref())?;
            out.set("url", info.url.as_str())?;
            for (name, value) in info.headers.iter() {
                headers.set(name, vec![value])?;
            }
            if info.headers.get("User-Agent").is_none()
                && let Some(agent) = &info.user_agent
            {
                headers.set("User-Agent", vec![agent.as_ref()])?;
            }
            for RequestCookie { name, value, replace } in &info.cookies {
                let item = Object::new(ctx.clone())?;
                item.set("name", name.as_str())?;
                item.set("value", value.as_str())?;
                item.set("replace", *replace)?;
                cookies.set(name.as_str(), vec![item])?;
            }
        }
        out.set("headers", headers)?;
        let body = self.info.as_ref().and_then(|i| i.body.clone()).unwrap_or_default();
        out.set("body", string_of(ctx, &body)?)?;
        out.set("cookies", cookies)?;
        Ok(out.into_value())
    }

    fn json(&self, ctx: &Ctx<'js>, selector: Option<&Value<'js>>) -> Result<Value<'js>> {
        let given = self.given.borrow().clone();
        let Some(body) = given.as_ref().or_else(|| self.body()) else {
            return Err(go_error(
                ctx,
                "the body is null so we can't transform it to JSON - this likely was because of a request error getting the response",
            ));
        };
        if let Some(selector) = selector.filter(|v| !v.is_undefined()) {
            let valid = self.valid_json.get().unwrap_or_else(|| {
                let valid = gjson::is_valid(body);
                self.valid_json.set(Some(valid));
                valid
            });
            if !valid {
                return Ok(Value::new_undefined(ctx.clone()));
            }
            return gjson::select(ctx, body, &text(ctx, selector)?);
        }
        if let Some(parsed) = &*self.parsed.borrow() {
            return Ok(parsed.clone());
        }
        let parsed = match std::str::from_utf8(body) {
            Ok(body) => ctx.json_parse(body),
            Err(_) => ctx.json_parse(String::from_utf8_lossy(body).into_owned()),
        };
        match parsed {
            Ok(value) => {
                self.parsed.replace(Some(value.clone()));
                Ok(value)
            }
            Err(_) => {
                ctx.catch();
                Err(go_error(
                    ctx,
                    &format!("cannot parse json due to an error at {}", gjson::describe_error(body)),
                ))
            }
        }
    }
}
