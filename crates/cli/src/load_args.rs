use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use loadwright_report::ResultFile;
use loadwright_scenario::ColumnOrder;
use loadwright_transform::{LoadOptions, ThresholdPolicy};
use loadwright_workload::{GoDuration, PRESETS, Preset, Stage};

/// How much load the script makes, and what counts as a pass. Every number stands in the script's `options` afterwards.
#[derive(Debug, Args, Default)]
pub struct LoadArgs {
    /// A kind of test: smoke, load, stress, spike, soak, breakpoint
    #[arg(long, value_name = "NAME", help_heading = "Load")]
    pub profile: Option<String>,
    /// Virtual users
    #[arg(long, value_name = "N", value_parser = crate::fail::from_one, help_heading = "Load")]
    pub vus: Option<i64>,
    /// How long, such as 30s or 5m
    #[arg(long, value_name = "TIME", help_heading = "Load")]
    pub duration: Option<String>,
    /// Iterations over all virtual users
    #[arg(long, value_name = "N", value_parser = crate::fail::from_one, help_heading = "Load")]
    pub iterations: Option<i64>,
    /// Iterations a second, whatever the response times
    #[arg(long, value_name = "N", value_parser = crate::fail::from_one, conflicts_with = "rps", help_heading = "Load")]
    pub rate: Option<i64>,
    /// Requests a second: the iteration rate follows from the number of requests of an iteration
    #[arg(long, value_name = "N", value_parser = crate::fail::from_one, help_heading = "Load")]
    pub rps: Option<i64>,
    /// Stages such as 30s:10,1m:50: virtual users, or iterations a second beside --rate
    #[arg(long, visible_alias = "stage", value_name = "TIME:TARGET,…", help_heading = "Load")]
    pub stages: Vec<String>,
    /// Make a folder, tag, page or recording a scenario with this share of the load; may be repeated
    #[arg(long = "weight", value_name = "NAME=N", help_heading = "Load")]
    pub weights: Vec<String>,
    /// Latency thresholds: profile, overall, observed, observed+20% or none
    #[arg(long, value_name = "POLICY", default_value = "profile", help_heading = "Load")]
    pub thresholds: String,
    /// Result of an earlier run (`run --out result=FILE`) that observed thresholds come from
    #[arg(long, value_name = "FILE", help_heading = "Load")]
    pub observed: Option<PathBuf>,
    /// Which row of the data an iteration gets: in-order (each row once, over all users), random, per-user
    #[arg(long, value_name = "ORDER", value_parser = ["in-order", "random", "per-user"], help_heading = "Load")]
    pub data_order: Option<String>,
}

impl LoadArgs {
    /// The same as the passes take it.
    pub fn options(&self) -> Result<LoadOptions> {
        if self.rps.is_some() && !self.stages.is_empty() {
            bail!("--stages with --rps: give the stages beside --rate, in iterations a second");
        }
        Ok(LoadOptions {
            profile: self.profile.as_deref().map(preset).transpose()?,
            vus: self.vus,
            duration: self.duration.as_deref().map(|t| duration(t, "--duration")).transpose()?,
            iterations: self.iterations,
            rate: self.rate,
            rps: self.rps,
            stages: stages(&self.stages)?,
            weights: self.weights.iter().map(|w| weight(w)).collect::<Result<_>>()?,
            thresholds: self.policy()?,
            order: self.data_order.as_deref().map(|o| match o {
                "random" => ColumnOrder::Random,
                "per-user" => ColumnOrder::PerVirtualUser,
                _ => ColumnOrder::Sequential,
            }),
        })
    }

    fn policy(&self) -> Result<ThresholdPolicy> {
        Ok(match self.thresholds.as_str() {
            "" | "profile" => ThresholdPolicy::Profile,
            "overall" => ThresholdPolicy::Overall,
            "none" => ThresholdPolicy::None,
            other => {
                let percent = other
                    .strip_prefix("observed")
                    .and_then(|rest| match rest {
                        "" => Some(0.0),
                        rest => rest.strip_prefix('+')?.trim_end_matches('%').parse::<f64>().ok(),
                    })
                    .filter(|p| p.is_finite() && *p >= 0.0)
                    .with_context(|| {
                        format!("--thresholds {other}: give profile, overall, observed, observed+20% or none")
                    })?;
                ThresholdPolicy::Observed { percent, latencies: self.latencies()? }
            }
        })
    }

    fn latencies(&self) -> Result<BTreeMap<String, f64>> {
        let Some(path) = &self.observed else { return Ok(BTreeMap::new()) };
        let text =
            std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        let result = ResultFile::parse(&text).map_err(|e| crate::compare::not_a_result(path, &e))?;
        Ok(result.operations.into_iter().map(|o| (o.name, o.p95)).collect())
    }
}

fn preset(name: &str) -> Result<Preset> {
    Preset::from_name(name).with_context(|| {
        let names: Vec<&str> = PRESETS.iter().map(|p| p.name()).collect();
        format!("no profile is called {name}; there are {}", names.join(", "))
    })
}

fn duration(text: &str, flag: &str) -> Result<GoDuration> {
    let parsed = GoDuration::parse_with_days(text)
        .map_err(|e| anyhow::anyhow!("{flag} {text}: {e}; give a number and a unit, such as 30s or 5m"))?;
    if parsed.nanos() <= 0 {
        bail!("{flag} {text}: give more than nothing, such as 30s");
    }
    Ok(parsed)
}

/// `30s:10,1m:50`
fn stages(texts: &[String]) -> Result<Vec<Stage>> {
    texts
        .iter()
        .flat_map(|t| t.split(','))
        .map(|stage| {
            let (time, target) = stage
                .split_once(':')
                .with_context(|| format!("--stages {stage}: give TIME:TARGET, such as 30s:10"))?;
            let target = target
                .trim()
                .parse::<i64>()
                .ok()
                .filter(|n| *n >= 0)
                .with_context(|| format!("--stages {stage}: the target is a whole number"))?;
            Ok(Stage::new(duration(time.trim(), "--stages")?, target))
        })
        .collect()
}

fn weight(text: &str) -> Result<(String, u32)> {
    let (name, n) = text
        .rsplit_once('=')
        .with_context(|| format!("--weight {text}: give NAME=N, such as checkout=30"))?;
    let n = n
        .trim_end_matches('%')
        .parse::<u32>()
        .ok()
        .filter(|n| *n > 0)
        .with_context(|| format!("--weight {text}: the weight is a whole number from 1"))?;
    Ok((name.to_owned(), n))
}
