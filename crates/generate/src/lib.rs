//! Owns how a plan becomes a script: the targets, their names, their escaping, their layout.
//! Must never know sources, evidence or the runner; what crosses to a runner is text.
//! Start at [`Target`], then [`k6`].

pub mod js;
pub mod k6;
mod layout;
mod target;

pub use target::{GenerateError, GenerateOptions, GenerateRequest, Generated, GeneratedFile, Target};

/// Every target, the default first.
pub const TARGETS: &[&dyn Target] = &[&k6::K6];
