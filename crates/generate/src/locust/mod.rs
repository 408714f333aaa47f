//! Owns the Locust target: a locustfile as its community writes it, with users, tasks, a load shape and an exit code.
//! Must never know which source a plan came from.
//! Start at [`Locust`], then `script` (the whole file) and `steps` (what a task does).

mod body;
mod check;
mod context;
mod css;
mod helpers;
mod load;
mod request;
mod script;
mod steps;
mod text;
mod thresholds;
mod variables;

pub use script::Locust;
