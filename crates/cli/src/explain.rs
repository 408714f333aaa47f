use anyhow::{Result, bail};
use loadwright_diagnostic::CodeInfo;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::format::{self, FormatArgs};
use crate::registry::codes;

/// Prints the page of one code, or the list of all.
pub fn run(code: Option<&str>, format: &FormatArgs) -> Result<Exit> {
    let all = codes();
    let Some(code) = code else {
        if format.is_json() {
            let codes: Vec<Value> = all.iter().map(|i| described(i, None)).collect();
            let topics: Vec<&str> = crate::topics::names().collect();
            format::print(&json!({"version": 1, "codes": codes, "topics": topics}))?;
            return Ok(Exit::Success);
        }
        for info in all {
            crate::stdout::write(&format!("{:<40} {}\n", info.code, info.title));
        }
        return Ok(Exit::Success);
    };
    if let Some(info) = all.iter().find(|i| i.code == code) {
        if format.is_json() {
            let codes = [described(info, Some(info.page.trim()))];
            format::print(&json!({"version": 1, "codes": codes, "topics": []}))?;
            return Ok(Exit::Success);
        }
        crate::stdout::write(&format!(
            "{} ({}, {})\n{}\n\n{}\n",
            info.code,
            info.severity.as_str(),
            info.fate.as_str(),
            info.title,
            info.page.trim()
        ));
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

fn described(info: &CodeInfo, page: Option<&str>) -> Value {
    let mut out = json!({
        "code": info.code,
        "severity": info.severity.as_str(),
        "fate": info.fate.as_str(),
        "title": info.title,
    });
    if let Some(page) = page {
        out["page"] = page.into();
    }
    out
}
