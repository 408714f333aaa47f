use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use loadwright_diagnostic::SourceId;

use crate::exit::Exit;
use crate::{render, sources};

#[derive(Debug, Args)]
pub struct RedactArgs {
    /// The recording
    #[arg(value_name = "INPUT")]
    pub input: String,
    /// Where the redacted recording goes; standard output without it
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// Writes a recording that is safe to share.
pub fn run(args: &RedactArgs) -> Result<Exit> {
    let source = sources::open(SourceId::default(), &args.input)?;
    if let Some(path) = &args.output {
        let same = |p: &std::path::Path| p.canonicalize().ok();
        if same(path).is_some() && same(path) == same(std::path::Path::new(&args.input)) {
            bail!("{} is the recording itself; name another file", path.display());
        }
    }
    let redact = |out: &mut dyn std::io::Write| {
        loadwright_import_har::redact(&source, out)
            .map_err(|e| anyhow::anyhow!(render::import_error(&source, &e)))
    };
    let done = match &args.output {
        Some(path) => {
            let file =
                std::fs::File::create(path).with_context(|| format!("failed to write {}", path.display()))?;
            let mut out = BufWriter::new(file);
            let done = redact(&mut out)?;
            out.flush().with_context(|| format!("failed to write {}", path.display()))?;
            done
        }
        None => redact(&mut std::io::stdout().lock())?,
    };
    eprintln!("replaced {} secret values in {} entries", done.values, done.entries);
    Ok(Exit::Success)
}
