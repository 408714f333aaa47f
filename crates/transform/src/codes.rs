use loadwright_diagnostic::{CodeInfo, Fate, Severity};

pub(crate) static SECRET: CodeInfo = CodeInfo {
    code: "pass/secret",
    severity: Severity::Note,
    fate: Fate::Stubbed,
    title: "a secret was taken out of the script",
    page: "Tokens, passwords and session cookies of a recording are valid for one person and a short time. They must not be committed.\n\nThe script reads the value from an environment variable; `.env.example` beside it lists the names.\n\nSet it with `-e NAME=value` or in the environment.",
};

pub(crate) static CORRELATED: CodeInfo = CodeInfo {
    code: "pass/correlated",
    severity: Severity::Note,
    fate: Fate::Assumed,
    title: "a value flows from a response into later requests",
    page: "A value that a response gave turns up in later requests, and the client did not know it before: an id, a token, a cursor.\n\nThe script takes it from the response and puts it where the recording had the old value. A failed check names it when the response lacks it.\n\n`--no-correlate` keeps the recorded values; `--skip-rule NAME` leaves one rule out.",
};

pub(crate) static CHAINED: CodeInfo = CodeInfo {
    code: "pass/chained",
    severity: Severity::Note,
    fate: Fate::Assumed,
    title: "an operation uses what an earlier one returned",
    page: "A path parameter names the thing that another operation creates or lists. The script takes the id from that operation's response and keeps the sample value for the case that there is none.\n\nCreation comes first, deletion last. `--skip-pass chain` keeps the document's order and its samples.",
};

/// What passes report.
pub const CODES: &[&CodeInfo] = &[&SECRET, &CORRELATED, &CHAINED];
