//! Scripts that only look at a response and keep values of it become checks, extractions and assignments.

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{Assign, Check, Extraction};
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use crate::codes;
use crate::scope::Scopes;

/// One thing that a lifted script does, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Check(Check),
    Extract(Extraction),
    Assign(Assign),
}

impl Action {
    /// The variable that the action sets.
    pub fn writes(&self) -> Option<String> {
        match self {
            Self::Check(_) => None,
            Self::Extract(e) => Some(e.into.0.clone()),
            Self::Assign(a) => Some(a.into.0.clone()),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lifted {
    pub actions: Vec<Action>,
}

/// What became of a script.
pub enum Reading {
    /// Only comments and blanks.
    Empty,
    /// No JavaScript: why not.
    Broken(String),
    Lifted(Lifted),
    Carried(Diagnostics),
}

/// Reads a script; `test` scripts run after the response.
pub fn read(code: &str, origin: &Origin, _test: bool, _scopes: &Scopes) -> Reading {
    let allocator = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let wrapped = format!("(async function () {{\n{code}\n}})");
    let parsed = Parser::new(&allocator, &wrapped, SourceType::script()).with_options(options).parse();
    if let Some(error) = parsed.diagnostics.first() {
        return Reading::Broken(error.to_string());
    }
    let alone = Parser::new(&allocator, code, SourceType::script()).with_options(options).parse();
    if alone.diagnostics.is_empty() && alone.program.body.is_empty() && alone.program.directives.is_empty() {
        return Reading::Empty;
    }
    Reading::Carried(vec![Diagnostic::new(&codes::SCRIPT_CARRIED, "the script is carried", origin.clone())])
}
