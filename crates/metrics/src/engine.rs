//! The engine: one per run; merges what the workers recorded, evaluates thresholds, sums up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use loadwright_workload::{MetricSelector, SystemTag, SystemTags, Threshold, TrendStat};

use crate::layout::{Layout, ScopeKey, SinkKey};
use crate::registry::builtin;
use crate::verdict::{Watch, per_second, ratio, watches};
use crate::{
    AnswerCount, Definition, Evaluation, GroupNode, Health, MetricId, MetricSummary, OperationSummary,
    Recorder, Registry, Sample, ScopeSummary, Sink, Summary, ThresholdSetupError, Trend, Values,
};

#[derive(Clone, Debug, Default)]
pub struct EngineSettings {
    /// Empty with `--no-thresholds`.
    pub thresholds: BTreeMap<String, Vec<Threshold>>,
    pub system_tags: SystemTags,
    pub trend_stats: Vec<TrendStat>,
    /// Keep statistics per scenario and group: `--summary-mode full`.
    pub scopes: bool,
    /// Keep statistics per `name` tag.
    pub operations: bool,
    /// Make full samples for outputs.
    pub samples: bool,
}

/// What a worker observed since its last tick.
#[derive(Debug, Default)]
pub struct Delta {
    pub(crate) sinks: Vec<(SinkKey, Sink)>,
    pub(crate) groups: Vec<Arc<str>>,
    pub(crate) checks: Vec<CheckDelta>,
    pub(crate) operations: Vec<OperationDelta>,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Debug)]
pub(crate) struct CheckDelta {
    pub scenario: Arc<str>,
    pub group: Arc<str>,
    pub name: Arc<str>,
    pub passes: u64,
    pub fails: u64,
}

#[derive(Debug)]
pub(crate) struct OperationDelta {
    pub name: Arc<str>,
    pub requests: u64,
    pub failures: u64,
    pub duration: Trend,
    pub answers: Vec<AnswerCount>,
}

/// The state of a whole run; lives on the control thread.
#[derive(Debug)]
pub struct Engine {
    layout: Arc<Layout>,
    trend_stats: Vec<TrendStat>,
    watches: Vec<Watch>,
    sinks: BTreeMap<SinkKey, Sink>,
    announced: BTreeSet<MetricId>,
    root: GroupNode,
    /// Every check once, by name, in a group of its own.
    checks: GroupNode,
    /// Scopes in order of first appearance; only in full mode.
    scopes: IndexMap<ScopeKey, GroupNode>,
    operations: IndexMap<Arc<str>, OperationSummary>,
}

impl Engine {
    /// Checks the thresholds against the registry: call it after the script has declared its metrics.
    pub fn new(registry: Arc<Registry>, settings: EngineSettings) -> Result<Self, ThresholdSetupError> {
        let EngineSettings { thresholds, system_tags, trend_stats, scopes, operations, samples } = settings;
        let mut layout = Layout::new(registry, system_tags);
        (layout.scopes, layout.operations, layout.samples) = (scopes, operations, samples);
        let watches = watches(&thresholds, &mut layout)?;
        if layout.has(SystemTag::ExpectedResponse) {
            let selector = MetricSelector {
                metric: "http_req_duration".to_owned(),
                tags: BTreeMap::from([("expected_response".to_owned(), "true".to_owned())]),
            };
            layout.submetric(builtin::HTTP_REQ_DURATION, "expected_response:true", selector);
        }
        let mut engine = Self {
            layout: Arc::new(layout),
            trend_stats,
            watches,
            sinks: BTreeMap::new(),
            announced: BTreeSet::new(),
            root: GroupNode::default(),
            checks: GroupNode::default(),
            scopes: IndexMap::new(),
            operations: IndexMap::new(),
        };
        engine.show_watched();
        Ok(engine)
    }

    /// A recorder for one worker (the control thread needs one of its own, for `vus`).
    pub fn recorder(&self) -> Recorder {
        Recorder::new(Arc::clone(&self.layout))
    }

    /// Merges a worker's delta. Returns its samples for the outputs (empty unless asked for).
    pub fn absorb(&mut self, delta: Delta) -> Vec<Sample> {
        let Delta { sinks, groups, checks, operations, samples } = delta;
        for (key, sink) in sinks {
            if let SinkKey::Scope(scope, _) = &key
                && !self.scopes.contains_key(scope)
            {
                self.scopes.insert(scope.clone(), GroupNode::default());
            }
            match self.sinks.get_mut(&key) {
                Some(mine) => mine.merge(&sink),
                None => {
                    self.sinks.insert(key, sink);
                }
            }
        }
        for path in groups {
            self.root.entry(&path);
        }
        for check in checks {
            self.root.entry(&check.group).check(&check.name, check.passes, check.fails);
            self.checks.check(&check.name, check.passes, check.fails);
            if self.layout.scopes {
                for group in [Arc::from(""), Arc::clone(&check.group)]
                    .iter()
                    .take(1 + usize::from(!check.group.is_empty()))
                {
                    let key = ScopeKey { scenario: Arc::clone(&check.scenario), group: Arc::clone(group) };
                    self.scopes.entry(key).or_default().check(&check.name, check.passes, check.fails);
                }
            }
        }
        for o in operations {
            let name = o.name.to_string();
            let entry = self
                .operations
                .entry(o.name)
                .or_insert_with(|| OperationSummary { name, ..OperationSummary::default() });
            entry.requests += o.requests;
            entry.failures += o.failures;
            entry.duration.merge(&o.duration);
            entry.add_answers(&o.answers);
        }
        samples
    }

    /// Metrics that got their first sample since the last call, for outputs that announce them.
    pub fn new_metrics(&mut self) -> Vec<Definition> {
        let mut fresh = Vec::new();
        for (key, sink) in &self.sinks {
            let SinkKey::Metric(id) = key else { continue };
            if !sink.is_empty() && self.announced.insert(*id) {
                fresh.extend(self.layout.registry.get(*id));
            }
        }
        fresh
    }

    /// The submetrics of a metric: name, suffix and tags, for outputs that announce them.
    pub fn submetrics(&self, metric: MetricId) -> Vec<(String, String, BTreeMap<String, String>)> {
        let of = self.layout.submetrics.iter().filter(|s| s.parent == metric);
        of.map(|s| (s.name.clone(), s.suffix.clone(), s.selector.tags.clone())).collect()
    }

    /// Evaluates thresholds during the run (every 2 s): metrics without samples are skipped.
    pub fn evaluate(&mut self, elapsed: Duration) -> Evaluation {
        let mut out = Evaluation::default();
        for watch in &self.watches {
            let Some(sink) = self.sinks.get(&watch.key).filter(|s| !s.is_empty()) else { continue };
            let results = watch.results(Some(sink), elapsed);
            if results.iter().any(|r| !r.ok) {
                out.crossed.push(watch.name.clone());
            }
            out.abort |= watch.limits.iter().zip(&results).any(|(limit, result)| {
                let delay = limit.threshold.delay_abort_eval.unwrap_or_default().to_std();
                !result.ok && limit.threshold.abort_on_fail && elapsed >= delay
            });
        }
        out.crossed.sort_unstable();
        out
    }

    /// The last evaluation and everything that was observed.
    pub fn summary(&mut self, duration: Duration, health: Health) -> Summary {
        let mut metrics = BTreeMap::new();
        for (key, sink) in self.sinks.iter().filter(|(key, _)| !matches!(key, SinkKey::Scope(..))) {
            let watch = self.watches.iter().find(|w| w.key == *key);
            if sink.is_empty() && watch.is_none() && !self.is_watched_parent(key) {
                continue;
            }
            let thresholds = watch.map(|w| w.results(Some(sink), duration)).unwrap_or_default();
            if let Some(mut summary) = self.metric_summary(key, sink, duration) {
                summary.thresholds = thresholds;
                metrics.insert(summary.name.clone(), summary);
            }
        }
        Summary {
            duration,
            metrics,
            root_group: self.root.clone(),
            checks: self.checks.checks.clone(),
            operations: self.operations.values().cloned().collect(),
            scopes: self.scope_summaries(duration),
            trend_stats: self.trend_stats.clone(),
            health,
        }
    }

    /// Metrics with thresholds exist even without samples, and so do the parents of their submetrics.
    fn show_watched(&mut self) {
        let mut keys = Vec::new();
        for watch in &self.watches {
            keys.push(watch.key.clone());
            if let SinkKey::Submetric(at) = watch.key
                && let Some(sub) = self.layout.submetrics.get(at as usize)
            {
                keys.push(SinkKey::Metric(sub.parent));
            }
        }
        for key in keys {
            if let Some(definition) = self.definition(&key) {
                self.sinks.entry(key).or_insert_with(|| Sink::new(definition.kind));
            }
        }
    }

    fn is_watched_parent(&self, key: &SinkKey) -> bool {
        self.watches.iter().any(|w| match w.key {
            SinkKey::Submetric(at) => {
                self.layout.submetrics.get(at as usize).is_some_and(|s| SinkKey::Metric(s.parent) == *key)
            }
            _ => false,
        })
    }

    fn definition(&self, key: &SinkKey) -> Option<Definition> {
        let id = match key {
            SinkKey::Metric(id) | SinkKey::Scope(_, id) => *id,
            SinkKey::Submetric(at) => self.layout.submetrics.get(*at as usize)?.parent,
        };
        self.layout.registry.get(id)
    }

    fn metric_summary(&self, key: &SinkKey, sink: &Sink, duration: Duration) -> Option<MetricSummary> {
        let definition = self.definition(key)?;
        let sub = match key {
            SinkKey::Submetric(at) => self.layout.submetrics.get(*at as usize),
            SinkKey::Metric(_) | SinkKey::Scope(..) => None,
        };
        let values = match sink {
            Sink::Counter { sum, .. } => Values::Counter { count: *sum, rate: per_second(*sum, duration) },
            Sink::Gauge { value, min, max, .. } => Values::Gauge { value: *value, min: *min, max: *max },
            Sink::Rate { passes, total } => {
                Values::Rate { rate: ratio(*passes, *total), passes: *passes, fails: total - passes }
            }
            Sink::Trend(trend) => Values::Trend(trend.clone()),
        };
        Some(MetricSummary {
            name: sub.map_or_else(|| definition.name.clone(), |s| s.name.clone()),
            parent: sub.map(|_| definition.name),
            suffix: sub.map(|s| s.suffix.clone()),
            kind: definition.kind,
            contains: definition.contains,
            values,
            thresholds: Vec::new(),
        })
    }

    /// Scenarios with their groups nested; the default scenario is represented by its top groups.
    fn scope_summaries(&self, duration: Duration) -> Vec<ScopeSummary> {
        let mut metrics: BTreeMap<&ScopeKey, BTreeMap<String, MetricSummary>> = BTreeMap::new();
        for (key, sink) in &self.sinks {
            if let SinkKey::Scope(scope, _) = key
                && let Some(summary) = self.metric_summary(key, sink, duration)
            {
                metrics.entry(scope).or_default().insert(summary.name.clone(), summary);
            }
        }
        let mut out: Vec<ScopeSummary> = Vec::new();
        for (key, checks) in &self.scopes {
            if *key.scenario == *"default" && key.group.is_empty() {
                continue;
            }
            let mut siblings = &mut out;
            if *key.scenario != *"default" {
                siblings = child(siblings, &key.scenario, true);
            }
            let mut path = key.group.split("::").skip(1).peekable();
            while let Some(name) = path.next() {
                if path.peek().is_some() {
                    siblings = child(siblings, name, false);
                } else {
                    child(siblings, name, false);
                    fill(siblings, name, checks, metrics.remove(key));
                }
            }
            if key.group.is_empty() {
                fill(&mut out, &key.scenario, checks, metrics.remove(key));
            }
        }
        out
    }
}

/// The groups of the named scope, which is made when it is new.
fn child<'a>(
    siblings: &'a mut Vec<ScopeSummary>,
    name: &str,
    is_scenario: bool,
) -> &'a mut Vec<ScopeSummary> {
    let at = match siblings.iter().position(|s| s.name == name && s.is_scenario == is_scenario) {
        Some(at) => at,
        None => {
            siblings.push(ScopeSummary { name: name.to_owned(), is_scenario, ..ScopeSummary::default() });
            siblings.len() - 1
        }
    };
    &mut siblings[at].groups
}

fn fill(
    siblings: &mut [ScopeSummary],
    name: &str,
    checks: &GroupNode,
    metrics: Option<BTreeMap<String, MetricSummary>>,
) {
    if let Some(scope) = siblings.iter_mut().find(|s| s.name == name) {
        scope.checks = checks.checks.clone();
        scope.metrics = metrics.unwrap_or_default();
    }
}
