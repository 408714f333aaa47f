//! Owns the seam through which a source becomes a plan, and what all sources need to be read: text, JSON and YAML with
//! positions, URL splitting, media types, header hygiene.
//! Must never know Postman, OpenAPI or HAR by name.
//! Start at [`Importer`], then [`Source`] and [`read`].

mod bytes;
mod excerpt;
mod headers;
mod importer;
mod json_text;
mod media;
pub mod read;
mod source;
mod split;
mod tree;
mod tree_reader;
mod yaml;

pub use bytes::Bytes;
pub use excerpt::Excerpt;
pub use headers::{HeaderFate, header_fate};
pub use importer::{ImportError, ImportOptions, Imported, Importer, Match, Selection, glob_matches};
pub use json_text::{json_from_text, json_from_value};
pub use media::MediaType;
pub use source::{Source, Syntax};
pub use split::{SplitUrl, query_pieces, split_url};
pub use tree::{Object, Tree};
