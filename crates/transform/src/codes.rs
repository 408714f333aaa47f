use loadwright_diagnostic::CodeInfo;

/// What passes report.
pub const CODES: &[&CodeInfo] = &[];
