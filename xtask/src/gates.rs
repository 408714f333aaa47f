use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::check::release;
use crate::ratchet;

/// Runs a conformance suite: a folder of cases below the folder that has the suite's own driver.
pub fn conformance(cases: Option<&str>, args: &[String]) -> Result<()> {
    let cases = PathBuf::from(cases.context("--cases DIR is missing")?);
    let driver = find_up(&cases, "oracle.mjs")?;
    let binary = binary(args)?;
    let report = scratch("conformance.json")?;
    run(Command::new("node")
        .arg(&driver)
        .arg("--check")
        .arg("--bin")
        .arg(&binary)
        .arg("--cases")
        .arg(&cases)
        .arg("--report")
        .arg(&report))?;
    let value = read(&report)?;
    let (passed, total) = counts(&value);
    ratchet::compare("conformance", &[("passed", percent(passed, total))])
}

/// Runs the converter gates of a corpus: `DIR/dev/{postman,har,openapi}`, drivers beside.
pub fn corpus(dir: Option<&str>, args: &[String]) -> Result<()> {
    let dir = PathBuf::from(dir.context("--dir DIR is missing")?);
    let binary = binary(args)?;
    let gate = |name: &str, more: &[&str]| -> Result<Value> {
        let report = scratch(&format!("{name}.json"))?;
        run(Command::new("node")
            .arg(dir.join(format!("{name}.mjs")))
            .arg("check")
            .arg("--quiet")
            .arg("--cases")
            .arg(dir.join("dev").join(name))
            .arg("--bin")
            .arg(&binary)
            .arg("--report")
            .arg(&report)
            .args(more))?;
        Ok(read(&report)?["summary"].clone())
    };
    let n = |v: &Value, key: &str| v[key].as_f64().unwrap_or(0.0);
    let mut results = Vec::new();
    if wants(args, "har") {
        let s = gate("har", &["--convert-flags", "--include-static --keep-order"])?;
        results.push(ratchet::compare(
            "har",
            &[
                ("converted", percent(n(&s, "converted"), n(&s, "mustConvert"))),
                ("runs", percent(n(&s, "runs"), n(&s, "mustConvert"))),
                ("entries exact", percent(n(&s, "body"), n(&s, "entries"))),
                ("entries with headers and cookies", percent(n(&s, "all"), n(&s, "entries"))),
            ],
        ));
    }
    if wants(args, "openapi") {
        let s = gate("openapi", &["--no-prism"])?;
        results.push(ratchet::compare(
            "openapi",
            &[
                ("converted", percent(n(&s, "converted"), n(&s, "mustConvert"))),
                ("inspect", percent(n(&s, "inspect"), n(&s, "mustConvert"))),
            ],
        ));
    }
    if wants(args, "postman") {
        let s = gate("postman", &[])?;
        let of = |key: &str, total: &str| percent(n(&s, key), n(&s, total));
        results.push(ratchet::compare(
            "postman",
            &[
                ("C converted", of("converted", "cases")),
                ("R runs", of("runs", "cases")),
                ("U method, URL, body", of("sameCore", "cases")),
                ("H headers too", of("sameFull", "cases")),
                ("A assertions", of("sameAsserts", "assertCases")),
            ],
        ));
    }
    results.into_iter().collect()
}

fn wants(args: &[String], gate: &str) -> bool {
    let only = args.iter().position(|a| a == "--only").and_then(|i| args.get(i + 1));
    only.is_none_or(|o| o.split(',').any(|g| g == gate))
}

pub fn binary(args: &[String]) -> Result<PathBuf> {
    match args.iter().position(|a| a == "--bin").and_then(|i| args.get(i + 1)) {
        Some(path) => std::path::absolute(path).context("failed to find the binary"),
        None => release(),
    }
}

fn find_up(from: &Path, name: &str) -> Result<PathBuf> {
    let from = std::path::absolute(from)?;
    from.ancestors()
        .map(|a| a.join(name))
        .find(|p| p.is_file())
        .with_context(|| format!("no {name} above {}", from.display()))
}

fn scratch(name: &str) -> Result<PathBuf> {
    let folder = std::path::absolute("target/gates")?;
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

/// The gates say by their exit code that something failed; what matters here is the report.
fn run(command: &mut Command) -> Result<()> {
    command.status().context("failed to start node")?;
    Ok(())
}

fn read(path: &Path) -> Result<Value> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the gate wrote no {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Passed and all cases of a report, whether it lists them or counts them.
fn counts(value: &Value) -> (f64, f64) {
    if let (Some(p), Some(f)) = (value["passed"].as_f64(), value["failed"].as_f64()) {
        return (p, p + f);
    }
    let list = value["cases"].as_array().or_else(|| value["results"].as_array()).or_else(|| value.as_array());
    let list = list.map(Vec::as_slice).unwrap_or_default();
    let ok = |v: &&Value| ["pass", "passed", "ok"].iter().any(|k| v[k] == Value::Bool(true));
    (list.iter().filter(ok).count() as f64, list.len() as f64)
}

fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { 100.0 * part / whole } else { 0.0 }
}
