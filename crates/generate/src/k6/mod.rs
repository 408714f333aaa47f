//! Owns the k6 target: ES modules that a colleague would have written, valid on k6 1.x and 2.x.
//! Must never know which source a plan came from, or that we have a runner of our own.
//! Start at [`K6`], then `script` (the whole file) and `step` (one request).

mod auth;
mod body;
mod check;
pub(crate) mod context;
mod extract;
pub(crate) mod helpers;
mod indent;
mod json;
mod large;
mod load;
mod long;
mod postman;
mod request;
mod scenario;
pub(crate) mod scope;
mod script;
mod shared;
mod split;
mod step;
mod text;
mod types;
mod variables;
mod websocket;

pub use script::K6;
pub(crate) use variables::dataset_key;
