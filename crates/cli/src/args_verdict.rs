use std::path::PathBuf;

use clap::Args;

use crate::format::FormatArgs;

/// What a first run says about each operation.
#[derive(Debug, Args, Default)]
pub struct VerdictArgs {
    /// Write what became of each operation, and why it missed, as JSON
    #[arg(long, value_name = "FILE", help_heading = "Verdict")]
    pub verdict: Option<PathBuf>,
}

/// How the script is laid out.
#[derive(Debug, Args, Default)]
pub struct LayoutArgs {
    /// One file, or one module for each tag beside a main script: single, split
    #[arg(long, value_name = "LAYOUT", value_parser = ["single", "split"], help_heading = "Output")]
    pub layout: Option<String>,
}

#[derive(Debug, Args)]
pub struct CoverageArgs {
    /// Results of runs: `--out result=FILE` of this program, or k6's `--out json=FILE`
    #[arg(required = true, value_name = "RESULT")]
    pub results: Vec<PathBuf>,
    /// The document whose operations are counted
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub spec: String,
    /// Only operations whose name, path, tag, operation id or method matches the glob; may be repeated
    #[arg(long, value_name = "GLOB", help_heading = "Selection")]
    pub include: Vec<String>,
    /// Not the operations that match the glob; may be repeated
    #[arg(long, value_name = "GLOB", help_heading = "Selection")]
    pub exclude: Vec<String>,
    /// Only methods that change nothing
    #[arg(long, help_heading = "Selection")]
    pub safe_only: bool,
    /// Fail with exit code 99 when fewer percent of the operations were requested
    #[arg(long, value_name = "PERCENT", help_heading = "Verdict")]
    pub min: Option<f64>,
    #[command(flatten)]
    pub format: FormatArgs,
}
