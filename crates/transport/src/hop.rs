//! One request on the wire, timed.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;

use crate::client::Client;
use crate::failure::Broken;
use crate::h1::{Answer, BodyPlan, H1, Marks};
use crate::head::Head;
use crate::limit::Limit;
use crate::request_head::write_head;
use crate::{Headers, Hop, HttpDebug, Protocol, Timings, TlsInfo, Url};

/// What is sent in one hop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<'a> {
    pub method: &'a Cow<'static, str>,
    pub url: &'a Rc<Url>,
    pub headers: &'a Headers,
    pub user_agent: Option<&'a str>,
    pub body: Option<&'a Bytes>,
    /// Instead of a `Cookie` in `headers`.
    pub cookie: Option<&'a str>,
    /// Instead of an `Authorization` in `headers`.
    pub authorization: Option<&'a str>,
    pub keep_body: bool,
}

/// What came back, before decoding.
#[derive(Debug)]
pub(crate) struct Received {
    pub head: Head,
    pub head_bytes: Bytes,
    pub body: Vec<u8>,
}

/// When things happened.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    pub got: Option<Instant>,
    pub connecting: Duration,
    pub tls_handshaking: Duration,
    pub marks: Marks,
    pub remote: Option<SocketAddr>,
    pub tls: Option<TlsInfo>,
    pub protocol: Protocol,
}

impl Clock {
    fn timings(&self, start: Instant, end: Instant) -> Timings {
        let between = |from: Option<Instant>, to: Option<Instant>| match (from, to) {
            (Some(from), Some(to)) => to.saturating_duration_since(from),
            _ => Duration::ZERO,
        };
        let wrote = self.marks.wrote;
        let first = self.marks.first_byte;
        Timings {
            blocked: between(Some(start), self.got),
            connecting: self.connecting,
            tls_handshaking: self.tls_handshaking,
            sending: between(self.got, wrote),
            waiting: between(wrote, first.or(Some(end))),
            receiving: between(first, Some(end)),
        }
    }
}

impl Client {
    /// One hop within the deadline. No answer means that the hop says why.
    pub(crate) async fn hop(
        &self,
        step: &Step<'_>,
        limit: &mut Limit,
        debug: &mut Vec<String>,
    ) -> (Hop, Option<Received>) {
        let start = Instant::now();
        let mut clock = Clock::default();
        let outcome =
            limit.run(self.attempt(step, &mut clock, debug)).await.unwrap_or_else(|| Err(Broken::timeout()));
        let timings = clock.timings(start, Instant::now());
        let (status, failure, received) = match outcome {
            Ok(received) => (received.head.status, None, Some(received)),
            Err(broken) => (0, Some(broken.into_failure(step.method, step.url)), None),
        };
        let hop = Hop {
            method: step.method.clone(),
            url: Rc::clone(step.url),
            status,
            protocol: clock.protocol,
            tls: clock.tls,
            remote: clock.remote,
            timings,
            ended: SystemTime::now(),
            failure,
        };
        (hop, received)
    }

    async fn attempt(
        &self,
        step: &Step<'_>,
        clock: &mut Clock,
        debug: &mut Vec<String>,
    ) -> Result<Received, Broken> {
        if !step.url.has_scheme_for_http() {
            return Err(Broken::generic(format!(
                "unsupported protocol scheme {}",
                crate::escape::quote(step.url.scheme())
            )));
        }
        // rare paths are boxed: they would make the future of every request larger
        if self.has_h2(step.url)
            && let Some(received) = Box::pin(self.try_h2(step, clock, debug)).await
        {
            return received;
        }
        let mut idle = self.take_idle(step.url);
        loop {
            let reused = idle.is_some();
            let mut connection = match idle.take() {
                Some(connection) => connection,
                None => {
                    let dialed = Box::pin(self.dial(step.url, false)).await?;
                    clock.connecting = dialed.connecting;
                    clock.tls_handshaking = dialed.tls_handshaking;
                    if dialed.h2 {
                        return Box::pin(self.first_h2(dialed, step, clock, debug)).await;
                    }
                    Box::new(H1::new(dialed))
                }
            };
            clock.got = Some(Instant::now());
            clock.remote = Some(connection.remote);
            clock.tls = connection.tls;
            match self.exchange(&mut connection, step, clock, debug).await {
                Ok(answer) => {
                    clock.protocol = answer.head.protocol;
                    if answer.reusable {
                        self.put_idle(step.url, connection);
                    }
                    let Answer { head, head_bytes, body, reusable: _ } = answer;
                    return Ok(Received { head, head_bytes, body });
                }
                Err(broken) if reused && broken.before_response && is_replayable(step) => {}
                Err(broken) => return Err(broken),
            }
        }
    }

    async fn exchange(
        &self,
        connection: &mut H1,
        step: &Step<'_>,
        clock: &mut Clock,
        debug: &mut Vec<String>,
    ) -> Result<Answer, Broken> {
        let settings = &self.network.settings;
        connection.out.clear();
        if connection.out.capacity() == 0 {
            connection.out = crate::scratch::take();
        }
        let proxy = if step.url.is_tls() { None } else { self.network.proxy_for(step.url) };
        write_head(&mut connection.out, step, settings.no_connection_reuse, proxy.as_ref())?;
        if settings.http_debug != HttpDebug::Off {
            let body = step.body.filter(|_| settings.http_debug == HttpDebug::Full);
            debug.push(dump("Request", &connection.out, body.map(|b| &**b)));
        }
        clock.marks = Marks::default();
        let plan =
            BodyPlan { head_request: step.method == "HEAD", keep: step.keep_body, max: settings.max_body };
        let answer = connection.exchange(step.body, plan, &mut clock.marks).await?;
        if settings.http_debug != HttpDebug::Off {
            let body = Some(answer.body.as_slice()).filter(|_| settings.http_debug == HttpDebug::Full);
            debug.push(dump("Response", &answer.head_bytes, body));
        }
        connection.rest();
        Ok(answer)
    }
}

/// Whether a request may be sent again when a reused connection turns out to be closed.
fn is_replayable(step: &Step<'_>) -> bool {
    matches!(step.method.as_ref(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
        || step.headers.get("Idempotency-Key").is_some()
        || step.headers.get("X-Idempotency-Key").is_some()
}

pub(crate) fn dump(title: &str, head: &[u8], body: Option<&[u8]>) -> String {
    let mut out = format!("{title}:\n{}", String::from_utf8_lossy(head));
    if let Some(body) = body {
        out.push_str(&String::from_utf8_lossy(body));
    }
    out.push('\n');
    out
}
