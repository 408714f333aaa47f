//! One HTTP exchange and its phases: DNS, connect, TLS, send, wait, receive; connections, redirects, cookies, decoding.
//! It must never know JavaScript, metrics, or virtual users: a [`Client`] is whoever owns a connection pool.
//! Start with [`Client::send`] and what it returns, [`Exchange`].

mod client;
mod cookie;
mod dial;
mod digest;
mod dns;
mod encoding;
mod escape;
mod failure;
mod h1;
mod h2_connection;
mod hash;
mod head;
mod header;
mod hop;
mod jar;
mod limit;
mod network;
mod ntlm;
mod request;
mod request_head;
mod response;
mod scratch;
mod send;
mod tls;
mod url;
mod websocket;
mod websocket_handshake;
mod websocket_stream;
mod wire;

pub use client::{Client, Traffic};
pub use cookie::{Cookie, JarError, RequestCookie};
pub use encoding::{Encoding, EncodingError};
pub use escape::{form_escape, query_escape};
pub use failure::{Failure, code, without_descriptor};
pub use header::{Headers, canonical_name};
pub use jar::Jar;
pub use network::{
    ClientCertificate, DnsPolicy, DnsSelect, DnsSettings, DnsTtl, HostRule, HttpDebug, Network, NetworkError,
    Proxies, Settings, TlsSettings, TlsVersion,
};
pub use request::{Auth, BodyMode, Request};
pub use response::{Exchange, Hop, Protocol, Response, Timings, TlsInfo};
pub use url::{Url, UrlError};
pub use websocket::{Message, WebSocket, WebSocketError, WebSocketExchange, WebSocketRequest};
