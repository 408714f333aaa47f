//! What came back: every hop with its phases, and the last response.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use crate::network::TlsVersion;
use crate::{Cookie, Failure, Request, Url};

/// Everything that one [`crate::Client::send`] did.
#[derive(Debug)]
pub struct Exchange {
    /// Redirects and authentication challenges before the last hop, in order.
    pub earlier: Vec<Hop>,
    pub last: Hop,
    /// `None` when the last hop failed without an answer.
    pub response: Option<Response>,
    /// Texts for `level=warning` lines.
    pub warnings: Vec<String>,
    /// `httpDebug` texts: requests and responses as they went over the wire.
    pub debug: Vec<String>,
}

/// One request on the wire: one full set of HTTP metrics.
#[derive(Clone, Debug)]
pub struct Hop {
    pub method: Cow<'static, str>,
    pub url: Rc<Url>,
    /// 0 when it failed.
    pub status: u16,
    pub protocol: Protocol,
    pub tls: Option<TlsInfo>,
    pub remote: Option<SocketAddr>,
    pub timings: Timings,
    /// When the hop was over: the time of its samples.
    pub ended: SystemTime,
    pub failure: Option<Failure>,
}

/// k6's phases; all zero on a phase that did not happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    pub blocked: Duration,
    pub connecting: Duration,
    pub tls_handshaking: Duration,
    pub sending: Duration,
    pub waiting: Duration,
    pub receiving: Duration,
}

impl Timings {
    /// Sending + waiting + receiving.
    pub fn duration(&self) -> Duration {
        self.sending + self.waiting + self.receiving
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    Http10,
    #[default]
    Http11,
    Http2,
}

impl Protocol {
    /// The `proto` tag: `HTTP/1.1`, `HTTP/2.0`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2.0",
        }
    }
}

/// The handshake's outcome; the cipher suite by its Go name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    pub version: TlsVersion,
    pub cipher_suite: &'static str,
}

/// The last response. Headers are read from the raw head on demand.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub protocol: Protocol,
    pub tls: Option<TlsInfo>,
    pub remote: Option<SocketAddr>,
    /// The address that answered.
    pub url: Rc<Url>,
    /// Unpacked; `None` when discarded, and for 1xx, 204 and 304.
    pub body: Option<Bytes>,
    pub(crate) head: Bytes,
}

impl Response {
    /// The reason as sent, after the code: `200 OK`.
    pub fn status_text(&self) -> String {
        let line = self.head.split(|b| *b == b'\n').next().unwrap_or_default();
        let text = String::from_utf8_lossy(line);
        text.split_once(' ').map_or("", |(_, rest)| rest).trim_matches([' ', '\r']).to_owned()
    }

    /// Canonical names in order of first appearance, values of one name joined with `, `.
    pub fn headers(&self) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for (name, value) in crate::head::lines(&self.head) {
            let name = crate::canonical_name(name);
            match out.iter_mut().find(|(n, _)| *n == name) {
                Some((_, joined)) => {
                    joined.push_str(", ");
                    joined.push_str(&value);
                }
                None => out.push((name.into_owned(), value.into_owned())),
            }
        }
        out
    }

    /// The first value of a header, by any spelling of its name.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        crate::head::lines(&self.head).into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// The cookies that this response sets, in order.
    pub fn cookies(&self) -> Vec<Cookie> {
        cookies_in(&self.head)
    }
}

pub(crate) fn cookies_in(head: &Bytes) -> Vec<Cookie> {
    let lines = crate::head::lines(head).into_iter().filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"));
    lines.filter_map(|(_, value)| Cookie::parse_set_cookie(&value)).collect()
}

impl Hop {
    pub(crate) fn failed(request: &Request, failure: Failure) -> Self {
        Self {
            method: request.method.clone(),
            url: Rc::clone(&request.url),
            status: 0,
            protocol: Protocol::Http11,
            tls: None,
            remote: None,
            timings: Timings::default(),
            ended: SystemTime::now(),
            failure: Some(failure),
        }
    }
}
