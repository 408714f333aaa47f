//! Owns the passes that make a faithful plan a good one: plan in, plan out, with evidence and findings beside it.
//! Must never know a source format or a target language.
//! Start at [`PASSES`], then [`apply`].

mod candidates;
mod chain;
mod codes;
mod correlate;
mod hoist;
mod html;
mod load;
mod names;
mod order;
mod pass;
mod places;
mod secrets;
mod tokens;

pub use codes::CODES;
pub use pass::{Pass, PassContext, PassOptions, apply};

/// Every pass, in the order in which they run.
///
/// Values that flow are found first, while the recorded ones still stand where they were sent; what is left of real
/// credentials is then taken out. Tokens come before hoisting, so that the header that a token makes can be hoisted; load
/// comes last, because thresholds name the operations that the other passes leave.
pub const PASSES: &[&dyn Pass] = &[
    &chain::Chain,
    &correlate::Correlate,
    &secrets::RedactSecrets,
    &tokens::FetchTokens,
    &hoist::HoistHeaders,
    &load::ApplyLoad,
];
