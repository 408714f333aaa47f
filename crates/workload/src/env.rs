//! Options from `K6_*` variables.

use serde_json::Value;

use crate::duration::quote;
use crate::json_fields as field;
use crate::{GoDuration, Options, OptionsError};

/// A variable whose value does not parse; exit code 104.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EnvError(pub String);

/// A variable's value; an empty one counts as unset for numbers and durations.
struct Variables<F>(F);

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    fn text(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }

    fn read<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, EnvError> {
        let Some(text) = self.text(name).filter(|t| !t.is_empty()) else {
            return Ok(None);
        };
        parse(&text).map(Some).map_err(|reason| {
            EnvError(format!(
                "envconfig.Process: assigning {name} to {}: converting '{text}' failed. details: {reason}",
                name
            ))
        })
    }

    fn boolean(&self, name: &str) -> Result<Option<bool>, EnvError> {
        self.read(name, |t| {
            go_bool(t).ok_or_else(|| format!("strconv.ParseBool: parsing {}: invalid syntax", quote(t)))
        })
    }

    fn int(&self, name: &str) -> Result<Option<i64>, EnvError> {
        self.read(name, |t| {
            t.parse().map_err(|_| format!("strconv.ParseInt: parsing {}: invalid syntax", quote(t)))
        })
    }

    fn duration(&self, name: &str) -> Result<Option<GoDuration>, EnvError> {
        self.read(name, |t| GoDuration::parse_extended(t).map_err(|e| e.0))
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        self.text(name).map(|t| split_list(&t))
    }

    fn json<T>(
        &self,
        name: &str,
        read: impl Fn(&Value) -> Result<T, OptionsError>,
    ) -> Result<Option<T>, EnvError> {
        self.read(name, |t| {
            let value: Value = serde_json::from_str(t).map_err(|e| e.to_string())?;
            read(&value).map_err(|e| e.0)
        })
    }
}

/// Go's `strconv.ParseBool`.
pub(crate) fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

pub(crate) fn split_list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

impl Options {
    /// Reads every `K6_*` option through `lookup` (a variable's value, `None` if unset).
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, EnvError> {
        let v = Variables(lookup);
        let list = |name: &str,
                    read: &dyn Fn(&str) -> Result<(), OptionsError>|
         -> Result<Option<Vec<String>>, EnvError> {
            let Some(items) = v.list(name) else { return Ok(None) };
            for item in &items {
                read(item).map_err(|e| EnvError(e.0))?;
            }
            Ok(Some(items))
        };
        let stats = list("K6_SUMMARY_TREND_STATS", &|s| field::trend_stat(s).map(|_| ()))?;
        let cidrs = list("K6_BLACKLIST_IPS", &|s| field::cidr(s).map(|_| ()))?;
        Ok(Self {
            paused: v.boolean("K6_PAUSED")?,
            vus: v.int("K6_VUS")?,
            duration: v.duration("K6_DURATION")?,
            iterations: v.int("K6_ITERATIONS")?,
            stages: v.read("K6_STAGES", |t| field::stage_list(t).map_err(|e| e.0))?,
            scenarios: None,
            execution_segment: v.read("K6_EXECUTION_SEGMENT", |t| t.parse().map_err(|e| format!("{e}")))?,
            execution_segment_sequence: v
                .read("K6_EXECUTION_SEGMENT_SEQUENCE", |t| t.parse().map_err(|e| format!("{e}")))?,
            no_setup: v.boolean("K6_NO_SETUP")?,
            setup_timeout: v.duration("K6_SETUP_TIMEOUT")?,
            no_teardown: v.boolean("K6_NO_TEARDOWN")?,
            teardown_timeout: v.duration("K6_TEARDOWN_TIMEOUT")?,
            handle_summary_timeout: v.duration("K6_HANDLE_SUMMARY_TIMEOUT")?,
            rps: v.int("K6_RPS")?,
            dns: v.read("K6_DNS", |t| field::dns_text(t).map_err(|e| e.0))?.unwrap_or_default(),
            max_redirects: v.int("K6_MAX_REDIRECTS")?,
            user_agent: v.text("K6_USER_AGENT"),
            batch: v.int("K6_BATCH")?,
            batch_per_host: v.int("K6_BATCH_PER_HOST")?,
            http_debug: v.text("K6_HTTP_DEBUG").map(|t| field::http_debug(&t)),
            insecure_skip_tls_verify: v.boolean("K6_INSECURE_SKIP_TLS_VERIFY")?,
            tls_cipher_suites: v.list("K6_TLS_CIPHER_SUITES"),
            tls_version: v.json("K6_TLS_VERSION", field::tls_versions)?,
            tls_auth: v.json("K6_TLSAUTH", field::tls_auth)?,
            throw: v.boolean("K6_THROW")?,
            thresholds: v.json("K6_THRESHOLDS", field::thresholds)?,
            blacklist_ips: cidrs.map(|list| list.iter().filter_map(|s| field::cidr(s).ok()).collect()),
            block_hostnames: match v.list("K6_BLOCK_HOSTNAMES") {
                Some(names) => Some(field::hostnames(&names).map_err(|e| EnvError(e.0))?),
                None => None,
            },
            hosts: v.json("K6_HOSTS", field::hosts)?,
            no_connection_reuse: v.boolean("K6_NO_CONNECTION_REUSE")?,
            no_vu_connection_reuse: v.boolean("K6_NO_VU_CONNECTION_REUSE")?,
            min_iteration_duration: v.duration("K6_MIN_ITERATION_DURATION")?,
            cloud: None,
            ext: None,
            summary_trend_stats: stats
                .map(|list| list.iter().filter_map(|s| field::trend_stat(s).ok()).collect()),
            summary_time_unit: v
                .read("K6_SUMMARY_TIME_UNIT", |t| field::time_unit(t).map_err(|e| e.0))?
                .flatten(),
            system_tags: match v.list("K6_SYSTEM_TAGS") {
                Some(names) => Some(field::system_tags(&names).map_err(|e| EnvError(e.0))?),
                None => None,
            },
            tags: v.read("K6_TAGS", |t| {
                split_list(t)
                    .iter()
                    .map(|pair| {
                        pair.split_once(['=', ':'])
                            .map(|(k, v)| (k.to_owned(), v.to_owned()))
                            .ok_or_else(|| format!("invalid tag: {pair}"))
                    })
                    .collect()
            })?,
            metric_samples_buffer_size: v.int("K6_METRIC_SAMPLES_BUFFER_SIZE")?,
            no_cookies_reset: v.boolean("K6_NO_COOKIES_RESET")?,
            discard_response_bodies: v.boolean("K6_DISCARD_RESPONSE_BODIES")?,
            console_output: v.text("K6_CONSOLE_OUTPUT"),
            local_ips: v.text("K6_LOCAL_IPS"),
            features: v.text("K6_FEATURES"),
        })
    }
}
