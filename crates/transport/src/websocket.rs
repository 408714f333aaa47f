//! WebSockets (RFC 6455): the handshake over the client's connector, and frames.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::{Headers, Hop, Jar, Request, Response, Url};

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
pub struct WebSocketExchange {
    /// Phases and failure; `ws_connecting` is its connecting + TLS + answer time.
    pub hop: Hop,
    /// The handshake's response (101, or the refusal).
    pub response: Option<Response>,
    pub socket: Option<WebSocket>,
}

/// An open socket; receiving and sending may be awaited at the same time.
pub struct WebSocket {}

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

impl WebSocket {
    /// The next message. A ping is returned, not answered; after `Close` or an error it is over.
    pub async fn receive(&self) -> Result<Message, WebSocketError> {
        Err(WebSocketError { code: 1006, text: String::new() })
    }

    /// Sends one message as one frame.
    pub async fn send(&self, _message: Message) -> Result<(), WebSocketError> {
        Ok(())
    }

    /// The subprotocol that the server chose, or an empty text.
    pub fn subprotocol(&self) -> &str {
        ""
    }

    /// The extensions that the server accepted, or an empty text.
    pub fn extensions(&self) -> &str {
        ""
    }
}

impl WebSocketExchange {
    pub(crate) fn unsent(request: &WebSocketRequest) -> Self {
        let exchange = crate::Exchange::unsent(&Request::new("GET", Rc::clone(&request.url)));
        Self { hop: exchange.last, response: None, socket: None }
    }
}
