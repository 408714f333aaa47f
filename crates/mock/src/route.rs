use jsonschema::Registry;
use loadwright_scenario::{Evidence, Exchange};

use crate::contract::Rules;
use crate::pattern::PathPattern;
use crate::request::Asked;

/// One exchange of the source, ready to be matched.
pub(crate) struct Route {
    pub exchange: Exchange,
    pub pattern: PathPattern,
    /// The same behind the base address's own path: scripts may be pointed at either.
    pub prefixed: PathPattern,
    pub rules: Option<Rules>,
}

pub(crate) fn routes(evidence: Evidence) -> Vec<Route> {
    let definitions = evidence.definitions.as_deref().and_then(|d| serde_json::from_str(d).ok());
    let registry = definitions.and_then(|d: serde_json::Value| {
        Registry::new().add("urn:loadwright:definitions", d).ok()?.prepare().ok()
    });
    evidence
        .exchanges
        .into_iter()
        .map(|exchange| {
            let prefix = exchange
                .base
                .split_once("://")
                .and_then(|(_, rest)| rest.split_once('/'))
                .map(|(_, p)| format!("/{}", p.trim_matches('/')))
                .unwrap_or_default();
            let rules = exchange.contract.as_ref().map(|c| Rules::new(c, registry.as_ref()));
            Route {
                pattern: PathPattern::new(&exchange.path),
                prefixed: PathPattern::new(&format!("{prefix}{}", exchange.path)),
                rules,
                exchange,
            }
        })
        .collect()
}

impl Route {
    /// The values of the path parameters, when method and path fit.
    pub fn matches(&self, asked: &Asked) -> Option<Vec<String>> {
        if self.exchange.method != asked.method {
            return None;
        }
        self.pattern.matches(&asked.path).or_else(|| self.prefixed.matches(&asked.path))
    }

    /// Recordings know query and body: the closer, the better.
    pub fn likeness(&self, asked: &Asked) -> usize {
        let query = usize::from(self.exchange.query.is_some() && self.exchange.query == asked.query) * 4
            + usize::from(self.exchange.query.is_none() && asked.query.is_none()) * 2;
        let body = usize::from(self.exchange.request_body.as_ref().is_some_and(|b| *b == asked.body));
        self.pattern.weight() * 8 + query + body
    }
}
