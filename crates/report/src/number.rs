//! Numbers as k6's summary prints them.

use loadwright_metrics::Contains;
use loadwright_workload::TimeUnit;

/// At most six decimals, trailing zeros removed.
pub(crate) fn plain(value: f64) -> String {
    trim_zeros(&format!("{value:.6}"))
}

/// A share between 0 and 1 as a percentage, truncated to two decimals: `66.66%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.2}%", truncate(share * 100.0, 2))
}

/// Bytes in units of 1000: `2.6 kB`, `912 B`.
pub(crate) fn bytes(value: f64) -> String {
    const UNITS: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    if value < 10.0 {
        return format!("{} B", plain(value));
    }
    let mut scaled = value;
    let mut unit = 0;
    while scaled >= 1000.0 && unit + 1 < UNITS.len() {
        scaled /= 1000.0;
        unit += 1;
    }
    let rounded = (scaled * 10.0 + 0.5).floor() / 10.0;
    let decimals = usize::from(rounded < 10.0);
    format!("{rounded:.decimals$} {}", UNITS.get(unit).unwrap_or(&"B"))
}

/// Milliseconds in a fixed unit, or in the one that fits: `44.12ms`, `758.08µs`, `1m30s`.
pub(crate) fn duration(ms: f64, unit: Option<TimeUnit>) -> String {
    match unit {
        Some(TimeUnit::Seconds) => format!("{:.2}s", ms / 1000.0),
        Some(TimeUnit::Milliseconds) => format!("{ms:.2}ms"),
        Some(TimeUnit::Microseconds) => format!("{:.2}µs", ms * 1000.0),
        None => fitting(ms),
    }
}

fn fitting(ms: f64) -> String {
    let short = |v: f64| trim_zeros(&format!("{:.2}", truncate(v, 2)));
    if ms == 0.0 {
        return "0s".to_owned();
    }
    if ms < 0.001 {
        return format!("{}ns", (ms * 1e6).trunc());
    }
    if ms < 1.0 {
        return format!("{}µs", short(ms * 1000.0));
    }
    if ms < 1000.0 {
        return format!("{}ms", short(ms));
    }
    let minutes = (ms / 60_000.0).trunc();
    let seconds = (ms % 60_000.0) / 1000.0;
    if minutes < 1.0 {
        return format!("{}s", short(seconds));
    }
    let hours = (minutes / 60.0).trunc();
    if hours < 1.0 {
        return format!("{minutes}m{}s", seconds.trunc());
    }
    format!("{hours}h{}m{}s", minutes % 60.0, seconds.trunc())
}

/// A value by what its metric contains.
pub(crate) fn value(v: f64, contains: Contains, unit: Option<TimeUnit>) -> String {
    match contains {
        Contains::Default => plain(v),
        Contains::Data => bytes(v),
        Contains::Time => duration(v, unit),
    }
}

fn truncate(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    // multiplying may land a hair below the decimal that was meant: 0.57 × 100 = 56.99…
    let scaled = value * scale;
    let near = scaled.round();
    if (scaled - near).abs() < 1e-9 * scaled.abs().max(1.0) { near / scale } else { scaled.trunc() / scale }
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_pick_their_unit_and_truncate() {
        for (ms, want) in [
            (0.0, "0s"),
            (0.0005, "500ns"),
            (0.758081, "758.08µs"),
            (33.149, "33.14ms"),
            (42.7, "42.7ms"),
            (2500.0, "2.5s"),
            (90_000.0, "1m30s"),
            (3_725_400.0, "1h2m5s"),
        ] {
            assert_eq!(duration(ms, None), want);
        }
        assert_eq!(duration(2500.0, Some(TimeUnit::Seconds)), "2.50s");
    }

    #[test]
    fn bytes_and_shares() {
        for (n, want) in [
            (0.0, "0 B"),
            (912.0, "912 B"),
            (2600.0, "2.6 kB"),
            (9_040.0, "9.0 kB"),
            (1.5e6, "1.5 MB"),
            (45_600.0, "46 kB"),
        ] {
            assert_eq!(bytes(n), want);
        }
        assert_eq!(percent(2.0 / 3.0), "66.66%");
        assert_eq!(percent(1.0), "100.00%");
        assert_eq!(percent(0.57), "57.00%");
        assert_eq!(plain(61.709_597_4), "61.709597");
        assert_eq!(plain(6.0), "6");
    }
}
