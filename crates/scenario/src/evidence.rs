use std::collections::BTreeMap;

use ecow::EcoString;
use loadwright_diagnostic::Origin;

use crate::{Content, Selector, SentTexts};

/// What the source knows about answers: beside the plan, for passes and the mock, never for generators.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// In the order of the source.
    pub exchanges: Vec<Exchange>,
    /// Schemas that contracts and responses refer to: JSON Schema documents, each with its own `$id`, and `$defs`.
    pub definitions: Vec<String>,
    /// The source lists what can be done, not what was done one after the other: passes may choose the order.
    pub unordered: bool,
    /// The exchanges happened, with these values: tokens in them were real.
    pub recorded: bool,
    /// By the origin of the request step: where its redirects ended, as an absolute URL.
    pub final_urls: BTreeMap<Origin, String>,
    /// The texts of request steps as their sources spell them, and where they stand.
    pub request_texts: SentTexts,
}

impl Evidence {
    /// Adds what another source knows.
    pub fn extend(&mut self, other: Self) {
        self.unordered = other.unordered && (self.unordered || self.exchanges.is_empty());
        self.recorded |= other.recorded;
        self.final_urls.extend(other.final_urls);
        self.request_texts.extend(other.request_texts);
        self.exchanges.extend(other.exchanges);
        self.definitions.extend(other.definitions);
    }
}

/// One request of the source and the answers that were seen or promised.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exchange {
    /// The same as the `origin` of the request step that came from it.
    pub origin: Origin,
    pub method: EcoString,
    /// `https://host/prefix` as the source has it; empty when the source does not say.
    pub base: EcoString,
    /// Path template (`/pets/{petId}`) or concrete path, without the query.
    pub path: String,
    /// As on the wire, without `?`.
    pub query: Option<String>,
    /// The request's body as it was sent, when known.
    pub request_body: Option<Vec<u8>>,
    /// Best first.
    pub responses: Vec<ObservedResponse>,
    pub contract: Option<Box<Contract>>,
    pub timing: Option<Timing>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObservedResponse {
    pub status: u16,
    pub status_text: String,
    /// As on the wire, in order, repeats kept; `Set-Cookie` one each. Those of a recording are much the same in all answers.
    pub headers: Vec<(EcoString, EcoString)>,
    /// Decoded (neither base64 nor compressed).
    pub body: Content,
    /// JSON Schema (2020-12, self-contained) of the body as text, when the source promises one.
    pub schema: Option<String>,
    /// What the source says about which later request takes what from this answer.
    pub links: Vec<Link>,
}

/// A value that the source itself says flows from an answer into another request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    pub name: String,
    /// The origin of the request step that takes the value.
    pub target: Origin,
    /// Name of the target's parameter, and of which kind it is when the source says so.
    pub parameter: String,
    pub place: Option<ParameterPlace>,
    /// Where the value is in the answer.
    pub from: Selector,
}

/// What a request must be like, as the source's own document says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contract {
    pub body_required: bool,
    /// Media type → JSON Schema (2020-12, self-contained) as text; an empty schema accepts everything.
    pub bodies: Vec<(String, String)>,
    pub parameters: Vec<ParameterContract>,
    /// Headers, query names or cookies of which at least one group must be there: how security is required.
    pub security: Vec<Vec<(ParameterPlace, String)>>,
    /// Fields of the body that the plan fills with values made from the schema alone.
    pub body_made_up: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ParameterContract {
    pub place: ParameterPlace,
    pub name: String,
    pub required: bool,
    /// JSON Schema as text.
    pub schema: String,
    /// The value that the plan sends is made from the schema alone: no example, default or enumeration.
    pub made_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterPlace {
    Path,
    Query,
    Header,
    Cookie,
}

/// When a recorded exchange happened, in milliseconds since the first one of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timing {
    pub start_ms: f64,
    pub duration_ms: f64,
}
