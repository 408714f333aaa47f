//! The native half of `k6/ws` and `k6/websockets`: handshakes, frames, samples.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use loadwright_metrics::builtin;
use loadwright_transport::{Headers, Jar, Message, RequestCookie, Url, WebSocket, WebSocketRequest};
use loadwright_workload::SystemTag;
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::{Constructor, Opt};
use rquickjs::{Class, Ctx, Function, JsLifetime, Object, Persistent, Result, Value};

use super::http::{CookieJar, socket_response};
use super::scope::{Scoped, read_tags};
use crate::host::{Op, OpId, OpResult};
use crate::vm::errors::go_error;
use crate::vm::events::{expect, step};
use crate::vm::state::state;
use crate::vm::values::{absent, array_buffer, string_or_binary, text, truthy};

/// A connection to be or that is: its tags, and the socket once it is open.
pub struct Connection {
    scoped: RefCell<Scoped>,
    url: Rc<Url>,
    socket: RefCell<Option<Rc<WebSocket>>>,
    receiving: RefCell<Option<OpId>>,
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for Connection {
    type Changed<'to> = Connection;
}

impl<'js> Trace<'js> for Connection {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Connection {
    const NAME: &'static str = "SocketConnection";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

type Conn<'js> = Class<'js, Connection>;

/// What the preludes of both modules build on.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    out.set("connect", Function::new(ctx.clone(), connect)?)?;
    out.set("receive", Function::new(ctx.clone(), receive)?)?;
    out.set("transmit", Function::new(ctx.clone(), transmit)?)?;
    out.set("release", Function::new(ctx.clone(), release)?)?;
    out.set("record", Function::new(ctx.clone(), record)?)?;
    let turn = |ctx: Ctx<'js>| step(&ctx);
    out.set("turn", Function::new(ctx.clone(), turn)?)?;
    let now = |ctx: Ctx<'js>| state(&ctx).host.now().as_secs_f64() * 1000.0;
    out.set("now", Function::new(ctx.clone(), now)?)?;
    let throws = |ctx: Ctx<'js>| state(&ctx).shared.in_force().and_then(|f| f.options.throw).unwrap_or(false);
    out.set("throws", Function::new(ctx.clone(), throws)?)?;
    let running = |ctx: Ctx<'js>| state(&ctx).stage.get().is_running();
    out.set("running", Function::new(ctx.clone(), running)?)?;
    let warn = |ctx: Ctx<'js>, text: String, error: String| {
        state(&ctx).host.log(crate::host::Level::Warning, &text, &[("error", &error)]);
    };
    out.set("warn", Function::new(ctx.clone(), warn)?)?;
    Ok(out)
}

/// Starts a handshake; `done(error, response, details)` is called at its end.
fn connect<'js>(
    ctx: Ctx<'js>,
    url: String,
    protocols: Vec<String>,
    params: Value<'js>,
    done: Function<'js>,
) -> Result<Conn<'js>> {
    let vm = state(&ctx);
    let url = Rc::new(Url::parse(&url).map_err(|e| go_error(&ctx, &e.to_string()))?);
    let mut request = WebSocketRequest {
        url: Rc::clone(&url),
        headers: Headers::new(),
        user_agent: vm.user_agent.clone(),
        subprotocols: protocols,
        jar: Some(Rc::clone(&vm.http.jar.borrow())),
        compression: false,
        timeout: Duration::from_secs(60),
    };
    let mut tags: Vec<(String, String)> = Vec::new();
    if let Some(params) = params.as_object() {
        read_params(&ctx, params, &mut request, &mut tags)?;
    }
    let scope = &vm.scope;
    if scope.enabled(SystemTag::Url) {
        let masked = url.masked().into_owned();
        tags.insert(0, ("url".to_owned(), masked));
    }
    let scoped = scope.derive(tags.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    let connection = Class::instance(
        ctx.clone(),
        Connection {
            scoped: RefCell::new(scoped),
            url,
            socket: RefCell::default(),
            receiving: RefCell::default(),
        },
    )?;
    let op = vm.host.start(Op::Connect(Box::new(request)));
    let kept = Persistent::save(&ctx, connection.clone());
    let done = Persistent::save(&ctx, done);
    let mut once = Some((kept, done));
    expect(
        &ctx,
        op,
        Box::new(move |ctx, result| {
            if let (OpResult::Connected(exchange), Some((connection, done))) = (result, once.take()) {
                let connection = connection.restore(ctx)?;
                let error = exchange.hop.failure.as_ref().map(|f| {
                    // the socket's errors do not name the method and the address
                    f.log.split_once("\": ").map_or(f.log.clone(), |(_, reason)| reason.to_owned())
                });
                let error = match (&exchange.socket, error) {
                    (None, None) => Some("websocket: bad handshake".to_owned()),
                    (_, error) => error,
                };
                let details = Object::new(ctx.clone())?;
                let timings = exchange.hop.timings;
                let took = timings.blocked + timings.sending + timings.waiting;
                details.set("connecting", took.as_secs_f64() * 1000.0)?;
                {
                    let connection = connection.borrow();
                    let status = exchange.response.as_ref().map_or(0, |r| r.status);
                    let protocol = exchange.socket.as_ref().map_or("", |s| s.subprotocol()).to_owned();
                    details.set("protocol", protocol.as_str())?;
                    details.set("extensions", exchange.socket.as_ref().map_or("", |s| s.extensions()))?;
                    connection.note_handshake(ctx, status, &protocol);
                    connection.socket.replace(exchange.socket.map(Rc::new));
                }
                let response = socket_response(ctx, exchange.response, exchange.hop)?;
                done.restore(ctx)?.call::<_, Value<'_>>((error, response, details))?;
            }
            Ok(false)
        }),
    );
    Ok(connection)
}

impl Connection {
    /// Adds what the handshake brought to the tags of the session's samples.
    fn note_handshake(&self, ctx: &Ctx<'_>, status: u16, protocol: &str) {
        let scope = &state(ctx).scope;
        let status = status.to_string();
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        if scope.enabled(SystemTag::Status) {
            pairs.push(("status", &status));
        }
        if scope.enabled(SystemTag::Subproto) {
            pairs.push(("subproto", protocol));
        }
        let base = self.scoped.borrow().clone();
        self.scoped.replace(scope.derive_from(&base, pairs));
    }
}

fn read_params<'js>(
    ctx: &Ctx<'js>,
    params: &Object<'js>,
    request: &mut WebSocketRequest,
    tags: &mut Vec<(String, String)>,
) -> Result<()> {
    for entry in params.props::<String, Value<'js>>() {
        let (key, value) = entry?;
        if absent(&value) {
            continue;
        }
        match key.as_str() {
            "headers" => {
                let Some(headers) = value.as_object() else { continue };
                for header in headers.props::<String, Value<'js>>() {
                    let (name, value) = header?;
                    request.headers.set(&name, text(ctx, &value)?);
                }
            }
            "cookies" => {
                let Some(cookies) = value.as_object() else { continue };
                let mut line: Vec<String> = Vec::new();
                for cookie in cookies.props::<String, Value<'js>>() {
                    let (name, value) = cookie?;
                    let value = match value.as_object() {
                        Some(o) => text(ctx, &o.get::<_, Value<'js>>("value")?)?,
                        None => text(ctx, &value)?,
                    };
                    let cookie = RequestCookie { name, value, replace: false };
                    line.push(format!("{}={}", cookie.name, cookie.value));
                }
                request.headers.set("Cookie", line.join("; "));
            }
            "jar" => {
                if let Ok(jar) = Class::<CookieJar>::from_value(&value) {
                    let jar: Rc<Jar> = Rc::clone(&jar.borrow().0);
                    request.jar = Some(jar);
                }
            }
            "tags" => tags.extend(read_tags(ctx, &value, "metric")?),
            "compression" => request.compression = truthy(ctx, &value),
            _ => {}
        }
    }
    Ok(())
}

/// Waits for messages; `on(kind, data, code)` is called for each until one is a close or an error.
fn receive<'js>(ctx: Ctx<'js>, connection: Conn<'js>, on: Function<'js>) -> Result<()> {
    let on = Persistent::save(&ctx, on);
    listen(&ctx, &connection, on)
}

fn listen<'js>(ctx: &Ctx<'js>, connection: &Conn<'js>, on: Persistent<Function<'static>>) -> Result<()> {
    let Some(socket) = connection.borrow().socket.borrow().clone() else { return Ok(()) };
    let op = state(ctx).host.start(Op::Receive(socket));
    connection.borrow().receiving.replace(Some(op));
    let kept = Persistent::save(ctx, connection.clone());
    let mut once = Some((kept, on));
    expect(
        ctx,
        op,
        Box::new(move |ctx, result| {
            let (OpResult::Received(message), Some((kept, on))) = (result, once.take()) else {
                return Ok(false);
            };
            let connection = kept.restore(ctx)?;
            connection.borrow().receiving.replace(None);
            let undefined = || Value::new_undefined(ctx.clone());
            let call = on.clone().restore(ctx)?;
            let more = match message {
                Ok(Message::Text(text)) => {
                    call.call::<_, Value<'_>>(("text", text))?;
                    true
                }
                Ok(Message::Binary(bytes)) => {
                    call.call::<_, Value<'_>>(("binary", array_buffer(ctx, bytes.to_vec())?))?;
                    true
                }
                Ok(Message::Ping(bytes)) => {
                    call.call::<_, Value<'_>>(("ping", String::from_utf8_lossy(&bytes).into_owned()))?;
                    true
                }
                Ok(Message::Pong(bytes)) => {
                    call.call::<_, Value<'_>>(("pong", String::from_utf8_lossy(&bytes).into_owned()))?;
                    true
                }
                Ok(Message::Close { code, reason }) => {
                    call.call::<_, Value<'_>>(("close", reason, i32::from(code)))?;
                    false
                }
                Err(e) => {
                    call.call::<_, Value<'_>>(("error", e.text, i32::from(e.code)))?;
                    false
                }
            };
            let _ = undefined;
            if more {
                listen(ctx, &connection, on)?;
            }
            Ok(false)
        }),
    );
    Ok(())
}

/// Sends one frame; `done(error)` is called when it is on its way.
fn transmit<'js>(
    ctx: Ctx<'js>,
    connection: Conn<'js>,
    kind: String,
    data: Value<'js>,
    code: Opt<Value<'js>>,
    done: Opt<Value<'js>>,
) -> Result<()> {
    let Some(socket) = connection.borrow().socket.borrow().clone() else {
        return Err(go_error(&ctx, "websocket: close sent"));
    };
    let bytes = || -> Result<Bytes> {
        Ok(if absent(&data) {
            Bytes::new()
        } else {
            string_or_binary(&ctx, &data)?.unwrap_or_default().into()
        })
    };
    let message = match kind.as_str() {
        "text" => Message::Text(text(&ctx, &data)?),
        "binary" => Message::Binary(bytes()?),
        "ping" => Message::Ping(bytes()?),
        "pong" => Message::Pong(bytes()?),
        _ => {
            let reason = if absent(&data) { String::new() } else { text(&ctx, &data)? };
            Message::Close { code: code.0.and_then(|c| c.as_number()).map_or(1000, |c| c as u16), reason }
        }
    };
    let op = state(&ctx).host.start(Op::Transmit(socket, message));
    let mut done = done.0.and_then(Value::into_function).map(|f| Persistent::save(&ctx, f));
    expect(
        &ctx,
        op,
        Box::new(move |ctx, result| {
            if let (OpResult::Transmitted(outcome), Some(done)) = (result, done.take()) {
                done.restore(ctx)?.call::<_, Value<'_>>((outcome.err().map(|e| e.text),))?;
            }
            Ok(false)
        }),
    );
    Ok(())
}

/// Lets the socket go; what is being waited for never comes.
fn release<'js>(ctx: Ctx<'js>, connection: Conn<'js>) {
    let connection = connection.borrow();
    if let Some(op) = connection.receiving.take() {
        state(&ctx).ops.borrow_mut().remove(&op);
        state(&ctx).host.abandon(op);
    }
    connection.socket.replace(None);
    let _ = &connection.url;
}

/// Records one sample of the session.
fn record<'js>(ctx: Ctx<'js>, connection: Conn<'js>, metric: String, value: f64) {
    let id = match metric.as_str() {
        "sessions" => builtin::WS_SESSIONS,
        "sent" => builtin::WS_MSGS_SENT,
        "received" => builtin::WS_MSGS_RECEIVED,
        "ping" => builtin::WS_PING,
        "duration" => builtin::WS_SESSION_DURATION,
        _ => builtin::WS_CONNECTING,
    };
    let vm = state(&ctx);
    let metadata = vm.scope.metadata();
    let scoped = connection.borrow().scoped.borrow().clone();
    vm.recorder.borrow_mut().add(id, value, &scoped.tags, SystemTime::now(), metadata.as_ref());
}
