//! One worker thread: an executor, its VUs, and the recorder they share.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use loadwright_js::{Program, Shared};
use loadwright_metrics::{Delta, Recorder};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

use crate::coroutine::Knife;
use crate::host::Common;
use crate::stage::{Answer, StageJob};
use crate::vu::{self, Job};

/// What workers and VUs tell the control thread.
pub enum Event {
    Initialized(u64),
    InitFailed(String),
    /// A VU is done with the job of this number.
    Returned {
        vu: u64,
        job: u64,
    },
    Stage(Result<Answer, loadwright_js::Stop>),
    Delta(Delta),
    /// A worker has handed over everything it recorded.
    Flushed,
    Aborted(String),
    MarkedFailed(String),
    Signal,
}

/// What a worker is told.
pub enum Order {
    /// Makes a VU that takes jobs from the channel.
    Spawn {
        vu: u64,
        in_test: u64,
        knife: Arc<Knife>,
        jobs: UnboundedReceiver<Box<Job>>,
    },
    Stage {
        job: StageJob,
        knife: Arc<Knife>,
    },
    /// Hands over what was recorded.
    Flush,
}

/// What every worker needs.
#[derive(Clone)]
pub struct Kit {
    pub program: Arc<Program>,
    pub shared: Arc<Shared>,
    pub common: Arc<Common>,
    pub events: Sender<Event>,
    /// Bytes of heap a VU may use, 0 = no limit.
    pub memory: usize,
    /// How often recorded values are handed over.
    pub tick: Duration,
}

/// A running worker thread.
pub struct Worker {
    pub orders: UnboundedSender<Order>,
    pub thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread; it ends when all handles to `orders` are gone and all VUs have ended.
    pub fn start(index: usize, kit: Kit, recorder: Recorder) -> std::io::Result<Self> {
        let (orders, incoming) = unbounded_channel();
        let thread = std::thread::Builder::new().name(format!("worker-{index}")).stack_size(4 << 20).spawn(
            move || {
                let Ok(runtime) =
                    tokio::runtime::Builder::new_current_thread().enable_all().event_interval(31).build()
                else {
                    let _ = kit
                        .events
                        .send(Event::InitFailed("cannot start a worker thread's event loop".to_owned()));
                    return;
                };
                LocalSet::new().block_on(&runtime, serve(kit, recorder, incoming));
            },
        )?;
        Ok(Self { orders, thread: Some(thread) })
    }
}

async fn serve(kit: Kit, recorder: Recorder, mut orders: UnboundedReceiver<Order>) {
    let recorder = Rc::new(RefCell::new(recorder));
    let mut tick = tokio::time::interval(kit.tick);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Spawn { vu, in_test, knife, jobs }) => vu::spawn(&kit, &recorder, vu, in_test, knife, jobs),
                Some(Order::Stage { job, knife }) => crate::stage::spawn(&kit, &recorder, job, knife),
                Some(Order::Flush) => {
                    let delta = recorder.borrow_mut().take();
                    let _ = kit.events.send(Event::Delta(delta));
                    let _ = kit.events.send(Event::Flushed);
                }
                None => return,
            },
            _ = tick.tick() => {
                let delta = recorder.borrow_mut().take();
                let _ = kit.events.send(Event::Delta(delta));
            }
        }
    }
}
