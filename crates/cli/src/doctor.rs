use clap::Args;
use serde::Serialize;

use crate::exit::Exit;
use crate::format::{self, FormatArgs};

#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub format: FormatArgs,
}

/// One limit of the machine and what it means for a load test.
#[derive(Debug, Serialize)]
struct Limit {
    name: &'static str,
    value: String,
    good: bool,
    /// What to do about it, or what it allows.
    advice: String,
}

/// Prints the limits; none of them is an error.
pub fn run(args: &DoctorArgs) -> anyhow::Result<Exit> {
    let limits = limits();
    if args.format.is_json() {
        format::print(&limits)?;
        return Ok(Exit::Success);
    }
    for l in &limits {
        let mark = if l.good { "ok  " } else { "look" };
        crate::stdout::write(&format!("{mark}  {:<18} {:<22} {}\n", l.name, l.value, l.advice));
    }
    Ok(Exit::Success)
}

fn limits() -> Vec<Limit> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let mut out = Vec::new();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    out.push(Limit {
        name: "cores",
        value: cores.to_string(),
        good: cores >= 2,
        advice: "the runner uses what is there; a server on the same machine takes its share".to_owned(),
    });
    if let Some((soft, hard)) = read("/proc/self/limits").as_deref().and_then(open_files) {
        out.push(Limit {
            name: "file descriptors",
            value: format!("{soft} (at most {hard})"),
            good: hard >= 10_000,
            advice: format!(
                "each connection takes one; the runner raises its limit to {hard} by itself{}",
                if hard >= 10_000 { "" } else { ": raise the hard limit (`ulimit -Hn`) for more users" }
            ),
        });
    }
    if let Some((low, high)) = read("/proc/sys/net/ipv4/ip_local_port_range").as_deref().and_then(pair) {
        let count = high.saturating_sub(low) + 1;
        out.push(Limit {
            name: "local ports",
            value: format!("{count} ({low}–{high})"),
            good: count >= 20_000,
            advice: "so many connections to one address at a time, those in TIME_WAIT included: keep connections alive"
                .to_owned(),
        });
    }
    if let Some(kib) = read("/proc/meminfo").as_deref().and_then(available) {
        let mib = kib / 1024;
        out.push(Limit {
            name: "free memory",
            value: format!("{mib} MiB"),
            good: mib >= 512,
            advice: format!("enough for about {} users of a plain script", mib * 4),
        });
    }
    if let Some(clock) = read("/sys/devices/system/clocksource/clocksource0/current_clocksource") {
        let clock = clock.trim().to_owned();
        out.push(Limit {
            name: "clock",
            good: clock != "jiffies" && clock != "acpi_pm",
            value: clock,
            advice: format!("reading it takes {} ns here", clock_cost()),
        });
    }
    out
}

/// Nanoseconds that reading the clock takes.
fn clock_cost() -> u128 {
    const READS: u32 = 10_000;
    let start = std::time::Instant::now();
    for _ in 0..READS {
        std::hint::black_box(std::time::Instant::now());
    }
    start.elapsed().as_nanos() / u128::from(READS)
}

/// Soft and hard limit of `Max open files`.
fn open_files(limits: &str) -> Option<(u64, u64)> {
    let line = limits.lines().find(|l| l.starts_with("Max open files"))?;
    let mut numbers = line.split_whitespace().skip(3);
    let mut next = || numbers.next().map(|n| n.parse().unwrap_or(u64::MAX));
    Some((next()?, next()?))
}

fn pair(text: &str) -> Option<(u64, u64)> {
    let mut numbers = text.split_whitespace().filter_map(|n| n.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find(|l| l.starts_with("MemAvailable:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_from_what_the_system_prints() {
        let text = "Limit                     Soft Limit           Hard Limit           Units\n\
                    Max open files            1024                 unlimited            files\n";
        assert_eq!(open_files(text), Some((1024, u64::MAX)));
        assert_eq!(pair("32768\t60999\n"), Some((32_768, 60_999)));
        assert_eq!(available("MemTotal: 5 kB\nMemAvailable:   42 kB\n"), Some(42));
    }
}
