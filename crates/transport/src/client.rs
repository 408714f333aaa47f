//! A client: one owner's connection pool, and the walk from a request to its last response.

use std::cell::Cell;
use std::sync::Arc;

use crate::{Exchange, Network, Request, WebSocketExchange, WebSocketRequest};

/// One connection pool; k6 has one per VU. Not `Send`: it lives on its VU's thread.
///
/// Several [`Client::send`] futures may run at once (batch, async requests).
pub struct Client {
    network: Arc<Network>,
    sent: Cell<u64>,
    received: Cell<u64>,
}

/// Bytes on the wire, TLS included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub sent: u64,
    pub received: u64,
}

impl Client {
    /// `index` picks the source address when local addresses are set (round-robin, from 0).
    pub fn new(network: Arc<Network>, _index: usize) -> Self {
        Self { network, sent: Cell::new(0), received: Cell::new(0) }
    }

    /// Sends a request, follows redirects, answers authentication challenges. Never fails as a whole:
    /// a failure is in the last hop. Dropping the future closes the connection it was using.
    pub async fn send(&self, request: Request) -> Exchange {
        let _ = &self.network;
        Exchange::unsent(&request)
    }

    /// Opens a WebSocket over the same connector (hosts, DNS, TLS, proxies).
    pub async fn websocket(&self, request: WebSocketRequest) -> WebSocketExchange {
        WebSocketExchange::unsent(&request)
    }

    /// Drops idle connections: `noVUConnectionReuse` between iterations.
    pub fn close_idle(&self) {}

    /// Bytes since the last call: one `data_sent`/`data_received` sample per iteration.
    pub fn take_traffic(&self) -> Traffic {
        Traffic { sent: self.sent.take(), received: self.received.take() }
    }
}
