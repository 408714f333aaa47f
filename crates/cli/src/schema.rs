use anyhow::{Result, bail};
use serde_json::json;

use crate::exit::Exit;
use crate::format::{self, FormatArgs};

/// Every file format of our own: name, what it is, JSON Schema (2020-12).
const SCHEMAS: &[(&str, &str, &str)] = &[
    ("codes", "`explain --format json`", include_str!("../schemas/codes.json")),
    ("comparison", "`compare --format json`", include_str!("../schemas/comparison.json")),
    ("conversion", "`convert --format json`", include_str!("../schemas/conversion.json")),
    ("coverage", "`coverage --format json`", include_str!("../schemas/coverage.json")),
    ("findings", "what `--report FILE` writes", include_str!("../schemas/findings.json")),
    ("inspection", "`inspect --format json` of a source", include_str!("../schemas/inspection.json")),
    ("limits", "`doctor --format json`", include_str!("../schemas/limits.json")),
    ("lock", "FILE.lock beside a converted script", include_str!("../schemas/lock.json")),
    ("project", "loadwright.toml, read as JSON", include_str!("../schemas/project.json")),
    ("rules", "what `--write-rules` writes and `--rules` reads", include_str!("../schemas/rules.json")),
    (
        "result",
        "what `run --out result=FILE` writes and `run --format json` prints",
        include_str!("../schemas/result.json"),
    ),
    ("schemas", "`schema --format json`", include_str!("../schemas/schemas.json")),
    (
        "verdict",
        "what `test --verdict FILE` writes and `test --format json` prints",
        include_str!("../schemas/verdict.json"),
    ),
    ("version", "`version --format json`", include_str!("../schemas/version.json")),
];

/// Prints one schema, or lists them.
pub fn run(name: Option<&str>, format: &FormatArgs) -> Result<Exit> {
    let Some(name) = name else {
        if format.is_json() {
            let schemas: Vec<_> =
                SCHEMAS.iter().map(|(name, about, _)| json!({"name": name, "about": about})).collect();
            format::print(&json!({"version": 1, "schemas": schemas}))?;
            return Ok(Exit::Success);
        }
        for (name, about, _) in SCHEMAS {
            crate::stdout::write(&format!("{name:<12} {about}\n"));
        }
        return Ok(Exit::Success);
    };
    match SCHEMAS.iter().find(|(n, ..)| *n == name) {
        Some((_, _, text)) => crate::stdout::write(text),
        None => {
            let names: Vec<&str> = SCHEMAS.iter().map(|(n, ..)| *n).collect();
            bail!("no schema is called {name}; there are {}", names.join(", "));
        }
    }
    Ok(Exit::Success)
}
