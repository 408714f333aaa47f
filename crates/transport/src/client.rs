//! A client: one owner's connection pool.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::dial::{Dial, Dialed, pick_ip};
use crate::failure::Broken;
use crate::h1::H1;
use crate::h2_connection::H2;
use crate::limit::{Limit, Timer};
use crate::wire::Meter;
use crate::{Network, Url};

/// One connection pool; k6 has one per VU. Not `Send`: it lives on its VU's thread.
///
/// Several [`Client::send`] futures may run at once (batch, async requests). HTTP/2 connections are
/// driven by `spawn_local`, so a `LocalSet` must be entered.
#[derive(Debug)]
pub struct Client {
    pub(crate) network: Arc<Network>,
    pub(crate) meter: Rc<Meter>,
    source: Option<IpAddr>,
    /// Oldest first.
    idle: RefCell<Vec<Idle>>,
    pub(crate) h2: RefCell<Vec<(Rc<str>, H2)>>,
    timers: RefCell<Vec<Timer>>,
}

#[derive(Debug)]
struct Idle {
    key: Rc<str>,
    connection: Box<H1>,
}

/// Bytes on the wire, TLS included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub sent: u64,
    pub received: u64,
}

impl Client {
    /// `index` picks the source address when local addresses are set (round-robin, from 0).
    pub fn new(network: Arc<Network>, index: usize) -> Self {
        let source = pick_ip(&network.local_ips, index);
        Self {
            network,
            meter: Rc::default(),
            source,
            idle: RefCell::default(),
            h2: RefCell::default(),
            timers: RefCell::default(),
        }
    }

    /// Drops idle connections: `noVUConnectionReuse` between iterations.
    pub fn close_idle(&self) {
        self.idle.borrow_mut().clear();
        self.h2.borrow_mut().clear();
    }

    /// Bytes since the last call: one `data_sent`/`data_received` sample per iteration.
    pub fn take_traffic(&self) -> Traffic {
        Traffic { sent: self.meter.sent.take(), received: self.meter.received.take() }
    }

    pub(crate) async fn dial(&self, url: &Url, http1: bool) -> Result<Dialed, Broken> {
        Dial { network: &self.network, meter: &self.meter, source: self.source, http1 }.open(url).await
    }

    /// The connection to the same place that was used last and is still open.
    pub(crate) fn take_idle(&self, url: &Url) -> Option<Box<H1>> {
        let mut idle = self.idle.borrow_mut();
        while let Some(at) = idle.iter().rposition(|i| Rc::ptr_eq(&i.key, url.key()) || i.key == *url.key()) {
            let found = idle.remove(at);
            if !found.connection.stream.is_stale() {
                return Some(found.connection);
            }
        }
        None
    }

    pub(crate) fn put_idle(&self, url: &Url, connection: Box<H1>) {
        let settings = &self.network.settings;
        if settings.no_connection_reuse {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        let same = idle.iter().filter(|i| i.key == *url.key()).count();
        if settings.max_idle_per_host > 0 && same >= settings.max_idle_per_host {
            return;
        }
        if settings.max_idle > 0 && idle.len() >= settings.max_idle {
            idle.remove(0);
        }
        idle.push(Idle { key: Rc::clone(url.key()), connection });
    }

    pub(crate) fn limit(&self, timeout: Duration) -> Limit {
        // a timeout beyond the clock's range is no timeout
        let at = Instant::now()
            .checked_add(timeout)
            .unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400 * 365));
        Limit { at, timer: self.timers.borrow_mut().pop() }
    }

    pub(crate) fn keep_timer(&self, limit: Limit) {
        self.timers.borrow_mut().extend(limit.timer);
    }
}
