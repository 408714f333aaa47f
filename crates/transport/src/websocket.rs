//! WebSockets (RFC 6455): what goes in and out.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::{Headers, Hop, Jar, Response, Url};

pub use crate::websocket_stream::WebSocket;

/// A handshake to make.
#[derive(Clone, Debug)]
pub struct WebSocketRequest {
    /// `ws://` or `wss://`.
    pub url: Rc<Url>,
    pub headers: Headers,
    pub user_agent: Option<Rc<str>>,
    pub subprotocols: Vec<String>,
    pub jar: Option<Rc<Jar>>,
    /// Offers permessage-deflate.
    pub compression: bool,
    pub timeout: Duration,
}

/// What the handshake brought.
#[derive(Debug)]
pub struct WebSocketExchange {
    /// Phases and failure; `ws_connecting` is the time of the whole handshake.
    pub hop: Hop,
    /// The handshake's response (101, or the refusal).
    pub response: Option<Response>,
    pub socket: Option<WebSocket>,
}

/// A whole message (fragments are put together) or a control frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Text(String),
    Binary(Bytes),
    Ping(Bytes),
    Pong(Bytes),
    /// The peer closes; code 1005 when it gave none.
    Close {
        code: u16,
        reason: String,
    },
}

/// The socket broke: `websocket: close 1006 (abnormal closure): unexpected EOF`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct WebSocketError {
    pub code: u16,
    pub text: String,
}
