//! Owns what a finding is: code, severity, fate, origin, and the way from a pointer to a line and column.
//! Must never know HTTP, load testing, terminals or colours.
//! Start at [`Diagnostic`], then [`Pointer`] and [`locate_json`].

mod code;
mod fate;
mod locate;
mod origin;
mod pointer;

pub use code::{Code, CodeInfo};
pub use fate::{Diagnostic, Diagnostics, Fate, Severity};
pub use locate::{Place, locate_json};
pub use origin::{Origin, SourceId};
pub use pointer::Pointer;
