//! Owns the way from an OpenAPI or Swagger document (2.0, 3.0, 3.1, 3.2) to a plan and its evidence.
//! Must never know a target, or decide what flows from one operation to another: that is a pass.
//! Start at [`OpenApi`], then `document` (reading every version as 3.0), `operation` and `sample`.

mod body;
mod codes;
mod discriminator;
mod document;
mod evidence;
mod importer;
mod json_schema;
mod link;
mod load;
mod operation;
mod own_server;
mod parameter;
mod pattern;
mod response;
mod sample;
mod scalar;
mod schema;
mod security;
mod server;
mod valid;
mod varied;
mod xml;

pub use codes::CODES;
pub use importer::OpenApi;
