use loadwright_diagnostic::{CodeInfo, Fate, Severity};

pub(crate) static SCRIPT: CodeInfo = CodeInfo {
    code: "target/script",
    severity: Severity::Warning,
    fate: Fate::Dropped,
    title: "a script of the source is in another language than the target",
    page: "Scripts of a collection that could not be understood as checks, extractions or assignments are JavaScript over Postman's API. The k6 target carries them along; other targets cannot run them.\n\nThe code stands as a comment where it would run, for you to translate. `--target k6` keeps it working.",
};

pub(crate) static UNSUPPORTED: CodeInfo = CodeInfo {
    code: "target/unsupported",
    severity: Severity::Warning,
    fate: Fate::Dropped,
    title: "the target has no counterpart for something in the plan",
    page: "The tool that the script is for cannot do this, or only with an extension that is not part of it. A comment marks the place.\n\n`--target k6` is the most complete one.",
};

pub(crate) static APPROXIMATED: CodeInfo = CodeInfo {
    code: "target/approximated",
    severity: Severity::Note,
    fate: Fate::Approximated,
    title: "the target does something nearly the same",
    page: "The tool that the script is for has its own way of doing this, which differs in a detail that the message names.",
};

/// What targets report.
pub const CODES: &[&CodeInfo] = &[&SCRIPT, &UNSUPPORTED, &APPROXIMATED];
