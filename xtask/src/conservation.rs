//! Nothing is lost: the items of a source, counted here without the program, are in the plan or in a finding.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::Value;

pub fn conservation(dir: Option<&str>, binary: Option<&str>) -> Result<()> {
    let dir = Path::new(dir.context("--dir DIR names a folder with collections, documents or recordings")?);
    let binary = std::path::absolute(binary.unwrap_or("target/release/loadwright"))?;
    let work = std::env::temp_dir().join(format!("loadwright-conservation-{}", std::process::id()));
    std::fs::create_dir_all(&work)?;
    let (mut counted, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for path in files(dir)? {
        let Some(items) = items(&path) else { continue };
        match held(&binary, &path, &work)? {
            None => refused += 1,
            Some(held) => {
                counted += 1;
                if held != items {
                    wrong.push(format!(
                        "{}: {items} items, {held} in the plan and the findings",
                        path.display()
                    ));
                }
            }
        }
    }
    let _ = std::fs::remove_dir_all(&work);
    println!("{counted} files counted, {refused} refused by the program, {} that do not add up", wrong.len());
    if counted == 0 || !wrong.is_empty() {
        bail!("items are lost or made up:\n{}", wrong.join("\n"));
    }
    Ok(())
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| dir.display().to_string())?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files(&path)?);
        } else if path.extension().is_some_and(|e| ["json", "yaml", "yml", "har"].iter().any(|x| e == *x)) {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// Requests of a collection, operations of a document, entries of a recording; `None` for any other file.
fn items(path: &Path) -> Option<usize> {
    let text = std::fs::read_to_string(path).ok()?;
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) => json(Yaml::load_from_str(text).ok()?.first()?),
    };
    if let Some(entries) = value["log"]["entries"].as_array() {
        return Some(entries.len());
    }
    if value["openapi"].is_string() || value["swagger"].is_string() {
        return Some(operations(&value));
    }
    let collection = if value["collection"].is_object() { &value["collection"] } else { &value };
    if let Some(items) = collection["item"].as_array().filter(|_| collection["info"].is_object()) {
        return Some(leaves(items));
    }
    collection["requests"].as_array().filter(|_| collection["order"].is_array()).map(Vec::len)
}

fn leaves(items: &[Value]) -> usize {
    items
        .iter()
        .map(|i| match i["item"].as_array() {
            Some(inner) => leaves(inner),
            None => usize::from(i.get("request").is_some()),
        })
        .sum()
}

fn operations(document: &Value) -> usize {
    const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let newest = document["openapi"].as_str().is_some_and(|v| v.starts_with("3.2"));
    let paths = document["paths"].as_object().into_iter().flatten().filter(|(k, _)| k.starts_with('/'));
    paths
        .map(|(_, p)| {
            let p = p["$ref"].as_str().and_then(|r| document.pointer(r.strip_prefix('#')?)).unwrap_or(p);
            let known = METHODS.iter().filter(|m| p[**m].is_object()).count();
            let newer = usize::from(newest && p["query"].is_object());
            let added =
                p["additionalOperations"].as_object().filter(|_| newest).map_or(0, serde_json::Map::len);
            known + newer + added
        })
        .sum()
}

fn json(yaml: &Yaml<'_>) -> Value {
    if let Some(map) = yaml.as_mapping() {
        let pairs = map.iter().map(|(k, v)| {
            let key = k.as_str().map(str::to_owned).or_else(|| k.as_integer().map(|n| n.to_string()));
            (key.unwrap_or_default(), json(v))
        });
        return Value::Object(pairs.collect());
    }
    if let Some(items) = yaml.as_sequence() {
        return Value::Array(items.iter().map(json).collect());
    }
    match (yaml.as_str(), yaml.as_floating_point()) {
        (Some(text), _) => Value::String(text.to_owned()),
        (None, Some(n)) => Value::String(n.to_string()),
        (None, None) => Value::Null,
    }
}

/// Requests and sockets of the plan, and what the findings say was left out. `None` when the program refuses the file.
fn held(binary: &Path, path: &Path, work: &Path) -> Result<Option<usize>> {
    let report = work.join("report.json");
    let _ = std::fs::remove_file(&report);
    let done = Command::new(binary)
        .arg("convert")
        .arg(path)
        .args(["--include-static", "--keep-order", "--quiet", "--overwrite", "-o"])
        .arg(work.join("script.js"))
        .arg("--report")
        .arg(&report)
        .output()?;
    if !done.status.success() {
        return Ok(None);
    }
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&report)?)?;
    let count = |name: &str| report["counts"][name].as_u64().unwrap_or(0) as usize;
    let left_out: usize = report["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|f| f["fate"] == "dropped")
        .map(|f| match (f["code"].as_str().unwrap_or_default(), f["message"].as_str().unwrap_or_default()) {
            ("har/unreadable-entry" | "openapi/broken-operation" | "postman/broken-item", _) => 1,
            // several entries are one finding that begins with their number
            (code, message) if code.starts_with("har/") && message.contains("entr") => {
                message.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
            }
            _ => 0,
        })
        .sum();
    Ok(Some(count("requests") + count("sockets") + left_out))
}
