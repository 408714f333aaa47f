use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Everything that has to hold before a change is shared.
pub fn ci() -> Result<()> {
    lint()?;
    cargo(&["test", "--workspace"])
}

/// Format, lints and the workspace's own rules.
pub fn lint() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])?;
    crate::tidy::tidy()?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// Rewrites the expected output of every golden test.
pub fn bless() -> Result<()> {
    let status = Command::new("cargo")
        .args(["test", "--package", "loadwright", "--test", "commands", "golden"])
        .env("LOADWRIGHT_BLESS", "1")
        .status()
        .context("failed to start cargo")?;
    if !status.success() {
        bail!("blessing failed");
    }
    Ok(())
}

/// Builds the release binary and copies it to target/dist.
pub fn dist() -> Result<()> {
    let binary = release()?;
    let folder = Path::new("target/dist");
    std::fs::create_dir_all(folder)?;
    let to = folder.join("loadwright");
    std::fs::copy(&binary, &to)?;
    println!("{} ({} KiB)", to.display(), std::fs::metadata(&to)?.len() / 1024);
    Ok(())
}

/// The release build of the program.
pub fn release() -> Result<std::path::PathBuf> {
    cargo(&["build", "--release", "--package", "loadwright"])?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), std::path::PathBuf::from);
    std::path::absolute(target.join("release").join("loadwright")).context("failed to find the release build")
}

pub fn cargo(args: &[&str]) -> Result<()> {
    eprintln!("$ cargo {}", args.join(" "));
    let mut command = Command::new("cargo");
    // what cargo tells this program about itself would make build scripts of others run again
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|n| n.starts_with("CARGO_PKG_") || n.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    let status = command.args(args).status().context("failed to start cargo")?;
    if !status.success() {
        bail!("`cargo {}` failed", args.join(" "));
    }
    Ok(())
}
