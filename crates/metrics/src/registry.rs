//! The names, kinds and units of all metrics of a run.

use std::sync::{Mutex, PoisonError};

/// A metric's place in the registry; the built-in ones are constants in [`builtin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    Gauge,
    Rate,
    Trend,
}

/// What the values are: plain numbers, milliseconds, or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contains {
    Default,
    Time,
    Data,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    pub id: MetricId,
    pub name: String,
    pub kind: MetricKind,
    pub contains: Contains,
}

/// A metric that cannot be declared; k6's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RegistryError(pub String);

/// All metrics by name. Locked only while scripts load.
#[derive(Debug)]
pub struct Registry {
    definitions: Mutex<Vec<Definition>>,
}

macro_rules! builtins {
    ($($index:literal $constant:ident $name:literal $kind:ident $contains:ident;)*) => {
        /// Identifiers of the built-in metrics.
        pub mod builtin {
            use super::MetricId;
            $(pub const $constant: MetricId = MetricId($index);)*
        }
        const BUILTINS: &[(&str, MetricKind, Contains)] =
            &[$(($name, MetricKind::$kind, Contains::$contains),)*];
    };
}

builtins! {
    0 VUS "vus" Gauge Default;
    1 VUS_MAX "vus_max" Gauge Default;
    2 ITERATIONS "iterations" Counter Default;
    3 ITERATION_DURATION "iteration_duration" Trend Time;
    4 DROPPED_ITERATIONS "dropped_iterations" Counter Default;
    5 CHECKS "checks" Rate Default;
    6 GROUP_DURATION "group_duration" Trend Time;
    7 HTTP_REQS "http_reqs" Counter Default;
    8 HTTP_REQ_FAILED "http_req_failed" Rate Default;
    9 HTTP_REQ_DURATION "http_req_duration" Trend Time;
    10 HTTP_REQ_BLOCKED "http_req_blocked" Trend Time;
    11 HTTP_REQ_CONNECTING "http_req_connecting" Trend Time;
    12 HTTP_REQ_TLS_HANDSHAKING "http_req_tls_handshaking" Trend Time;
    13 HTTP_REQ_SENDING "http_req_sending" Trend Time;
    14 HTTP_REQ_WAITING "http_req_waiting" Trend Time;
    15 HTTP_REQ_RECEIVING "http_req_receiving" Trend Time;
    16 WS_SESSIONS "ws_sessions" Counter Default;
    17 WS_MSGS_SENT "ws_msgs_sent" Counter Default;
    18 WS_MSGS_RECEIVED "ws_msgs_received" Counter Default;
    19 WS_PING "ws_ping" Trend Time;
    20 WS_SESSION_DURATION "ws_session_duration" Trend Time;
    21 WS_CONNECTING "ws_connecting" Trend Time;
    22 GRPC_REQ_DURATION "grpc_req_duration" Trend Time;
    23 DATA_SENT "data_sent" Counter Data;
    24 DATA_RECEIVED "data_received" Counter Data;
}

impl MetricKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Rate => "rate",
            Self::Trend => "trend",
        }
    }

    /// The aggregations that a threshold may use, in k6's order.
    pub fn aggregations(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["count", "rate"],
            Self::Gauge => &["value"],
            Self::Rate => &["rate"],
            Self::Trend => &["avg", "min", "max", "med", "p"],
        }
    }
}

impl Contains {
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Time => "time",
            Self::Data => "data",
        }
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl Registry {
    /// A registry with the built-in metrics.
    pub fn new() -> Self {
        let definitions = BUILTINS
            .iter()
            .enumerate()
            .map(|(i, (name, kind, contains))| Definition {
                id: MetricId(i as u32),
                name: (*name).to_owned(),
                kind: *kind,
                contains: *contains,
            })
            .collect();
        Self { definitions: Mutex::new(definitions) }
    }

    /// Declares a metric, or finds the one of the same name, kind and unit.
    pub fn register(
        &self,
        name: &str,
        kind: MetricKind,
        contains: Contains,
    ) -> Result<MetricId, RegistryError> {
        let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
        let rest = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !first || !rest || !(2..=129).contains(&name.len()) {
            return Err(RegistryError(format!(
                "Invalid metric name: '{name}'. Metric names must only include up to 128 ASCII letters, numbers, or underscores and start with a letter or an underscore."
            )));
        }
        let mut all = self.definitions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = all.iter().find(|d| d.name == name) {
            if old.kind != kind {
                return Err(RegistryError(format!(
                    "metric '{name}' already exists but with type {}, instead of {}",
                    old.kind.name(),
                    kind.name()
                )));
            }
            if old.contains != contains {
                return Err(RegistryError(format!(
                    "metric '{name}' already exists but with a value type {}, instead of {}",
                    old.contains.name(),
                    contains.name()
                )));
            }
            return Ok(old.id);
        }
        let id = MetricId(all.len() as u32);
        all.push(Definition { id, name: name.to_owned(), kind, contains });
        Ok(id)
    }

    pub fn lookup(&self, name: &str) -> Option<Definition> {
        self.definitions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(|d| d.name == name)
            .cloned()
    }

    pub fn get(&self, id: MetricId) -> Option<Definition> {
        self.definitions.lock().unwrap_or_else(PoisonError::into_inner).get(id.0 as usize).cloned()
    }

    /// All metrics in order of declaration.
    pub fn definitions(&self) -> Vec<Definition> {
        self.definitions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_constants_are_the_indexes() {
        let registry = Registry::new();
        for (i, (name, _, _)) in BUILTINS.iter().enumerate() {
            assert_eq!(registry.lookup(name).map(|d| d.id), Some(MetricId(i as u32)));
        }
        assert_eq!(registry.lookup("data_received").map(|d| d.id), Some(builtin::DATA_RECEIVED));
    }

    #[test]
    fn names_and_kinds_are_checked_with_the_documented_texts() {
        let registry = Registry::new();
        let bad = registry.register("a", MetricKind::Counter, Contains::Default).unwrap_err();
        assert!(bad.0.starts_with("Invalid metric name: 'a'."));
        let first = registry.register("dup1", MetricKind::Counter, Contains::Default).unwrap();
        assert_eq!(registry.register("dup1", MetricKind::Counter, Contains::Default), Ok(first));
        let clash = registry.register("dup1", MetricKind::Trend, Contains::Default).unwrap_err();
        assert_eq!(clash.0, "metric 'dup1' already exists but with type counter, instead of trend");
    }
}
