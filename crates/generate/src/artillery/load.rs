use loadwright_diagnostic::Origin;
use loadwright_scenario::for_each_request;
use loadwright_workload::{Aggregation, Executor, Expression, GoDuration, MetricSelector, Operator, Stage};

use super::context::Context;
use super::yaml::Yaml;
use crate::findings;
use crate::js::{JsExpr, Stmt};

/// The load as Artillery has it: arrivals of virtual users. A fixed number of users is arrivals that loop until the end.
pub(super) struct Load {
    pub phases: Vec<Yaml>,
    /// The function that says whether a user goes on, when users loop.
    pub while_true: Option<String>,
}

impl Context<'_> {
    pub fn load(&mut self) -> Load {
        let mut phases = Vec::new();
        let mut looping = 0.0_f64;
        for scenario in &self.plan.scenarios {
            let w = &scenario.workload;
            if let Some(delay) = w.start_time.filter(|d| d.nanos() > 0) {
                phases.push(Yaml::map([("pause", seconds(delay))]));
            }
            match &w.executor {
                Executor::SharedIterations(e) => {
                    phases.push(burst(e.iterations.unwrap_or(1), e.vus));
                }
                Executor::PerVuIterations(e) => {
                    let all = e.vus.unwrap_or(1).saturating_mul(e.iterations.unwrap_or(1));
                    phases.push(burst(all, e.vus));
                }
                Executor::ConstantVus(e) => {
                    phases.push(burst(e.vus.unwrap_or(1), None));
                    looping = looping.max(e.duration.unwrap_or_default().as_secs_f64());
                }
                Executor::RampingVus(e) => {
                    let mut users = e.start_vus.unwrap_or(1);
                    if users > 0 {
                        phases.push(burst(users, None));
                    }
                    for stage in &e.stages {
                        let target = stage.target.unwrap_or_default();
                        let time = stage.duration.unwrap_or_default();
                        looping += time.as_secs_f64();
                        if target > users {
                            phases.push(Yaml::map([
                                ("duration", seconds(time)),
                                ("arrivalCount", Yaml::int(target - users)),
                            ]));
                        } else if time.nanos() > 0 {
                            phases.push(Yaml::map([("pause", seconds(time))]));
                        }
                        users = target;
                    }
                }
                Executor::ConstantArrivalRate(e) => {
                    let rate = e.rate.unwrap_or(1) as f64 / unit(e.time_unit);
                    let mut phase = vec![
                        ("duration".to_owned(), seconds(e.duration.unwrap_or_default())),
                        ("arrivalRate".to_owned(), Yaml::Plain(rate.to_string())),
                    ];
                    phase.extend(e.max_vus.map(|n| ("maxVusers".to_owned(), Yaml::int(n))));
                    phases.push(Yaml::Map(phase));
                }
                Executor::RampingArrivalRate(e) => {
                    let unit = unit(e.time_unit);
                    let mut rate = e.start_rate.unwrap_or(0) as f64 / unit;
                    for Stage { duration, target } in &e.stages {
                        let to = target.unwrap_or_default() as f64 / unit;
                        let mut phase = vec![
                            ("duration".to_owned(), seconds(duration.unwrap_or_default())),
                            ("arrivalRate".to_owned(), Yaml::Plain(rate.to_string())),
                            ("rampTo".to_owned(), Yaml::Plain(to.to_string())),
                        ];
                        phase.extend(e.max_vus.map(|n| ("maxVusers".to_owned(), Yaml::int(n))));
                        phases.push(Yaml::Map(phase));
                        rate = to;
                    }
                }
            }
        }
        let mut while_true = None;
        if looping > 0.0 {
            let message =
                "virtual users arrive and loop until the end; Artillery has no way to send some home earlier";
            self.finding(&findings::APPROXIMATED, message, &Origin::default());
            let test = JsExpr::chain(vec![
                JsExpr::code("next(Date.now() < STARTED + "),
                JsExpr::number(&(looping * 1000.0).round().to_string()),
                JsExpr::code(")"),
            ]);
            let name = self.function("goes on", "context, next", vec![Stmt::Expr(test)]);
            while_true = Some(name.as_str().to_owned());
        }
        Load { phases, while_true }
    }

    /// Thresholds for the ensure plugin: limits and conditions.
    pub fn ensure(&mut self) -> Option<Yaml> {
        let mut limits = Vec::new();
        let mut conditions = Vec::new();
        for (metric, list) in &self.plan.thresholds {
            for t in list {
                let read = MetricSelector::parse(metric).ok().zip(t.expression().ok());
                match read.and_then(|(s, e)| self.limit(&s, &e)) {
                    Some(Limit::Below(metric, value)) => {
                        limits.push(Yaml::Map(vec![(metric, Yaml::Plain(value.to_string()))]));
                    }
                    Some(Limit::Condition(text)) => {
                        self.counts_failures |= text.starts_with("http.failed");
                        self.counts_checks |= text.starts_with("plugins.expect");
                        conditions.push(Yaml::map([("expression", Yaml::Text(text))]));
                    }
                    None => {
                        let message =
                            format!("Artillery does not measure what `{metric}: {}` looks at", t.threshold);
                        self.finding(&findings::UNSUPPORTED, message, &Origin::default());
                    }
                }
            }
        }
        let mut out = Vec::new();
        if !limits.is_empty() {
            out.push(("thresholds".to_owned(), Yaml::List(limits)));
        }
        if !conditions.is_empty() {
            out.push(("conditions".to_owned(), Yaml::List(conditions)));
        }
        (!out.is_empty()).then_some(Yaml::Map(out))
    }

    fn limit(&self, s: &MetricSelector, e: &Expression) -> Option<Limit> {
        let below = matches!(e.operator, Operator::Less | Operator::LessOrEqual);
        match (s.metric.as_str(), &e.aggregation) {
            ("checks", Aggregation::Rate) if s.tags.is_empty() && !below => Some(Limit::Condition(format!(
                "plugins.expect.failed <= {} * (plugins.expect.ok + plugins.expect.failed)",
                share(1.0 - e.value)
            ))),
            ("http_req_failed", Aggregation::Rate) if s.tags.is_empty() && below => {
                Some(Limit::Condition(format!("http.failed <= {} * http.requests", share(e.value))))
            }
            ("http_req_duration" | "http_req_waiting", aggregation) if below => {
                let statistic = match aggregation {
                    Aggregation::Avg => "mean".to_owned(),
                    Aggregation::Med => "median".to_owned(),
                    Aggregation::Max => "max".to_owned(),
                    Aggregation::Min => "min".to_owned(),
                    Aggregation::Percentile(p) if [50.0, 75.0, 90.0, 95.0, 99.0].contains(p) => {
                        format!("p{p}")
                    }
                    _ => return None,
                };
                match s.tags.get("name") {
                    None if s.tags.is_empty() => {
                        Some(Limit::Below(format!("http.response_time.{statistic}"), e.value))
                    }
                    Some(name) if s.tags.len() == 1 && self.has_operation(name) => Some(Limit::Below(
                        format!("plugins.metrics-by-endpoint.response_time.{name}.{statistic}"),
                        e.value,
                    )),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn has_operation(&self, name: &str) -> bool {
        let mut found = false;
        for_each_request(self.plan, &mut |r| found |= r.operation(&self.plan.http) == name);
        found
    }
}

enum Limit {
    Below(String, f64),
    Condition(String),
}

fn share(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn burst(count: i64, at_once: Option<i64>) -> Yaml {
    let mut phase =
        vec![("duration".to_owned(), Yaml::int(1)), ("arrivalCount".to_owned(), Yaml::int(count.max(1)))];
    if let Some(n) = at_once.filter(|n| *n < count) {
        phase.push(("maxVusers".to_owned(), Yaml::int(n)));
    }
    Yaml::Map(phase)
}

fn seconds(time: GoDuration) -> Yaml {
    Yaml::int((time.as_secs_f64().ceil() as i64).max(1))
}

fn unit(time: Option<GoDuration>) -> f64 {
    time.map_or(1.0, GoDuration::as_secs_f64).max(1e-9)
}
