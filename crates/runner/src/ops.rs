//! Operations that go on while a script does other things: async requests, socket reads and writes.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use loadwright_js::{BatchLimits, Op, OpId, OpResult};
use loadwright_transport::{Client, Exchange, Request};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

/// All running operations of one VU.
pub struct Ops {
    last: Cell<OpId>,
    running: RefCell<HashMap<OpId, AbortHandle>>,
    done: UnboundedSender<(OpId, OpResult)>,
    results: RefCell<UnboundedReceiver<(OpId, OpResult)>>,
}

impl Ops {
    pub fn new() -> Self {
        let (done, results) = unbounded_channel();
        Self { last: Cell::new(0), running: RefCell::default(), done, results: RefCell::new(results) }
    }

    /// Starts `op`; `before` holds it back, as a global rate limit does.
    pub fn start(&self, client: &Rc<Client>, op: Op, before: impl Future<Output = ()> + 'static) -> OpId {
        let id = self.last.get() + 1;
        self.last.set(id);
        let (client, done) = (Rc::clone(client), self.done.clone());
        let task = tokio::task::spawn_local(async move {
            let result = match op {
                Op::Http(request) => {
                    before.await;
                    OpResult::Http(Box::new(client.send(*request).await))
                }
                Op::Connect(request) => OpResult::Connected(Box::new(client.websocket(*request).await)),
                Op::Receive(socket) => OpResult::Received(socket.receive().await),
                Op::Transmit(socket, message) => OpResult::Transmitted(socket.send(message).await),
            };
            let _ = done.send((id, result));
        });
        self.running.borrow_mut().insert(id, task.abort_handle());
        id
    }

    pub fn abandon(&self, id: OpId) {
        if let Some(task) = self.running.borrow_mut().remove(&id) {
            task.abort();
        }
    }

    /// The next finished operation that was not abandoned.
    pub async fn next(&self) -> Option<(OpId, OpResult)> {
        loop {
            let (id, result) = std::future::poll_fn(|cx| self.results.borrow_mut().poll_recv(cx)).await?;
            if self.running.borrow_mut().remove(&id).is_some() {
                return Some((id, result));
            }
        }
    }
}

impl Drop for Ops {
    fn drop(&mut self) {
        for task in self.running.take().into_values() {
            task.abort();
        }
    }
}

type Sending = Pin<Box<dyn Future<Output = Exchange>>>;

/// Sends all requests within `limits`; results in the order of the requests.
pub async fn send_all(
    client: &Rc<Client>,
    requests: Vec<Request>,
    limits: BatchLimits,
    hold: impl Fn() -> Pin<Box<dyn Future<Output = ()>>>,
) -> Vec<Exchange> {
    let mut waiting: VecDeque<(usize, Request)> = requests.into_iter().enumerate().collect();
    let mut results: Vec<Option<Exchange>> = waiting.iter().map(|_| None).collect();
    let mut active: Vec<(usize, String, Sending)> = Vec::new();
    std::future::poll_fn(|cx| {
        loop {
            while active.len() < limits.total.max(1) {
                let free = |host: &str| {
                    limits.per_host == 0
                        || active.iter().filter(|(_, h, _)| h == host).count() < limits.per_host
                };
                let Some(at) = waiting.iter().position(|(_, r)| free(r.url.host())) else { break };
                let Some((index, request)) = waiting.remove(at) else { break };
                let host = request.url.host().to_owned();
                let (client, hold) = (Rc::clone(client), hold());
                active.push((
                    index,
                    host,
                    Box::pin(async move {
                        hold.await;
                        client.send(request).await
                    }),
                ));
            }
            let mut finished = false;
            active.retain_mut(|(index, _, sending)| match sending.as_mut().poll(cx) {
                Poll::Ready(exchange) => {
                    results[*index] = Some(exchange);
                    finished = true;
                    false
                }
                Poll::Pending => true,
            });
            if active.is_empty() && waiting.is_empty() {
                return Poll::Ready(());
            }
            if !finished {
                return Poll::Pending;
            }
        }
    })
    .await;
    results.into_iter().flatten().collect()
}
