//! The modules that scripts import by `k6…` names, one file a module.

pub mod internal;
pub mod registry;
pub mod scope;

mod ciphers;
pub mod crypto;
mod data;
pub mod encoding;
pub mod execution;
mod files;
mod gjson;
mod html;
pub mod http;
mod k6;
mod metrics;
mod random;
mod socket;
mod timers;
mod web;
