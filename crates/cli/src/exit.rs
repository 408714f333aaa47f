use std::process::ExitCode;

/// Every exit code of the program, in one place. Codes from 97 on mean what they mean in k6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything went as asked.
    Success = 0,
    /// Wrong usage, an input that cannot be read, an output that cannot be written.
    Failure = 1,
    /// `--strict`: the conversion lost or changed something; or edits and a changed source are in conflict.
    Incomplete = 2,
    /// `convert --check`: the source has moved on since the script was made.
    Outdated = 3,
    /// A threshold was crossed.
    ThresholdsFailed = 99,
    SetupTimeout = 100,
    TeardownTimeout = 101,
    /// Options, scenarios or thresholds that make no sense.
    InvalidConfig = 104,
    /// A signal ended the run.
    ExternalAbort = 105,
    /// The script threw while loading, in setup or in teardown.
    ScriptException = 107,
    /// `exec.test.abort()`.
    ScriptAborted = 108,
    /// `exec.test.fail()`.
    MarkedFailed = 110,
    /// `run`: anything else, such as an unknown flag or a missing script.
    Other = 255,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
