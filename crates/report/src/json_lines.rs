//! `--out json`: one line per metric and per sample, in k6's shape.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::SystemTime;

use loadwright_metrics::{Definition, MetricId, Registry, RunEvent, Sample, Summary, Tags};
use loadwright_workload::{MetricSelector, SystemTag};
use serde_json::{Value, json};

use crate::Output;
use crate::output::{OutputContext, describe};
use crate::time::rfc3339;

pub(crate) struct JsonLines {
    target: String,
    out: Box<dyn Write>,
    registry: Arc<Registry>,
    thresholds: BTreeMap<String, Vec<String>>,
    expected_response: bool,
    names: BTreeMap<MetricId, String>,
    line: Vec<u8>,
    /// The samples of one request follow each other and share their time and tags.
    last_time: Option<(SystemTime, String)>,
    last_tags: Option<(Tags, Vec<u8>)>,
}

impl JsonLines {
    pub(crate) fn new(target: &str, out: Box<dyn Write>, context: &OutputContext) -> Self {
        let thresholds = context.options.thresholds.iter().flatten();
        Self {
            target: target.to_owned(),
            out,
            registry: Arc::clone(&context.registry),
            thresholds: thresholds
                .map(|(name, list)| (name.clone(), list.iter().map(|t| t.threshold.clone()).collect()))
                .collect(),
            expected_response: context.system_tags.contains(SystemTag::ExpectedResponse),
            names: BTreeMap::new(),
            line: Vec::new(),
            last_time: None,
            last_tags: None,
        }
    }

    fn announce(&mut self, metric: &Definition) -> io::Result<()> {
        if self.names.contains_key(&metric.id) {
            return Ok(());
        }
        self.names.insert(metric.id, metric.name.clone());
        let mut submetrics = Vec::new();
        let mut push = |suffix: &str, tags: &BTreeMap<String, String>| {
            let name = format!("{}{{{suffix}}}", metric.name);
            submetrics.push(json!({"name": name, "suffix": suffix, "tags": tags}));
        };
        for key in self.thresholds.keys() {
            if let Ok(selector) = MetricSelector::parse(key)
                && selector.metric == metric.name
                && !selector.tags.is_empty()
            {
                let suffix = key.split_once('{').map_or("", |(_, rest)| rest.trim_end_matches('}'));
                push(suffix, &selector.tags);
            }
        }
        if self.expected_response && metric.name == "http_req_duration" {
            push(
                "expected_response:true",
                &BTreeMap::from([("expected_response".to_owned(), "true".to_owned())]),
            );
        }
        let own = self.thresholds.get(&metric.name).cloned().unwrap_or_default();
        let submetrics = if submetrics.is_empty() { Value::Null } else { submetrics.into() };
        let line = json!({
            "type": "Metric",
            "data": {
                "name": metric.name,
                "type": metric.kind.name(),
                "contains": metric.contains.name(),
                "thresholds": own,
                "submetrics": submetrics,
            },
            "metric": metric.name,
        });
        writeln!(self.out, "{line}")
    }

    fn sample(&mut self, sample: &Sample) -> io::Result<()> {
        if !self.names.contains_key(&sample.metric)
            && let Some(definition) = self.registry.get(sample.metric)
        {
            self.announce(&definition)?;
        }
        let name = self.names.get(&sample.metric).map_or("", String::as_str);
        let line = &mut self.line;
        line.clear();
        line.extend_from_slice(b"{\"metric\":\"");
        line.extend_from_slice(name.as_bytes());
        line.extend_from_slice(b"\",\"type\":\"Point\",\"data\":{\"time\":\"");
        if self.last_time.as_ref().is_none_or(|(at, _)| *at != sample.time) {
            self.last_time = Some((sample.time, rfc3339(sample.time, true)));
        }
        line.extend_from_slice(self.last_time.as_ref().map_or("", |(_, text)| text.as_str()).as_bytes());
        line.extend_from_slice(b"\",\"value\":");
        number(line, sample.value);
        line.extend_from_slice(b",\"tags\":");
        if self.last_tags.as_ref().is_none_or(|(tags, _)| *tags != sample.tags) {
            let mut text = Vec::new();
            object(&mut text, sample.tags.iter());
            self.last_tags = Some((sample.tags.clone(), text));
        }
        line.extend_from_slice(self.last_tags.as_ref().map_or(b"{}", |(_, text)| text.as_slice()));
        if let Some(metadata) = sample.metadata.as_ref().filter(|m| !m.is_empty()) {
            line.extend_from_slice(b",\"metadata\":");
            object(line, metadata.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        }
        line.extend_from_slice(b"}}\n");
        self.out.write_all(line)
    }
}

fn number(line: &mut Vec<u8>, v: f64) {
    if v.is_finite() {
        // writing to a Vec cannot fail
        let _ = write!(line, "{v}");
    } else {
        line.extend_from_slice(b"null");
    }
}

fn object<'a>(line: &mut Vec<u8>, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    line.push(b'{');
    for (i, (key, value)) in pairs.enumerate() {
        if i > 0 {
            line.push(b',');
        }
        string(line, key);
        line.push(b':');
        string(line, value);
    }
    line.push(b'}');
}

fn string(line: &mut Vec<u8>, text: &str) {
    // serialising a text into a Vec cannot fail
    let _ = serde_json::to_writer(&mut *line, text);
}

impl Output for JsonLines {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::Metric(definition) => self.announce(definition),
            RunEvent::Samples(samples) => {
                for sample in *samples {
                    self.sample(sample)?;
                }
                Ok(())
            }
            // whoever reads along sees what happened up to now
            RunEvent::Progress(_) => self.out.flush(),
            RunEvent::Started | RunEvent::Finished(_) => Ok(()),
        }
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        self.out.flush()
    }

    fn description(&self) -> String {
        describe("json", &self.target)
    }
}
