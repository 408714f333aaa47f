//! Owns how a plan becomes a script: the targets, their names, their escaping, their layout.
//! Must never know sources, evidence or the runner; what crosses to a runner is text.
//! Start at [`Target`], then [`k6`].

pub mod artillery;
pub mod bundle;
mod declare;
mod encode;
mod env_file;
mod findings;
pub mod js;
pub mod k6;
pub mod keep;
mod layout;
pub mod locust;
pub mod py;
mod target;

pub use findings::CODES;
pub use layout::{TEMPLATES, Template, VIEW_VERSION};
pub use target::{GenerateError, GenerateOptions, GenerateRequest, Generated, GeneratedFile, Layout, Target};

/// Every target, the default first.
pub const TARGETS: &[&dyn Target] = &[&k6::K6, &locust::Locust, &artillery::Artillery];
