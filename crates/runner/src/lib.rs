//! Runs a program: virtual users on coroutines, executors, lifecycle, dispatcher; out comes a stream of run events.
//! It must never know the plan that a script was generated from, nor terminals.
//! Start with [`Bundle`] (a loaded script), [`Run`] (what to run it with) and [`run`].

mod archive;
mod bundle;
mod control;
mod coroutine;
mod health;
mod host;
mod limits;
mod network;
mod ops;
mod pace;
mod scenario;
mod signal;
mod stage;
mod tar;
mod vu;
mod worker;

pub use archive::Archive;
pub use bundle::{Bundle, LoadError};
pub use control::{End, Observer, Outcome, Run, run};
pub use host::Log;
pub use loadwright_js::{Fetch, Files, Level, Stop, entry_address};
pub use network::{Surroundings, network};
pub use stage::{SummaryFiles, handle_summary};
