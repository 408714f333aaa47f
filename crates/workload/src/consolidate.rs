//! Tiers of options and how a higher one overrides a lower.

use crate::derive::derive_scenarios;
use crate::{Options, OptionsError, Tuple};

/// Where an option was set, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    ConfigFile,
    Script,
    Environment,
    Cli,
}

/// All tiers of one run; an absent tier is `Options::default()`.
#[derive(Clone, Debug, Default)]
pub struct Tiers {
    pub config_file: Options,
    pub script: Options,
    pub environment: Options,
    pub cli: Options,
}

/// The options in force: scenarios derived, validated. The shortcuts that led to them stay visible.
#[derive(Clone, Debug)]
pub struct Consolidated {
    pub options: Options,
    /// Texts for `level=warning` lines, in order.
    pub warnings: Vec<String>,
}

/// The feature with which `tags` of a higher tier add to those below instead of replacing them.
const MERGE_TAGS: &str = "merge-run-tags";

impl Tier {
    /// The name in warnings.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfigFile => "JSON config file",
            Self::Script => "script options",
            Self::Environment => "env",
            Self::Cli => "cli",
        }
    }
}

/// Merges the tiers (with the execution wipe rule), derives `scenarios` from shortcuts, validates.
/// Errors end a run with exit code 104 before anything starts.
pub fn consolidate(tiers: &Tiers) -> Result<Consolidated, OptionsError> {
    let mut warnings = Vec::new();
    let mut merged = Options::default();
    let all = [
        (Tier::ConfigFile, &tiers.config_file),
        (Tier::Script, &tiers.script),
        (Tier::Environment, &tiers.environment),
        (Tier::Cli, &tiers.cli),
    ];
    let features =
        |o: &Options| o.features.as_deref().unwrap_or("").split(',').any(|f| f.trim() == MERGE_TAGS);
    let merge_tags = all.iter().any(|(_, options)| features(options));
    for (tier, options) in all {
        let below = merged.tags.clone();
        apply(&mut merged, tier, options, &mut warnings);
        if merge_tags && let (Some(tags), Some(below)) = (&mut merged.tags, below) {
            for (key, value) in below {
                tags.entry(key).or_insert(value);
            }
        }
    }
    let options = derive_scenarios(merged, &mut warnings)?;
    validate(&options)?;
    Ok(Consolidated { options, warnings })
}

/// Puts a higher tier over what lower tiers gave.
fn apply(into: &mut Options, tier: Tier, from: &Options, warnings: &mut Vec<String>) {
    let execution = from.duration.is_some()
        || from.iterations.is_some()
        || from.stages.is_some()
        || from.scenarios.is_some();
    let vus_alone = from.vus.is_some() && matches!(tier, Tier::Environment | Tier::Cli);
    let below = into.duration.is_some() || into.iterations.is_some() || into.stages.is_some();
    if execution || (vus_alone && !below) {
        if into.scenarios.is_some() && from.scenarios.is_none() {
            if !execution && let Some(vus) = from.vus {
                warnings.push(format!("`vus={vus}` overrides scenarios configuration"));
            }
            warnings.push(format!(
                "\"{}\" level configuration overrode scenarios configuration entirely",
                tier.name()
            ));
        }
        // k6 keeps `vus` of a lower tier: it only gets meaning from what it is combined with
        into.duration = None;
        into.iterations = None;
        into.stages = None;
        into.scenarios = None;
        if from.scenarios.is_some() {
            into.vus = None;
        }
    }
    into.overlay(from);
}

fn validate(options: &Options) -> Result<(), OptionsError> {
    let mut problems = Vec::new();
    for (name, workload) in options.scenarios.iter().flatten() {
        let found = workload.problems(name);
        if !found.is_empty() {
            problems.push(format!("scenario {name} has configuration errors: {}", found.join(", ")));
        }
    }
    if let Err(e) =
        Tuple::new(options.execution_segment.as_ref(), options.execution_segment_sequence.as_ref())
    {
        problems.push(e.to_string());
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(OptionsError(format!(
        "There were problems with the specified script configuration:\n\t- {}",
        problems.join("\n\t- ")
    )))
}

impl Options {
    /// Takes every field that `from` sets.
    fn overlay(&mut self, from: &Self) {
        macro_rules! take {
            ($($field:ident),* $(,)?) => {
                $(if from.$field.is_some() {
                    self.$field.clone_from(&from.$field);
                })*
            };
        }
        take!(
            paused,
            vus,
            duration,
            iterations,
            stages,
            scenarios,
            execution_segment,
            execution_segment_sequence,
            no_setup,
            setup_timeout,
            no_teardown,
            teardown_timeout,
            handle_summary_timeout,
            rps,
            max_redirects,
            user_agent,
            batch,
            batch_per_host,
            http_debug,
            insecure_skip_tls_verify,
            tls_cipher_suites,
            tls_version,
            tls_auth,
            throw,
            thresholds,
            blacklist_ips,
            block_hostnames,
            hosts,
            no_connection_reuse,
            no_vu_connection_reuse,
            min_iteration_duration,
            cloud,
            ext,
            summary_trend_stats,
            summary_time_unit,
            system_tags,
            tags,
            metric_samples_buffer_size,
            no_cookies_reset,
            discard_response_bodies,
            console_output,
            local_ips,
            features,
        );
        if from.dns.ttl.is_some() {
            self.dns.ttl.clone_from(&from.dns.ttl);
        }
        self.dns.select = from.dns.select.or(self.dns.select);
        self.dns.policy = from.dns.policy.or(self.dns.policy);
    }
}
