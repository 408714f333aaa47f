//! Setup, teardown and the summary handler: each in an engine of its own, away from the VUs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use loadwright_js::{Program, Shared, Stop, VuIds};
use loadwright_metrics::Recorder;
use loadwright_workload::SystemTags;

pub use loadwright_js::SummaryFiles;

use crate::bundle::unheard;
use crate::coroutine::{Bridge, Knife, Task};
use crate::host::{Common, Log};
use crate::vu::{engine, host, record_traffic};
use crate::worker::{Event, Kit, Order, Worker};

/// What to call.
pub enum StageJob {
    Setup { tags: BTreeMap<String, String>, system: SystemTags },
    Teardown { tags: BTreeMap<String, String>, system: SystemTags, data: Option<Arc<str>> },
    Summary { json: String },
}

/// What came of it.
pub enum Answer {
    Setup(Option<String>),
    Teardown,
    Summary(Result<SummaryFiles, String>),
}

/// Runs a stage on the current worker; its end is an [`Event::Stage`].
pub fn spawn(kit: &Kit, recorder: &Rc<RefCell<Recorder>>, job: StageJob, knife: Arc<Knife>) {
    let bridge = Bridge::new(knife);
    let inner = (kit.clone(), Rc::clone(recorder), Rc::clone(&bridge));
    let body = move || {
        let (kit, recorder, bridge) = inner;
        let answer = perform(&kit, recorder, bridge, job);
        let _ = kit.events.send(Event::Stage(answer));
    };
    match Task::new(bridge, body) {
        Ok(task) => {
            tokio::task::spawn_local(task);
        }
        Err(e) => {
            let _ = kit
                .events
                .send(Event::Stage(Err(Stop::Exception(format!("cannot get memory for a stack: {e}")))));
        }
    }
}

fn perform(
    kit: &Kit,
    recorder: Rc<RefCell<Recorder>>,
    bridge: Rc<Bridge>,
    job: StageJob,
) -> Result<Answer, Stop> {
    let host = host(kit, recorder, bridge, 0);
    let vm = engine(kit, &host, VuIds::default())?;
    let answer = match job {
        StageJob::Setup { tags, system } => vm.setup(&tags, &system).map(Answer::Setup),
        StageJob::Teardown { tags, system, data } => {
            vm.teardown(&tags, &system, data.as_deref()).map(|()| Answer::Teardown)
        }
        StageJob::Summary { json } => return vm.handle_summary(&json).map(Answer::Summary),
    };
    record_traffic(&host, &vm.state_tags().tags, SystemTime::now(), None);
    answer
}

/// Calls `handleSummary` with the summary as JSON, on a thread of its own.
///
/// The outer error is the script's; the inner one says what was wrong with the result. `None` when it took too long.
pub fn handle_summary(
    program: &Arc<Program>,
    shared: &Arc<Shared>,
    log: &Arc<dyn Log>,
    json: String,
    timeout: Duration,
) -> Option<Result<Result<SummaryFiles, String>, Stop>> {
    let (events, incoming) = channel();
    let network = loadwright_transport::Network::new(loadwright_transport::Settings::default()).ok()?;
    let common = Common::new(Arc::clone(log), Arc::new(network), None);
    let kit = Kit {
        program: Arc::clone(program),
        shared: Arc::clone(shared),
        common: Arc::new(common),
        events,
        memory: 0,
        tick: Duration::from_secs(3600),
    };
    let worker = Worker::start(0, kit, unheard(shared).ok()?).ok()?;
    let knife = Arc::new(Knife::default());
    worker.orders.send(Order::Stage { job: StageJob::Summary { json }, knife: Arc::clone(&knife) }).ok()?;
    let mut left = timeout;
    loop {
        let began = std::time::Instant::now();
        match incoming.recv_timeout(left) {
            Ok(Event::Stage(Ok(Answer::Summary(files)))) => return Some(Ok(files)),
            Ok(Event::Stage(Err(stop))) => return Some(Err(stop)),
            Ok(_) => left = left.saturating_sub(began.elapsed()),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                knife.cut();
                return None;
            }
        }
    }
}
