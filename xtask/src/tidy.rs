use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Which crate may depend on which: a new arrow is a visible, reviewed line here.
const EDGES: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("crew", &[]),
    ("workload", &[]),
    ("transport", &[]),
    ("scenario", &["diagnostic", "workload"]),
    ("metrics", &["workload"]),
    ("import", &["scenario", "diagnostic"]),
    ("import-postman", &["import", "scenario", "diagnostic", "workload"]),
    ("import-openapi", &["import", "scenario", "diagnostic", "workload"]),
    ("import-har", &["crew", "import", "scenario", "diagnostic", "workload"]),
    ("transform", &["crew", "scenario", "diagnostic", "workload"]),
    ("generate", &["crew", "scenario", "diagnostic", "workload"]),
    ("js", &["transport", "metrics", "workload"]),
    ("runner", &["js", "transport", "metrics", "workload"]),
    ("mock", &["scenario", "transport"]),
    ("report", &["metrics", "workload"]),
    ("test-support", &[]),
];

/// Lines of a file that are no tests.
const MOST_LINES: usize = 600;

pub fn tidy() -> Result<()> {
    let mut wrong = edges()?;
    for file in rust_files(Path::new("."))? {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        if lines > MOST_LINES {
            wrong.push(format!(
                "{}: {lines} lines without tests; split it before {MOST_LINES}",
                file.display()
            ));
        }
        if !file.starts_with("./xtask") {
            for (i, line) in text.lines().enumerate() {
                if ["todo!(", "unimplemented!(", "dbg!(", "#[ignore"].iter().any(|w| line.contains(w)) {
                    wrong.push(format!("{}:{}: unfinished: {}", file.display(), i + 1, line.trim()));
                }
            }
        }
    }
    if !wrong.is_empty() {
        bail!("{} things are not tidy\n{}", wrong.len(), wrong.join("\n"));
    }
    println!("tidy");
    Ok(())
}

fn edges() -> Result<Vec<String>> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .output()
        .context("failed to start cargo")?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("failed to read cargo's metadata")?;
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(name) = name.strip_prefix("loadwright-") else { continue };
        let Some(allowed) = allowed.get(name) else {
            wrong.push(format!("crate {name} is not in the table of allowed edges"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let normal = dependency["kind"].is_null();
            let to = dependency["name"].as_str().unwrap_or_default();
            if let Some(to) = to.strip_prefix("loadwright-").filter(|t| normal && !allowed.contains(t)) {
                wrong.push(format!("{name} must not depend on {to}"));
            }
        }
    }
    Ok(wrong)
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') && name != "node_modules" {
                out.extend(rust_files(&path)?);
            }
        } else if name.ends_with(".rs") {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}
