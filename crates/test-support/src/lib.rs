//! Dev only: finding fixtures, comparing and blessing golden files, starting the real program, a server that repeats.
//! Must never be a dependency of anything that ships.
//! Start at [`cases`] and [`Golden`].

mod cases;
mod echo;
mod golden;
mod program;

pub use cases::{Case, cases, root};
pub use echo::echo;
pub use golden::Golden;
pub use program::{Finished, Program};
