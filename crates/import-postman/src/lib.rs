//! Owns Postman: collections of versions 1, 2.0 and 2.1, environments, globals and data become a plan and evidence.
//! Must never know OpenAPI, HAR or any target.
//! Start at [`Postman`], then `walk` (items to steps), `lift` (scripts to checks) and `plain` (filling placeholders).

mod auth;
mod body;
mod codes;
mod credentials;
mod encode;
mod evidence;
mod headers;
mod host;
mod importer;
mod lift;
mod plain;
mod scope;
mod secret;
mod template;
mod url;
mod v1;
mod value;
mod walk;
mod whole;

pub use codes::CODES;
pub use importer::Postman;
