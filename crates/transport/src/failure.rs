//! Why a request has no response: k6's error codes and both of its texts.

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
