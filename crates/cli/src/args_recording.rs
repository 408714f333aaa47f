use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use loadwright_transform::{Rule, ThinkTimeMode, rules_from_text};

/// What to make of a recording.
#[derive(Debug, Args, Default)]
pub struct RecordingArgs {
    /// Pauses of a recording: recorded, scaled:0.5, range:1-3 (seconds) or none; as recorded up to 5 s without it
    #[arg(long, value_name = "MODE", value_parser = think_time, help_heading = "Recording")]
    pub think_time: Option<ThinkTimeMode>,
    /// Send requests one after the other that the recording sent at the same time
    #[arg(long, help_heading = "Recording")]
    pub no_batch: bool,
    /// Apply these rules for values that flow from responses into requests, and no others
    #[arg(long, value_name = "FILE", help_heading = "Recording")]
    pub rules: Option<PathBuf>,
    /// Write the rules that were found, to edit them and apply them with --rules
    #[arg(long, value_name = "FILE", help_heading = "Recording")]
    pub write_rules: Option<PathBuf>,
    /// Another recording of the same journey: what differs between both is dynamic
    #[arg(long, value_name = "FILE", help_heading = "Recording")]
    pub diff_with: Option<String>,
}

impl RecordingArgs {
    pub fn read_rules(&self) -> Result<Option<Vec<Rule>>> {
        let Some(path) = &self.rules else { return Ok(None) };
        let text =
            std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        let rules = rules_from_text(&text).map_err(|e| {
            anyhow::anyhow!(
                "{}: {e}\nhelp: `convert --write-rules FILE` writes such a file, `loadwright schema rules` describes it",
                path.display()
            )
        })?;
        Ok(Some(rules))
    }
}

fn think_time(text: &str) -> Result<ThinkTimeMode, String> {
    let bad = || format!("`{text}` is none of recorded, scaled:FACTOR, range:MIN-MAX, none");
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    let number =
        |t: &str| t.trim().trim_end_matches('s').parse::<f64>().ok().filter(|n| *n >= 0.0 && n.is_finite());
    match (kind, rest) {
        ("recorded", "") => Ok(ThinkTimeMode::Recorded),
        ("none", "") => Ok(ThinkTimeMode::None),
        ("scaled", by) => number(by).map(ThinkTimeMode::Scaled).ok_or_else(bad),
        ("range", ends) => {
            let (min, max) =
                ends.split_once('-').and_then(|(a, b)| Some((number(a)?, number(b)?))).ok_or_else(bad)?;
            if min > max {
                return Err(format!("`{text}`: the range ends before it begins"));
            }
            Ok(ThinkTimeMode::Range((min * 1000.0) as u64, (max * 1000.0) as u64))
        }
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn think_times_are_read_in_seconds() {
        assert_eq!(think_time("range:1-3s"), Ok(ThinkTimeMode::Range(1_000, 3_000)));
        assert_eq!(think_time("scaled:0.5"), Ok(ThinkTimeMode::Scaled(0.5)));
        assert!(think_time("range:3-1").is_err() && think_time("often").is_err());
    }
}
