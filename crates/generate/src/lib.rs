//! Owns how a plan becomes a script: the targets, their names, their escaping, their layout.
//! Must never know sources, evidence or the runner; what crosses to a runner is text.
//! Start at [`Target`], then [`k6`].

pub mod js;
pub mod k6;
mod target;

pub use target::{Generated, GeneratedFile, GenerateError, GenerateOptions, GenerateRequest, Target};

/// Every target, the default first.
pub const TARGETS: &[&dyn Target] = &[&k6::K6];
