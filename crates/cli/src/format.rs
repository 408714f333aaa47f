use clap::{Args, ValueEnum};
use serde::Serialize;

/// For people or for programs. What is for programs has a schema: `loadwright schema` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    #[default]
    #[value(alias = "table")]
    Text,
    Json,
}

#[derive(Debug, Args, Default)]
pub struct FormatArgs {
    /// text, or json: one JSON value on standard output, texts for people on standard error
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true, value_name = "FORMAT", help_heading = "Output")]
    pub format: Format,
}

impl FormatArgs {
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

/// One value on standard output, readable and with a final newline.
pub fn print<T: Serialize>(value: &T) -> anyhow::Result<()> {
    crate::stdout::write(&(serde_json::to_string_pretty(value)? + "\n"));
    Ok(())
}
