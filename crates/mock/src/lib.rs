//! Owns a loopback server that answers as a source says: with recorded or promised responses, checking what it is sent.
//! Must never know a source format, an importer or a script.
//! Start at [`Mock::answer`] (a pure function of state and request), then [`serve`].

mod answer;
mod contract;
mod envelope;
mod pattern;
mod replay;
mod request;
mod route;
mod serve;
mod store;

pub use answer::Mock;
pub use request::{Answer, Asked};
pub use serve::{ServeError, Server, Watch, serve, serve_watched};
