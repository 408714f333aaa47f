//! One HTTP exchange and its phases: DNS, connect, TLS, send, wait, receive; connections, redirects, cookies, decoding.
//! It must never know JavaScript, metrics, or virtual users: a [`Client`] is whoever owns a connection pool.
//! Start with [`Client::send`] and what it returns, [`Exchange`].

mod client;
mod cookie;
mod encoding;
mod failure;
mod header;
mod network;
mod request;
mod response;
mod url;
mod websocket;

pub use client::{Client, Traffic};
pub use cookie::{Cookie, Jar, JarError, RequestCookie};
pub use encoding::{Encoding, EncodingError};
pub use failure::{Failure, code};
pub use header::{Headers, canonical_name};
pub use network::{
    ClientCertificate, DnsPolicy, DnsSelect, DnsSettings, DnsTtl, HostRule, HttpDebug, Network, NetworkError,
    Proxies, Settings, TlsSettings, TlsVersion,
};
pub use request::{Auth, BodyMode, Request};
pub use response::{Exchange, Hop, Protocol, Response, Timings, TlsInfo};
pub use url::{Url, UrlError, form_escape, query_escape};
pub use websocket::{Message, WebSocket, WebSocketError, WebSocketExchange, WebSocketRequest};
