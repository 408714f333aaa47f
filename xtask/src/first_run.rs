use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::gates::binary;

/// Every JSON body that is made from the documents of a folder (`DIR/*/spec.{json,yaml}`), judged by an independent validator.
pub fn bodies(dir: Option<&str>) -> Result<()> {
    let dir = std::path::absolute(dir.context("--dir DIR is missing")?)?;
    let status = Command::new("cargo")
        .args(["test", "--package", "loadwright-import-openapi", "--test", "samples", "--", "--nocapture"])
        .env("LOADWRIGHT_CORPUS", dir)
        .status()
        .context("failed to start cargo")?;
    if !status.success() {
        bail!("there are bodies that break their schema");
    }
    Ok(())
}

/// Runs `test --mock` on every document of a folder and adds up what the verdicts say.
pub fn first_run(dir: Option<&str>, args: &[String]) -> Result<()> {
    let dir = PathBuf::from(dir.context("--dir DIR is missing")?);
    let binary = std::path::absolute(binary(args)?)?;
    let folder = std::env::temp_dir().join(format!("loadwright-first-run-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (mut total, mut answered, mut passed) = (0, 0, 0);
    for document in documents(&dir)? {
        let Some(verdict) = verdict(&binary, &document, &folder) else { continue };
        for o in verdict["operations"].as_array().into_iter().flatten() {
            total += 1;
            let is = |low: u64, high: u64| {
                o["statuses"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_u64)
                    .any(|s| (low..high).contains(&s))
            };
            answered += usize::from(is(200, 300));
            if o["verdict"] == "passed" {
                passed += 1;
            } else {
                let text = |k: &str| o[k].as_str().unwrap_or_default();
                println!(
                    "{} {} {}: {} {}",
                    document.display(),
                    text("method"),
                    text("path"),
                    text("verdict"),
                    text("reason")
                );
            }
        }
    }
    std::fs::remove_dir_all(&folder)?;
    let share = |n: usize| 100.0 * n as f64 / f64::from(u32::try_from(total).unwrap_or(u32::MAX)).max(1.0);
    println!(
        "{total} operations: {answered} answered 2xx ({:.2} %), {passed} passed ({:.2} %)",
        share(answered),
        share(passed)
    );
    if share(passed) < 99.0 {
        bail!("less than 99 % passed");
    }
    Ok(())
}

fn documents(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(dir)
        .with_context(|| dir.display().to_string())?
        .flatten()
        .flat_map(|case| ["json", "yaml", "yml"].map(|e| case.path().join(format!("spec.{e}"))))
        .filter_map(|p| std::path::absolute(p).ok())
        .filter(|p| p.is_file())
        .collect();
    out.sort();
    Ok(out)
}

/// `None` for documents that cannot be read.
fn verdict(binary: &Path, document: &Path, folder: &Path) -> Option<Value> {
    // what an earlier document left is no script of this one
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).ok()?;
    let file = folder.join("verdict.json");
    let status = Command::new(binary)
        .arg("test")
        .arg(document)
        .args(["--mock", "--quiet", "-o", "script.js", "--verdict", "verdict.json"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() && status.code() != Some(1) {
        println!("{}: exit {:?} and no verdict", document.display(), status.code());
    }
    serde_json::from_str(&text?).ok()
}
