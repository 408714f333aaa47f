//! From the arguments of a call to a request: address, parameters, body.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use loadwright_transport::{Auth, BodyMode, Encoding, Headers, Request, RequestCookie, Url, code};
use rquickjs::{Class, Ctx, Object, Result, Value};

use super::body::read_body;
use super::cookies::CookieJar;
use super::given;
use super::response::{self, ResponseType};
use super::status::{Expected, read_callback};
use crate::host::Level;
use crate::modules::scope::{Scoped, read_tags};
use crate::vm::errors::go_error;
use crate::vm::state::state;
use crate::vm::values::{number, text, truthy};

/// A call's arguments, read.
pub enum Prepared {
    Ready(Box<Ready>),
    /// The arguments make no request: answered at once.
    Refused(Refusal),
}

/// A request that can be sent, and what is needed when it is done.
pub struct Ready {
    pub request: Request,
    pub after: After,
}

impl Ready {
    pub fn split(self: Box<Self>) -> (Request, After) {
        (self.request, self.after)
    }
}

/// What turns an exchange into samples and a response.
pub struct After {
    pub scoped: Scoped,
    pub expected: Option<Expected>,
    pub response_type: ResponseType,
    pub throw: bool,
    pub info: Rc<RequestInfo>,
}

/// `res.request`.
pub struct RequestInfo {
    pub method: Cow<'static, str>,
    pub url: Rc<Url>,
    pub headers: Headers,
    pub user_agent: Option<Rc<str>>,
    pub body: Option<Bytes>,
    pub cookies: Vec<RequestCookie>,
}

/// A request that cannot be made.
pub struct Refusal {
    pub error: String,
    pub code: u16,
    throw: bool,
}

impl Refusal {
    pub fn into_response<'js>(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        if self.throw {
            return Err(go_error(ctx, &self.error));
        }
        state(ctx).host.log(Level::Warning, "Request Failed", &[("error", &self.error)]);
        response::refused(ctx, &self.error, self.code)
    }
}

/// Reads the arguments of one request.
pub fn prepare<'js>(
    ctx: &Ctx<'js>,
    method: Cow<'static, str>,
    url: &Value<'js>,
    body: Option<&Value<'js>>,
    params: Option<&Value<'js>>,
) -> Result<Prepared> {
    let vm = state(ctx);
    let options = vm.shared.in_force().map(|f| &f.options);
    let throw = options.and_then(|o| o.throw).unwrap_or(false);
    let refuse = |error: String, code: u16| Ok(Prepared::Refused(Refusal { error, code, throw }));

    let (address, name) = match read_url(ctx, url)? {
        Ok(found) => found,
        Err(shown) => return refuse(format!("invalid URL: '{shown}'"), code::INVALID_URL),
    };
    let parsed = match vm.http.address(&address) {
        Ok(parsed) => parsed,
        Err(e) => return refuse(format!("invalid URL: {e}"), code::INVALID_URL),
    };

    let http = &vm.http;
    let mut request = Request::new(method, parsed);
    request.jar = Some(Rc::clone(&http.jar.borrow()));
    request.user_agent = vm.user_agent.clone();
    if let Some(n) = options.and_then(|o| o.max_redirects) {
        request.redirects = u32::try_from(n).unwrap_or(0);
    }
    let discard = options.and_then(|o| o.discard_response_bodies).unwrap_or(false);
    let mut extra = Extra {
        throw,
        response_type: if discard { ResponseType::None } else { ResponseType::Text },
        expected: http.expected.borrow().clone(),
        tags: Vec::new(),
    };
    if let Some(params) = params.and_then(|v| v.as_object())
        && let Err(error) = read_params(ctx, params, &mut request, &mut extra)?
    {
        return refuse(error, 0);
    }
    if let Some(body) = given(body) {
        match read_body(ctx, body, &mut request.headers)? {
            Ok(bytes) => request.body = Some(bytes),
            Err(error) => return refuse(error, 0),
        }
    }
    request.body_mode =
        if extra.response_type == ResponseType::None { BodyMode::Discard } else { BodyMode::Keep };

    let mut pairs: Vec<(&str, &str)> = Vec::with_capacity(extra.tags.len() + 1);
    if let Some(name) = &name {
        pairs.push(("name", name));
    }
    pairs.extend(extra.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    let scoped = vm.scope.derive(pairs);
    let info = Rc::new(RequestInfo {
        method: request.method.clone(),
        url: Rc::clone(&request.url),
        headers: request.headers.clone(),
        user_agent: request.user_agent.clone(),
        body: request.body.clone(),
        cookies: request.cookies.clone(),
    });
    let after = After {
        scoped,
        expected: extra.expected,
        response_type: extra.response_type,
        throw: extra.throw,
        info,
    };
    Ok(Prepared::Ready(Box::new(Ready { request, after })))
}

struct Extra {
    throw: bool,
    response_type: ResponseType,
    expected: Option<Expected>,
    tags: Vec<(String, String)>,
}

/// The address and, for `` http.url`…` `` values, the name. The error is how Go prints what is no address.
fn read_url<'js>(
    ctx: &Ctx<'js>,
    url: &Value<'js>,
) -> Result<std::result::Result<(String, Option<String>), String>> {
    if url.is_string() {
        return Ok(Ok((text(ctx, url)?, None)));
    }
    if let Some(object) = url.as_object() {
        let address: Value<'js> = object.get("url")?;
        if address.is_string() {
            let name: Value<'js> = object.get("name")?;
            let name = if name.is_string() { Some(text(ctx, &name)?) } else { None };
            return Ok(Ok((text(ctx, &address)?, name)));
        }
        let json = ctx.json_stringify(url.clone())?.map(|s| s.to_string()).transpose()?.unwrap_or_default();
        return Ok(Err(format!("#map[{json}]")));
    }
    if url.is_undefined() || url.is_null() {
        return Ok(Err("#<nil>".to_owned()));
    }
    Ok(Err(format!("#{}", text(ctx, url)?)))
}

/// Reads the parameters object; the inner error becomes the response's error text.
fn read_params<'js>(
    ctx: &Ctx<'js>,
    params: &Object<'js>,
    request: &mut Request,
    extra: &mut Extra,
) -> Result<std::result::Result<(), String>> {
    let vm = state(ctx);
    for entry in params.props::<String, Value<'js>>() {
        let (key, value) = entry?;
        let is_given = given(Some(&value)).is_some();
        match key.as_str() {
            "headers" if is_given => {
                let Some(headers) = value.as_object() else { continue };
                for header in headers.props::<String, Value<'js>>() {
                    let (name, value) = header?;
                    request.headers.set(&name, text(ctx, &value)?);
                }
            }
            "cookies" if is_given => {
                let Some(cookies) = value.as_object() else { continue };
                for cookie in cookies.props::<String, Value<'js>>() {
                    let (name, value) = cookie?;
                    let (value, replace) = match value.as_object().filter(|_| !value.is_array()) {
                        Some(o) => (
                            text(ctx, &o.get::<_, Value<'js>>("value")?)?,
                            truthy(ctx, &o.get::<_, Value<'js>>("replace")?),
                        ),
                        None => (text(ctx, &value)?, false),
                    };
                    request.cookies.push(RequestCookie { name, value, replace });
                }
            }
            "jar" if is_given => {
                if let Ok(jar) = Class::<CookieJar>::from_value(&value) {
                    request.jar = Some(Rc::clone(&jar.borrow().0));
                }
            }
            "tags" if is_given => match read_tags(ctx, &value, "metric") {
                Ok(tags) => extra.tags = tags,
                Err(_) if vm.stop.borrow().is_none() => {
                    let thrown = ctx.catch();
                    let message = thrown.as_exception().and_then(|e| e.message()).unwrap_or_default();
                    return Ok(Err(message));
                }
                Err(e) => return Err(e),
            },
            "redirects" if is_given => {
                let n = number(ctx, &value);
                request.redirects = if n.is_finite() && n > 0.0 { n as u32 } else { 0 };
                request.redirects_explicit = true;
            }
            "timeout" if is_given => match read_timeout(ctx, &value)? {
                Ok(time) => request.timeout = time,
                Err(error) => return Ok(Err(error)),
            },
            "auth" if is_given => {
                request.auth = match text(ctx, &value)?.as_str() {
                    "digest" => Auth::Digest,
                    "ntlm" => Auth::Ntlm,
                    _ => Auth::None,
                };
            }
            "compression" if is_given => match Encoding::parse_list(&text(ctx, &value)?) {
                Ok(list) => request.compression = list,
                Err(e) => return Ok(Err(e.to_string())),
            },
            "responseType" if is_given => match ResponseType::parse(&text(ctx, &value)?) {
                Ok(kind) => extra.response_type = kind,
                Err(error) => return Ok(Err(error)),
            },
            "responseCallback" => extra.expected = read_callback(ctx, Some(&value))?,
            "throw" => extra.throw = truthy(ctx, &value),
            _ => {}
        }
    }
    Ok(Ok(()))
}

fn read_timeout<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<std::result::Result<Duration, String>> {
    if value.is_string() {
        let text = text(ctx, value)?;
        return Ok(match loadwright_workload::GoDuration::parse_extended(&text) {
            Ok(time) => Ok(time.to_std()),
            Err(e) => Err(format!("invalid timeout value: {e}")),
        });
    }
    let ms = number(ctx, value);
    if !ms.is_finite() {
        return Ok(Err(format!(
            "invalid timeout value: unable to use type {} as a duration value",
            crate::modules::crypto::go_type(value)
        )));
    }
    Ok(Ok(Duration::try_from_secs_f64(ms.max(0.0) / 1000.0).unwrap_or_default()))
}
