//! Dev only: finding fixtures, comparing and blessing golden files, starting the real program.
//! Must never be a dependency of anything that ships.
//! Start at [`cases`] and [`Golden`].

mod cases;
mod golden;
mod program;

pub use cases::{Case, cases, root};
pub use golden::Golden;
pub use program::{Finished, Program};
