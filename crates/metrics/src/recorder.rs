//! A worker's own recorder: no locks, merged on a tick.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use loadwright_workload::SystemTag;

use crate::engine::{CheckDelta, Delta, OperationDelta};
use crate::http::{HttpKey, TRENDS};
use crate::index::{Index, mix, mix_text};
use crate::layout::{Layout, SinkKey};
use crate::registry::builtin;
use crate::{AnswerCount, HttpSample, Metadata, MetricId, MetricKind, Sample, Sink, Tags, Trend};

/// More distinct series than this are forgotten (not their values: only the shortcut to their sinks).
const MAX_SERIES: usize = 4096;
/// Operations beyond this many share one line.
const MAX_OPERATIONS: usize = 2000;
/// The name of that line.
const OTHERS: &str = "(others)";

/// Records what one worker thread observes. It is `Send` so that it can be handed to the thread.
#[derive(Debug)]
pub struct Recorder {
    layout: Arc<Layout>,
    /// By slot.
    sinks: Vec<(SinkKey, Sink)>,
    slots: HashMap<SinkKey, u32>,
    /// Slot of a metric's own sink, by metric.
    plain: Vec<Option<u32>>,
    http: Vec<HttpSeries>,
    http_index: Index,
    checks: Vec<CheckSeries>,
    check_index: Index,
    tree: Vec<CheckDelta>,
    tree_index: Index,
    groups: Vec<Arc<str>>,
    group_index: Index,
    /// How much of `groups` and `tree` the engine already has.
    groups_sent: usize,
    operations: Vec<OperationDelta>,
    operation_index: Index,
    samples: Vec<Sample>,
}

/// A request's tags and where its nine values go.
#[derive(Debug)]
struct HttpSeries {
    key: HttpKey,
    requests: Box<[u32]>,
    failed: Box<[u32]>,
    trends: [Box<[u32]>; 7],
    operation: Option<u32>,
    /// Its place among the operation's answers.
    answer: u32,
    tags: Option<Tags>,
}

#[derive(Debug)]
struct CheckSeries {
    base: Tags,
    name: Box<str>,
    sinks: Box<[u32]>,
    tree: u32,
    tags: Option<Tags>,
}

impl Recorder {
    pub(crate) fn new(layout: Arc<Layout>) -> Self {
        Self {
            layout,
            sinks: Vec::new(),
            slots: HashMap::new(),
            plain: Vec::new(),
            http: Vec::new(),
            http_index: Index::default(),
            checks: Vec::new(),
            check_index: Index::default(),
            tree: Vec::new(),
            tree_index: Index::default(),
            groups: Vec::new(),
            group_index: Index::default(),
            groups_sent: 0,
            operations: Vec::new(),
            operation_index: Index::default(),
            samples: Vec::new(),
        }
    }

    /// Whether the tag belongs on samples (`systemTags`): for whoever builds `base` tags.
    pub fn has_tag(&self, tag: SystemTag) -> bool {
        self.layout.has(tag)
    }

    /// Records one value. `tags` are complete (scenario, group, script's own).
    pub fn add(
        &mut self,
        metric: MetricId,
        value: f64,
        tags: &Tags,
        time: SystemTime,
        metadata: Option<&Metadata>,
    ) {
        if self.layout.is_plain(metric) {
            let slot = self.plain_slot(metric);
            self.put(slot, value);
        } else {
            for key in self.layout.sinks(metric, tags) {
                let slot = self.slot(key);
                self.put(slot, value);
            }
        }
        if self.layout.samples {
            self.samples.push(Sample {
                metric,
                time,
                value,
                tags: tags.clone(),
                metadata: metadata.cloned(),
            });
        }
    }

    /// Records the HTTP metrics of one hop.
    pub fn record_http(&mut self, sample: &HttpSample<'_>) {
        let series = self.http_series(sample);
        let Self { http, sinks, operations, samples, layout, .. } = self;
        let Some(series) = http.get(series as usize) else { return };
        let mut put = |slots: &[u32], value: f64| {
            for slot in slots {
                if let Some((_, sink)) = sinks.get_mut(*slot as usize) {
                    sink.add(value);
                }
            }
        };
        let values = sample.metrics.trends();
        put(&series.requests, 1.0);
        for (slots, value) in series.trends.iter().zip(values) {
            put(slots, value);
        }
        let failed = sample.expected.map(|expected| if expected { 0.0 } else { 1.0 });
        if let Some(failed) = failed {
            put(&series.failed, failed);
        }
        if let Some(operation) = series.operation.and_then(|at| operations.get_mut(at as usize)) {
            operation.requests += 1;
            operation.failures += u64::from(failed == Some(1.0));
            operation.duration.add(values.first().copied().unwrap_or(0.0));
            if let Some(answer) = operation.answers.get_mut(series.answer as usize) {
                answer.count += 1;
            }
        }
        if layout.samples
            && let Some(tags) = &series.tags
        {
            let mut push = |metric: MetricId, value: f64| {
                samples.push(Sample {
                    metric,
                    time: sample.time,
                    value,
                    tags: tags.clone(),
                    metadata: sample.metadata.cloned(),
                });
            };
            push(builtin::HTTP_REQS, 1.0);
            for (metric, value) in TRENDS.into_iter().zip(values) {
                push(metric, value);
            }
            if let Some(failed) = failed {
                push(builtin::HTTP_REQ_FAILED, failed);
            }
        }
    }

    /// Records one check: a `checks` sample with tag `check`, and its place in the tree under the
    /// tag `group` of `tags`.
    pub fn check(
        &mut self,
        name: &str,
        passed: bool,
        tags: &Tags,
        time: SystemTime,
        metadata: Option<&Metadata>,
    ) {
        let hash = mix_text(mix(1, tags.hash()), name);
        let found = self.check_index.find(hash, |at| {
            self.checks.get(at as usize).is_some_and(|c| *c.name == *name && c.base == *tags)
        });
        let at = found.unwrap_or_else(|| self.new_check(hash, name, tags));
        let value = if passed { 1.0 } else { 0.0 };
        let Self { checks, sinks, tree, samples, .. } = self;
        let Some(series) = checks.get(at as usize) else { return };
        for slot in &series.sinks {
            if let Some((_, sink)) = sinks.get_mut(*slot as usize) {
                sink.add(value);
            }
        }
        if let Some(node) = tree.get_mut(series.tree as usize) {
            if passed {
                node.passes += 1;
            } else {
                node.fails += 1;
            }
        }
        if let Some(tags) = &series.tags {
            let metadata = metadata.cloned();
            samples.push(Sample { metric: builtin::CHECKS, time, value, tags: tags.clone(), metadata });
        }
    }

    /// Notes that a group was entered, so that the tree has it even without checks.
    /// `path` is `::outer::inner`.
    pub fn group(&mut self, path: &str, scenario: &str) {
        let hash = mix_text(mix_text(2, path), scenario);
        let groups = &self.groups;
        if self.group_index.find(hash, |at| groups.get(at as usize).is_some_and(|g| **g == *path)).is_none() {
            self.group_index.insert(hash, self.groups.len() as u32);
            self.groups.push(path.into());
        }
    }

    /// Everything since the last call; cheap to send to another thread.
    pub fn take(&mut self) -> Delta {
        let sinks = self
            .sinks
            .iter_mut()
            .filter(|(_, sink)| !sink.is_empty())
            .map(|(key, sink)| {
                let fresh = Sink::new(sink.kind());
                (key.clone(), std::mem::replace(sink, fresh))
            })
            .collect();
        let groups = self.groups.get(self.groups_sent..).unwrap_or_default().to_vec();
        self.groups_sent = self.groups.len();
        let tree = self
            .tree
            .iter_mut()
            .filter(|c| c.passes + c.fails > 0)
            .map(|c| {
                let out = c.clone();
                (c.passes, c.fails) = (0, 0);
                out
            })
            .collect();
        let operations = self
            .operations
            .iter_mut()
            .filter(|o| o.requests > 0)
            .map(|o| {
                // the kinds of answers keep their places: series refer to them
                let mut fresh = OperationDelta::new(Arc::clone(&o.name));
                fresh.answers = o.answers.iter().map(|a| AnswerCount { count: 0, ..a.clone() }).collect();
                std::mem::replace(o, fresh)
            })
            .collect();
        Delta { sinks, groups, checks: tree, operations, samples: std::mem::take(&mut self.samples) }
    }

    fn http_series(&mut self, sample: &HttpSample<'_>) -> u32 {
        let with_ip = self.layout.has(SystemTag::Ip);
        let name = sample.name();
        let hash = sample.hash(name, with_ip);
        let http = &self.http;
        let found = self
            .http_index
            .find(hash, |at| http.get(at as usize).is_some_and(|s| s.key.is(sample, name, with_ip)));
        if let Some(at) = found {
            return at;
        }
        if self.http.len() >= MAX_SERIES {
            self.http.clear();
            self.http_index.clear();
        }
        let tags = sample.tags(&self.layout);
        let operation = self.layout.operations.then(|| self.operation(name));
        let answer = operation.map_or(0, |at| self.answer(at, sample));
        let series = HttpSeries {
            key: sample.key(with_ip),
            requests: self.slots_of(builtin::HTTP_REQS, &tags),
            failed: self.slots_of(builtin::HTTP_REQ_FAILED, &tags),
            trends: TRENDS.map(|metric| self.slots_of(metric, &tags)),
            operation,
            answer,
            tags: self.layout.samples.then_some(tags),
        };
        let at = self.http.len() as u32;
        self.http.push(series);
        self.http_index.insert(hash, at);
        at
    }

    fn new_check(&mut self, hash: u64, name: &str, base: &Tags) -> u32 {
        if self.checks.len() >= MAX_SERIES {
            self.checks.clear();
            self.check_index.clear();
        }
        let tags =
            if self.layout.has(SystemTag::Check) { base.with([("check", name)]) } else { base.clone() };
        let group = base.get("group").unwrap_or("");
        let scenario = base.get("scenario").unwrap_or("");
        let tree_hash = mix_text(mix_text(mix_text(3, group), name), scenario);
        let tree = &self.tree;
        let node = self.tree_index.find(tree_hash, |at| {
            tree.get(at as usize)
                .is_some_and(|c| *c.group == *group && *c.name == *name && *c.scenario == *scenario)
        });
        let node = node.unwrap_or_else(|| {
            let at = self.tree.len() as u32;
            self.tree.push(CheckDelta {
                scenario: scenario.into(),
                group: group.into(),
                name: name.into(),
                passes: 0,
                fails: 0,
            });
            self.tree_index.insert(tree_hash, at);
            at
        });
        let series = CheckSeries {
            base: base.clone(),
            name: name.into(),
            sinks: self.slots_of(builtin::CHECKS, &tags),
            tree: node,
            tags: self.layout.samples.then_some(tags),
        };
        let at = self.checks.len() as u32;
        self.checks.push(series);
        self.check_index.insert(hash, at);
        at
    }

    fn operation(&mut self, name: &str) -> u32 {
        let name = if self.operations.len() >= MAX_OPERATIONS { self.known_operation(name) } else { name };
        let hash = mix_text(4, name);
        let operations = &self.operations;
        let found = self
            .operation_index
            .find(hash, |at| operations.get(at as usize).is_some_and(|o| *o.name == *name));
        found.unwrap_or_else(|| {
            let at = self.operations.len() as u32;
            self.operations.push(OperationDelta::new(name.into()));
            self.operation_index.insert(hash, at);
            at
        })
    }

    /// The place of this method and status among the answers of an operation.
    fn answer(&mut self, operation: u32, sample: &HttpSample<'_>) -> u32 {
        let Some(operation) = self.operations.get_mut(operation as usize) else { return 0 };
        let is = |a: &AnswerCount| *a.method == *sample.method && a.status == sample.status;
        let at = operation.answers.iter().position(is).unwrap_or_else(|| {
            let method = sample.method.into();
            operation.answers.push(AnswerCount { method, status: sample.status, count: 0 });
            operation.answers.len() - 1
        });
        at as u32
    }

    fn known_operation<'a>(&self, name: &'a str) -> &'a str {
        let operations = &self.operations;
        let is = |at: u32| operations.get(at as usize).is_some_and(|o| *o.name == *name);
        if self.operation_index.find(mix_text(4, name), is).is_some() { name } else { OTHERS }
    }

    fn slots_of(&mut self, metric: MetricId, tags: &Tags) -> Box<[u32]> {
        let layout = Arc::clone(&self.layout);
        layout.sinks(metric, tags).into_iter().map(|key| self.slot(key)).collect()
    }

    fn slot(&mut self, key: SinkKey) -> u32 {
        if let Some(slot) = self.slots.get(&key) {
            return *slot;
        }
        let metric = match &key {
            SinkKey::Metric(metric) | SinkKey::Scope(_, metric) => Some(*metric),
            SinkKey::Submetric(at) => self.layout.submetrics.get(*at as usize).map(|s| s.parent),
        };
        let kind = metric.and_then(|m| self.layout.registry.get(m)).map_or(MetricKind::Counter, |d| d.kind);
        let slot = self.sinks.len() as u32;
        self.sinks.push((key.clone(), Sink::new(kind)));
        self.slots.insert(key, slot);
        slot
    }

    fn plain_slot(&mut self, metric: MetricId) -> u32 {
        let at = metric.0 as usize;
        if let Some(Some(slot)) = self.plain.get(at) {
            return *slot;
        }
        if self.plain.len() <= at {
            self.plain.resize(at + 1, None);
        }
        let slot = self.slot(SinkKey::Metric(metric));
        if let Some(entry) = self.plain.get_mut(at) {
            *entry = Some(slot);
        }
        slot
    }

    fn put(&mut self, slot: u32, value: f64) {
        if let Some((_, sink)) = self.sinks.get_mut(slot as usize) {
            sink.add(value);
        }
    }
}

impl OperationDelta {
    fn new(name: Arc<str>) -> Self {
        Self { name, requests: 0, failures: 0, duration: Trend::new(), answers: Vec::new() }
    }
}
