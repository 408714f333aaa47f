//! Options back to JSON, in k6's field order, `null` for what is not set.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{DnsTtl, Executor, GoDuration, HttpDebug, Options, Stage, Threshold, Workload};

fn duration(d: Option<GoDuration>) -> Value {
    d.map_or(Value::Null, |d| Value::String(d.to_string()))
}

fn or_null<T: Into<Value>>(v: Option<T>) -> Value {
    v.map_or(Value::Null, Into::into)
}

fn display<T: ToString>(v: Option<&T>) -> Value {
    v.map_or(Value::Null, |v| Value::String(v.to_string()))
}

impl Options {
    /// The full view with `null` for what is unset: `inspect`.
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| {
            map.insert(key.to_owned(), value);
        };
        put("paused", or_null(self.paused));
        put("vus", or_null(self.vus));
        put("duration", duration(self.duration));
        put("iterations", or_null(self.iterations));
        put("stages", self.stages.as_ref().map_or(Value::Null, |s| stages(s)));
        put("scenarios", self.scenarios.as_ref().map_or_else(|| json!({}), scenarios));
        put("executionSegment", display(self.execution_segment.as_ref()));
        put("executionSegmentSequence", display(self.execution_segment_sequence.as_ref()));
        put("noSetup", or_null(self.no_setup));
        put("setupTimeout", duration(self.setup_timeout));
        put("noTeardown", or_null(self.no_teardown));
        put("teardownTimeout", duration(self.teardown_timeout));
        put("handleSummaryTimeout", duration(self.handle_summary_timeout));
        put("rps", or_null(self.rps));
        put(
            "dns",
            json!({
                "ttl": self.dns.ttl.as_ref().map(DnsTtl::text),
                "select": self.dns.select.map(|s| s.name()),
                "policy": self.dns.policy.map(|p| p.name()),
            }),
        );
        put("maxRedirects", or_null(self.max_redirects));
        put("userAgent", or_null(self.user_agent.clone()));
        put("batch", or_null(self.batch));
        put("batchPerHost", or_null(self.batch_per_host));
        put(
            "httpDebug",
            or_null(self.http_debug.map(|d| match d {
                HttpDebug::Off => "",
                HttpDebug::Headers => "headers",
                HttpDebug::Full => "full",
            })),
        );
        put("insecureSkipTLSVerify", or_null(self.insecure_skip_tls_verify));
        put("tlsCipherSuites", or_null(self.tls_cipher_suites.clone()));
        put(
            "tlsVersion",
            self.tls_version.map_or(
                Value::Null,
                |v| json!({"min": v.min.map_or("", |v| v.name()), "max": v.max.map_or("", |v| v.name())}),
            ),
        );
        put(
            "tlsAuth",
            self.tls_auth.as_ref().map_or(Value::Null, |list| {
                list.iter()
                    .map(|a| json!({"cert": a.cert, "key": a.key, "password": a.password, "domains": a.domains}))
                    .collect()
            }),
        );
        put("throw", or_null(self.throw));
        put("thresholds", self.thresholds.as_ref().map_or(Value::Null, thresholds));
        put(
            "blacklistIPs",
            self.blacklist_ips.as_ref().map_or(Value::Null, |list| {
                list.iter().map(|c| format!("{}/{}", c.network, c.prefix)).collect()
            }),
        );
        put("blockHostnames", or_null(self.block_hostnames.clone()));
        put(
            "hosts",
            self.hosts.as_ref().map_or(Value::Null, |map| {
                map.iter()
                    .map(|(name, t)| (name.clone(), Value::String(t.text())))
                    .collect::<Map<_, _>>()
                    .into()
            }),
        );
        put("noConnectionReuse", or_null(self.no_connection_reuse));
        put("noVUConnectionReuse", or_null(self.no_vu_connection_reuse));
        put("minIterationDuration", duration(self.min_iteration_duration));
        put("ext", or_null(self.ext.clone()));
        put("summaryTrendStats", self.summary_trend_stats().iter().map(|s| Value::from(s.name())).collect());
        put("summaryTimeUnit", or_null(self.summary_time_unit.map(|u| u.name())));
        put("systemTags", self.system_tags().0.iter().map(|t| Value::from(t.name())).collect());
        put("tags", self.tags.as_ref().map_or(Value::Null, strings));
        put("metricSamplesBufferSize", or_null(self.metric_samples_buffer_size));
        put("noCookiesReset", or_null(self.no_cookies_reset));
        put("discardResponseBodies", or_null(self.discard_response_bodies));
        put("consoleOutput", or_null(self.console_output.clone()));
        if let Some(cloud) = &self.cloud {
            put("cloud", cloud.clone());
        }
        Value::Object(map)
    }

    /// [`Options::to_json`] without the shortcuts, which the scenarios have replaced: `exec.test.options`.
    pub fn to_execution_json(&self) -> Value {
        let mut value = self.to_json();
        if let Value::Object(map) = &mut value {
            for key in ["vus", "duration", "iterations", "stages"] {
                map.shift_remove(key);
            }
        }
        value
    }
}

impl DnsTtl {
    fn text(&self) -> String {
        match self {
            Self::Forever => "inf".to_owned(),
            Self::Never => "0".to_owned(),
            Self::For(d) => d.to_string(),
        }
    }
}

impl crate::HostTarget {
    fn text(&self) -> String {
        self.port
            .map_or_else(|| self.ip.to_string(), |port| std::net::SocketAddr::new(self.ip, port).to_string())
    }
}

fn strings(map: &BTreeMap<String, String>) -> Value {
    map.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect::<Map<_, _>>().into()
}

fn stages(list: &[Stage]) -> Value {
    list.iter().map(|s| json!({"duration": duration(s.duration), "target": s.target})).collect()
}

fn thresholds(map: &BTreeMap<String, Vec<Threshold>>) -> Value {
    let one = |t: &Threshold| {
        if !t.abort_on_fail {
            return Value::from(t.threshold.as_str());
        }
        json!({
            "threshold": t.threshold,
            "abortOnFail": t.abort_on_fail,
            "delayAbortEval": duration(t.delay_abort_eval),
        })
    };
    map.iter().map(|(k, list)| (k.clone(), list.iter().map(one).collect())).collect::<Map<_, _>>().into()
}

fn scenarios(map: &BTreeMap<String, Workload>) -> Value {
    map.iter().map(|(k, w)| (k.clone(), w.to_json())).collect::<Map<_, _>>().into()
}

impl Workload {
    /// A scenario with all its fields, as in `inspect`.
    pub fn to_json(&self) -> Value {
        let optional = |m: &BTreeMap<String, String>| if m.is_empty() { Value::Null } else { strings(m) };
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| {
            map.insert(key.to_owned(), value);
        };
        put("executor", self.executor.kind().into());
        put("startTime", duration(self.start_time));
        put("gracefulStop", duration(self.graceful_stop));
        put("env", optional(&self.env));
        put("exec", or_null(self.exec.clone()));
        put("tags", optional(&self.tags));
        put("options", or_null(self.options.clone()));
        match &self.executor {
            Executor::SharedIterations(e) => {
                put("vus", or_null(e.vus));
                put("iterations", or_null(e.iterations));
                put("maxDuration", duration(e.max_duration));
            }
            Executor::PerVuIterations(e) => {
                put("vus", or_null(e.vus));
                put("iterations", or_null(e.iterations));
                put("maxDuration", duration(e.max_duration));
            }
            Executor::ConstantVus(e) => {
                put("vus", or_null(e.vus));
                put("duration", duration(e.duration));
            }
            Executor::RampingVus(e) => {
                put("startVUs", or_null(e.start_vus));
                put("stages", stages(&e.stages));
                put("gracefulRampDown", duration(e.graceful_ramp_down));
            }
            Executor::ConstantArrivalRate(e) => {
                put("rate", or_null(e.rate));
                put("timeUnit", duration(e.time_unit));
                put("duration", duration(e.duration));
                put("preAllocatedVUs", or_null(e.pre_allocated_vus));
                put("maxVUs", or_null(e.max_vus));
            }
            Executor::RampingArrivalRate(e) => {
                put("startRate", or_null(e.start_rate));
                put("timeUnit", duration(e.time_unit));
                put("stages", stages(&e.stages));
                put("preAllocatedVUs", or_null(e.pre_allocated_vus));
                put("maxVUs", or_null(e.max_vus));
            }
        }
        Value::Object(map)
    }
}
