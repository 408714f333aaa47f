use loadwright_scenario::TestPlan;
use loadwright_workload::{Executor, GoDuration, Stage, Workload};

use crate::js::{JsExpr, JsIdent, Prop};

/// The `options` object: scenarios, thresholds and what all requests share.
pub(super) fn options(plan: &TestPlan, functions: &[JsIdent]) -> JsExpr {
    let mut props = Vec::new();
    let mut scenarios = Vec::new();
    for (scenario, function) in plan.scenarios.iter().zip(functions) {
        let mut fields = workload(&scenario.workload);
        if plan.scenarios.len() > 1 {
            fields.push(Prop::pair("exec", JsExpr::string(function.as_str())));
        }
        if !scenario.tags.is_empty() {
            let tags = scenario.tags.iter().map(|(k, v)| Prop::pair(k.clone(), JsExpr::string(v))).collect();
            fields.push(Prop::pair("tags", JsExpr::Object(tags)));
        }
        scenarios.push(Prop::pair(scenario_key(&scenario.name), JsExpr::Object(fields)));
    }
    props.push(Prop::pair("scenarios", JsExpr::Object(scenarios)));
    if !plan.thresholds.is_empty() {
        let list = plan
            .thresholds
            .iter()
            .map(|(selector, thresholds)| {
                let items = thresholds
                    .iter()
                    .map(|t| {
                        if !t.abort_on_fail {
                            return JsExpr::string(&t.threshold);
                        }
                        JsExpr::Object(vec![
                            Prop::pair("threshold", JsExpr::string(&t.threshold)),
                            Prop::pair("abortOnFail", JsExpr::bool(true)),
                        ])
                    })
                    .collect();
                Prop::pair(selector.clone(), JsExpr::Array(items))
            })
            .collect();
        props.push(Prop::pair("thresholds", JsExpr::Object(list)));
    }
    if plan.http.insecure_tls {
        props.push(Prop::pair("insecureSkipTLSVerify", JsExpr::bool(true)));
    }
    if let Some(n) = plan.http.max_redirects {
        props.push(Prop::pair("maxRedirects", JsExpr::int(i64::from(n))));
    }
    JsExpr::Object(props)
}

/// The fields of a scenario that are set, in the order in which people write them.
fn workload(w: &Workload) -> Vec<Prop> {
    let mut out = vec![Prop::pair("executor", JsExpr::string(w.executor.kind()))];
    let mut int =
        |name: &'static str, n: Option<i64>| out.extend(n.map(|n| Prop::pair(name, JsExpr::int(n))));
    match &w.executor {
        Executor::SharedIterations(e) => {
            int("vus", e.vus);
            int("iterations", e.iterations);
            out.extend(time("maxDuration", e.max_duration));
        }
        Executor::PerVuIterations(e) => {
            int("vus", e.vus);
            int("iterations", e.iterations);
            out.extend(time("maxDuration", e.max_duration));
        }
        Executor::ConstantVus(e) => {
            int("vus", e.vus);
            out.extend(time("duration", e.duration));
        }
        Executor::RampingVus(e) => {
            int("startVUs", e.start_vus);
            out.push(Prop::pair("stages", stages(&e.stages)));
            out.extend(time("gracefulRampDown", e.graceful_ramp_down));
        }
        Executor::ConstantArrivalRate(e) => {
            int("rate", e.rate);
            out.extend(time("timeUnit", e.time_unit));
            out.extend(time("duration", e.duration));
            out.extend(e.pre_allocated_vus.map(|n| Prop::pair("preAllocatedVUs", JsExpr::int(n))));
            out.extend(e.max_vus.map(|n| Prop::pair("maxVUs", JsExpr::int(n))));
        }
        Executor::RampingArrivalRate(e) => {
            int("startRate", e.start_rate);
            out.extend(time("timeUnit", e.time_unit));
            out.push(Prop::pair("stages", stages(&e.stages)));
            out.extend(e.pre_allocated_vus.map(|n| Prop::pair("preAllocatedVUs", JsExpr::int(n))));
            out.extend(e.max_vus.map(|n| Prop::pair("maxVUs", JsExpr::int(n))));
        }
    }
    out.extend(time("startTime", w.start_time));
    out.extend(time("gracefulStop", w.graceful_stop));
    out
}

fn time(name: &'static str, duration: Option<GoDuration>) -> Option<Prop> {
    duration.map(|d| Prop::pair(name, JsExpr::string(&short(d))))
}

fn stages(stages: &[Stage]) -> JsExpr {
    let items = stages.iter().map(|s| {
        let mut fields: Vec<Prop> = time("duration", s.duration).into_iter().collect();
        fields.extend(s.target.map(|t| Prop::pair("target", JsExpr::int(t))));
        JsExpr::Object(fields)
    });
    JsExpr::Array(items.collect())
}

/// `1m`, not `1m0s`: as people write it.
fn short(duration: GoDuration) -> String {
    let text = duration.to_string();
    let text = text.strip_suffix("m0s").map(|t| format!("{t}m")).unwrap_or(text);
    text.strip_suffix("h0m").map(|t| format!("{t}h")).unwrap_or(text)
}

/// Names of scenarios are limited to letters, digits, `_` and `-`.
fn scenario_key(name: &str) -> String {
    let key: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if key.is_empty() { "main".to_owned() } else { key }
}
