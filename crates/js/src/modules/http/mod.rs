//! `k6/http`: requests, batches, cookie jars, responses.

mod batch;
mod body;
mod cookies;
mod record;
mod request;
mod response;
mod status;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use loadwright_transport::{Jar, Url, UrlError};
use rquickjs::function::{Opt, Rest};
use rquickjs::{Ctx, Function, Object, Result, Value};

use crate::host::{Level, Op, OpResult};
use crate::vm::errors::{Stop, go_error, uncatchable};
use crate::vm::events::{Settle, expect};
use crate::vm::state::state;
use crate::vm::values::{absent, text};
use request::{Prepared, prepare};
use status::Expected;

pub use cookies::CookieJar;
pub use response::{Atoms, socket_response};

/// What `k6/http` keeps for a VU.
pub struct HttpState {
    pub jar: RefCell<Rc<Jar>>,
    /// Addresses that were parsed before.
    addresses: RefCell<HashMap<String, Rc<Url>>>,
    /// `setResponseCallback`; `None` turns the judgement off.
    pub expected: RefCell<Option<Expected>>,
}

impl Default for HttpState {
    fn default() -> Self {
        Self {
            jar: RefCell::new(Rc::new(Jar::new())),
            addresses: RefCell::default(),
            expected: RefCell::new(Some(Expected::default())),
        }
    }
}

impl HttpState {
    /// Parses an address, or finds it among those parsed before.
    pub fn address(&self, text: &str) -> std::result::Result<Rc<Url>, UrlError> {
        if let Some(known) = self.addresses.borrow().get(text) {
            return Ok(Rc::clone(known));
        }
        let parsed = Rc::new(Url::parse(text)?);
        let mut addresses = self.addresses.borrow_mut();
        if addresses.len() >= 64 {
            addresses.clear();
        }
        addresses.insert(text.to_owned(), Rc::clone(&parsed));
        Ok(parsed)
    }
}

pub fn module<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    for (name, value) in CONSTANTS {
        out.set(*name, *value)?;
    }
    macro_rules! verb {
        ($name:literal, $method:literal, $body:literal) => {{
            let call = |ctx: Ctx<'js>, args: Rest<Value<'js>>| verb(&ctx, $name, $method, $body, &args.0);
            out.set($name, Function::new(ctx.clone(), call)?.with_name($name)?)?;
        }};
    }
    verb!("get", "GET", false);
    verb!("head", "HEAD", false);
    verb!("post", "POST", true);
    verb!("put", "PUT", true);
    verb!("patch", "PATCH", true);
    verb!("del", "DELETE", true);
    verb!("options", "OPTIONS", true);
    let plain: [(&str, Function<'js>); 8] = [
        ("request", Function::new(ctx.clone(), request_fn)?),
        ("asyncRequest", Function::new(ctx.clone(), async_request)?),
        ("batch", Function::new(ctx.clone(), batch::batch)?),
        ("file", Function::new(ctx.clone(), body::file)?),
        ("url", Function::new(ctx.clone(), url_tag)?),
        ("cookieJar", Function::new(ctx.clone(), cookies::vu_jar)?),
        ("expectedStatuses", Function::new(ctx.clone(), status::expected_statuses)?),
        ("setResponseCallback", Function::new(ctx.clone(), status::set_response_callback)?),
    ];
    for (name, function) in plain {
        out.set(name, function.with_name(name)?)?;
    }
    out.set("CookieJar", cookies::constructor(ctx)?)?;
    Ok(out)
}

const CONSTANTS: &[(&str, &str)] = &[
    ("TLS_1_0", "tls1.0"),
    ("TLS_1_1", "tls1.1"),
    ("TLS_1_2", "tls1.2"),
    ("TLS_1_3", "tls1.3"),
    ("OCSP_STATUS_GOOD", "good"),
    ("OCSP_STATUS_REVOKED", "revoked"),
    ("OCSP_STATUS_SERVER_FAILED", "server_failed"),
    ("OCSP_STATUS_UNKNOWN", "unknown"),
    ("OCSP_REASON_UNSPECIFIED", "unspecified"),
    ("OCSP_REASON_KEY_COMPROMISE", "key_compromise"),
    ("OCSP_REASON_CA_COMPROMISE", "ca_compromise"),
    ("OCSP_REASON_AFFILIATION_CHANGED", "affiliation_changed"),
    ("OCSP_REASON_SUPERSEDED", "superseded"),
    ("OCSP_REASON_CESSATION_OF_OPERATION", "cessation_of_operation"),
    ("OCSP_REASON_CERTIFICATE_HOLD", "certificate_hold"),
    ("OCSP_REASON_REMOVE_FROM_CRL", "remove_from_crl"),
    ("OCSP_REASON_PRIVILEGE_WITHDRAWN", "privilege_withdrawn"),
    ("OCSP_REASON_AA_COMPROMISE", "aa_compromise"),
];

/// Refuses requests outside of the running stages.
fn running(ctx: &Ctx<'_>, message: &str) -> Result<()> {
    if state(ctx).stage.get().is_running() { Ok(()) } else { Err(go_error(ctx, message)) }
}

const NO_REQUESTS: &str = "Making http requests in the init context is not supported";

fn verb<'js>(
    ctx: &Ctx<'js>,
    name: &str,
    method: &'static str,
    with_body: bool,
    args: &[Value<'js>],
) -> Result<Value<'js>> {
    let undefined = || Value::new_undefined(ctx.clone());
    let url = args.first().cloned().unwrap_or_else(undefined);
    let (body, params) = if with_body { (args.get(1), args.get(2)) } else { (None, args.get(1)) };
    if !with_body && args.len() > 2 {
        let text = format!(
            "http.{name}() accepts up to 2 arguments, got {}: the extra ones are ignored",
            args.len()
        );
        state(ctx).host.log(Level::Warning, &text, &[]);
    }
    exchange(ctx, method.into(), &url, body, params)
}

fn request_fn<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<Value<'js>> {
    let args = args.0;
    let undefined = || Value::new_undefined(ctx.clone());
    let method = text(&ctx, &args.first().cloned().unwrap_or_else(undefined))?;
    let url = args.get(1).cloned().unwrap_or_else(undefined);
    exchange(&ctx, method.into(), &url, args.get(2), args.get(3))
}

/// One blocking request from arguments to response.
fn exchange<'js>(
    ctx: &Ctx<'js>,
    method: std::borrow::Cow<'static, str>,
    url: &Value<'js>,
    body: Option<&Value<'js>>,
    params: Option<&Value<'js>>,
) -> Result<Value<'js>> {
    running(ctx, NO_REQUESTS)?;
    match prepare(ctx, method, url, body, params)? {
        Prepared::Refused(refusal) => refusal.into_response(ctx),
        Prepared::Ready(ready) => {
            let (request, after) = ready.split();
            let done = state(ctx).host.send(request).map_err(|_| uncatchable(ctx, Stop::Interrupted))?;
            record::finish(ctx, done, after)
        }
    }
}

fn async_request<'js>(ctx: Ctx<'js>, args: Rest<Value<'js>>) -> Result<Value<'js>> {
    running(&ctx, NO_REQUESTS)?;
    let args = args.0;
    let undefined = || Value::new_undefined(ctx.clone());
    let method = text(&ctx, &args.first().cloned().unwrap_or_else(undefined))?;
    let url = args.get(1).cloned().unwrap_or_else(undefined);
    let (promise, ends) = Settle::promise(&ctx)?;
    match prepare(&ctx, method.into(), &url, args.get(2), args.get(3)) {
        Err(e) => ends.settle(&ctx, Err(e))?,
        Ok(Prepared::Refused(refusal)) => ends.settle(&ctx, refusal.into_response(&ctx))?,
        Ok(Prepared::Ready(ready)) => {
            let (request, after) = ready.split();
            let op = state(&ctx).host.start(Op::Http(Box::new(request)));
            let mut rest = Some((ends, after));
            expect(
                &ctx,
                op,
                Box::new(move |ctx, result| {
                    if let (OpResult::Http(done), Some((ends, after))) = (result, rest.take()) {
                        let outcome = record::finish(ctx, *done, after);
                        ends.settle(ctx, outcome)?;
                    }
                    Ok(false)
                }),
            );
        }
    }
    Ok(promise)
}

/// The template tag `` http.url`…/${id}` ``: the address with values, the name without.
fn url_tag<'js>(ctx: Ctx<'js>, parts: Opt<Value<'js>>, values: Rest<Value<'js>>) -> Result<Object<'js>> {
    let mut url = String::new();
    let mut name = String::new();
    let parts = parts.0.unwrap_or_else(|| Value::new_undefined(ctx.clone()));
    if parts.is_string() {
        url = text(&ctx, &parts)?;
        name.clone_from(&url);
    } else if let Some(parts) = parts.as_array() {
        for (i, part) in parts.iter::<Value<'js>>().enumerate() {
            let part = text(&ctx, &part?)?;
            url.push_str(&part);
            name.push_str(&part);
            if let Some(value) = values.0.get(i) {
                url.push_str(&text(&ctx, value)?);
                name.push_str("${}");
            }
        }
    }
    let out = Object::new(ctx.clone())?;
    out.set("name", name)?;
    out.set("url", url.as_str())?;
    let clean = Url::parse(&url).map(|u| u.masked().into_owned()).unwrap_or(url);
    out.set("clean_url", clean)?;
    Ok(out)
}

fn given<'a, 'js>(value: Option<&'a Value<'js>>) -> Option<&'a Value<'js>> {
    value.filter(|v| !absent(v))
}
