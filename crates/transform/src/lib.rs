//! Owns the passes that make a faithful plan a good one: plan in, plan out, with evidence and findings beside it.
//! Must never know a source format or a target language.
//! Start at [`PASSES`], then [`apply`].

mod codes;
mod hoist;
mod load;
mod pass;
mod tokens;

pub use codes::CODES;
pub use pass::{Pass, PassContext, PassOptions, apply};

/// Every pass, in the order in which they run.
///
/// Tokens come before hoisting, so that the header that a token makes can be hoisted; load comes last, because
/// thresholds name the operations that the other passes leave.
pub const PASSES: &[&dyn Pass] = &[&tokens::FetchTokens, &hoist::HoistHeaders, &load::ApplyLoad];
