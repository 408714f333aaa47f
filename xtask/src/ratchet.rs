use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

/// The figures that a gate must not fall below; raised by hand when they rise.
const FILE: &str = "xtask/ratchet.json";

/// Prints the figures beside the committed ones and fails when one has fallen.
pub fn compare(gate: &str, figures: &[(&str, f64)]) -> Result<()> {
    let text = std::fs::read_to_string(FILE).unwrap_or_else(|_| "{}".to_owned());
    let all: BTreeMap<String, BTreeMap<String, f64>> = serde_json::from_str(&text).context(FILE)?;
    let floor = all.get(gate).cloned().unwrap_or_default();
    println!("\n| {gate:<34} |   now |  least |");
    println!("|{}|-------|--------|", "-".repeat(36));
    let mut fallen = Vec::new();
    for (name, value) in figures {
        let least = floor.get(*name).copied().unwrap_or(0.0);
        println!("| {name:<34} | {value:>5.1} | {least:>6.1} |");
        if *value + 0.05 < least {
            fallen.push(format!("{name} fell from {least:.1} to {value:.1}"));
        }
    }
    if !fallen.is_empty() {
        bail!("{gate}: {}", fallen.join("; "));
    }
    let summary: Vec<String> = figures.iter().map(|(n, v)| format!("{n} {v:.1} %")).collect();
    println!("{gate}: {}", summary.join(", "));
    Ok(())
}
