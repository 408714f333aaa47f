use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::check::release;

/// Rounds of each pair; the median counts.
const ROUNDS: usize = 5;

/// Requests per CPU-second of our runner and of the peers that are there, taken in turns in one run.
///
/// The server is this process, on loopback; a run lasts two seconds and stops by itself.
pub fn bench(k6: Option<&str>, oha: Option<&str>) -> Result<()> {
    let binary = release()?;
    let stop = Arc::new(AtomicBool::new(false));
    let address = serve(Arc::clone(&stop))?;
    let folder = std::path::absolute("target/bench")?;
    std::fs::create_dir_all(&folder)?;
    let mut rows = vec![
        "| script | runner | requests/s | least and most | CPU µs/request | ours beside it |".to_owned(),
    ];
    rows.push("|---|---|---|---|---|---|".to_owned());
    let mut plain = 0.0;
    for (name, code) in SCRIPTS {
        let script = folder.join(format!("{name}.js"));
        std::fs::write(&script, code)?;
        let mut peers: Vec<(&str, PathBuf)> = vec![("loadwright", binary.clone())];
        peers.extend(k6.map(|p| ("k6", PathBuf::from(p))).or_else(|| on_path("k6").map(|p| ("k6", p))));
        let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); peers.len()];
        for _ in 0..ROUNDS {
            for (i, (_, path)) in peers.iter().enumerate() {
                samples[i].push(run_script(path, &script, &address, &folder)?);
            }
        }
        let ours = median(samples.first().map(Vec::as_slice).unwrap_or_default(), |s| s.cpu_us);
        if name == &"get-and-check" {
            plain = median(samples.first().map(Vec::as_slice).unwrap_or_default(), |s| s.rate);
        }
        for ((peer, _), list) in peers.iter().zip(&samples) {
            let cpu = median(list, |s| s.cpu_us);
            let ratio = if *peer == "loadwright" {
                "1".to_owned()
            } else {
                format!("{:.1} × the requests per CPU-second", cpu / ours)
            };
            let rate = median(list, |s| s.rate);
            rows.push(format!("| {name} | {peer} | {rate:.0} | {} | {cpu:.1} | {ratio} |", spread(list)));
        }
    }
    if let Some(oha) = oha.map(PathBuf::from).or_else(|| on_path("oha")) {
        let list: Vec<Sample> = (0..ROUNDS).map(|_| run_oha(&oha, &address)).collect::<Result<_>>()?;
        let rate = median(&list, |s| s.rate);
        let share = 100.0 * plain / rate.max(1.0);
        rows.push(format!(
            "| get, no check | oha | {rate:.0} | {} | – | {share:.0} % of its requests/s |",
            spread(&list)
        ));
    }
    stop.store(true, Ordering::Relaxed);
    let table = rows.join("\n");
    println!("{table}");
    std::fs::write(folder.join("table.md"), format!("{table}\n"))?;
    Ok(())
}

const SCRIPTS: &[(&str, &str)] = &[
    (
        "get-and-check",
        "import http from 'k6/http';\nimport { check } from 'k6';\nexport const options = { vus: 50, duration: '2s' };\n\
         export default function () {\n  const res = http.get(__ENV.ORIGIN);\n  check(res, { ok: (r) => r.status === 200 });\n}\n",
    ),
    (
        "json-flow",
        "import http from 'k6/http';\nimport { check, group } from 'k6';\nexport const options = { vus: 50, duration: '2s' };\n\
         export default function () {\n  group('pets', () => {\n    const res = http.post(`${__ENV.ORIGIN}/pets`, JSON.stringify({ name: 'Rex', tags: ['a', 'b'] }), {\n\
         headers: { 'Content-Type': 'application/json' }, tags: { name: 'POST /pets' },\n    });\n\
         check(res, { created: (r) => r.status === 200, 'has id': (r) => r.json('id') !== undefined, 'is JSON': (r) => String(r.headers['Content-Type']).includes('json') });\n\
         const id = res.json('id');\n    if (id === undefined) throw new Error('no id');\n  });\n}\n",
    ),
];

/// The slowest and the fastest round.
fn spread(list: &[Sample]) -> String {
    let least = list.iter().map(|s| s.rate).fold(f64::INFINITY, f64::min);
    let most = list.iter().map(|s| s.rate).fold(0.0, f64::max);
    format!("{least:.0}–{most:.0}")
}

#[derive(Clone, Copy)]
struct Sample {
    rate: f64,
    cpu_us: f64,
}

fn run_script(runner: &Path, script: &Path, address: &str, folder: &Path) -> Result<Sample> {
    let summary = folder.join("summary.json");
    let mut command = pinned(runner);
    command
        .arg("run")
        .arg("--quiet")
        .arg("--summary-export")
        .arg(&summary)
        .arg("-e")
        .arg(format!("ORIGIN=http://{address}"))
        .arg(script);
    let cpu = measured(&mut command)?;
    let value: Value = serde_json::from_str(&std::fs::read_to_string(&summary)?)?;
    let requests = &value["metrics"]["http_reqs"];
    let count = requests["count"].as_f64().context("the summary has no http_reqs")?;
    Ok(Sample { rate: requests["rate"].as_f64().unwrap_or(0.0), cpu_us: cpu * 1e6 / count })
}

fn run_oha(oha: &Path, address: &str) -> Result<Sample> {
    let mut command = pinned(oha);
    command
        .args(["--no-tui", "-z", "2s", "-c", "50", "--output-format", "json"])
        .arg(format!("http://{address}/"));
    let start = Instant::now();
    let output = command.output().context("failed to start oha")?;
    let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let rate = value["summary"]["requestsPerSec"].as_f64().unwrap_or(0.0);
    let _ = start;
    Ok(Sample { rate, cpu_us: 0.0 })
}

/// On the second core where there is one: the server has the first.
fn pinned(program: &Path) -> Command {
    if on_path("taskset").is_some() && std::thread::available_parallelism().is_ok_and(|n| n.get() > 1) {
        let mut command = Command::new("taskset");
        command.args(["-c", "1"]).arg(program);
        command.env("GOMAXPROCS", "1");
        command
    } else {
        Command::new(program)
    }
}

/// CPU seconds of a process, from the shell's own accounting of its child.
fn measured(command: &mut Command) -> Result<f64> {
    let mut timed = Command::new("/usr/bin/env");
    timed.args(["bash", "-c", "TIMEFORMAT='%U %S'; time \"$@\" >/dev/null 2>/dev/null", "bash"]);
    timed.arg(command.get_program()).args(command.get_args());
    for (k, v) in command.get_envs() {
        if let Some(v) = v {
            timed.env(k, v);
        }
    }
    let output = timed.output().context("failed to start bash")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let numbers: Vec<f64> =
        text.split_whitespace().filter_map(|t| t.replace(',', ".").parse().ok()).collect();
    Ok(numbers.iter().take(2).sum())
}

fn median(list: &[Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = list.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

pub fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|p| p.join(name)).find(|p| p.is_file())
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{\"id\":4711,\"name\":\"Rexius\"}";

/// A server that answers the same to everything, one thread a connection.
fn serve(stop: Arc<AtomicBool>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            std::thread::spawn(move || answer(stream));
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream) -> Option<()> {
    use std::io::Read as _;
    stream.set_nodelay(true).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let mut buffer = vec![0u8; 16 * 1024];
    let mut held = 0;
    loop {
        let n = stream.read(buffer.get_mut(held..)?).ok().filter(|n| *n > 0)?;
        held += n;
        while let Some(end) = whole_request(buffer.get(..held)?) {
            stream.write_all(ANSWER).ok()?;
            buffer.copy_within(end..held, 0);
            held -= end;
        }
    }
}

/// Where the first request in the buffer ends, body included.
fn whole_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(bytes.get(..head)?).ok()?;
    let length = text
        .lines()
        .find_map(|l| l.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case("content-length")))
        .and_then(|(_, v)| v.trim().parse::<usize>().ok())
        .unwrap_or(0);
    (bytes.len() >= head + length).then_some(head + length)
}
