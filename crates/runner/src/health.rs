//! How well the generator itself did: start lag, CPU, dropped iterations, and when to say so.

use std::time::Duration;

use hdrhistogram::Histogram;
use loadwright_metrics::Health;

/// Iterations that start later than this (99th percentile, milliseconds) are worth a warning.
const LATE: f64 = 50.0;
/// A share of the usable CPU above which the generator may have been the limit.
const BUSY: f64 = 0.9;

/// Sums up a run of `duration` on `cores` cores. `lags` are in microseconds.
pub fn examine(
    lags: Option<&Histogram<u64>>,
    dropped: u64,
    cpu_before: Duration,
    duration: Duration,
    cores: usize,
) -> Health {
    let used = cpu_time().saturating_sub(cpu_before).as_secs_f64();
    let cpu = used / (duration.as_secs_f64() * cores.max(1) as f64).max(f64::MIN_POSITIVE);
    let mut health = Health { cpu: cpu.min(1.0), dropped_iterations: dropped, ..Health::default() };
    if let Some(lags) = lags {
        health.scheduled_starts = lags.len();
        health.start_lag_p50 = lags.value_at_quantile(0.5) as f64 / 1000.0;
        health.start_lag_p99 = lags.value_at_quantile(0.99) as f64 / 1000.0;
        health.start_lag_max = lags.max() as f64 / 1000.0;
    }
    if health.cpu > BUSY && duration > Duration::from_secs(2) {
        health.warnings.push(format!(
            "the load generator used {:.0} % of its CPU: it may have been the limit, not the system under test",
            health.cpu * 100.0
        ));
    }
    health.fd_exhausted = loadwright_transport::without_descriptor();
    if health.fd_exhausted > 0 {
        health.warnings.push(format!(
            "{} connections were not opened for lack of a file descriptor: raise the limit (`ulimit -n`), or use fewer users",
            health.fd_exhausted
        ));
    }
    if health.start_lag_p99 > LATE {
        health.warnings.push(format!(
            "iterations started late (p99 {:.0} ms after schedule): the load was not what the scenario asks for",
            health.start_lag_p99
        ));
    }
    health
}

/// CPU time of the process so far; zero where the system does not tell.
pub fn cpu_time() -> Duration {
    let read = || -> Option<f64> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
        // the kernel counts these in hundredths of a second on every common platform
        Some(ticks / 100.0)
    };
    Duration::from_secs_f64(read().unwrap_or(0.0))
}
