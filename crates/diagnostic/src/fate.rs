use crate::{Code, CodeInfo, Origin};

/// How much a finding matters to the person who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What became of the source fact that a finding speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is not in the plan.
    Dropped,
    /// It is in the plan in a form that may behave differently.
    Approximated,
    /// The plan holds a placeholder that somebody has to fill.
    Stubbed,
    /// The source did not say; the plan holds a reasoned guess.
    Assumed,
    /// It is in the plan as it was; the finding only informs.
    Kept,
}

impl Fate {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Approximated => "approximated",
            Self::Stubbed => "stubbed",
            Self::Assumed => "assumed",
            Self::Kept => "kept",
        }
    }

    /// Whether `--strict` refuses a conversion that contains such a finding.
    pub fn is_lossy(self) -> bool {
        matches!(self, Self::Dropped | Self::Approximated | Self::Stubbed)
    }
}

/// One finding at one place of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub fate: Fate,
    /// What happened here, in one sentence without a final period.
    pub message: String,
    pub origin: Origin,
    /// What the reader can do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding with the severity and fate that its code is registered with.
    pub fn new(code: &'static CodeInfo, message: impl Into<String>, origin: Origin) -> Self {
        Self {
            code: Code(code),
            severity: code.severity,
            fate: code.fate,
            message: message.into(),
            origin,
            help: None,
        }
    }

    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn with_fate(mut self, fate: Fate) -> Self {
        self.fate = fate;
        self
    }
}

/// The findings of one conversion, in the order in which they were made.
pub type Diagnostics = Vec<Diagnostic>;
