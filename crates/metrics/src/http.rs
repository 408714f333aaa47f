//! The fast path: one HTTP request is eight metrics (nine samples) with the same tags.

use std::time::SystemTime;

use loadwright_workload::SystemTag;

use crate::index::{mix, mix_text};
use crate::layout::Layout;
use crate::registry::builtin as id;
use crate::{Metadata, MetricId, Tags};

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

    /// In the order of [`TRENDS`].
    pub(crate) fn trends(&self) -> [f64; 7] {
        [
            self.duration(),
            self.blocked,
            self.connecting,
            self.tls_handshaking,
            self.sending,
            self.waiting,
            self.receiving,
        ]
    }
}

/// In the order of emission, after `http_reqs` and before `http_req_failed`.
pub(crate) const TRENDS: [MetricId; 7] = [
    id::HTTP_REQ_DURATION,
    id::HTTP_REQ_BLOCKED,
    id::HTTP_REQ_CONNECTING,
    id::HTTP_REQ_TLS_HANDSHAKING,
    id::HTTP_REQ_SENDING,
    id::HTTP_REQ_WAITING,
    id::HTTP_REQ_RECEIVING,
];

/// What makes two requests share their tags.
#[derive(Debug)]
pub(crate) struct HttpKey {
    base: Tags,
    method: Box<str>,
    name: Box<str>,
    status: u16,
    proto: Box<str>,
    tls_version: Box<str>,
    ip: Box<str>,
    error: Box<str>,
    error_code: u16,
    expected: Option<bool>,
}

impl HttpSample<'_> {
    /// The `name` and `url` tags, which are always the same.
    pub(crate) fn name(&self) -> &str {
        self.base.get("name").unwrap_or(self.url)
    }

    pub(crate) fn hash(&self, name: &str, with_ip: bool) -> u64 {
        let numbers = u64::from(self.status) << 32
            | u64::from(self.error_code) << 8
            | match self.expected {
                None => 0,
                Some(false) => 1,
                Some(true) => 2,
            };
        let mut h = mix(mix(0, self.base.hash()), numbers);
        for text in [name, self.method, self.proto, self.tls_version, self.error] {
            h = mix_text(h, text);
        }
        if with_ip { mix_text(h, self.ip) } else { h }
    }

    pub(crate) fn key(&self, with_ip: bool) -> HttpKey {
        HttpKey {
            base: self.base.clone(),
            method: self.method.into(),
            name: self.name().into(),
            status: self.status,
            proto: self.proto.into(),
            tls_version: self.tls_version.into(),
            ip: if with_ip { self.ip.into() } else { "".into() },
            error: self.error.into(),
            error_code: self.error_code,
            expected: self.expected,
        }
    }

    /// The complete tags of the samples.
    pub(crate) fn tags(&self, layout: &Layout) -> Tags {
        let name = self.name();
        let status = self.status.to_string();
        let code = self.error_code.to_string();
        let mut pairs: Vec<(SystemTag, &str)> = vec![
            (SystemTag::Name, name),
            (SystemTag::Url, name),
            (SystemTag::Method, self.method),
            (SystemTag::Status, &status),
        ];
        let optional = [
            (SystemTag::Proto, self.proto),
            (SystemTag::TlsVersion, self.tls_version),
            (SystemTag::Error, self.error),
            (SystemTag::Ip, self.ip),
        ];
        pairs.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
        if self.error_code != 0 {
            pairs.push((SystemTag::ErrorCode, &code));
        }
        if let Some(expected) = self.expected {
            pairs.push((SystemTag::ExpectedResponse, if expected { "true" } else { "false" }));
        }
        self.base.with(
            pairs.into_iter().filter(|(tag, _)| layout.has(*tag)).map(|(tag, value)| (tag.name(), value)),
        )
    }
}

impl HttpKey {
    pub(crate) fn is(&self, s: &HttpSample<'_>, name: &str, with_ip: bool) -> bool {
        self.status == s.status
            && self.error_code == s.error_code
            && self.expected == s.expected
            && self.base == *s.base
            && *self.name == *name
            && *self.method == *s.method
            && *self.proto == *s.proto
            && *self.tls_version == *s.tls_version
            && *self.error == *s.error
            && (!with_ip || *self.ip == *s.ip)
    }
}
