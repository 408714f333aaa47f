//! Options from command line flags: one table that the command line is built from.

use crate::Options;

/// One flag of `run` that sets an option.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    pub name: &'static str,
    pub short: Option<char>,
    pub kind: FlagKind,
    pub help: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagKind {
    /// No value means `true`; `--flag=false` is accepted.
    Bool,
    Value,
    /// May be given several times; [`Options::apply_flag`] is called once per value.
    Repeated,
    /// `--http-debug` or `--http-debug=full`.
    OptionalValue {
        default: &'static str,
    },
}

/// A flag's value that does not parse; exit code 255, k6's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FlagError(pub String);

/// Every flag that sets an option, in the order of the help text.
pub const FLAGS: &[Flag] =
    &[Flag { name: "vus", short: Some('u'), kind: FlagKind::Value, help: "number of virtual users" }];

impl Options {
    /// Applies one flag by its long name.
    pub fn apply_flag(&mut self, _name: &str, _value: &str) -> Result<(), FlagError> {
        Ok(())
    }
}
