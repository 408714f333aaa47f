//! Owns how the user's edits survive when a script is made anew: what was made last time, and a merge of three texts.
//! Must never know files or terminals.
//! Start at [`merge`] and [`Lock`].

mod blocks;
mod lock;
mod merge;
mod operations;

pub use blocks::parses;
pub use lock::{Base, Changes, Lock, LockError, Packed};
pub use merge::{Merged, Syntax, merge};
pub use operations::Operations;

/// What merging would change, as a unified diff.
pub fn difference(before: &str, after: &str) -> String {
    diffy::create_patch(before, after).to_string()
}
