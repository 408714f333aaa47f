//! Options from command line flags: one table that the command line is built from.

use crate::duration::quote;
use crate::env::{go_bool, split_list};
use crate::json_fields as field;
use crate::{GoDuration, Options, OptionsError};

/// One flag of `run` that sets an option.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    pub name: &'static str,
    pub short: Option<char>,
    pub kind: FlagKind,
    pub help: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagKind {
    /// No value means `true`; `--flag=false` is accepted.
    Bool,
    Value,
    /// May be given several times; [`Options::apply_flag`] is called once per value.
    Repeated,
    /// `--http-debug` or `--http-debug=full`.
    OptionalValue {
        default: &'static str,
    },
}

/// A flag's value that does not parse; k6's text.
///
/// k6 reads numbers, booleans and durations with its arguments (exit code 255), everything else with
/// the configuration (exit code 104).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FlagError {
    pub text: String,
    /// Exit code 104 instead of 255.
    pub invalid_config: bool,
}

/// Flags whose values are read with the configuration.
const READ_LATE: [&str; 11] = [
    "stage",
    "execution-segment",
    "execution-segment-sequence",
    "blacklist-ip",
    "block-hostnames",
    "summary-trend-stats",
    "summary-time-unit",
    "system-tags",
    "tag",
    "dns",
    "local-ips",
];

const fn flag(name: &'static str, short: Option<char>, kind: FlagKind, help: &'static str) -> Flag {
    Flag { name, short, kind, help }
}

/// Every flag that sets an option, in the order of the help text.
pub const FLAGS: &[Flag] = &[
    flag("vus", Some('u'), FlagKind::Value, "number of virtual users"),
    flag("duration", Some('d'), FlagKind::Value, "test duration limit, such as 30s or 1h30m"),
    flag("iterations", Some('i'), FlagKind::Value, "total iterations, shared among all VUs"),
    flag("stage", Some('s'), FlagKind::Repeated, "add a ramping stage, as duration:target"),
    flag("execution-segment", None, FlagKind::Value, "run only this part of the test, such as 0:1/3"),
    flag(
        "execution-segment-sequence",
        None,
        FlagKind::Value,
        "the borders of all parts, such as 0,1/3,2/3,1",
    ),
    flag("paused", Some('p'), FlagKind::Bool, "start in a paused state"),
    flag("no-setup", None, FlagKind::Bool, "do not run setup()"),
    flag("no-teardown", None, FlagKind::Bool, "do not run teardown()"),
    flag("max-redirects", None, FlagKind::Value, "follow at most this many redirects"),
    flag("batch", None, FlagKind::Value, "parallel requests of one http.batch()"),
    flag("batch-per-host", None, FlagKind::Value, "parallel requests of one http.batch() to one host"),
    flag("rps", None, FlagKind::Value, "limit requests per second, over all VUs"),
    flag("user-agent", None, FlagKind::Value, "user agent for requests"),
    flag(
        "http-debug",
        None,
        FlagKind::OptionalValue { default: "headers" },
        "log requests and responses; with =full, bodies too",
    ),
    flag("insecure-skip-tls-verify", None, FlagKind::Bool, "do not verify certificates"),
    flag("no-connection-reuse", None, FlagKind::Bool, "a new connection for each request"),
    flag("no-vu-connection-reuse", None, FlagKind::Bool, "close idle connections after each iteration"),
    flag("min-iteration-duration", None, FlagKind::Value, "let iterations take at least this long"),
    flag("throw", Some('w'), FlagKind::Bool, "throw when a request fails"),
    flag("blacklist-ip", None, FlagKind::Repeated, "refuse to connect to this address range"),
    flag("block-hostnames", None, FlagKind::Repeated, "refuse to call this host name; * matches in front"),
    flag("summary-trend-stats", None, FlagKind::Repeated, "statistics shown for trends, such as avg,p(99)"),
    flag("summary-time-unit", None, FlagKind::Value, "time unit of the summary: s, ms, us"),
    flag("system-tags", None, FlagKind::Repeated, "system tags to put on samples, comma separated"),
    flag("tag", None, FlagKind::Repeated, "add a tag to all samples, as name=value"),
    flag("console-output", None, FlagKind::Value, "write console messages to this file"),
    flag("discard-response-bodies", None, FlagKind::Bool, "read bodies but do not keep them"),
    flag("local-ips", None, FlagKind::Value, "source addresses: addresses, ranges, networks"),
    flag("dns", None, FlagKind::Value, "resolver: ttl=5m,select=random,policy=preferIPv4"),
    flag("features", None, FlagKind::Value, "feature names, accepted for compatibility"),
];

impl Options {
    /// Applies one flag by its long name. Repeated flags accumulate.
    pub fn apply_flag(&mut self, name: &str, value: &str) -> Result<(), FlagError> {
        self.set_flag(name, value).map_err(|reason| {
            if READ_LATE.contains(&name) {
                return FlagError { text: reason, invalid_config: true };
            }
            let short = FLAGS.iter().find(|f| f.name == name).and_then(|f| f.short);
            let spelling = short.map_or_else(|| format!("--{name}"), |c| format!("-{c}, --{name}"));
            let text = format!("invalid argument {} for {} flag: {reason}", quote(value), quote(&spelling));
            FlagError { text, invalid_config: false }
        })
    }

    fn set_flag(&mut self, name: &str, value: &str) -> Result<(), String> {
        let text = |e: OptionsError| e.0;
        let int = || {
            value
                .parse::<i64>()
                .map_err(|_| format!("strconv.ParseInt: parsing {}: invalid syntax", quote(value)))
        };
        let boolean = || {
            go_bool(value)
                .ok_or_else(|| format!("strconv.ParseBool: parsing {}: invalid syntax", quote(value)))
        };
        let duration = || GoDuration::parse_with_days(value).map_err(|e| e.0);
        match name {
            "vus" => self.vus = Some(int()?),
            "duration" => self.duration = Some(duration()?),
            "iterations" => self.iterations = Some(int()?),
            "stage" => {
                let more = field::stage_list(value).map_err(text)?;
                self.stages.get_or_insert_default().extend(more);
            }
            "execution-segment" => self.execution_segment = Some(value.parse().map_err(|e| format!("{e}"))?),
            "execution-segment-sequence" => {
                self.execution_segment_sequence = Some(value.parse().map_err(|e| format!("{e}"))?);
            }
            "paused" => self.paused = Some(boolean()?),
            "no-setup" => self.no_setup = Some(boolean()?),
            "no-teardown" => self.no_teardown = Some(boolean()?),
            "max-redirects" => self.max_redirects = Some(int()?),
            "batch" => self.batch = Some(int()?),
            "batch-per-host" => self.batch_per_host = Some(int()?),
            "rps" => self.rps = Some(int()?),
            "user-agent" => self.user_agent = Some(value.to_owned()),
            "http-debug" => self.http_debug = Some(field::http_debug(value)),
            "insecure-skip-tls-verify" => self.insecure_skip_tls_verify = Some(boolean()?),
            "no-connection-reuse" => self.no_connection_reuse = Some(boolean()?),
            "no-vu-connection-reuse" => self.no_vu_connection_reuse = Some(boolean()?),
            "min-iteration-duration" => self.min_iteration_duration = Some(duration()?),
            "throw" => self.throw = Some(boolean()?),
            "blacklist-ip" => {
                for item in split_list(value) {
                    self.blacklist_ips.get_or_insert_default().push(field::cidr(&item).map_err(text)?);
                }
            }
            "block-hostnames" => {
                let names = field::hostnames(&split_list(value)).map_err(text)?;
                self.block_hostnames.get_or_insert_default().extend(names);
            }
            "summary-trend-stats" => {
                for item in split_list(value) {
                    self.summary_trend_stats
                        .get_or_insert_default()
                        .push(field::trend_stat(&item).map_err(text)?);
                }
            }
            "summary-time-unit" => self.summary_time_unit = field::time_unit(value).map_err(text)?,
            "system-tags" => {
                let more = field::system_tags(&split_list(value)).map_err(text)?;
                self.system_tags
                    .get_or_insert_with(|| crate::SystemTags(Default::default()))
                    .0
                    .extend(more.0);
            }
            "tag" => {
                let (key, tag) = value.split_once('=').ok_or("invalid tag, expected: key=value")?;
                if key.is_empty() || tag.is_empty() {
                    return Err(format!("invalid tag '{value}', neither name nor value can be empty"));
                }
                self.tags.get_or_insert_default().insert(key.to_owned(), tag.to_owned());
            }
            "console-output" => self.console_output = Some(value.to_owned()),
            "discard-response-bodies" => self.discard_response_bodies = Some(boolean()?),
            "local-ips" => self.local_ips = Some(value.to_owned()),
            "dns" => self.dns = field::dns_text(value).map_err(text)?,
            "features" => self.features = Some(value.to_owned()),
            _ => return Err(format!("unknown flag: --{name}")),
        }
        Ok(())
    }
}
