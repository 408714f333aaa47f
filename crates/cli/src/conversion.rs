use std::path::Path;

use loadwright_generate::Generated;
use serde::Serialize;

use crate::convert::Converted;
use crate::keep::Looked;
use crate::report_file::{self, Report};

/// One conversion for programs: what was made, and everything that `--report` writes.
#[derive(Serialize)]
pub struct Conversion<'c> {
    /// `written`, `printed` (no `-o`: the files are in here), or for --check and --diff `current`, `outdated`, `difference`.
    outcome: &'static str,
    files: Vec<File>,
    /// Edits that the source's changes met.
    conflicts: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Changes<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<&'c str>,
    #[serde(flatten)]
    report: Report<'c>,
}

#[derive(Serialize)]
struct File {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Serialize)]
struct Changes<'c> {
    added: &'c [String],
    changed: &'c [String],
    removed: &'c [String],
}

impl<'c> Conversion<'c> {
    pub fn written(
        converted: &'c Converted,
        generated: &Generated,
        output: Option<&Path>,
        conflicts: usize,
    ) -> Self {
        let folder = output.and_then(Path::parent).unwrap_or(Path::new(""));
        let files = generated.files.iter().enumerate().map(|(i, file)| match output {
            Some(script) => {
                let path = if i == 0 { script.to_path_buf() } else { folder.join(&file.path) };
                File { path: path.display().to_string(), text: None }
            }
            None => File {
                path: file.path.clone(),
                text: Some(String::from_utf8_lossy(&file.content).into_owned()),
            },
        });
        Self {
            outcome: if output.is_some() { "written" } else { "printed" },
            files: files.collect(),
            conflicts,
            changes: None,
            difference: None,
            report: report_file::report(converted),
        }
    }

    pub fn looked(converted: &'c Converted, looked: &'c Looked) -> Self {
        let (outcome, changes, difference) = match looked {
            Looked::Current => ("current", None, None),
            Looked::Outdated(c) => (
                "outdated",
                Some(Changes { added: &c.added, changed: &c.changed, removed: &c.removed }),
                None,
            ),
            Looked::Difference(text) => ("difference", None, Some(text.as_str())),
        };
        Self {
            outcome,
            files: Vec::new(),
            conflicts: 0,
            changes,
            difference,
            report: report_file::report(converted),
        }
    }
}
