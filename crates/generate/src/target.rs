use std::collections::{BTreeMap, BTreeSet};

use loadwright_diagnostic::{Diagnostics, SourceId};
use loadwright_scenario::TestPlan;

/// A language and tool that a plan can be written for.
pub trait Target: Sync {
    /// As in `--target NAME`.
    fn name(&self) -> &'static str;
    /// What the main script is called when the user gives no name.
    fn file_name(&self) -> &'static str;
    /// Total and deterministic: every plan has an output, the same plan the same bytes.
    fn generate(&self, request: &GenerateRequest<'_>) -> Result<Generated, GenerateError>;
}

#[derive(Debug)]
pub struct GenerateRequest<'a> {
    pub plan: &'a TestPlan,
    pub options: GenerateOptions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateOptions {
    /// File name of the main script; companions are named after it.
    pub file_name: String,
    /// What the plan came from, for the head of the script: `pets.yaml`.
    pub source_name: String,
    /// The inputs as seen from the folder of the script. A script reads secrets from there when the environment has none.
    pub inputs: BTreeMap<SourceId, String>,
    pub layout: Layout,
    /// Bodies of more bytes than these go to files beside the script; targets without that write them inline.
    pub long_bodies: Option<usize>,
    /// The user's own templates by name; the others are ours.
    pub templates: BTreeMap<String, String>,
}

/// How many files a script is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    #[default]
    Single,
    /// One module for each group of the plan. Targets without modules write one file.
    Split,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            file_name: "script.js".to_owned(),
            source_name: String::new(),
            inputs: BTreeMap::new(),
            layout: Layout::Single,
            long_bodies: None,
            templates: BTreeMap::new(),
        }
    }
}

/// The files of one conversion; the first is the script to run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Generated {
    pub files: Vec<GeneratedFile>,
    /// Paths of files that are the same beside every script: modules of this program, not of the plan.
    pub shared: BTreeSet<String>,
    /// What the target could not say, or not exactly.
    pub diagnostics: Diagnostics,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Relative to the folder of the main script.
    pub path: String,
    pub content: Vec<u8>,
}

impl Generated {
    /// The main script as text.
    pub fn script(&self) -> &str {
        self.files.first().and_then(|f| std::str::from_utf8(&f.content).ok()).unwrap_or_default()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("{name}:{line}:{column}: {reason}")]
    Template { name: String, line: usize, column: usize, reason: String },
}
