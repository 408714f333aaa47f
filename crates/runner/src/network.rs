//! From options to what the transport wants to know.

use loadwright_transport::{
    ClientCertificate, DnsPolicy, DnsSelect, DnsSettings, DnsTtl, HostRule, HttpDebug, Network, NetworkError,
    Proxies, Settings, TlsSettings, TlsVersion,
};
use loadwright_workload as w;
use loadwright_workload::Options;

/// What comes from the process and not from the options.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub proxies: Proxies,
    /// `SSL_CERT_FILE`.
    pub ca_file: Option<String>,
    /// `GODEBUG=http2client=0` turns HTTP/2 off.
    pub no_http2: bool,
    /// Larger response bodies fail; bytes, 0 = no limit.
    pub max_body: u64,
}

/// The network that all VUs of a run share.
pub fn network(options: &Options, surroundings: &Surroundings) -> Result<Network, NetworkError> {
    let positive = |n: Option<i64>, default: i64| usize::try_from(n.unwrap_or(default)).unwrap_or(0);
    Network::new(Settings {
        dns: dns(&options.dns),
        hosts: options
            .hosts
            .iter()
            .flatten()
            .map(|(pattern, target)| HostRule { pattern: pattern.clone(), ip: target.ip, port: target.port })
            .collect(),
        block_hostnames: options.block_hostnames.clone().unwrap_or_default(),
        blacklist_ips: options.blacklist_ips.iter().flatten().map(|c| (c.network, c.prefix)).collect(),
        local_ips: options.local_ips.clone().unwrap_or_default(),
        tls: TlsSettings {
            insecure_skip_verify: options.insecure_skip_tls_verify.unwrap_or(false),
            min: options.tls_version.and_then(|v| v.min).map(tls_version),
            max: options.tls_version.and_then(|v| v.max).map(tls_version),
            cipher_suites: options.tls_cipher_suites.clone().unwrap_or_default(),
            client_certificates: options
                .tls_auth
                .iter()
                .flatten()
                .map(|a| ClientCertificate {
                    domains: a.domains.clone(),
                    cert: a.cert.clone(),
                    key: a.key.clone(),
                    password: a.password.clone(),
                })
                .collect(),
            ca_file: surroundings.ca_file.clone(),
        },
        proxies: surroundings.proxies.clone(),
        no_connection_reuse: options.no_connection_reuse.unwrap_or(false),
        max_idle: positive(options.batch, Options::DEFAULT_BATCH),
        max_idle_per_host: positive(options.batch_per_host, Options::DEFAULT_BATCH_PER_HOST),
        http_debug: match options.http_debug {
            None | Some(w::HttpDebug::Off) => HttpDebug::Off,
            Some(w::HttpDebug::Headers) => HttpDebug::Headers,
            Some(w::HttpDebug::Full) => HttpDebug::Full,
        },
        http2: !surroundings.no_http2,
        max_body: surroundings.max_body,
    })
}

fn dns(options: &w::DnsOptions) -> DnsSettings {
    DnsSettings {
        ttl: match &options.ttl {
            None => DnsTtl::default(),
            Some(w::DnsTtl::Forever) => DnsTtl::Forever,
            Some(w::DnsTtl::Never) => DnsTtl::Never,
            Some(w::DnsTtl::For(time)) => DnsTtl::For(time.to_std()),
        },
        select: match options.select.unwrap_or_default() {
            w::DnsSelect::First => DnsSelect::First,
            w::DnsSelect::RoundRobin => DnsSelect::RoundRobin,
            w::DnsSelect::Random => DnsSelect::Random,
        },
        policy: match options.policy.unwrap_or_default() {
            w::DnsPolicy::PreferIpv4 => DnsPolicy::PreferIpv4,
            w::DnsPolicy::PreferIpv6 => DnsPolicy::PreferIpv6,
            w::DnsPolicy::OnlyIpv4 => DnsPolicy::OnlyIpv4,
            w::DnsPolicy::OnlyIpv6 => DnsPolicy::OnlyIpv6,
            w::DnsPolicy::Any => DnsPolicy::Any,
        },
    }
}

fn tls_version(version: w::TlsVersion) -> TlsVersion {
    match version {
        w::TlsVersion::Tls10 => TlsVersion::Tls10,
        w::TlsVersion::Tls11 => TlsVersion::Tls11,
        w::TlsVersion::Tls12 => TlsVersion::Tls12,
        w::TlsVersion::Tls13 => TlsVersion::Tls13,
    }
}
