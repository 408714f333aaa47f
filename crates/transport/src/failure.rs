//! Why a request has no response: k6's error codes and both of its texts.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Url;
use crate::escape::quote;

/// A failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// k6's `error_code`: 1000 to 1799.
    pub code: u16,
    /// k6's `error`: `dial: connection refused`.
    pub text: String,
    /// Go's long text for the log and for `throw`: `Get "http://…": dial tcp 127.0.0.1:1: connect: connection refused`.
    pub log: String,
}

/// k6's error codes.
pub mod code {
    pub const GENERIC: u16 = 1000;
    pub const NON_TCP: u16 = 1010;
    pub const INVALID_URL: u16 = 1020;
    pub const TIMEOUT: u16 = 1050;
    pub const DNS: u16 = 1100;
    pub const NO_SUCH_HOST: u16 = 1101;
    pub const BLACKLISTED_IP: u16 = 1110;
    pub const BLOCKED_HOSTNAME: u16 = 1111;
    pub const TCP: u16 = 1200;
    pub const BROKEN_PIPE: u16 = 1201;
    pub const TCP_UNKNOWN_ERRNO: u16 = 1202;
    pub const DIAL: u16 = 1210;
    pub const DIAL_TIMEOUT: u16 = 1211;
    pub const DIAL_REFUSED: u16 = 1212;
    pub const DIAL_UNKNOWN_ERRNO: u16 = 1213;
    pub const RESET: u16 = 1220;
    pub const TLS: u16 = 1300;
    pub const TLS_RECORD_HEADER: u16 = 1301;
    pub const X509_AUTHORITY: u16 = 1310;
    pub const X509_HOSTNAME: u16 = 1311;
    pub const HTTP2: u16 = 1600;
    pub const HTTP2_GO_AWAY: u16 = 1610;
    pub const HTTP2_STREAM: u16 = 1630;
    pub const HTTP2_CONNECTION: u16 = 1650;
    pub const DECOMPRESSION: u16 = 1701;
}

/// What broke, before it is put into k6's words.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub code: u16,
    pub text: String,
    /// The long text after `Get "…": `.
    pub cause: String,
    /// No response byte had arrived: a reused connection may simply have been closed.
    pub before_response: bool,
}

/// Which side of the socket failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Read,
    Write,
}

impl Broken {
    pub(crate) fn new(code: u16, text: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { code, text: text.into(), cause: cause.into(), before_response: false }
    }

    /// One text for both places.
    pub(crate) fn plain(code: u16, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(code, text.clone(), text)
    }

    pub(crate) fn generic(text: impl Into<String>) -> Self {
        Self::plain(code::GENERIC, text)
    }

    /// Go's complaint about bytes that are no HTTP/1.
    pub(crate) fn malformed(what: impl std::fmt::Display) -> Self {
        Self::generic(format!("net/http: HTTP/1.x transport connection broken: {what}"))
    }

    pub(crate) fn timeout() -> Self {
        Self::plain(code::TIMEOUT, "request timeout")
    }

    pub(crate) fn eof() -> Self {
        Self { before_response: true, ..Self::generic("EOF") }
    }

    pub(crate) fn unexpected_eof() -> Self {
        Self::generic("unexpected EOF")
    }

    pub(crate) fn dial(error: &io::Error, address: SocketAddr) -> Self {
        if matches!(error.raw_os_error(), Some(EMFILE | ENFILE)) {
            NO_DESCRIPTOR.fetch_add(1, Ordering::Relaxed);
        }
        let (code, text, cause) = match error.kind() {
            io::ErrorKind::TimedOut => {
                (code::DIAL_TIMEOUT, "dial: i/o timeout".to_owned(), "i/o timeout".to_owned())
            }
            io::ErrorKind::ConnectionRefused => (
                code::DIAL_REFUSED,
                "dial: connection refused".to_owned(),
                "connect: connection refused".to_owned(),
            ),
            _ => match error.raw_os_error() {
                Some(number) => {
                    let message = os_message(error);
                    let text =
                        format!("dial: unknown errno `{number}` on {} with message `{message}`", os_name());
                    (code::DIAL_UNKNOWN_ERRNO, text, format!("connect: {message}"))
                }
                None => (code::DIAL, format!("dial: {error}"), error.to_string()),
            },
        };
        Self::new(code, text, format!("dial tcp {address}: {cause}"))
    }

    pub(crate) fn io(error: &io::Error, side: Side, local: SocketAddr, remote: SocketAddr) -> Self {
        let op = match side {
            Side::Read => "read",
            Side::Write => "write",
        };
        if let Some(tls) = error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) {
            return crate::tls::broken(tls);
        }
        let (code, message) = match error.kind() {
            io::ErrorKind::ConnectionReset => (code::RESET, "connection reset by peer".to_owned()),
            io::ErrorKind::BrokenPipe => (code::BROKEN_PIPE, "broken pipe".to_owned()),
            io::ErrorKind::UnexpectedEof => return Self::unexpected_eof(),
            _ => match error.raw_os_error() {
                Some(number) => {
                    let message = os_message(error);
                    let text =
                        format!("{op}: unknown errno `{number}` on {} with message `{message}`", os_name());
                    let cause = format!("{op} tcp {local}->{remote}: {op}: {message}");
                    return Self::new(code::TCP_UNKNOWN_ERRNO, text, cause);
                }
                None => (code::TCP, error.to_string()),
            },
        };
        Self::new(code, format!("{op}: {message}"), format!("{op} tcp {local}->{remote}: {op}: {message}"))
    }

    pub(crate) fn into_failure(self, method: &str, url: &Url) -> Failure {
        let mut op = String::new();
        for (i, c) in method.chars().enumerate() {
            op.push(if i == 0 { c } else { c.to_ascii_lowercase() });
        }
        if op.is_empty() {
            op.push_str("Get");
        }
        let address = match url.credentials() {
            Some((_, password)) if !password.is_empty() => {
                url.as_str().replacen(&format!(":{password}@"), ":***@", 1)
            }
            _ => url.as_str().to_owned(),
        };
        Failure { code: self.code, text: self.text, log: format!("{op} {}: {}", quote(&address), self.cause) }
    }
}

fn os_name() -> &'static str {
    if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS }
}

/// The operating system's words without Rust's `(os error N)`, in Go's lower case.
/// The process has no descriptor left, or the system has none.
const EMFILE: i32 = 24;
const ENFILE: i32 = 23;

/// Counted on the way of an error only.
static NO_DESCRIPTOR: AtomicU64 = AtomicU64::new(0);

/// How many connections this process could not open for lack of a file descriptor.
pub fn without_descriptor() -> u64 {
    NO_DESCRIPTOR.load(Ordering::Relaxed)
}

fn os_message(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
