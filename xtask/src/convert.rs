use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::bench::on_path;
use crate::check::release;
use crate::inputs;

/// Rounds of each program; the median counts.
const ROUNDS: usize = 5;

/// An input that is made on the spot, and the program that converts such inputs beside ours.
struct Case {
    name: &'static str,
    file: &'static str,
    make: fn() -> String,
    peer: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "recording (HAR)",
        file: "recording.har",
        make: || inputs::recording(20_000_000),
        peer: "har-to-k6",
    },
    Case {
        name: "collection (Postman), 500 requests",
        file: "collection.json",
        make: || inputs::collection(500),
        peer: "postman-to-k6",
    },
    Case {
        name: "document (OpenAPI), 1,000 operations",
        file: "document.json",
        make: || inputs::document(500),
        peer: "openapi-to-k6",
    },
];

/// Time and memory of converting large inputs, and of the peers that are there, in turns in one run.
///
/// `peers` are paths of programs that are not on `PATH`; `megabytes` adds a recording of that size, which only ours
/// converts. The program is built unless it is given.
pub fn convert(peers: &[&str], megabytes: Option<&str>, binary: Option<&str>) -> Result<()> {
    let binary = binary.map_or_else(release, |path| Ok(std::path::absolute(path)?))?;
    let folder = std::path::absolute("target/bench")?;
    std::fs::create_dir_all(&folder)?;
    let mut rows = vec![
        "| input | MB | program | seconds | CPU seconds | peak MB | beside ours |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    for case in CASES {
        let input = folder.join(case.file);
        std::fs::write(&input, (case.make)())?;
        let given = peers.iter().map(PathBuf::from).find(|p| p.ends_with(case.peer));
        let mut programs = vec![("loadwright", binary.clone())];
        programs.extend(given.or_else(|| on_path(case.peer)).map(|p| (case.peer, p)));
        rows.extend(compare(case.name, &input, &programs)?);
    }
    if let Some(megabytes) = megabytes {
        let size: usize = megabytes.parse().context("--large is a number of megabytes")?;
        let input = folder.join("large.har");
        std::fs::write(&input, inputs::recording(size * 1_000_000))?;
        rows.extend(compare("large recording (HAR)", &input, &[("loadwright", binary)])?);
    }
    let table = rows.join("\n");
    println!("{table}");
    std::fs::write(folder.join("convert.md"), format!("{table}\n"))?;
    Ok(())
}

fn compare(name: &str, input: &Path, programs: &[(&str, PathBuf)]) -> Result<Vec<String>> {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); programs.len()];
    for _ in 0..ROUNDS {
        for ((program, path), list) in programs.iter().zip(&mut samples) {
            list.push(run(program, path, input)?);
        }
    }
    let megabytes = std::fs::metadata(input)?.len() as f64 / 1e6;
    let all: Vec<Sample> = samples.into_iter().map(median).collect();
    let ours = all.first().copied().unwrap_or_default();
    let row = |((program, _), s): (&(&str, PathBuf), &Sample)| {
        let beside = if *program == "loadwright" {
            "1".to_owned()
        } else {
            format!("{:.1} × the time, {:.1} × the memory", s.seconds / ours.seconds, s.peak / ours.peak)
        };
        format!(
            "| {name} | {megabytes:.1} | {program} | {:.3} | {:.2} | {:.0} | {beside} |",
            s.seconds, s.cpu, s.peak
        )
    };
    Ok(programs.iter().zip(&all).map(row).collect())
}

#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    seconds: f64,
    cpu: f64,
    /// Megabytes.
    peak: f64,
}

fn run(program: &str, path: &Path, input: &Path) -> Result<Sample> {
    let output = input.with_extension(format!("{program}.js"));
    let mut command = Command::new(path);
    match program {
        "loadwright" => {
            command.args(["convert", "--overwrite", "--quiet"]).arg(input).arg("-o").arg(&output);
        }
        // a folder is what it makes
        "openapi-to-k6" => {
            command.arg(input).arg(output.with_extension("client"));
        }
        _ => {
            command.arg(input).arg("-o").arg(&output);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let before = cpu_of_children();
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("failed to start {}", path.display()))?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak: f64 = 0.0;
    let exit = loop {
        peak = peak.max(high_water(&status));
        if let Some(exit) = child.try_wait()? {
            break exit;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    if !exit.success() {
        bail!("{program} failed on {}", input.display());
    }
    Ok(Sample { seconds: start.elapsed().as_secs_f64(), cpu: cpu_of_children() - before, peak })
}

/// The most memory that a process has had, in megabytes; 0 where the system does not say.
fn high_water(status: &Path) -> f64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kb| kb * 1024.0 / 1e6)
}

/// CPU seconds of all processes that this one has waited for (proc(5), `cutime` and `cstime`).
fn cpu_of_children() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(13).take(2).filter_map(|f| f.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn median(mut list: Vec<Sample>) -> Sample {
    let mut of = |get: fn(&Sample) -> f64| {
        list.sort_by(|a, b| get(a).total_cmp(&get(b)));
        list.get(list.len() / 2).map_or(0.0, get)
    };
    Sample { seconds: of(|s| s.seconds), cpu: of(|s| s.cpu), peak: of(|s| s.peak) }
}
