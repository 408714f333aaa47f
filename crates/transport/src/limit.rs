//! A deadline whose timer is registered once and pushed back only when it fires.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that may fire early: registering one for each request would cost more than the request's parsing.
pub(crate) type Timer = Pin<Box<Sleep>>;

/// The time at which an exchange must be over.
#[derive(Debug)]
pub(crate) struct Limit {
    pub at: Instant,
    pub timer: Option<Timer>,
}

impl Limit {
    /// Runs a future until the deadline; `None` when it was reached first.
    pub(crate) async fn run<F: Future>(&mut self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(out) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(out));
            }
            let at = self.at;
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
            if timer.deadline() > at {
                timer.as_mut().reset(at);
            }
            while timer.as_mut().poll(cx).is_ready() {
                if Instant::now() >= at {
                    return Poll::Ready(None);
                }
                timer.as_mut().reset(at);
            }
            Poll::Pending
        })
        .await
    }
}
