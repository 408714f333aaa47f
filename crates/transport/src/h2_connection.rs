//! HTTP/2 on a connection that negotiated it: requests share the connection.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use bytes::Bytes;
use h2::client::SendRequest;

use crate::client::Client;
use crate::dial::Dialed;
use crate::failure::{Broken, code};
use crate::head::{Framing, Head};
use crate::hop::{Clock, Received, Step, dump};
use crate::request_head::sorted;
use crate::{HttpDebug, Protocol, TlsInfo};

/// Go's receive windows: per connection and per stream.
const CONNECTION_WINDOW: u32 = 1 << 30;
const STREAM_WINDOW: u32 = 4 << 20;

/// An open connection; cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct H2 {
    send: SendRequest<Bytes>,
    remote: SocketAddr,
    tls: Option<TlsInfo>,
    closed: Rc<Cell<bool>>,
}

impl Client {
    /// Whether there may be an HTTP/2 connection to the same place.
    pub(crate) fn has_h2(&self, url: &crate::Url) -> bool {
        url.is_tls() && self.h2.borrow().iter().any(|(key, _)| key == url.key())
    }

    /// Sends over an open HTTP/2 connection to the same place; `None` when there is none that works.
    pub(crate) async fn try_h2(
        &self,
        step: &Step<'_>,
        clock: &mut Clock,
        debug: &mut Vec<String>,
    ) -> Option<Result<Received, Broken>> {
        let found = {
            let mut all = self.h2.borrow_mut();
            all.retain(|(_, connection)| !connection.closed.get());
            all.iter().find(|(key, _)| key == step.url.key()).map(|(_, connection)| connection.clone())
        }?;
        let ready = found.send.clone().ready().await.ok()?;
        Some(self.exchange_h2(H2 { send: ready, ..found }, step, clock, debug).await)
    }

    /// Starts HTTP/2 on a fresh connection and sends its first request.
    pub(crate) async fn first_h2(
        &self,
        dialed: Dialed,
        step: &Step<'_>,
        clock: &mut Clock,
        debug: &mut Vec<String>,
    ) -> Result<Received, Broken> {
        let Dialed { stream, local: _, remote, tls, .. } = dialed;
        let (send, connection) = h2::client::Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .handshake(stream)
            .await
            .map_err(|e| broken(&e))?;
        let closed = Rc::new(Cell::new(false));
        let flag = Rc::clone(&closed);
        tokio::task::spawn_local(async move {
            let _ = connection.await;
            flag.set(true);
        });
        let connection = H2 { send, remote, tls, closed };
        if !self.network.settings.no_connection_reuse {
            self.h2.borrow_mut().push((Rc::clone(step.url.key()), connection.clone()));
        }
        self.exchange_h2(connection, step, clock, debug).await
    }

    async fn exchange_h2(
        &self,
        mut connection: H2,
        step: &Step<'_>,
        clock: &mut Clock,
        debug: &mut Vec<String>,
    ) -> Result<Received, Broken> {
        let settings = &self.network.settings;
        clock.got = Some(Instant::now());
        clock.remote = Some(connection.remote);
        clock.tls = connection.tls;
        clock.protocol = Protocol::Http2;
        let request = request(step)?;
        if settings.http_debug != HttpDebug::Off {
            let body = step.body.filter(|_| settings.http_debug == HttpDebug::Full);
            let head =
                format!("{} {} HTTP/2.0\r\n{:?}\r\n", step.method, step.url.target(), request.headers());
            debug.push(dump("Request", head.as_bytes(), body.map(|b| &**b)));
        }
        let body = step.body.filter(|b| !b.is_empty());
        let (response, mut stream) =
            connection.send.send_request(request, body.is_none()).map_err(|e| broken(&e))?;
        if let Some(body) = body {
            stream.send_data(body.clone(), true).map_err(|e| broken(&e))?;
        }
        clock.marks.wrote = Some(Instant::now());
        let response = response.await.map_err(|e| broken(&e))?;
        clock.marks.first_byte = Some(Instant::now());
        let (parts, mut incoming) = response.into_parts();
        let mut out = Vec::new();
        while let Some(chunk) = incoming.data().await {
            let chunk = chunk.map_err(|e| broken(&e))?;
            if step.keep_body {
                out.extend_from_slice(&chunk);
                if settings.max_body > 0 && out.len() as u64 > settings.max_body {
                    let text =
                        format!("response body is larger than the limit of {} bytes", settings.max_body);
                    return Err(Broken::generic(text));
                }
            }
            let _ = incoming.flow_control().release_capacity(chunk.len());
        }
        let (head, head_bytes) = head(&parts);
        if settings.http_debug != HttpDebug::Off {
            let body = Some(out.as_slice()).filter(|_| settings.http_debug == HttpDebug::Full);
            debug.push(dump("Response", &head_bytes, body));
        }
        Ok(Received { head, head_bytes, body: out })
    }
}

fn request(step: &Step<'_>) -> Result<http::Request<()>, Broken> {
    let bad = |e: http::Error| Broken::generic(format!("net/http: {e}"));
    let authority =
        step.headers.get("Host").filter(|h| !h.is_empty()).unwrap_or_else(|| step.url.authority());
    // http::Uri takes no raw spaces or quotes, which HTTP/1.1 would send as they are
    let target: String = step
        .url
        .target()
        .chars()
        .map(|c| match c {
            ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => format!("%{:02X}", c as u32),
            c => c.to_string(),
        })
        .collect();
    let mut builder =
        http::Request::builder().method(step.method.as_ref()).uri(format!("https://{authority}{target}"));
    if let Some(agent) = step.headers.get("User-Agent").or(step.user_agent).filter(|a| !a.is_empty()) {
        builder = builder.header("user-agent", agent);
    }
    let length = step.body.map_or(0, |b| b.len());
    if length > 0 || matches!(step.method.as_ref(), "POST" | "PUT" | "PATCH") {
        builder = builder.header("content-length", length);
    }
    for (name, value) in sorted(step) {
        if !["Connection", "Keep-Alive", "Proxy-Connection", "Upgrade"].contains(&name) {
            builder = builder.header(name.to_ascii_lowercase(), value);
        }
    }
    builder.body(()).map_err(bad)
}

/// The head as if it had come over HTTP/1.1, so that everything else reads one form.
fn head(parts: &http::response::Parts) -> (Head, Bytes) {
    let reason = parts.status.canonical_reason().unwrap_or("");
    let mut bytes = format!("HTTP/2.0 {} {reason}\r\n", parts.status.as_u16()).into_bytes();
    for (name, value) in &parts.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    let text =
        |name: &str| parts.headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    let head = Head {
        status: parts.status.as_u16(),
        protocol: Protocol::Http2,
        framing: Framing::Close,
        keep_alive: true,
        sets_cookies: parts.headers.contains_key("set-cookie"),
        location: text("location"),
        content_encoding: text("content-encoding"),
        len: bytes.len(),
    };
    (head, bytes.into())
}

/// k6's codes: 1610, 1630 or 1650, plus one, plus the protocol's own number.
fn broken(error: &h2::Error) -> Broken {
    let Some(reason) = error.reason() else {
        if let Some(io) = error.get_io() {
            let any = SocketAddr::from(([0, 0, 0, 0], 0));
            return Broken::io(io, crate::failure::Side::Read, any, any);
        }
        return Broken::plain(code::HTTP2, format!("http2: {error}"));
    };
    let number = u32::from(reason);
    let (base, what) = if error.is_go_away() && error.is_remote() {
        (code::HTTP2_GO_AWAY, "received GoAway")
    } else if error.is_reset() {
        (code::HTTP2_STREAM, "stream error")
    } else {
        (code::HTTP2_CONNECTION, "connection error")
    };
    let code = if number <= 13 { base + 1 + number as u16 } else { base };
    Broken::plain(code, format!("http2: {what} with http2 ErrCode {reason:?}"))
}
