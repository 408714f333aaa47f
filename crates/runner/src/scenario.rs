//! One scenario while it runs: what its VUs share, and what is counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use loadwright_metrics::Tags;
use loadwright_workload::{Options, Quota, ScheduledScenario, SystemTag, Tuple};

use crate::host::wall_ms;

/// The longest lag that is told apart from longer ones: an hour, in microseconds.
const LONGEST: u64 = 3_600_000_000;

/// Shared by the control thread and all VUs that run the scenario.
pub struct ScenarioRun {
    pub name: Arc<str>,
    pub kind: &'static str,
    pub exec: String,
    pub env: BTreeMap<String, String>,
    /// Option tags with the scenario's on top.
    pub tags: BTreeMap<String, String>,
    pub quota: Quota,
    pub regular_end: Duration,
    /// Iterations in all, for executors that have a number.
    pub total: Option<u64>,
    tuple: Tuple,
    started_at: OnceLock<(Instant, f64)>,
    pub started: AtomicU64,
    pub complete: AtomicU64,
    pub interrupted: AtomicU64,
    pub active: AtomicU64,
    /// Microseconds between when iterations were to start and when they did; none before the first.
    lags: Mutex<Option<Histogram<u64>>>,
}

impl ScenarioRun {
    pub fn new(scheduled: &ScheduledScenario, options: &Options) -> Self {
        let mut tags = options.tags.clone().unwrap_or_default();
        tags.extend(scheduled.workload.tags.clone());
        let plan = &scheduled.plan;
        let total = match plan.quota {
            Quota::Unlimited => None,
            Quota::Shared(n) => Some(n),
            Quota::PerVu(n) => Some(n * plan.planned_vus),
        };
        Self {
            name: scheduled.name.as_str().into(),
            kind: scheduled.workload.executor.kind(),
            exec: scheduled.workload.exec_name().to_owned(),
            env: scheduled.workload.env.clone(),
            tags,
            quota: plan.quota,
            regular_end: plan.regular_end,
            total,
            tuple: plan.iterations.clone(),
            started_at: OnceLock::new(),
            started: AtomicU64::new(0),
            complete: AtomicU64::new(0),
            interrupted: AtomicU64::new(0),
            active: AtomicU64::new(0),
            lags: Mutex::default(),
        }
    }

    /// Notes how late an iteration started.
    pub fn note_lag(&self, lag: Duration) {
        let micros = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX).clamp(1, LONGEST);
        let mut lags = self.lags.lock().unwrap_or_else(PoisonError::into_inner);
        if lags.is_none() {
            *lags = Histogram::new_with_bounds(1, LONGEST, 2).ok();
        }
        if let Some(lags) = lags.as_mut() {
            lags.saturating_record(micros);
        }
    }

    /// How late iterations started, in microseconds.
    pub fn lags(&self) -> Option<Histogram<u64>> {
        self.lags.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The scenario's own time begins.
    pub fn begin(&self) {
        let _ = self.started_at.set((Instant::now(), wall_ms()));
    }

    /// Since the scenario's start.
    pub fn elapsed(&self) -> Duration {
        self.started_at.get().map_or(Duration::ZERO, |(at, _)| at.elapsed())
    }

    /// Milliseconds since 1970.
    pub fn start_ms(&self) -> f64 {
        self.started_at.get().map_or(0.0, |(_, ms)| *ms)
    }

    /// 0 to 1: by iterations where there is a number of them, else by time.
    pub fn progress(&self) -> f64 {
        match self.total {
            Some(total) if total > 0 => {
                (self.complete.load(Ordering::Relaxed) as f64 / total as f64).min(1.0)
            }
            _ if self.regular_end.is_zero() => 1.0,
            _ => (self.elapsed().as_secs_f64() / self.regular_end.as_secs_f64()).min(1.0),
        }
    }

    /// Takes the number of the next iteration of a looping executor; `None` when there is none left.
    /// `own` counts what the asking VU has started.
    pub fn take(&self, own: u64) -> Option<u64> {
        if self.elapsed() >= self.regular_end {
            return None;
        }
        match self.quota {
            Quota::Unlimited => Some(self.started.fetch_add(1, Ordering::Relaxed)),
            Quota::PerVu(n) => (own < n).then(|| self.started.fetch_add(1, Ordering::Relaxed)),
            Quota::Shared(n) => self
                .started
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |s| (s < n).then_some(s + 1))
                .ok(),
        }
    }

    /// The number in the whole test of the local iteration `index`.
    pub fn in_test(&self, index: u64) -> u64 {
        self.tuple.global(index)
    }

    /// The tags of samples that belong to the scenario as such.
    pub fn sample_tags(&self, options: &Options) -> Tags {
        let system = options.system_tags();
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        if system.contains(SystemTag::Scenario) {
            pairs.push(("scenario", &self.name));
        }
        pairs.extend(self.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        Tags::new(pairs)
    }
}
