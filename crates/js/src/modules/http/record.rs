//! From an exchange to samples, log lines and the response object.

use std::borrow::Cow;

use loadwright_metrics::{HttpMetrics, HttpSample};
use loadwright_transport::{Exchange, Hop};
use rquickjs::{Ctx, Result, Value};

use super::request::After;
use super::response;
use super::status::Expected;
use crate::host::Level;
use crate::modules::scope::Scoped;
use crate::vm::errors::go_error;
use crate::vm::state::{State, state};

/// Records every hop, logs what went wrong, and makes the response.
pub fn finish<'js>(ctx: &Ctx<'js>, done: Exchange, after: After) -> Result<Value<'js>> {
    let vm = state(ctx);
    note(vm, &done, &after);
    if let Some(failure) = &done.last.failure {
        if after.throw {
            return Err(go_error(ctx, &failure.log));
        }
        vm.host.log(Level::Warning, "Request Failed", &[("error", &failure.log)]);
    }
    response::make(ctx, done, after)
}

/// Records the samples of an exchange.
pub fn note(vm: &State, done: &Exchange, after: &After) {
    for warning in &done.warnings {
        vm.host.log(Level::Warning, warning, &[]);
    }
    for text in &done.debug {
        vm.host.log(Level::Info, text, &[("source", "http-debug")]);
    }
    for hop in &done.earlier {
        // the first answer of a challenge is what one asks for
        let expected = after.expected.as_ref().map(|e| e.holds(hop.status) || hop.status == 401);
        record_hop(vm, hop, &after.scoped, expected);
    }
    record_hop(vm, &done.last, &after.scoped, after.expected.as_ref().map(|e| judge(e, &done.last)));
}

fn judge(expected: &Expected, hop: &Hop) -> bool {
    hop.failure.is_none() && expected.holds(hop.status)
}

fn record_hop(vm: &State, hop: &Hop, scoped: &Scoped, expected: Option<bool>) {
    let ms = |d: std::time::Duration| d.as_secs_f64() * 1000.0;
    let masked: Cow<'_, str> = hop.url.masked();
    let ip = match hop.remote {
        Some(address) if vm.scope.enabled(loadwright_workload::SystemTag::Ip) => address.ip().to_string(),
        _ => String::new(),
    };
    let (error, error_code) = match &hop.failure {
        Some(failure) => (failure.text.as_str(), failure.code),
        None if hop.status >= 400 => ("", hop.status + 1000),
        None => ("", 0),
    };
    let metadata = vm.scope.metadata();
    let sample = HttpSample {
        base: &scoped.tags,
        method: &hop.method,
        url: &masked,
        status: hop.status,
        proto: if hop.status == 0 { "" } else { hop.protocol.name() },
        tls_version: hop.tls.map_or("", |t| t.version.name()),
        ip: &ip,
        error,
        error_code,
        expected,
        metrics: HttpMetrics {
            blocked: ms(hop.timings.blocked),
            connecting: ms(hop.timings.connecting),
            tls_handshaking: ms(hop.timings.tls_handshaking),
            sending: ms(hop.timings.sending),
            waiting: ms(hop.timings.waiting),
            receiving: ms(hop.timings.receiving),
        },
        time: hop.ended,
        metadata: metadata.as_ref(),
    };
    vm.recorder.borrow_mut().record_http(&sample);
}
