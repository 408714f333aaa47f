//! Owns the way from an HTTP archive (HAR 1.1 to 1.3, every recorder's dialect) to a plan and its evidence.
//! Must never know a target, or compare two requests to find what flows between them: that is a pass.
//! Start at [`Har`], then `stream` (reading without holding), `tape` (what JSON says, without a tree: four fifths of a
//! recording are nothing that anybody asks for), `entry` and `request`.

mod answers;
mod archive;
mod bases;
mod body;
mod build;
mod codes;
mod cookies;
mod crew;
mod data;
mod disguise;
mod entry;
mod extensions;
mod frame;
mod guess;
mod importer;
mod intern;
mod node;
mod pacing;
mod parse;
mod places;
mod redact;
mod redirects;
mod request;
mod secrets;
mod select;
mod sent;
mod steps;
mod stream;
mod tape;
mod unescape;
mod websocket;
mod window;

pub use codes::CODES;
pub use importer::Har;
pub use redact::{Redacted, redact};
