//! Owns the test plan: what a load test does, as plain values that every source can fill and every target can print.
//! Must never know a source format, a target language, or a serialisation framework.
//! Start at [`TestPlan`], then [`Step`], [`Text`] and [`Evidence`].

mod auth;
mod body;
mod carried;
mod check;
mod content;
mod csv;
mod evidence;
mod fingerprint;
mod json;
mod outline;
mod parts;
mod plan;
mod request;
mod sensitive;
mod sent;
mod step;
mod text;
mod texts;
mod url;
mod visit;
mod xml;

pub use ecow::EcoString;

pub use auth::{ApiKeyPlace, Auth, AwsCredentials, ClientPlace, Grant, OAuth1, OAuth2};
pub use body::{Body, FileRef, FormPart, PartContent};
pub use carried::{Carried, CarriedItem, ScopeValue};
pub use check::{Check, Extraction, JsonPath, JsonStep, JsonType, Predicate, Selector};
pub use content::{Archive, Content, Place};
pub use csv::{CsvField, csv_records};
pub use evidence::{
    Contract, Evidence, Exchange, Link, ObservedResponse, ParameterContract, ParameterPlace, Timing,
};
pub use json::Json;
pub use outline::outline;
pub use parts::Parts;
pub use plan::{
    ColumnOrder, Dataset, EnvironmentCase, HttpDefaults, Lifetime, Scenario, TestPlan, VarSource, Variable,
};
pub use request::{Encoding, Field, Overrides, QueryField, Request};
pub use sensitive::{is_secret_value, is_sensitive};
pub use sent::{SentText, SentTexts, Spelling};
pub use step::{
    Aid, Assign, Dialect, Frame, Group, Pause, PlainCode, RequestStep, ScopedVar, Script, Step, ThinkTime,
    VariableScope, WebSocketStep,
};
pub use text::{Coding, Column, Generator, Part, Text, VarName};
pub use texts::{for_each_text, for_each_text_mut};
pub use url::{Segment, UrlTemplate};
pub use visit::{for_each_request, for_each_request_mut, for_each_step, for_each_step_mut, requests_mut};
pub use xml::xml_fields;
