//! Names to addresses: `hosts`, blocked names, the cache with its time to live, and the choice among answers.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::failure::{Broken, code};
use crate::{DnsPolicy, DnsSelect, DnsTtl, Settings};

/// The resolver of a run.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    cache: Mutex<HashMap<String, Answer>>,
    turn: AtomicUsize,
    seed: AtomicU64,
}

#[derive(Clone, Debug)]
struct Answer {
    addresses: Vec<IpAddr>,
    at: Instant,
}

impl Resolver {
    /// Where a connection to `host:port` must go.
    pub(crate) async fn address(
        &self,
        settings: &Settings,
        host: &str,
        port: u16,
    ) -> Result<SocketAddr, Broken> {
        let literal = host.parse::<IpAddr>().ok();
        if settings.hosts.is_empty()
            && settings.block_hostnames.is_empty()
            && let Some(ip) = literal
        {
            return allowed(settings, SocketAddr::new(ip, port));
        }
        let name = host.to_ascii_lowercase();
        if let Some(pattern) = settings.block_hostnames.iter().find(|p| matches(p, &name)) {
            let cause = format!("hostname ({name}) is in a blocked pattern ({pattern})");
            return Err(Broken::new(code::BLOCKED_HOSTNAME, "hostname is blocked", cause));
        }
        if let Some(target) = configured(settings, &name, port) {
            return allowed(settings, target);
        }
        let ip = match literal {
            Some(ip) => ip,
            None => self.lookup(settings, &name).await?,
        };
        allowed(settings, SocketAddr::new(ip, port))
    }

    async fn lookup(&self, settings: &Settings, name: &str) -> Result<IpAddr, Broken> {
        let cached = {
            let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.get(name).filter(|a| fresh(settings.dns.ttl, a.at)).map(|a| a.addresses.clone())
        };
        let addresses = match cached {
            Some(addresses) => addresses,
            None => {
                let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| no_such_host(name))?;
                let mut addresses: Vec<IpAddr> = found.map(|a| a.ip()).collect();
                addresses.dedup();
                if settings.dns.ttl != DnsTtl::Never {
                    let answer = Answer { addresses: addresses.clone(), at: Instant::now() };
                    self.cache.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), answer);
                }
                addresses
            }
        };
        let eligible = by_policy(settings.dns.policy, &addresses);
        let at = match settings.dns.select {
            DnsSelect::First => 0,
            DnsSelect::RoundRobin => self.turn.fetch_add(1, Ordering::Relaxed),
            DnsSelect::Random => self.random(),
        };
        eligible.get(at.checked_rem(eligible.len()).unwrap_or(0)).copied().ok_or_else(|| no_such_host(name))
    }

    /// A cheap mixing counter: the choice of an address needs no better randomness.
    fn random(&self) -> usize {
        let n = self.seed.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 33) as usize
    }
}

fn allowed(settings: &Settings, target: SocketAddr) -> Result<SocketAddr, Broken> {
    let hit =
        settings.blacklist_ips.iter().find(|(network, prefix)| contains(*network, *prefix, target.ip()));
    match hit {
        Some((network, prefix)) => {
            let cause = format!("IP ({}) is in a blacklisted range ({network}/{prefix})", target.ip());
            Err(Broken::new(code::BLACKLISTED_IP, "ip is blacklisted", cause))
        }
        None => Ok(target),
    }
}

fn no_such_host(name: &str) -> Broken {
    Broken::new(code::NO_SUCH_HOST, "lookup: no such host", format!("lookup {name}: no such host"))
}

fn fresh(ttl: DnsTtl, at: Instant) -> bool {
    match ttl {
        DnsTtl::Forever => true,
        DnsTtl::Never => false,
        DnsTtl::For(ttl) => at.elapsed() < ttl,
    }
}

fn by_policy(policy: DnsPolicy, all: &[IpAddr]) -> Vec<IpAddr> {
    let only = |v4: bool| -> Vec<IpAddr> { all.iter().copied().filter(|ip| ip.is_ipv4() == v4).collect() };
    let prefer = |v4: bool| {
        let first = only(v4);
        if first.is_empty() { only(!v4) } else { first }
    };
    match policy {
        DnsPolicy::PreferIpv4 => prefer(true),
        DnsPolicy::PreferIpv6 => prefer(false),
        DnsPolicy::OnlyIpv4 => only(true),
        DnsPolicy::OnlyIpv6 => only(false),
        DnsPolicy::Any => all.to_vec(),
    }
}

/// `host:port` beats `host`, an exact name beats a wildcard, a longer wildcard beats a shorter.
fn configured(settings: &Settings, name: &str, port: u16) -> Option<SocketAddr> {
    let mut best: Option<(usize, SocketAddr)> = None;
    for rule in &settings.hosts {
        let pattern = rule.pattern.to_ascii_lowercase();
        let (host, rule_port) = match pattern.rsplit_once(':') {
            Some((host, digits)) if !host.contains(':') || host.ends_with(']') => match digits.parse::<u16>()
            {
                Ok(p) => (host.to_owned(), Some(p)),
                Err(_) => (pattern.clone(), None),
            },
            _ => (pattern.clone(), None),
        };
        if rule_port.is_some_and(|p| p != port) || !matches(&host, name) {
            continue;
        }
        let rank = host.len()
            + usize::from(!host.starts_with('*')) * 10_000
            + usize::from(rule_port.is_some()) * 20_000;
        if best.is_none_or(|(old, _)| rank > old) {
            best = Some((rank, SocketAddr::new(rule.ip, rule.port.unwrap_or(port))));
        }
    }
    best.map(|(_, address)| address)
}

/// An exact name, or one with a leading `*` that stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(tail) => name.ends_with(&tail.to_ascii_lowercase()),
        None => pattern.eq_ignore_ascii_case(name),
    }
}

fn contains(network: IpAddr, prefix: u8, ip: IpAddr) -> bool {
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)) << 96, 32),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => (u128::from(u32::from(v4)) << 96, 32),
            None => (u128::from(ip), 128),
        },
    };
    let ((a, width_a), (b, width_b)) = (bits(network), bits(ip));
    width_a == width_b && (prefix == 0 || (a ^ b) >> (128 - u32::from(prefix.min(width_a))) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HostRule;

    #[test]
    fn the_most_specific_host_rule_wins() {
        let rule = |pattern: &str, last: u8, port| HostRule {
            pattern: pattern.to_owned(),
            ip: IpAddr::from([127, 0, 0, last]),
            port,
        };
        let settings = Settings {
            hosts: vec![
                rule("*.example.com", 1, None),
                rule("*.api.example.com", 2, None),
                rule("a.example.com", 3, Some(81)),
                rule("a.example.com:443", 4, None),
            ],
            ..Settings::default()
        };
        let to = |name: &str, port| configured(&settings, name, port).map(|a| a.to_string());
        assert_eq!(to("b.example.com", 80).as_deref(), Some("127.0.0.1:80"));
        assert_eq!(to("x.api.example.com", 80).as_deref(), Some("127.0.0.2:80"));
        assert_eq!(to("a.example.com", 80).as_deref(), Some("127.0.0.3:81"));
        assert_eq!(to("a.example.com", 443).as_deref(), Some("127.0.0.4:443"));
        assert_eq!(to("example.org", 80), None);
    }

    #[test]
    fn networks_contain_their_addresses() {
        let ip = |t: &str| t.parse::<IpAddr>().unwrap();
        assert!(contains(ip("10.0.0.0"), 8, ip("10.200.1.1")));
        assert!(!contains(ip("10.0.0.0"), 8, ip("11.0.0.1")));
        assert!(contains(ip("127.0.0.1"), 32, ip("::ffff:127.0.0.1")));
        assert!(contains(ip("fd00::"), 8, ip("fd12::1")));
    }
}
