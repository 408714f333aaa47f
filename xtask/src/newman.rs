//! The calls of Postman's API, newman's answer beside ours: each fixture `pm-*` is run by both against one server.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use loadwright_test_support::{echo, root};
use serde_json::Value;

/// What became of a test: nothing when it passed, else what it said.
type Outcomes = BTreeMap<String, Option<String>>;

pub fn newman(newman: Option<&str>, binary: Option<&str>) -> Result<()> {
    let newman = newman.context("say where newman is: cargo xtask newman node_modules/.bin/newman")?;
    let binary = std::path::absolute(binary.unwrap_or("target/release/loadwright"))?;
    let address = echo()?;
    let work = std::env::temp_dir().join(format!("loadwright-newman-{}", std::process::id()));
    let (mut same, mut all, mut unexpected) = (0, 0, Vec::new());
    for fixture in fixtures()? {
        let folder = root().join("fixtures/postman").join(&fixture);
        std::fs::create_dir_all(&work)?;
        let collection = std::fs::read_to_string(folder.join("input.json"))?;
        std::fs::write(work.join("input.json"), collection.replace("127.0.0.1:4556", &address))?;
        let reference = by_newman(newman, &work).with_context(|| format!("newman and {fixture}"))?;
        let ours = by_us(&binary, &work).with_context(|| format!("loadwright and {fixture}"))?;
        let reasons = std::fs::read_to_string(folder.join("reasons")).unwrap_or_default();
        let mut equal = 0;
        for (name, theirs) in &reference {
            let timed = |o: &Option<String>| name.contains("responseTime") && o.is_some();
            if ours.get(name).is_some_and(|o| o == theirs || timed(o) && timed(theirs)) {
                equal += 1;
            } else if reasons.lines().any(|r| r.starts_with(&format!("{name}: "))) {
                println!("{fixture:<16} differs as written: {name}");
            } else {
                unexpected.push(format!(
                    "{fixture}: {name}\n    newman: {}\n    ours:   {}",
                    shown(Some(theirs)),
                    shown(ours.get(name))
                ));
            }
        }
        println!("{fixture:<16} {equal:>4} of {:>4} the same", reference.len());
        same += equal;
        all += reference.len();
    }
    let _ = std::fs::remove_dir_all(&work);
    println!("{:<16} {same:>4} of {all:>4} the same: {:.1} %", "together", 100.0 * same as f64 / all as f64);
    if !unexpected.is_empty() {
        bail!("{} calls differ without a reason:\n{}", unexpected.len(), unexpected.join("\n"));
    }
    Ok(())
}

fn fixtures() -> Result<Vec<String>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(root().join("fixtures/postman"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("pm-") && entry.path().join("outcomes").exists() {
            out.push(name);
        }
    }
    out.sort();
    Ok(out)
}

fn shown(outcome: Option<&Option<String>>) -> &str {
    match outcome {
        None => "did not run",
        Some(None) => "passed",
        Some(Some(message)) => message,
    }
}

fn by_newman(newman: &str, work: &Path) -> Result<Outcomes> {
    let report = work.join("newman.json");
    let _ = std::fs::remove_file(&report);
    let done = Command::new(newman)
        .args(["run", "input.json", "-r", "json", "--reporter-json-export", "newman.json"])
        .current_dir(work)
        .output()
        .with_context(|| format!("cannot run {newman}"))?;
    let report =
        std::fs::read(&report).with_context(|| String::from_utf8_lossy(&done.stderr).into_owned())?;
    let report: Value = serde_json::from_slice(&report)?;
    let mut out = Outcomes::new();
    let lists = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    for execution in lists(&report["run"], "executions") {
        for assertion in lists(&execution, "assertions") {
            if assertion["skipped"] == true {
                continue;
            }
            let name = assertion["assertion"].as_str().unwrap_or_default().replace("::", ": ");
            let error = assertion["error"]["message"].as_str().map(str::to_owned);
            out.insert(name, error);
        }
    }
    Ok(out)
}

fn by_us(binary: &Path, work: &Path) -> Result<Outcomes> {
    let run = |args: &[&str]| {
        Command::new(binary)
            .args(args)
            .current_dir(work)
            .output()
            .with_context(|| format!("{}", binary.display()))
    };
    let converted = run(&["convert", "input.json", "-o", "script.js", "--overwrite", "--quiet"])?;
    if !converted.status.success() {
        bail!("{}", String::from_utf8_lossy(&converted.stderr));
    }
    let done = run(&["run", "--quiet", "--out", "json=samples.json", "script.js"])?;
    let mut out = Outcomes::new();
    for line in std::fs::read_to_string(work.join("samples.json"))?.lines() {
        let sample: Value = serde_json::from_str(line)?;
        if sample["type"] == "Point" && sample["metric"] == "checks" {
            let name = sample["data"]["tags"]["check"].as_str().unwrap_or_default().to_owned();
            let failed = sample["data"]["value"].as_f64() != Some(1.0);
            out.insert(name, failed.then(String::new));
        }
    }
    // what a failed test said stands in the log: `request: test: message`
    for line in String::from_utf8_lossy(&done.stderr).lines() {
        let Some(text) = message(line) else { continue };
        for (name, outcome) in &mut out {
            let Some(said) = outcome else { continue };
            if let Some((_, rest)) = text.split_once(&format!(": {name}: ")) {
                *said = rest.to_owned();
            }
        }
    }
    Ok(out)
}

/// The text of a line of the log, without its quotes.
fn message(line: &str) -> Option<String> {
    let quoted = line.split_once(" msg=")?.1;
    let mut texts = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
    texts.next()?.ok()
}
