use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use loadwright_generate::{TEMPLATES, VIEW_VERSION};

use crate::exit::Exit;

#[derive(Debug, Args)]
pub struct TemplatesArgs {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Write the templates into a folder
    Eject {
        /// The folder that they go to
        #[arg(default_value = "templates", value_name = "DIR")]
        folder: PathBuf,
        /// Only those of this target: k6, locust or artillery
        #[arg(long, value_name = "TOOL")]
        target: Option<String>,
    },
    /// Show which templates there are and what they see
    List,
}

pub fn run(args: &TemplatesArgs) -> Result<Exit> {
    match &args.action {
        Action::List => {
            for t in TEMPLATES {
                crate::stdout::write(&format!("{}\n    {}\n", t.name, t.view));
            }
        }
        Action::Eject { folder, target } => eject(folder, target.as_deref())?,
    }
    Ok(Exit::Success)
}

fn eject(folder: &Path, target: Option<&str>) -> Result<()> {
    let wanted = |name: &str| target.is_none_or(|t| name.split('/').next() == Some(t));
    let mut count = 0;
    for t in TEMPLATES.iter().filter(|t| wanted(t.name)) {
        let path = folder.join(t.name);
        if path.exists() {
            bail!("{} exists already; eject into another folder", path.display());
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("failed to make {}", parent.display()))?;
        }
        std::fs::write(&path, t.text).with_context(|| format!("failed to write {}", path.display()))?;
        eprintln!("wrote {}: it sees {}", path.display(), t.view);
        count += 1;
    }
    if count == 0 {
        bail!("no target is called {}; there are k6, locust, artillery", target.unwrap_or_default());
    }
    eprintln!(
        "handlebars templates, view version {VIEW_VERSION}; use them with --templates {}",
        folder.display()
    );
    Ok(())
}

/// The user's own templates, by the names that ours have.
pub fn read(folder: Option<&Path>) -> Result<BTreeMap<String, String>> {
    let Some(folder) = folder else { return Ok(BTreeMap::new()) };
    if !folder.is_dir() {
        bail!("--templates {}: there is no such folder", folder.display());
    }
    let mut out = BTreeMap::new();
    for t in TEMPLATES {
        let path = folder.join(t.name);
        if path.is_file() {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("failed to read {}", path.display()))?;
            out.insert(t.name.to_owned(), text);
        }
    }
    if out.is_empty() {
        let names: Vec<&str> = TEMPLATES.iter().map(|t| t.name).collect();
        bail!("--templates {}: none of {} is there", folder.display(), names.join(", "));
    }
    Ok(out)
}
