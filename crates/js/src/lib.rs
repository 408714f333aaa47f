//! A script as a program: load, resolve, strip TypeScript, compile; the k6 modules, over one [`Host`] trait.
//! It must never know sockets, clocks, threads, or the plan a script was generated from.
//! Start with [`Program`] (all modules, compiled once), [`Vm`] (one engine a VU) and [`Host`] (the world outside).

mod host;
mod modules;
mod program;
mod shared;
mod vm;

pub use host::{BatchLimits, Cancelled, Execution, Host, Level, Op, OpId, OpResult, ScenarioState};
pub use modules::registry::K6_MODULES;
pub use program::{CompileError, Fetch, Files, Program, address_of, dir_of, entry_address, join, path_of};
pub use shared::{InForce, Shared};
pub use vm::{Activation, Limits, Stage, Stop, SummaryFiles, Vm, VuIds};
