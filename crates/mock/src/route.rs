use jsonschema::Registry;
use loadwright_scenario::{Evidence, Exchange};
use serde_json::Value;

use crate::contract::Rules;
use crate::pattern::PathPattern;
use crate::request::Asked;

/// One exchange of the source, ready to be matched.
pub(crate) struct Route {
    pub exchange: Exchange,
    pub pattern: PathPattern,
    /// The same behind the base address's own path: scripts may be pointed at either.
    pub prefixed: PathPattern,
    prefix: String,
    pub rules: Option<Rules>,
}

/// The definitions of all sources under their own addresses; one that does not load leaves the others alone.
fn registry(definitions: &[String]) -> Option<Registry<'static>> {
    let mut builder = Registry::new();
    for text in definitions {
        let value: Value = serde_json::from_str(text).ok()?;
        let id = value.get("$id").and_then(Value::as_str)?.to_owned();
        builder = builder.add(id, value).ok()?;
    }
    builder.prepare().ok()
}

pub(crate) fn routes(evidence: Evidence) -> Vec<Route> {
    let registry = registry(&evidence.definitions);
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
                prefix,
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

    /// The path without the prefix of the base address, whichever of both was asked for.
    pub fn own_path<'a>(&self, path: &'a str) -> &'a str {
        if self.pattern.matches(path).is_some() {
            return path;
        }
        path.strip_prefix(self.prefix.as_str()).unwrap_or(path)
    }

    /// Recordings know query and body: the closer, the better.
    pub fn likeness(&self, asked: &Asked) -> usize {
        let asked_query = asked.query.as_deref();
        let query = match (self.exchange.query.as_deref(), asked_query) {
            (Some(own), Some(theirs)) if own == theirs => 5,
            // a document may fix a part of the query
            (Some(own), Some(theirs)) if own.split('&').all(|p| theirs.split('&').any(|t| t == p)) => 4,
            (None, None) => 2,
            _ => 0,
        };
        let body = usize::from(self.exchange.request_body.as_ref().is_some_and(|b| *b == asked.body));
        self.pattern.weight() * 8 + query + body
    }
}
