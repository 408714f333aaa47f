//! Every target sends the same requests: the fixtures are converted for each tool, run against the mock, and compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// One tool: how it is found or installed, and how it runs a script.
struct Tool {
    target: &'static str,
    script: &'static str,
    program: PathBuf,
}

pub fn targets(binary: Option<&str>) -> Result<()> {
    let binary = std::path::absolute(binary.unwrap_or("target/release/loadwright"))?;
    let work = std::env::temp_dir().join(format!("loadwright-targets-{}", std::process::id()));
    let tools: Vec<Tool> = [locust(), artillery()].into_iter().flatten().collect();
    if tools.is_empty() {
        println!("neither Locust nor Artillery can be had here: nothing was compared");
        return Ok(());
    }
    let mut wrong = Vec::new();
    let mut compared = 0;
    for family in ["openapi", "har", "postman"] {
        for case in cases(family)? {
            let name = format!("{family}/{}", case.file_name().unwrap_or_default().to_string_lossy());
            if case.join("no-mock").exists() || case.join("no-targets").exists() {
                continue;
            }
            let reference = requests(&binary, &case, &work, "k6", "script.js", &binary)?;
            if reference.is_empty() {
                println!("{name:<28} is for other addresses than the mock's");
                continue;
            }
            // each tool has a mock of its own: they can run side by side
            let runs: Vec<Result<Vec<Value>>> = std::thread::scope(|scope| {
                let started: Vec<_> = tools
                    .iter()
                    .map(|t| scope.spawn(|| requests(&binary, &case, &work, t.target, t.script, &t.program)))
                    .collect();
                started.into_iter().map(|s| s.join().unwrap_or_else(|_| bail!("the run panicked"))).collect()
            });
            for (tool, sent) in tools.iter().zip(runs) {
                let sent = sent.with_context(|| format!("{name} for {}", tool.target))?;
                compared += 1;
                let same = differences(&reference, &sent);
                let verdict = if same.is_empty() { "same" } else { "DIFFERENT" };
                println!("{name:<28} {:<10} {:>3} requests  {verdict}", tool.target, sent.len());
                wrong.extend(same.into_iter().map(|d| format!("{name} for {}: {d}", tool.target)));
            }
        }
    }
    let _ = std::fs::remove_dir_all(&work);
    if !wrong.is_empty() {
        bail!("what arrives differs from the k6 target:\n{}", wrong.join("\n"));
    }
    println!("{compared} runs sent what the k6 target sends");
    Ok(())
}

fn cases(family: &str) -> Result<Vec<PathBuf>> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(Path::new("fixtures").join(family))?
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.is_dir())
        .collect();
    out.sort();
    Ok(out)
}

/// Locust from PATH, else in an environment of its own below `target`.
fn locust() -> Option<Tool> {
    let tool = |program: PathBuf| Tool { target: "locust", script: "locustfile.py", program };
    if works("locust", &["--version"]) {
        return Some(tool("locust".into()));
    }
    let home = std::path::absolute("target/targets/locust").ok()?;
    let program = home.join("bin/locust");
    if !program.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home)).ok()?;
        run(Command::new(home.join("bin/pip")).args(["install", "--quiet", "locust"])).ok()?;
    }
    program.exists().then(|| tool(program))
}

/// Artillery from PATH, else below `target`; its install scripts are for browsers, which nothing here uses.
fn artillery() -> Option<Tool> {
    let tool = |program: PathBuf| Tool { target: "artillery", script: "artillery.yml", program };
    if works("artillery", &["--version"]) {
        return Some(tool("artillery".into()));
    }
    let home = std::path::absolute("target/targets/artillery").ok()?;
    let program = home.join("node_modules/.bin/artillery");
    if !program.exists() {
        std::fs::create_dir_all(&home).ok()?;
        std::fs::write(home.join("package.json"), "{}").ok()?;
        run(Command::new("npm")
            .args(["install", "--silent", "--ignore-scripts", "artillery"])
            .current_dir(&home))
        .ok()?;
    }
    program.exists().then(|| tool(program))
}

fn works(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

fn run(command: &mut Command) -> Result<()> {
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if !done.success() {
        bail!("{} failed", command.get_program().to_string_lossy());
    }
    Ok(())
}

/// Converts, runs against a fresh mock, and gives what arrived.
fn requests(
    binary: &Path,
    case: &Path,
    work: &Path,
    target: &str,
    script: &str,
    program: &Path,
) -> Result<Vec<Value>> {
    let folder = work.join(case.file_name().unwrap_or_default()).join(target);
    std::fs::create_dir_all(&folder)?;
    let case = std::path::absolute(case)?;
    let input = std::fs::read_dir(&case)?
        .flatten()
        .map(|e| e.path())
        .find(|p| p.file_stem().is_some_and(|s| s == "input"))
        .context("no input")?;
    let extra: Vec<String> = std::fs::read_to_string(case.join("args"))
        .unwrap_or_default()
        .lines()
        .filter(|l| !l.is_empty())
        .map(|l| l.replace("{}", &case.to_string_lossy()))
        .collect();
    let script_path = folder.join(script);
    let done = Command::new(binary)
        .arg("convert")
        .arg(&input)
        .args(&extra)
        .args(["--quiet", "--target", target, "-o"])
        .arg(&script_path)
        .current_dir(&case)
        .output()?;
    if !done.status.success() {
        bail!("convert: {}", String::from_utf8_lossy(&done.stderr));
    }
    let log = folder.join("requests.jsonl");
    let said = folder.join("mock.txt");
    let mut mock = Command::new(binary)
        .arg("mock")
        .arg(&input)
        .args(&extra)
        .arg("--log")
        .arg(&log)
        .current_dir(&case)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&said)?)
        .spawn()?;
    let result = environment(&said, &mut mock).and_then(|environment| {
        let mut command = Command::new(program);
        match target {
            "locust" => command.args(["--headless", "--only-summary", "-f", script]),
            "artillery" => {
                command.arg("run");
                if let Some(base) = environment.get("BASE_URL").or_else(|| environment.values().next()) {
                    command.args(["--target", base]);
                }
                command.arg(script)
            }
            _ => command.args(["run", "--quiet", script]),
        };
        let output = std::fs::File::create(folder.join("output.txt"))?;
        let mut tool = command
            .current_dir(&folder)
            .envs(&environment)
            .env("ARTILLERY_DISABLE_TELEMETRY", "true")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        within(&mut tool, LIMIT)
    });
    let _ = mock.kill();
    let _ = mock.wait();
    result?;
    let text = std::fs::read_to_string(&log)?;
    text.lines().map(|l| Ok(serde_json::from_str(l)?)).collect()
}

/// How long one run of a tool may take: the slowest needs ten seconds.
const LIMIT: Duration = Duration::from_secs(90);

/// Waits for a tool, and stops one that does not come to its end.
fn within(tool: &mut Child, limit: Duration) -> Result<()> {
    let patience = Instant::now() + limit;
    while tool.try_wait()?.is_none() {
        if Instant::now() > patience {
            tool.kill()?;
            tool.wait()?;
            bail!("the run has not ended after {} seconds", limit.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The addresses that the mock prints when it is ready.
fn environment(said: &Path, mock: &mut Child) -> Result<BTreeMap<String, String>> {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let text = std::fs::read_to_string(said).unwrap_or_default();
        if text.contains("Ctrl-C ends") {
            // the variables follow in the same breath
            std::thread::yield_now();
            let text = std::fs::read_to_string(said).unwrap_or_default();
            return Ok(text
                .lines()
                .filter_map(|l| l.strip_prefix("  ")?.split_once('='))
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .collect());
        }
        if mock.try_wait()?.is_some() || Instant::now() > patience {
            bail!("the mock does not start: {text}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What is not the same, request by request, without what each tool adds by itself and what each run makes anew.
fn differences(want: &[Value], got: &[Value]) -> Vec<String> {
    let mut out = Vec::new();
    if want.len() != got.len() {
        let list = |l: &[Value]| l.iter().map(line).collect::<Vec<_>>().join(", ");
        out.push(format!(
            "{} requests, not {}\n    got:  {}\n    want: {}",
            got.len(),
            want.len(),
            list(got),
            list(want)
        ));
        return out;
    }
    for (w, g) in want.iter().zip(got) {
        let (a, b) = (shape(w), shape(g));
        if a != b {
            out.push(format!("{}\n    got:  {b}\n    want: {a}", line(w)));
        }
    }
    out
}

fn line(r: &Value) -> String {
    format!("{} {}", r["method"].as_str().unwrap_or_default(), r["path"].as_str().unwrap_or_default())
}

/// A request as text: method, address, headers of the script, body.
fn shape(r: &Value) -> String {
    const OWN: &[&str] = &[
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "transfer-encoding",
    ];
    let mut headers: Vec<String> = Vec::new();
    let mut boundary = String::new();
    for pair in r["headers"].as_array().into_iter().flatten() {
        let (name, value) = (pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default());
        if OWN.contains(&name) {
            continue;
        }
        let value = match value.split_once("boundary=") {
            Some((kind, b)) => {
                b.trim_matches('"').clone_into(&mut boundary);
                kind.to_owned()
            }
            None => value.to_owned(),
        };
        let mut value = value.to_ascii_lowercase().replace("; charset=utf-8", "");
        if name == "cookie" {
            let mut pairs: Vec<&str> = value.split("; ").collect();
            pairs.sort_unstable();
            value = pairs.join("; ");
        }
        headers.push(format!("{name}: {value}"));
    }
    headers.sort();
    let body = r["body"].as_str().unwrap_or_default();
    let body = if boundary.is_empty() { body.to_owned() } else { parts(body, &boundary) };
    masked(&format!(
        "{} {}?{} [{}] {body}",
        r["method"].as_str().unwrap_or_default(),
        r["path"].as_str().unwrap_or_default(),
        // an escape that is none is escaped by tools that know better
        r["query"].as_str().unwrap_or_default().replace("%25", "%"),
        headers.join(", "),
    ))
}

/// Names and contents of a multipart body; tools differ in the headers that they add to a part.
fn parts(body: &str, boundary: &str) -> String {
    let mut out: Vec<String> = body
        .split(&format!("--{boundary}"))
        .filter_map(|part| {
            let (head, content) = part.split_once("\r\n\r\n")?;
            let name = head.split("name=\"").nth(1)?.split('"').next()?;
            Some(format!("{name}={}", content.trim_end_matches("\r\n")))
        })
        .collect();
    // k6 sorts the parts of an object
    out.sort();
    out.join("&")
}

/// Words with a digit that are longer than an id of few digits are made anew in every run.
fn masked(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '-' {
            word.push(c);
            continue;
        }
        let fresh = word.len() > 6 && word.bytes().any(|b| b.is_ascii_digit());
        out.push_str(if fresh { "#" } else { &word });
        word.clear();
        out.push(c);
    }
    out
}
