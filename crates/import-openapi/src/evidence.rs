use loadwright_scenario::{Contract, Exchange, ParameterContract, ParameterPlace};
use serde_json::Value;

use crate::body::RequestBody;
use crate::document::{Document, Node};
use crate::json_schema::JsonSchemas;
use crate::parameter::{Parameter, Place};
use crate::response::{Declared, observed};
use crate::schema::Schema;

/// What the document promises about one operation, for the mock and for passes.
pub(crate) struct Promise<'p, 'a> {
    pub operation: &'p Node<'a>,
    pub method: &'p str,
    pub path: &'p str,
    pub base: &'p str,
    pub parameters: &'p [Parameter<'a>],
    pub body: Option<&'p RequestBody<'a>>,
    pub responses: &'p [Declared<'a>],
    pub security: Vec<(ParameterPlace, String)>,
    /// Optional values are sent too.
    pub all: bool,
    /// Whether somebody judges bodies by their schemas.
    pub schemas: bool,
}

impl<'a> Promise<'_, 'a> {
    pub fn exchange(&self, document: &Document<'a>, schemas: &mut JsonSchemas, seed: u64) -> Exchange {
        let convert = |schema: &Option<Schema<'a>>, schemas: &mut JsonSchemas| {
            schema.as_ref().map_or_else(
                || Value::Bool(true).to_string(),
                |s| schemas.convert(document, &s.node).to_string(),
            )
        };
        let parameters = self
            .parameters
            .iter()
            .filter(|p| p.media_type.is_none())
            .filter_map(|p| {
                Some(ParameterContract {
                    place: p.contract_place()?,
                    name: p.name.to_owned(),
                    required: p.required && p.place != Place::Path,
                    schema: convert(&p.schema, schemas),
                    made_up: p.is_sent(self.all) && p.is_made_up(document),
                })
            })
            .collect();
        let bodies = self
            .body
            .iter()
            .filter(|_| self.schemas)
            .flat_map(|b| &b.content)
            .map(|c| (c.media_type.clone(), convert(&c.schema, schemas)))
            .collect();
        let mut responses: Vec<_> = self
            .responses
            .iter()
            .map(|d| {
                let mut r = observed(document, d, seed);
                r.schema = d
                    .content
                    .as_ref()
                    .filter(|_| self.schemas)
                    .and_then(|(_, s, _)| s.as_ref())
                    .map(|s| schemas.convert(document, &s.node).to_string());
                r
            })
            .collect();
        if responses.is_empty() {
            responses.push(loadwright_scenario::ObservedResponse { status: 200, ..Default::default() });
        }
        let (path, query) = match self.path.split('#').next().unwrap_or(self.path).split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.path, None),
        };
        Exchange {
            origin: self.operation.origin(),
            method: self.method.into(),
            base: self.base.into(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            request_body: None,
            responses,
            contract: Some(Box::new(Contract {
                body_required: self.body.is_some_and(|b| b.required),
                bodies,
                parameters,
                security: if self.security.is_empty() { Vec::new() } else { vec![self.security.clone()] },
                body_made_up: self.body.map(|b| b.made_up(document)).unwrap_or_default(),
            })),
            timing: None,
        }
    }
}
