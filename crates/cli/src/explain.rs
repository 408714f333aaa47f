use anyhow::{Result, bail};

use crate::exit::Exit;
use crate::registry::codes;

/// Prints the page of one code, or the list of all.
pub fn run(code: Option<&str>) -> Result<Exit> {
    let all = codes();
    let Some(code) = code else {
        for info in all {
            crate::stdout::write(&format!("{:<40} {}\n", info.code, info.title));
        }
        return Ok(Exit::Success);
    };
    if let Some(info) = all.iter().find(|i| i.code == code) {
        println!(
            "{} ({}, {})\n{}\n\n{}",
            info.code,
            info.severity.as_str(),
            info.fate.as_str(),
            info.title,
            info.page.trim()
        );
        return Ok(Exit::Success);
    }
    if let Some(page) = crate::topics::page(code) {
        crate::stdout::write(page);
        return Ok(Exit::Success);
    }
    let near: Vec<&str> = all.iter().map(|i| i.code).filter(|c| c.contains(code)).take(5).collect();
    if near.is_empty() {
        bail!("no finding has the code {code}; `loadwright explain` lists them all");
    }
    bail!("no finding has the code {code}; did you mean {}?", near.join(", "))
}
