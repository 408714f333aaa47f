use std::process::ExitCode;

/// Every exit code of the program, in one place. Codes from 97 on mean what they mean in k6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything went as asked.
    Success = 0,
    /// Wrong usage, an input that cannot be read, an output that cannot be written.
    Failure = 1,
    /// `--strict`: the conversion lost or changed something.
    Incomplete = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
