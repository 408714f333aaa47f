//! Options as JSON: the script's exported object, a config file, and back for `inspect`.

use serde_json::Value;

use crate::Options;

/// A refusal with k6's words; ends the run with exit code 104.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OptionsError(pub String);

/// What a JSON text held.
#[derive(Clone, Debug, Default)]
pub struct ParsedOptions {
    pub options: Options,
    /// Names that no option has, first one first; the run goes on with a warning.
    pub unknown_fields: Vec<String>,
}

impl Options {
    /// Reads an options object; unknown fields are collected, wrong types are errors.
    pub fn from_json(_value: &Value) -> Result<ParsedOptions, OptionsError> {
        Ok(ParsedOptions::default())
    }

    /// The full view with `null` for what is unset, in k6's field order: `inspect` and `exec.test.options`.
    pub fn to_json(&self) -> Value {
        Value::Null
    }
}
