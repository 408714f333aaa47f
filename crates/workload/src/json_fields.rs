//! Single option values from JSON and from texts, with Go's error messages.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::Value;

use crate::duration::quote;
use crate::json::entry;
use crate::{
    CidrBlock, DnsOptions, DnsPolicy, DnsSelect, DnsTtl, GoDuration, HostTarget, HttpDebug, OptionsError,
    Stage, SystemTag, SystemTags, Threshold, TimeUnit, TlsAuth, TlsVersion, TlsVersions, TrendStat,
};

type Result<T> = std::result::Result<T, OptionsError>;

fn refuse<T>(text: impl Into<String>) -> Result<T> {
    Err(OptionsError(text.into()))
}

/// Go's name for a JSON value's type.
pub(crate) fn kind(v: &Value) -> &'static str {
    match v {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

pub(crate) fn mismatch(name: &str, v: &Value, wanted: &str) -> OptionsError {
    OptionsError(format!(
        "json: cannot unmarshal {} into Go struct field Options.{name} of type {wanted}",
        kind(v)
    ))
}

pub(crate) fn boolean(name: &str, v: &Value) -> Result<bool> {
    v.as_bool().ok_or_else(|| mismatch(name, v, "bool"))
}

pub(crate) fn int(name: &str, v: &Value) -> Result<i64> {
    if let Some(n) = v.as_i64() {
        return Ok(n);
    }
    match v {
        Value::Number(n) if n.as_f64().is_some_and(|f| f.fract() == 0.0 && f.abs() < 9e18) => {
            Ok(n.as_f64().unwrap_or_default() as i64)
        }
        Value::Number(n) => refuse(format!(
            "json: cannot unmarshal number {n} into Go struct field Options.{name} of type int64"
        )),
        Value::String(text) => text.parse().map_err(|_| mismatch(name, v, "int64")),
        _ => Err(mismatch(name, v, "int64")),
    }
}

pub(crate) fn string(name: &str, v: &Value) -> Result<String> {
    v.as_str().map(str::to_owned).ok_or_else(|| mismatch(name, v, "string"))
}

pub(crate) fn strings(name: &str, v: &Value) -> Result<Vec<String>> {
    match v {
        Value::Array(list) => list.iter().map(|v| string(name, v)).collect(),
        _ => Err(mismatch(name, v, "[]string")),
    }
}

pub(crate) fn text_or_list(name: &str, v: &Value) -> Result<String> {
    match v {
        Value::String(text) => Ok(text.clone()),
        _ => strings(name, v).map(|list| list.join(",")),
    }
}

pub(crate) fn string_map(name: &str, v: &Value) -> Result<BTreeMap<String, String>> {
    match v {
        Value::Object(map) => map.iter().map(|(k, v)| Ok((k.clone(), string(name, v)?))).collect(),
        _ => Err(mismatch(name, v, "map[string]string")),
    }
}

/// A number of milliseconds, or a text with units.
pub(crate) fn duration(v: &Value) -> Result<GoDuration> {
    match v {
        Value::Number(n) => Ok(GoDuration::from_millis_f64(n.as_f64().unwrap_or_default())),
        Value::String(text) => GoDuration::parse_extended(text).map_err(|e| OptionsError(e.0)),
        _ => refuse(format!("json: cannot unmarshal {} into Go value of type types.NullDuration", kind(v))),
    }
}

pub(crate) fn stages(v: &Value) -> Result<Vec<Stage>> {
    let Value::Array(list) = v else {
        return Err(mismatch("stages", v, "[]lib.Stage"));
    };
    list.iter()
        .map(|v| {
            let Value::Object(map) = v else {
                return Err(mismatch("stages", v, "lib.Stage"));
            };
            if let Some(unknown) =
                map.keys().find(|k| !["duration", "target"].iter().any(|n| k.eq_ignore_ascii_case(n)))
            {
                return refuse(format!("json: unknown field \"{unknown}\""));
            }
            Ok(Stage {
                duration: entry(map, "duration").map(duration).transpose()?,
                target: entry(map, "target").map(|v| int("stages.target", v)).transpose()?,
            })
        })
        .collect()
}

/// `10s:5,1m:10`; the target may be left out.
pub(crate) fn stage_list(text: &str) -> Result<Vec<Stage>> {
    text.split(',').filter(|s| !s.trim().is_empty()).map(|s| stage(s.trim())).collect()
}

/// `10s:5`.
pub(crate) fn stage(text: &str) -> Result<Stage> {
    let (duration, target) = match text.split_once(':') {
        Some((d, t)) => (d, Some(t)),
        None => (text, None),
    };
    let mut stage = Stage::default();
    if !duration.is_empty() {
        stage.duration = Some(GoDuration::parse_with_days(duration).map_err(|e| OptionsError(e.0))?);
    }
    if let Some(target) = target.filter(|t| !t.is_empty()) {
        stage.target = Some(target.parse().map_err(|_| {
            OptionsError(format!("strconv.ParseInt: parsing {}: invalid syntax", quote(target)))
        })?);
    }
    Ok(stage)
}

pub(crate) fn dns(v: &Value) -> Result<DnsOptions> {
    let Value::Object(map) = v else {
        return Err(mismatch("dns", v, "types.DNSConfig"));
    };
    let text = |key: &str| {
        entry(map, key).map(|v| match v {
            Value::Number(n) => n.to_string(),
            Value::String(s) => s.clone(),
            _ => v.to_string(),
        })
    };
    Ok(DnsOptions {
        ttl: text("ttl").map(|t| dns_ttl(&t)).transpose()?,
        select: text("select").map(|t| dns_select(&t)).transpose()?,
        policy: text("policy").map(|t| dns_policy(&t)).transpose()?,
    })
}

/// `ttl=5m,select=random,policy=preferIPv4`.
pub(crate) fn dns_text(text: &str) -> Result<DnsOptions> {
    let mut out = DnsOptions::default();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let Some((key, value)) = part.split_once('=') else {
            return refuse(format!("unknown DNS configuration field: {part}"));
        };
        match key {
            "ttl" => out.ttl = Some(dns_ttl(value)?),
            "select" => out.select = Some(dns_select(value)?),
            "policy" => out.policy = Some(dns_policy(value)?),
            _ => return refuse(format!("unknown DNS configuration field: {key}")),
        }
    }
    Ok(out)
}

fn dns_ttl(text: &str) -> Result<DnsTtl> {
    if text.eq_ignore_ascii_case("inf") {
        return Ok(DnsTtl::Forever);
    }
    match GoDuration::parse_extended(text) {
        Ok(GoDuration::ZERO) => Ok(DnsTtl::Never),
        Ok(d) if d < GoDuration::ZERO => Ok(DnsTtl::Forever),
        Ok(d) => Ok(DnsTtl::For(d)),
        Err(_) => refuse(format!("invalid DNS TTL: {text}")),
    }
}

fn dns_select(text: &str) -> Result<DnsSelect> {
    DnsSelect::ALL
        .into_iter()
        .find(|s| s.name().eq_ignore_ascii_case(text))
        .ok_or_else(|| OptionsError(format!("invalid DNS select: {text}")))
}

fn dns_policy(text: &str) -> Result<DnsPolicy> {
    DnsPolicy::ALL
        .into_iter()
        .find(|p| p.name().eq_ignore_ascii_case(text))
        .ok_or_else(|| OptionsError(format!("invalid DNS policy: {text}")))
}

impl DnsSelect {
    const ALL: [Self; 3] = [Self::First, Self::RoundRobin, Self::Random];

    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::RoundRobin => "roundRobin",
            Self::Random => "random",
        }
    }
}

impl DnsPolicy {
    const ALL: [Self; 5] = [Self::PreferIpv4, Self::PreferIpv6, Self::OnlyIpv4, Self::OnlyIpv6, Self::Any];

    pub fn name(self) -> &'static str {
        match self {
            Self::PreferIpv4 => "preferIPv4",
            Self::PreferIpv6 => "preferIPv6",
            Self::OnlyIpv4 => "onlyIPv4",
            Self::OnlyIpv6 => "onlyIPv6",
            Self::Any => "any",
        }
    }
}

pub(crate) fn http_debug(text: &str) -> HttpDebug {
    match text {
        "" => HttpDebug::Off,
        "full" => HttpDebug::Full,
        _ => HttpDebug::Headers,
    }
}

pub(crate) fn tls_versions(v: &Value) -> Result<TlsVersions> {
    let one = |v: &Value| match v.as_str() {
        Some("") => Ok(None),
        Some(text) => TlsVersion::from_name(text)
            .map(Some)
            .ok_or_else(|| OptionsError(format!("unknown TLS version: {text}"))),
        None => Err(mismatch("tlsVersion", v, "string")),
    };
    match v {
        Value::Object(map) => Ok(TlsVersions {
            min: entry(map, "min").map(one).transpose()?.flatten(),
            max: entry(map, "max").map(one).transpose()?.flatten(),
        }),
        _ => one(v).map(|version| TlsVersions { min: version, max: version }),
    }
}

pub(crate) fn tls_auth(v: &Value) -> Result<Vec<TlsAuth>> {
    let Value::Array(list) = v else {
        return Err(mismatch("tlsAuth", v, "[]*lib.TLSAuth"));
    };
    list.iter()
        .map(|v| {
            let Value::Object(map) = v else {
                return Err(mismatch("tlsAuth", v, "lib.TLSAuth"));
            };
            let text = |key: &str| entry(map, key).map(|v| string(key, v)).transpose();
            Ok(TlsAuth {
                domains: entry(map, "domains")
                    .map(|v| strings("domains", v))
                    .transpose()?
                    .unwrap_or_default(),
                cert: text("cert")?.unwrap_or_default(),
                key: text("key")?.unwrap_or_default(),
                password: text("password")?,
            })
        })
        .collect()
}

pub(crate) fn thresholds(v: &Value) -> Result<BTreeMap<String, Vec<Threshold>>> {
    let Value::Object(map) = v else {
        return Err(mismatch("thresholds", v, "map[string]metrics.Thresholds"));
    };
    map.iter()
        .map(|(name, v)| {
            let Value::Array(list) = v else {
                return refuse(format!(
                    "json: cannot unmarshal {} into Go value of type []metrics.thresholdConfig",
                    kind(v)
                ));
            };
            Ok((name.clone(), list.iter().map(threshold).collect::<Result<_>>()?))
        })
        .collect()
}

fn threshold(v: &Value) -> Result<Threshold> {
    match v {
        Value::String(text) => Ok(Threshold::new(text.clone())),
        Value::Object(map) => Ok(Threshold {
            threshold: entry(map, "threshold")
                .map(|v| string("threshold", v))
                .transpose()?
                .unwrap_or_default(),
            abort_on_fail: entry(map, "abortOnFail")
                .map(|v| boolean("abortOnFail", v))
                .transpose()?
                .unwrap_or(false),
            delay_abort_eval: entry(map, "delayAbortEval").map(duration).transpose()?,
        }),
        _ => refuse(format!(
            "json: cannot unmarshal {} into Go value of type metrics.rawThresholdConfig",
            kind(v)
        )),
    }
}

/// `10.0.0.0/8`, or one address.
pub(crate) fn cidr(text: &str) -> Result<CidrBlock> {
    let invalid = || OptionsError(format!("invalid CIDR address: {text}"));
    let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
    let network: IpAddr = address.parse().map_err(|_| invalid())?;
    let max = if network.is_ipv4() { 32 } else { 128 };
    let prefix: u8 = prefix.parse().ok().filter(|p| *p <= max).ok_or_else(invalid)?;
    Ok(CidrBlock { network, prefix })
}

/// Host names with an optional leading wildcard.
pub(crate) fn hostnames(list: &[String]) -> Result<Vec<String>> {
    for name in list {
        let plain = name.strip_prefix('*').unwrap_or(name);
        let fine = plain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if name.is_empty() || !fine {
            return refuse(format!("invalid hostname pattern '{name}'"));
        }
    }
    Ok(list.to_vec())
}

pub(crate) fn hosts(v: &Value) -> Result<BTreeMap<String, HostTarget>> {
    string_map("hosts", v)?.into_iter().map(|(name, target)| Ok((name, host_target(&target)?))).collect()
}

fn host_target(text: &str) -> Result<HostTarget> {
    if let Ok(ip) = text.parse() {
        return Ok(HostTarget { ip, port: None });
    }
    match text.parse::<std::net::SocketAddr>() {
        Ok(address) => Ok(HostTarget { ip: address.ip(), port: Some(address.port()) }),
        Err(_) => refuse(format!("address {text}: missing port in address or invalid IP")),
    }
}

/// A column name; k6's texts for bad ones.
pub(crate) fn trend_stat(text: &str) -> Result<TrendStat> {
    Ok(match text {
        "" => return refuse("invalid stat, empty string"),
        "avg" => TrendStat::Avg,
        "min" => TrendStat::Min,
        "med" => TrendStat::Med,
        "max" => TrendStat::Max,
        "count" => TrendStat::Count,
        _ => {
            let Some(inner) = text.strip_prefix("p(").and_then(|t| t.strip_suffix(')')) else {
                return refuse(format!("invalid stat, unknown format: '{text}'"));
            };
            match crate::threshold::parse_go_float(inner) {
                Ok(p) if (0.0..=100.0).contains(&p) => TrendStat::Percentile { name: text.to_owned(), p },
                _ => return refuse(format!("invalid percentile stat value, accept a number: '{text}'")),
            }
        }
    })
}

pub(crate) fn time_unit(text: &str) -> Result<Option<TimeUnit>> {
    if text.is_empty() {
        return Ok(None);
    }
    TimeUnit::from_name(text)
        .map(Some)
        .ok_or_else(|| OptionsError(format!("invalid summary time unit: '{text}', use: 's', 'ms' or 'us'")))
}

pub(crate) fn system_tags(names: &[String]) -> Result<SystemTags> {
    names
        .iter()
        .map(|n| n.trim())
        .filter(|n| !n.is_empty())
        .map(|name| {
            SystemTag::from_name(name)
                .ok_or_else(|| OptionsError(format!("{name} is not a valid system tag")))
        })
        .collect::<Result<BTreeSet<_>>>()
        .map(SystemTags)
}
