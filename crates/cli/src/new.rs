//! `new`: a first script.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::exit::Exit;

/// What `new` takes.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// Where the script goes
    #[arg(value_name = "FILE", default_value = "script.js")]
    pub file: PathBuf,
    /// minimal, protocol, or a file to copy
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    pub template: String,
    /// Overwrite a file that exists
    #[arg(short, long)]
    pub force: bool,
}

const MINIMAL: &str = include_str!("new_minimal.js");
const PROTOCOL: &str = include_str!("new_protocol.js");

/// Writes the script.
pub fn run(args: &NewArgs) -> Result<Exit> {
    let text = match args.template.as_str() {
        "minimal" => MINIMAL.to_owned(),
        "protocol" => PROTOCOL.to_owned(),
        "browser" => {
            bail!("there is no browser template: the runner sends HTTP requests and does not drive browsers")
        }
        path => std::fs::read_to_string(path).with_context(|| {
            format!("{path} is neither a template (minimal, protocol) nor a file that can be read")
        })?,
    };
    let file = args.file.display();
    if args.file.exists() && !args.force {
        bail!("{file} already exists. Use the `--force` flag to overwrite it");
    }
    std::fs::write(&args.file, text).with_context(|| format!("cannot write {file}"))?;
    crate::stdout::write(&format!("New script created: {file}\n"));
    Ok(Exit::Success)
}
