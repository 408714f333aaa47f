//! Owns the Artillery target: a test script in YAML, and beside it a processor for what YAML cannot say.
//! Must never know which source a plan came from.
//! Start at [`Artillery`], then `script` (both files) and `steps` (what a scenario does).

mod body;
mod context;
mod expect;
mod load;
mod processor;
mod request;
mod script;
mod steps;
mod text;
mod yaml;

pub use script::Artillery;
