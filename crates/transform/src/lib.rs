//! Owns the passes that make a faithful plan a good one: plan in, plan out, with evidence and findings beside it.
//! Must never know a source format or a target language.
//! Start at [`PASSES`], then [`apply`].

mod atoms;
mod bases;
mod candidates;
mod chain;
mod codes;
mod correlate;
mod data;
mod dynamic;
mod flows;
mod hoist;
mod holds;
mod identify;
mod join;
mod jwt;
mod leaves;
mod lend;
mod load;
mod login;
mod names;
mod operations;
mod order;
mod outlook;
mod pace;
mod page;
mod pass;
mod places;
mod producers;
mod quick;
mod reasons;
mod replace;
mod rules;
mod secrets;
mod select;
mod senders;
mod sources;
mod tokens;
mod urls;
mod varying;
mod wants;
mod words;

pub use codes::CODES;
pub use join::join;
pub use lend::lend;
pub use load::{LoadOptions, ThresholdPolicy};
pub use outlook::{Outlook, UncertainValue, Uncertainty, outlook};
pub use pace::ThinkTimeMode;
pub use pass::{Found, Pass, PassContext, PassOptions, apply, apply_watched};
pub use rules::{Rule, rules_from_text, rules_to_text};
pub use urls::group_urls;

/// Every pass, in the order in which they run.
///
/// Values that flow are found first, while the recorded ones still stand where they were sent; what is left of real
/// credentials is then taken out. Tokens come before hoisting, so that the header that a token makes can be hoisted; load
/// comes last, because thresholds name the operations that the other passes leave.
pub const PASSES: &[&dyn Pass] = &[
    &chain::Chain,
    &data::BindData,
    &urls::GroupUrls,
    &correlate::Correlate,
    &secrets::RedactSecrets,
    &tokens::FetchTokens,
    &bases::HoistBases,
    &hoist::HoistHeaders,
    &pace::Pace,
    &load::ApplyLoad,
];
