use std::fmt;

use crate::{Fate, Severity};

/// What is known about one kind of finding, for every occurrence of it.
///
/// Each crate that reports findings keeps its codes in one `CODES` slice; `loadwright explain CODE` prints the page.
#[derive(Debug)]
pub struct CodeInfo {
    /// `source/kebab-name`, unique in the program and stable between versions.
    pub code: &'static str,
    pub severity: Severity,
    pub fate: Fate,
    /// One line that names the finding without a concrete place.
    pub title: &'static str,
    /// What happened, why, what you get instead, what to do. Plain markdown.
    pub page: &'static str,
}

/// A registered code. Two codes are equal when their names are.
#[derive(Clone, Copy)]
pub struct Code(pub &'static CodeInfo);

impl Code {
    pub fn as_str(self) -> &'static str {
        self.0.code
    }
}

impl From<&'static CodeInfo> for Code {
    fn from(info: &'static CodeInfo) -> Self {
        Self(info)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.code == other.0.code
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.code.cmp(other.0.code)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}
