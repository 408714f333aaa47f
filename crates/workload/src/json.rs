//! Options from JSON: the script's exported object, or a config file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::json_fields as field;
use crate::{
    ConstantArrivalRate, ConstantVus, Executor, Options, PerVuIterations, RampingArrivalRate, RampingVus,
    SharedIterations, Workload,
};

/// A refusal with k6's words; ends the run with exit code 104.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OptionsError(pub String);

/// What a JSON text held.
#[derive(Clone, Debug, Default)]
pub struct ParsedOptions {
    pub options: Options,
    /// Names that no option has, first one first; the run goes on with a warning.
    pub unknown_fields: Vec<String>,
}

impl ParsedOptions {
    /// The warning for a script with unknown fields; `None` when there are none.
    pub fn warning(&self) -> Option<String> {
        let first = self.unknown_fields.first()?;
        Some(format!(
            "There were unknown fields in the options exported in the script: json: unknown field \"{first}\""
        ))
    }
}

/// Names that a config file may hold and that are not options of a test.
const RUN_LEVEL: [&str; 5] = ["linger", "noUsageReport", "webDashboard", "collectors", "out"];

impl Options {
    /// Reads an options object; unknown fields are collected, wrong types are errors.
    /// Names match without regard to case, as in Go; `null` means "not set".
    pub fn from_json(value: &Value) -> Result<ParsedOptions, OptionsError> {
        let mut parsed = ParsedOptions::default();
        let map = match value {
            Value::Null => return Ok(parsed),
            Value::Object(map) => map,
            other => {
                return Err(OptionsError(format!(
                    "json: cannot unmarshal {} into Go value of type lib.Options",
                    field::kind(other)
                )));
            }
        };
        for (name, value) in map {
            if value.is_null() {
                if !is_known(name) {
                    parsed.unknown_fields.push(name.clone());
                }
                continue;
            }
            if !set_option(&mut parsed.options, name, value)? && !RUN_LEVEL.contains(&name.as_str()) {
                parsed.unknown_fields.push(name.clone());
            }
        }
        Ok(parsed)
    }
}

fn is_known(name: &str) -> bool {
    let all = Options::default().to_json();
    all.as_object().is_some_and(|map| map.keys().any(|k| k.eq_ignore_ascii_case(name)))
        || ["cloud", "localIPs", "consoleOutput", "features"].iter().any(|k| k.eq_ignore_ascii_case(name))
}

/// Sets one option by its JSON name; `false` when there is none of that name.
fn set_option(o: &mut Options, name: &str, v: &Value) -> Result<bool, OptionsError> {
    match name.to_ascii_lowercase().as_str() {
        "paused" => o.paused = Some(field::boolean(name, v)?),
        "vus" => o.vus = Some(field::int(name, v)?),
        "duration" => o.duration = Some(field::duration(v)?),
        "iterations" => o.iterations = Some(field::int(name, v)?),
        "stages" => o.stages = Some(field::stages(v)?),
        "scenarios" => o.scenarios = Some(scenarios(v)?),
        "executionsegment" => {
            o.execution_segment =
                Some(field::string(name, v)?.parse().map_err(|e| OptionsError(format!("{e}")))?);
        }
        "executionsegmentsequence" => {
            o.execution_segment_sequence =
                Some(field::string(name, v)?.parse().map_err(|e| OptionsError(format!("{e}")))?);
        }
        "nosetup" => o.no_setup = Some(field::boolean(name, v)?),
        "setuptimeout" => o.setup_timeout = Some(field::duration(v)?),
        "noteardown" => o.no_teardown = Some(field::boolean(name, v)?),
        "teardowntimeout" => o.teardown_timeout = Some(field::duration(v)?),
        "handlesummarytimeout" => o.handle_summary_timeout = Some(field::duration(v)?),
        "rps" => o.rps = Some(field::int(name, v)?),
        "dns" => o.dns = field::dns(v)?,
        "maxredirects" => o.max_redirects = Some(field::int(name, v)?),
        "useragent" => o.user_agent = Some(field::string(name, v)?),
        "batch" => o.batch = Some(field::int(name, v)?),
        "batchperhost" => o.batch_per_host = Some(field::int(name, v)?),
        "httpdebug" => o.http_debug = Some(field::http_debug(&field::string(name, v)?)),
        "insecureskiptlsverify" => o.insecure_skip_tls_verify = Some(field::boolean(name, v)?),
        "tlsciphersuites" => o.tls_cipher_suites = Some(field::strings(name, v)?),
        "tlsversion" => o.tls_version = Some(field::tls_versions(v)?),
        "tlsauth" => o.tls_auth = Some(field::tls_auth(v)?),
        "throw" => o.throw = Some(field::boolean(name, v)?),
        "thresholds" => o.thresholds = Some(field::thresholds(v)?),
        "blacklistips" => {
            o.blacklist_ips =
                Some(field::strings(name, v)?.iter().map(|s| field::cidr(s)).collect::<Result<_, _>>()?);
        }
        "blockhostnames" => o.block_hostnames = Some(field::hostnames(&field::strings(name, v)?)?),
        "hosts" => o.hosts = Some(field::hosts(v)?),
        "noconnectionreuse" => o.no_connection_reuse = Some(field::boolean(name, v)?),
        "novuconnectionreuse" => o.no_vu_connection_reuse = Some(field::boolean(name, v)?),
        "miniterationduration" => o.min_iteration_duration = Some(field::duration(v)?),
        "cloud" => o.cloud = Some(v.clone()),
        "ext" => o.ext = Some(v.clone()),
        "summarytrendstats" => {
            o.summary_trend_stats = Some(
                field::strings(name, v)?.iter().map(|s| field::trend_stat(s)).collect::<Result<_, _>>()?,
            );
        }
        "summarytimeunit" => o.summary_time_unit = field::time_unit(&field::string(name, v)?)?,
        "systemtags" => o.system_tags = Some(field::system_tags(&field::strings(name, v)?)?),
        "tags" => o.tags = Some(field::string_map(name, v)?),
        "metricsamplesbuffersize" => o.metric_samples_buffer_size = Some(field::int(name, v)?),
        "nocookiesreset" => o.no_cookies_reset = Some(field::boolean(name, v)?),
        "discardresponsebodies" => o.discard_response_bodies = Some(field::boolean(name, v)?),
        "consoleoutput" => o.console_output = Some(field::string(name, v)?),
        "localips" => o.local_ips = Some(field::string(name, v)?),
        "features" => o.features = Some(field::text_or_list(name, v)?),
        _ => return Ok(false),
    }
    Ok(true)
}

pub(crate) fn scenarios(v: &Value) -> Result<BTreeMap<String, Workload>, OptionsError> {
    let Value::Object(map) = v else {
        return Err(OptionsError(format!(
            "json: cannot unmarshal {} into Go value of type map[string]lib.protoExecutorConfig",
            field::kind(v)
        )));
    };
    map.iter().map(|(name, v)| Ok((name.clone(), scenario(name, v)?))).collect()
}

fn scenario(name: &str, v: &Value) -> Result<Workload, OptionsError> {
    let Value::Object(map) = v else {
        return Err(OptionsError(format!(
            "json: cannot unmarshal {} into Go value of type lib.protoExecutorConfig",
            field::kind(v)
        )));
    };
    let get = |key: &str| map.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v);
    let kind = match get("executor") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Null) | None => "",
        Some(other) => return Err(field::mismatch("executor", other, "string")),
    };
    if kind.is_empty() {
        return Err(OptionsError(format!("scenario '{name}' doesn't have a specified executor type")));
    }
    let executor = match kind {
        "shared-iterations" => Executor::SharedIterations(SharedIterations::default()),
        "per-vu-iterations" => Executor::PerVuIterations(PerVuIterations::default()),
        "constant-vus" => Executor::ConstantVus(ConstantVus::default()),
        "ramping-vus" => Executor::RampingVus(RampingVus::default()),
        "constant-arrival-rate" => Executor::ConstantArrivalRate(ConstantArrivalRate::default()),
        "ramping-arrival-rate" => Executor::RampingArrivalRate(RampingArrivalRate::default()),
        _ => return Err(OptionsError(format!("unknown executor type '{kind}'"))),
    };
    let mut workload = Workload::from(executor);
    for (key, value) in map {
        if value.is_null() {
            continue;
        }
        if !set_scenario_field(&mut workload, key, value)? {
            return Err(OptionsError(format!("json: unknown field \"{key}\"")));
        }
    }
    Ok(workload)
}

fn set_scenario_field(w: &mut Workload, key: &str, v: &Value) -> Result<bool, OptionsError> {
    let lower = key.to_ascii_lowercase();
    match lower.as_str() {
        "executor" => {}
        "starttime" => w.start_time = Some(field::duration(v)?),
        "gracefulstop" => w.graceful_stop = Some(field::duration(v)?),
        "env" => w.env = field::string_map(key, v)?,
        "exec" => w.exec = Some(field::string(key, v)?),
        "tags" => w.tags = field::string_map(key, v)?,
        "options" => w.options = Some(v.clone()),
        other => return set_executor_field(&mut w.executor, other, v),
    }
    Ok(true)
}

fn set_executor_field(executor: &mut Executor, key: &str, v: &Value) -> Result<bool, OptionsError> {
    let int = || field::int(key, v).map(Some);
    let duration = || field::duration(v).map(Some);
    match (executor, key) {
        (
            Executor::SharedIterations(SharedIterations { vus, .. })
            | Executor::PerVuIterations(PerVuIterations { vus, .. })
            | Executor::ConstantVus(ConstantVus { vus, .. }),
            "vus",
        ) => *vus = int()?,
        (
            Executor::SharedIterations(SharedIterations { iterations, .. })
            | Executor::PerVuIterations(PerVuIterations { iterations, .. }),
            "iterations",
        ) => *iterations = int()?,
        (
            Executor::SharedIterations(SharedIterations { max_duration, .. })
            | Executor::PerVuIterations(PerVuIterations { max_duration, .. }),
            "maxduration",
        ) => *max_duration = duration()?,
        (Executor::ConstantVus(e), "duration") => e.duration = duration()?,
        (Executor::RampingVus(e), "startvus") => e.start_vus = int()?,
        (Executor::RampingVus(e), "stages") => e.stages = field::stages(v)?,
        (Executor::RampingVus(e), "gracefulrampdown") => e.graceful_ramp_down = duration()?,
        (Executor::ConstantArrivalRate(e), "rate") => e.rate = int()?,
        (Executor::ConstantArrivalRate(e), "duration") => e.duration = duration()?,
        (Executor::RampingArrivalRate(e), "startrate") => e.start_rate = int()?,
        (Executor::RampingArrivalRate(e), "stages") => e.stages = field::stages(v)?,
        (
            Executor::ConstantArrivalRate(ConstantArrivalRate { time_unit, .. })
            | Executor::RampingArrivalRate(RampingArrivalRate { time_unit, .. }),
            "timeunit",
        ) => *time_unit = duration()?,
        (
            Executor::ConstantArrivalRate(ConstantArrivalRate { pre_allocated_vus, .. })
            | Executor::RampingArrivalRate(RampingArrivalRate { pre_allocated_vus, .. }),
            "preallocatedvus",
        ) => *pre_allocated_vus = int()?,
        (
            Executor::ConstantArrivalRate(ConstantArrivalRate { max_vus, .. })
            | Executor::RampingArrivalRate(RampingArrivalRate { max_vus, .. }),
            "maxvus",
        ) => *max_vus = int()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// An object's entry by name without regard to case.
pub(crate) fn entry<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.iter().find(|(k, v)| k.eq_ignore_ascii_case(key) && !v.is_null()).map(|(_, v)| v)
}
