//! The modules that scripts import by `k6…` names, one file a module.

pub mod internal;
pub mod registry;
pub mod scope;

pub mod crypto;
mod data;
pub mod encoding;
mod execution;
pub mod http;
mod k6;
mod metrics;
mod random;
mod timers;
