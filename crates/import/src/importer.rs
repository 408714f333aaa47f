use std::path::PathBuf;

use loadwright_diagnostic::{Diagnostics, Place};
use loadwright_scenario::{Evidence, TestPlan};

use crate::Source;

/// One source format. Importers are faithful: they never compare two requests and never guess what passes can infer.
pub trait Importer: Sync {
    /// As in `--from NAME`.
    fn name(&self) -> &'static str;
    /// How sure it is, from the head of the content alone, that the source is its format.
    fn sniff(&self, source: &Source) -> Match;
    /// `Err` only when there is no plan at all. Everything else is a plan with findings.
    fn import(&self, source: &Source, options: &ImportOptions) -> Result<Imported, ImportError>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    No,
    /// Looks like it; taken when nobody is sure.
    Maybe,
    Yes,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    pub plan: TestPlan,
    pub evidence: Evidence,
    pub diagnostics: Diagnostics,
}

/// Why there is no plan, and where in the source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ImportError {
    pub message: String,
    pub place: Option<Place>,
    pub help: Option<String>,
}

impl ImportError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, help: None }
    }

    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Gets the text behind an address.
pub type Fetcher = fn(&str) -> Result<String, String>;

/// What the user asked for on the command line; each importer uses what its format has.
#[derive(Debug, Default)]
pub struct ImportOptions {
    /// Environment files, in order of precedence: later ones win.
    pub environments: Vec<Source>,
    pub globals: Option<Source>,
    /// Rows of data: CSV or JSON.
    pub data: Option<Source>,
    pub select: Selection,
    /// For made-up sample values; same seed, same plan.
    pub seed: u64,
    /// Keep static assets (images, styles, scripts, fonts).
    pub include_static: bool,
    /// Hosts to keep; empty means the importer's own choice.
    pub hosts: Vec<String>,
    /// Keep the recorded order and send one request after the other.
    pub keep_order: bool,
    /// Optional properties of schemas too, not only required ones.
    pub all_properties: bool,
    /// Turn the answers that the source has as examples into checks of the status.
    pub example_checks: bool,
    /// Carry every script of the source as it is, even those that could become plain code.
    pub carry_scripts: bool,
    /// Leave the schemas of bodies and answers out of the evidence: nobody is going to judge by them.
    pub without_schemas: bool,
    /// Answers may be left in the file of the source and read there when somebody wants them: for work that ends before
    /// the file changes.
    pub leave_answers: bool,
    /// Whether remote references may be fetched.
    pub fetch: bool,
    /// Gets a URL, when `fetch` is on; the only way in which an importer reaches a network.
    pub fetcher: Option<Fetcher>,
    /// Folder against which relative file names of the source are resolved.
    pub folder: Option<PathBuf>,
}

/// Which part of the source to take. Patterns are globs where `*` stops at `/` and `**` does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// By folder name.
    pub folders: Vec<String>,
    /// By name, path, tag, operation id or method.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// Only methods that change nothing (GET, HEAD, OPTIONS).
    pub safe_only: bool,
}

impl Selection {
    /// Whether an item that is known by any of `names` is wanted.
    pub fn wants<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|p| names.clone().any(|n| glob_matches(p, n)));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// Glob match without case: `*` any run but `/`, `**` any run, `?` one character.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    fn go(p: &[char], t: &[char]) -> bool {
        match p {
            [] => t.is_empty(),
            ['*', '*', rest @ ..] => (0..=t.len()).any(|i| t.get(i..).is_some_and(|t| go(rest, t))),
            ['*', rest @ ..] => {
                let end = t.iter().position(|c| *c == '/').unwrap_or(t.len());
                (0..=end).any(|i| t.get(i..).is_some_and(|t| go(rest, t)))
            }
            ['?', rest @ ..] => t.split_first().is_some_and(|(_, t)| go(rest, t)),
            [c, rest @ ..] => t.split_first().is_some_and(|(d, t)| c == d && go(rest, t)),
        }
    }
    let lower = |s: &str| s.to_lowercase().chars().collect::<Vec<_>>();
    go(&lower(pattern), &lower(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stop_at_slashes_and_double_stars_do_not() {
        assert!(glob_matches("/pets/*", "/pets/{id}"));
        assert!(!glob_matches("/pets/*", "/pets/{id}/toys"));
        assert!(glob_matches("/pets/**", "/pets/{id}/toys"));
        assert!(glob_matches("GET", "get"));
    }

    #[test]
    fn exclusion_wins_over_inclusion() {
        let s = Selection {
            include: vec!["/a/**".into()],
            exclude: vec!["DELETE".into()],
            ..Selection::default()
        };
        assert!(s.wants(["/a/b", "GET"].into_iter()));
        assert!(!s.wants(["/a/b", "DELETE"].into_iter()));
        assert!(!s.wants(["/b", "GET"].into_iter()));
    }
}
