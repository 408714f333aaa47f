//! The fast path: one HTTP request is eight metrics with the same tags.

use std::time::SystemTime;

use crate::{Metadata, Tags};

/// One request (one hop) as it is recorded.
#[derive(Debug)]
pub struct HttpSample<'a> {
    /// Scenario, group, VU and request tags; a `name` in it becomes `url` too.
    pub base: &'a Tags,
    pub method: &'a str,
    /// The address with masked user info.
    pub url: &'a str,
    /// 0 = failed.
    pub status: u16,
    /// `HTTP/1.1`, or empty.
    pub proto: &'a str,
    /// `tls1.3`, or empty.
    pub tls_version: &'a str,
    /// The remote address without port, for the optional `ip` tag, or empty.
    pub ip: &'a str,
    /// Empty when there was none.
    pub error: &'a str,
    /// 0 when there was none.
    pub error_code: u16,
    /// The response callback's verdict; `None` when it is off.
    pub expected: Option<bool>,
    pub metrics: HttpMetrics,
    pub time: SystemTime,
    pub metadata: Option<&'a Metadata>,
}

/// Phases in milliseconds; the duration is sending + waiting + receiving.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HttpMetrics {
    pub blocked: f64,
    pub connecting: f64,
    pub tls_handshaking: f64,
    pub sending: f64,
    pub waiting: f64,
    pub receiving: f64,
}

impl HttpMetrics {
    pub fn duration(&self) -> f64 {
        self.sending + self.waiting + self.receiving
    }
}
