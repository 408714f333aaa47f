//! What is kept of samples, fixed at the start: submetrics and how they are chosen.

use std::collections::BTreeMap;
use std::sync::Arc;

use loadwright_workload::{MetricSelector, SystemTag, SystemTags};

use crate::{MetricId, Registry, Tags};

/// Shared by the engine and all recorders.
#[derive(Debug)]
pub(crate) struct Layout {
    pub registry: Arc<Registry>,
    pub submetrics: Vec<Submetric>,
    pub system_tags: SystemTags,
    pub scopes: bool,
    pub operations: bool,
    pub samples: bool,
    by_metric: BTreeMap<MetricId, Vec<u32>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Submetric {
    pub parent: MetricId,
    /// `http_reqs{status:500}`, as first written.
    pub name: String,
    /// `status:500`, as first written.
    pub suffix: String,
    pub selector: MetricSelector,
}

/// Where one value goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum SinkKey {
    Metric(MetricId),
    Submetric(u32),
    Scope(ScopeKey, MetricId),
}

/// A scenario, or one of its groups (exactly that one).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeKey {
    pub scenario: Arc<str>,
    pub group: Arc<str>,
}

impl Layout {
    pub(crate) fn new(registry: Arc<Registry>, system_tags: SystemTags) -> Self {
        Self {
            registry,
            submetrics: Vec::new(),
            system_tags,
            scopes: false,
            operations: false,
            samples: false,
            by_metric: BTreeMap::new(),
        }
    }

    /// The submetric with these tags, made when it is new.
    pub(crate) fn submetric(&mut self, parent: MetricId, suffix: &str, selector: MetricSelector) -> u32 {
        if let Some(at) = self.submetrics.iter().position(|s| s.selector == selector) {
            return at as u32;
        }
        let at = self.submetrics.len() as u32;
        let name = format!("{}{{{suffix}}}", selector.metric);
        self.submetrics.push(Submetric { parent, name, suffix: suffix.to_owned(), selector });
        self.by_metric.entry(parent).or_default().push(at);
        at
    }

    pub(crate) fn has(&self, tag: SystemTag) -> bool {
        self.system_tags.contains(tag)
    }

    /// Every sink that a value of this metric with these tags goes to; the first is the metric's own.
    pub(crate) fn sinks(&self, metric: MetricId, tags: &Tags) -> Vec<SinkKey> {
        let mut keys = vec![SinkKey::Metric(metric)];
        for at in self.by_metric.get(&metric).into_iter().flatten() {
            if let Some(sub) = self.submetrics.get(*at as usize)
                && sub.selector.matches(|key| tags.get(key))
            {
                keys.push(SinkKey::Submetric(*at));
            }
        }
        if self.scopes
            && let Some(scenario) = tags.get("scenario")
        {
            let scope = |group: &str| ScopeKey { scenario: scenario.into(), group: group.into() };
            keys.push(SinkKey::Scope(scope(""), metric));
            if let Some(group) = tags.get("group").filter(|g| !g.is_empty()) {
                keys.push(SinkKey::Scope(scope(group), metric));
            }
        }
        keys
    }

    /// Whether all values of this metric go to one sink, whatever their tags.
    pub(crate) fn is_plain(&self, metric: MetricId) -> bool {
        !self.scopes && !self.by_metric.contains_key(&metric)
    }
}
