use anyhow::{Result, bail};

use crate::exit::Exit;

/// Every file format of our own: name, what it is, JSON Schema (2020-12).
const SCHEMAS: &[(&str, &str, &str)] = &[
    ("findings", "what `--report FILE` writes", include_str!("../schemas/findings.json")),
    ("lock", "FILE.lock beside a converted script", include_str!("../schemas/lock.json")),
    ("project", "loadwright.toml, read as JSON", include_str!("../schemas/project.json")),
    ("rules", "what `--write-rules` writes and `--rules` reads", include_str!("../schemas/rules.json")),
    ("verdict", "what `test --verdict FILE` writes", include_str!("../schemas/verdict.json")),
    ("result", "what `run --out result=FILE` writes", include_str!("../schemas/result.json")),
];

pub fn run(name: Option<&str>) -> Result<Exit> {
    let Some(name) = name else {
        for (name, about, _) in SCHEMAS {
            crate::stdout::write(&format!("{name:<10} {about}\n"));
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
