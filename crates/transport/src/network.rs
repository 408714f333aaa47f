//! What all clients of a run share: settings, the DNS cache, TLS configurations.

use std::net::IpAddr;
use std::time::Duration;

use crate::dial::{IpRange, ProxyTable, local_ips};
use crate::dns::Resolver;
use crate::tls::Tls;

/// Settings of a run, as plain values.
#[derive(Clone, Debug)]
pub struct Settings {
    pub dns: DnsSettings,
    /// Exact names, names with a port, and leading wildcards; the longest match wins.
    pub hosts: Vec<HostRule>,
    /// Names that must not be called; `*.example.com` allowed.
    pub block_hostnames: Vec<String>,
    /// Networks that must not be called: address and prefix length.
    pub blacklist_ips: Vec<(IpAddr, u8)>,
    /// `1.2.3.4,1.2.3.4-1.2.3.9,10.0.0.0/24`; empty = the system's choice.
    pub local_ips: String,
    pub tls: TlsSettings,
    pub proxies: Proxies,
    /// A new connection for each request.
    pub no_connection_reuse: bool,
    /// Idle connections in total (k6: `batch`) and per host (k6: `batchPerHost`).
    pub max_idle: usize,
    pub max_idle_per_host: usize,
    pub http_debug: HttpDebug,
    /// HTTP/2 is offered in ALPN (k6's default; `GODEBUG=http2client=0` turns it off).
    pub http2: bool,
    /// Larger response bodies fail; bytes, 0 = no limit.
    pub max_body: u64,
}

/// k6's defaults.
impl Default for Settings {
    fn default() -> Self {
        Self {
            dns: DnsSettings::default(),
            hosts: Vec::new(),
            block_hostnames: Vec::new(),
            blacklist_ips: Vec::new(),
            local_ips: String::new(),
            tls: TlsSettings::default(),
            proxies: Proxies::default(),
            no_connection_reuse: false,
            max_idle: 20,
            max_idle_per_host: 6,
            http_debug: HttpDebug::Off,
            http2: true,
            max_body: 0,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DnsSettings {
    pub ttl: DnsTtl,
    pub select: DnsSelect,
    pub policy: DnsPolicy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsTtl {
    Forever,
    Never,
    For(Duration),
}

impl Default for DnsTtl {
    fn default() -> Self {
        Self::For(Duration::from_secs(300))
    }
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

/// One entry of `hosts`: `example.com`, `example.com:443`, `*.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule {
    pub pattern: String,
    pub ip: IpAddr,
    pub port: Option<u16>,
}

#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    pub insecure_skip_verify: bool,
    pub min: Option<TlsVersion>,
    pub max: Option<TlsVersion>,
    /// Go names; empty = all.
    pub cipher_suites: Vec<String>,
    pub client_certificates: Vec<ClientCertificate>,
    /// A file of PEM certificates to trust instead of the system's (`SSL_CERT_FILE`).
    pub ca_file: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    Tls10,
    Tls11,
    Tls12,
    Tls13,
}

impl TlsVersion {
    /// k6's spelling: `tls1.3`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "tls1.0",
            Self::Tls11 => "tls1.1",
            Self::Tls12 => "tls1.2",
            Self::Tls13 => "tls1.3",
        }
    }
}

/// A certificate for the named domains (none = all), PEM texts.
#[derive(Clone, Debug, Default)]
pub struct ClientCertificate {
    pub domains: Vec<String>,
    pub cert: String,
    pub key: String,
    pub password: Option<String>,
}

/// The values of `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` (either case).
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    pub http: Option<String>,
    pub https: Option<String>,
    pub no_proxy: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpDebug {
    #[default]
    Off,
    Headers,
    Full,
}

/// Settings that cannot be used: a bad certificate, key, address or cipher name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NetworkError(pub String);

/// Shared by all clients of a run: `Arc<Network>`.
#[derive(Debug)]
pub struct Network {
    pub settings: Settings,
    pub(crate) resolver: Resolver,
    pub(crate) tls: Tls,
    pub(crate) proxies: ProxyTable,
    pub(crate) local_ips: Vec<IpRange>,
}

impl Network {
    pub fn new(settings: Settings) -> Result<Self, NetworkError> {
        Ok(Self {
            resolver: Resolver::default(),
            tls: Tls::new(&settings.tls, settings.http2)?,
            proxies: ProxyTable::new(&settings.proxies)?,
            local_ips: local_ips(&settings.local_ips)?,
            settings,
        })
    }
}
