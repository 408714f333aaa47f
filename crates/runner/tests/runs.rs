//! Whole runs over real sockets on loopback.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loadwright_js::{Program, Shared};
use loadwright_metrics::{Engine, EngineSettings, Registry, Values};
use loadwright_runner::{Bundle, End, Files, Level, Log, Outcome, Run, Surroundings, network, run};
use loadwright_workload::{Options, Schedule, Tiers, consolidate};

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Log for Lines {
    fn enabled(&self, _: Level) -> bool {
        true
    }
    fn write(&self, _: Level, message: &str, _: &[(&str, &str)]) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

/// A server that answers every request on a connection with 200 and `ok`; returns its address.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).is_ok_and(|n| n > 0) {
                    if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

fn play(script: &str) -> (Outcome, Vec<String>) {
    let lines = Arc::new(Lines::default());
    let log: Arc<dyn Log> = Arc::clone(&lines) as Arc<dyn Log>;
    let entry = "file:///t/main.js".to_owned();
    let members = BTreeMap::from([(entry.clone(), Arc::from(script.as_bytes()))]);
    let registry = Arc::new(Registry::new());
    let shared = Shared::new(BTreeMap::from([("ORIGIN".to_owned(), server())]), Arc::clone(&registry));
    let bundle = Bundle::load(Program::new(entry, Files::in_memory(members)), shared, &log).unwrap();
    let script = match &bundle.options_json {
        Some(json) => Options::from_json(&serde_json::from_str(json).unwrap()).unwrap().options,
        None => Options::default(),
    };
    let options = consolidate(&Tiers { script, ..Tiers::default() }).unwrap().options;
    bundle.shared.set_options(options.clone(), options.to_execution_json().to_string());
    let engine = Engine::new(registry, EngineSettings::default()).unwrap();
    let outcome = run(
        Run {
            program: Arc::clone(&bundle.program),
            shared: Arc::clone(&bundle.shared),
            has_setup: bundle.has_function("setup"),
            has_teardown: bundle.has_function("teardown"),
            schedule: Schedule::new(&options).unwrap(),
            network: Arc::new(network(&options, &Surroundings::default()).unwrap()),
            options,
            log,
            engine,
            workers: 2,
            memory: 0,
            progress_every: Duration::from_secs(1),
            tick: Duration::from_millis(200),
            second_signal: Box::new(|| {}),
        },
        &mut |_| {},
    );
    let lines = lines.0.lock().unwrap().clone();
    (outcome, lines)
}

fn count(outcome: &Outcome, metric: &str) -> f64 {
    match outcome.summary.metrics.get(metric).map(|m| &m.values) {
        Some(Values::Counter { count, .. }) => *count,
        Some(Values::Rate { passes, .. }) => *passes as f64,
        _ => 0.0,
    }
}

#[test]
fn every_vu_runs_its_quota_with_setups_data() {
    let (outcome, lines) = play(
        "import http from 'k6/http'; import { check } from 'k6';\n\
         export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 3, iterations: 4 } } };\n\
         export function setup() { return { n: 7 }; }\n\
         export default function (d) { check(http.get(__ENV.ORIGIN), { ok: (r) => r.body === 'ok' && d.n === 7 }); }\n\
         export function teardown(d) { console.log('down', d.n); }",
    );
    assert!(matches!(outcome.end, End::Completed));
    assert_eq!(count(&outcome, "iterations"), 12.0);
    assert_eq!(count(&outcome, "http_reqs"), 12.0);
    assert_eq!(count(&outcome, "checks"), 12.0);
    assert!(count(&outcome, "data_received") > 0.0);
    assert_eq!(lines, ["down 7"]);
}

#[test]
fn a_script_that_never_yields_is_stopped_after_its_grace() {
    let began = Instant::now();
    let (outcome, _) = play(
        "export const options = { scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '100ms' } } };\n\
         export default function () { while (true) {} }",
    );
    assert!(began.elapsed() < Duration::from_secs(4));
    assert_eq!(count(&outcome, "iterations"), 0.0);
    assert_eq!(outcome.progress.interrupted, 2);
}

#[test]
fn neither_catch_nor_finally_see_an_interruption() {
    let (outcome, lines) = play(
        "import { sleep } from 'k6';\n\
         export const options = { scenarios: { s: { executor: 'shared-iterations', vus: 1, iterations: 2, maxDuration: '1s', gracefulStop: '0s' } } };\n\
         export default function () { try { sleep(60); } catch (e) { console.log('caught'); } finally { console.log('finally'); } }",
    );
    assert_eq!(lines, Vec::<String>::new());
    assert_eq!(count(&outcome, "dropped_iterations"), 1.0);
}

#[test]
fn an_abort_ends_the_run_and_teardown_still_runs() {
    let (outcome, lines) = play(
        "import exec from 'k6/execution'; import { sleep } from 'k6';\n\
         export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 100 } } };\n\
         export default function () { if (exec.vu.idInTest === 1) { sleep(0.5); exec.test.abort('enough'); } sleep(30); }\n\
         export function teardown() { console.log('down'); }",
    );
    assert!(
        matches!(&outcome.end, End::Aborted(text) if text.starts_with("test aborted: enough at default"))
    );
    assert_eq!(lines, ["down"]);
    assert_eq!(outcome.progress.interrupted, 1);
}

#[test]
fn a_setup_that_takes_too_long_ends_the_run() {
    let (outcome, _) = play(
        "import { sleep } from 'k6';\n\
         export const options = { setupTimeout: '100ms' };\n\
         export function setup() { sleep(60); }\n\
         export default function () {}",
    );
    assert!(matches!(outcome.end, End::SetupTimeout));
    assert_eq!(count(&outcome, "iterations"), 0.0);
}

#[test]
fn arrivals_follow_the_rate_and_note_their_lag() {
    let (outcome, _) = play(
        "export const options = { scenarios: { s: { executor: 'constant-arrival-rate', rate: 50, timeUnit: '1s', duration: '1s', preAllocatedVUs: 5 } } };\n\
         export default function () {}",
    );
    assert_eq!(count(&outcome, "iterations") + count(&outcome, "dropped_iterations"), 50.0);
    assert!(outcome.summary.health.start_lag_max > 0.0);
}

#[test]
fn async_requests_overlap_and_the_event_loop_ends_the_iteration() {
    let (outcome, lines) = play(
        "import http from 'k6/http';\n\
         export default async function () {\n\
         const all = await Promise.all([1, 2, 3].map(() => http.asyncRequest('GET', __ENV.ORIGIN)));\n\
         setTimeout(() => console.log('later', all.map((r) => r.status).join()), 5); }",
    );
    assert_eq!(lines, ["later 200,200,200"]);
    assert_eq!(count(&outcome, "http_reqs"), 3.0);
}
