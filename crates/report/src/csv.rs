//! `--out csv`: one line per sample; a column for each enabled system tag, the rest in `extra_tags`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::SystemTime;

use loadwright_metrics::{MetricId, Registry, RunEvent, Sample, Summary};
use loadwright_workload::SystemTag;

use crate::Output;
use crate::output::{OutputContext, OutputError, describe};
use crate::time::{rfc3339, unix_nanos};

pub(crate) struct Csv {
    target: String,
    out: Box<dyn Write>,
    registry: Arc<Registry>,
    columns: Vec<&'static str>,
    names: BTreeMap<MetricId, String>,
    format: TimeFormat,
    line: String,
}

/// `K6_CSV_TIME_FORMAT`.
#[derive(Clone, Copy)]
enum TimeFormat {
    Unix,
    UnixMilli,
    UnixMicro,
    UnixNano,
    Rfc3339,
    Rfc3339Nano,
}

impl Csv {
    /// The target may carry settings: `FILE?timeFormat=rfc3339`.
    pub(crate) fn new(
        target: &str,
        out: Box<dyn Write>,
        context: &OutputContext,
    ) -> Result<Self, OutputError> {
        // vu, iter and the remote address are metadata or optional: k6 lists what is enabled, sorted
        let metadata = [SystemTag::Vu, SystemTag::Iter];
        let columns: Vec<&'static str> =
            context.system_tags.0.iter().filter(|t| !metadata.contains(t)).map(|t| t.name()).collect();
        let format = match std::env::var("K6_CSV_TIME_FORMAT").unwrap_or_default().as_str() {
            "" | "unix" => TimeFormat::Unix,
            "unix_milli" => TimeFormat::UnixMilli,
            "unix_micro" => TimeFormat::UnixMicro,
            "unix_nano" => TimeFormat::UnixNano,
            "rfc3339" => TimeFormat::Rfc3339,
            "rfc3339_nano" => TimeFormat::Rfc3339Nano,
            other => return Err(OutputError(format!("{other} is not a valid time format"))),
        };
        let mut csv = Self {
            target: target.to_owned(),
            out,
            registry: Arc::clone(&context.registry),
            columns,
            names: BTreeMap::new(),
            format,
            line: String::new(),
        };
        let head =
            format!("metric_name,timestamp,metric_value,{},extra_tags,metadata\n", csv.columns.join(","));
        csv.out.write_all(head.as_bytes()).map_err(|e| OutputError(e.to_string()))?;
        Ok(csv)
    }

    fn moment(&self, at: SystemTime) -> String {
        let nanos = unix_nanos(at);
        match self.format {
            TimeFormat::Unix => (nanos / 1_000_000_000).to_string(),
            TimeFormat::UnixMilli => (nanos / 1_000_000).to_string(),
            TimeFormat::UnixMicro => (nanos / 1_000).to_string(),
            TimeFormat::UnixNano => nanos.to_string(),
            TimeFormat::Rfc3339 => rfc3339(at, false),
            TimeFormat::Rfc3339Nano => rfc3339(at, true),
        }
    }

    fn sample(&mut self, sample: &Sample) -> io::Result<()> {
        let registry = &self.registry;
        let name = self
            .names
            .entry(sample.metric)
            .or_insert_with(|| registry.get(sample.metric).map(|d| d.name).unwrap_or_default())
            .clone();
        let moment = self.moment(sample.time);
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        line.push_str(&format!("{name},{moment},{:.6}", sample.value));
        for column in &self.columns {
            line.push(',');
            field(&mut line, sample.tags.get(column).unwrap_or(""));
        }
        let extra: Vec<String> = sample
            .tags
            .iter()
            .filter(|(key, _)| !self.columns.contains(key))
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        line.push(',');
        field(&mut line, &extra.join("&"));
        let metadata: Vec<String> =
            sample.metadata.iter().flat_map(|m| m.iter()).map(|(k, v)| format!("{k}={v}")).collect();
        line.push(',');
        field(&mut line, &metadata.join("&"));
        line.push('\n');
        let written = self.out.write_all(line.as_bytes());
        self.line = line;
        written
    }
}

/// Quotes a value when it needs it (RFC 4180).
fn field(line: &mut String, value: &str) {
    if value.contains([',', '"', '\n', '\r']) || value.starts_with(' ') {
        line.push('"');
        line.push_str(&value.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(value);
    }
}

impl Output for Csv {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::Samples(samples) => {
                for sample in *samples {
                    self.sample(sample)?;
                }
                Ok(())
            }
            RunEvent::Progress(_) => self.out.flush(),
            RunEvent::Started | RunEvent::Metric(_) | RunEvent::Finished(_) => Ok(()),
        }
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        self.out.flush()
    }

    fn description(&self) -> String {
        describe("csv", &self.target)
    }
}
