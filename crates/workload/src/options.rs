//! k6 `options`: every field, as plain values; `None` is a field that was not set.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::{GoDuration, Segment, SegmentSequence, Stage, Threshold, Workload};

/// One tier of options, or the consolidated view after [`crate::consolidate`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub paused: Option<bool>,
    pub vus: Option<i64>,
    pub duration: Option<GoDuration>,
    pub iterations: Option<i64>,
    pub stages: Option<Vec<Stage>>,
    pub scenarios: Option<BTreeMap<String, Workload>>,
    pub execution_segment: Option<Segment>,
    pub execution_segment_sequence: Option<SegmentSequence>,
    pub no_setup: Option<bool>,
    pub setup_timeout: Option<GoDuration>,
    pub no_teardown: Option<bool>,
    pub teardown_timeout: Option<GoDuration>,
    pub handle_summary_timeout: Option<GoDuration>,
    pub rps: Option<i64>,
    pub dns: DnsOptions,
    pub max_redirects: Option<i64>,
    pub user_agent: Option<String>,
    pub batch: Option<i64>,
    pub batch_per_host: Option<i64>,
    pub http_debug: Option<HttpDebug>,
    pub insecure_skip_tls_verify: Option<bool>,
    /// Go names, such as `TLS_AES_128_GCM_SHA256`.
    pub tls_cipher_suites: Option<Vec<String>>,
    pub tls_version: Option<TlsVersions>,
    pub tls_auth: Option<Vec<TlsAuth>>,
    pub throw: Option<bool>,
    pub thresholds: Option<BTreeMap<String, Vec<Threshold>>>,
    pub blacklist_ips: Option<Vec<CidrBlock>>,
    pub block_hostnames: Option<Vec<String>>,
    pub hosts: Option<BTreeMap<String, HostTarget>>,
    pub no_connection_reuse: Option<bool>,
    pub no_vu_connection_reuse: Option<bool>,
    pub min_iteration_duration: Option<GoDuration>,
    pub cloud: Option<serde_json::Value>,
    pub ext: Option<serde_json::Value>,
    pub summary_trend_stats: Option<Vec<TrendStat>>,
    pub summary_time_unit: Option<TimeUnit>,
    pub system_tags: Option<SystemTags>,
    pub tags: Option<BTreeMap<String, String>>,
    pub metric_samples_buffer_size: Option<i64>,
    pub no_cookies_reset: Option<bool>,
    pub discard_response_bodies: Option<bool>,
    pub console_output: Option<String>,
    /// Source addresses as written: `1.2.3.4`, `1.2.3.4-1.2.3.9`, `10.0.0.0/24`, comma separated.
    pub local_ips: Option<String>,
    pub features: Option<String>,
}

/// `dns`: each part is set on its own, so that tiers merge part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsOptions {
    pub ttl: Option<DnsTtl>,
    pub select: Option<DnsSelect>,
    pub policy: Option<DnsPolicy>,
}

/// How long an answer is kept; the default is five minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsTtl {
    /// `inf` or a negative number.
    Forever,
    /// `0`: never kept.
    Never,
    For(GoDuration),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DnsSelect {
    First,
    RoundRobin,
    #[default]
    Random,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DnsPolicy {
    #[default]
    PreferIpv4,
    PreferIpv6,
    OnlyIpv4,
    OnlyIpv6,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpDebug {
    Off,
    Headers,
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    Tls10,
    Tls11,
    Tls12,
    Tls13,
}

/// `tlsVersion`: one version is `min == max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsVersions {
    pub min: Option<TlsVersion>,
    pub max: Option<TlsVersion>,
}

/// A client certificate for some domains (`[]` = all); PEM texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsAuth {
    pub domains: Vec<String>,
    pub cert: String,
    pub key: String,
    pub password: Option<String>,
}

/// A network that must not be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CidrBlock {
    pub network: IpAddr,
    pub prefix: u8,
}

/// Where a name in `hosts` points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostTarget {
    pub ip: IpAddr,
    pub port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    Seconds,
    Milliseconds,
    Microseconds,
}

/// One column of a trend in the summary; `name` is the text as written, such as `p(99.90)`.
#[derive(Clone, Debug, PartialEq)]
pub enum TrendStat {
    Avg,
    Min,
    Med,
    Max,
    Count,
    Percentile { name: String, p: f64 },
}

/// The tags that the runner itself puts on samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SystemTag {
    Check,
    Error,
    ErrorCode,
    ExpectedResponse,
    Group,
    Ip,
    Iter,
    Method,
    Name,
    OcspStatus,
    Proto,
    Scenario,
    Service,
    Status,
    Subproto,
    TlsVersion,
    Url,
    Vu,
}

/// A set of [`SystemTag`]s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemTags(pub BTreeSet<SystemTag>);

impl SystemTag {
    pub const ALL: [Self; 18] = [
        Self::Check,
        Self::Error,
        Self::ErrorCode,
        Self::ExpectedResponse,
        Self::Group,
        Self::Ip,
        Self::Iter,
        Self::Method,
        Self::Name,
        Self::OcspStatus,
        Self::Proto,
        Self::Scenario,
        Self::Service,
        Self::Status,
        Self::Subproto,
        Self::TlsVersion,
        Self::Url,
        Self::Vu,
    ];

    /// The tag's key on a sample.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Error => "error",
            Self::ErrorCode => "error_code",
            Self::ExpectedResponse => "expected_response",
            Self::Group => "group",
            Self::Ip => "ip",
            Self::Iter => "iter",
            Self::Method => "method",
            Self::Name => "name",
            Self::OcspStatus => "ocsp_status",
            Self::Proto => "proto",
            Self::Scenario => "scenario",
            Self::Service => "service",
            Self::Status => "status",
            Self::Subproto => "subproto",
            Self::TlsVersion => "tls_version",
            Self::Url => "url",
            Self::Vu => "vu",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.name() == name)
    }
}

impl SystemTags {
    pub fn contains(&self, tag: SystemTag) -> bool {
        self.0.contains(&tag)
    }
}

impl Default for SystemTags {
    fn default() -> Self {
        let optional = [SystemTag::Iter, SystemTag::Vu, SystemTag::OcspStatus, SystemTag::Ip];
        Self(SystemTag::ALL.into_iter().filter(|tag| !optional.contains(tag)).collect())
    }
}

impl TlsVersion {
    /// k6's spelling: `tls1.2`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "tls1.0",
            Self::Tls11 => "tls1.1",
            Self::Tls12 => "tls1.2",
            Self::Tls13 => "tls1.3",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13].into_iter().find(|v| v.name() == name)
    }
}

impl TrendStat {
    /// The column's heading.
    pub fn name(&self) -> &str {
        match self {
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Med => "med",
            Self::Max => "max",
            Self::Count => "count",
            Self::Percentile { name, p: _ } => name,
        }
    }

    /// `avg,min,med,max,p(90),p(95)`.
    pub fn defaults() -> Vec<Self> {
        vec![
            Self::Avg,
            Self::Min,
            Self::Med,
            Self::Max,
            Self::Percentile { name: "p(90)".to_owned(), p: 90.0 },
            Self::Percentile { name: "p(95)".to_owned(), p: 95.0 },
        ]
    }
}

impl TimeUnit {
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Seconds, Self::Milliseconds, Self::Microseconds].into_iter().find(|u| u.name() == name)
    }
}

/// The defaults that k6 documents for what a tier may leave out.
impl Options {
    pub const DEFAULT_BATCH: i64 = 20;
    pub const DEFAULT_BATCH_PER_HOST: i64 = 6;
    pub const DEFAULT_MAX_REDIRECTS: i64 = 10;
    pub const DEFAULT_TIMEOUT: GoDuration = GoDuration::from_secs(60);
    pub const DEFAULT_SUMMARY_TIMEOUT: GoDuration = GoDuration::from_secs(120);

    pub fn setup_timeout(&self) -> GoDuration {
        self.setup_timeout.unwrap_or(Self::DEFAULT_TIMEOUT)
    }

    pub fn teardown_timeout(&self) -> GoDuration {
        self.teardown_timeout.unwrap_or(Self::DEFAULT_TIMEOUT)
    }

    pub fn handle_summary_timeout(&self) -> GoDuration {
        self.handle_summary_timeout.unwrap_or(Self::DEFAULT_SUMMARY_TIMEOUT)
    }

    pub fn system_tags(&self) -> SystemTags {
        self.system_tags.clone().unwrap_or_default()
    }

    pub fn summary_trend_stats(&self) -> Vec<TrendStat> {
        self.summary_trend_stats.clone().unwrap_or_else(TrendStat::defaults)
    }
}
