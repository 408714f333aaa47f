use loadwright_diagnostic::Origin;
use loadwright_scenario::{EcoString, for_each_request};
use loadwright_workload::{Aggregation, Expression, MetricSelector};

use super::context::Context;
use super::helpers::Helper;
use crate::findings;
use crate::py::{PyExpr, PyStmt};

/// What runs when Locust quits: every threshold that does not hold is logged, and the exit code is 1.
const VERDICT: &str = "\
@events.quitting.add_listener
def verdict(environment, **_kwargs):
    for text, holds in thresholds(environment.stats):
        if not holds:
            logging.error(\"threshold failed: %s\", text)
            environment.process_exit_code = 1";

impl Context<'_> {
    /// `def thresholds(stats)` and the listener that turns it into an exit code.
    pub fn thresholds(&mut self) -> Vec<PyStmt> {
        let mut items = Vec::new();
        let mut overall = false;
        for (metric, list) in &self.plan.thresholds {
            for threshold in list {
                let text = format!("{metric}: {}", threshold.threshold);
                let test = MetricSelector::parse(metric)
                    .ok()
                    .zip(threshold.expression().ok())
                    .and_then(|(selector, expression)| self.threshold(&selector, &expression));
                match test {
                    Some(test) => {
                        overall |= !metric.contains('{') && !metric.starts_with("checks");
                        items.push(PyExpr::Tuple(vec![PyExpr::string(&text), test]));
                    }
                    None => {
                        let message = format!("Locust does not measure what `{text}` looks at");
                        self.finding(&findings::UNSUPPORTED, message, &Origin::default());
                    }
                }
            }
        }
        if items.is_empty() {
            return Vec::new();
        }
        self.module("logging");
        self.import("locust", "events");
        let mut body = Vec::new();
        if overall {
            body.push(PyStmt::Assign(PyExpr::code("total"), PyExpr::code("stats.total")));
        }
        body.push(PyStmt::Return(PyExpr::List(items)));
        vec![
            PyStmt::Def {
                decorators: Vec::new(),
                name: crate::py::PyIdent::known("thresholds"),
                params: "stats",
                doc: Some("What counts as a pass.".to_owned()),
                body,
            },
            PyStmt::Verbatim(VERDICT),
        ]
    }

    fn threshold(&mut self, selector: &MetricSelector, e: &Expression) -> Option<PyExpr> {
        let entry = match selector.tags.get("name") {
            None if selector.tags.is_empty() => PyExpr::code("total"),
            Some(name) if selector.tags.len() == 1 => {
                let method = self.method_of(name)?;
                PyExpr::code("stats").method("get", vec![PyExpr::string(name), PyExpr::string(&method)])
            }
            _ => return None,
        };
        let subject = match (selector.metric.as_str(), &e.aggregation) {
            ("checks", Aggregation::Rate) if selector.tags.is_empty() => {
                self.helper(Helper::Check);
                PyExpr::code("CHECKS[\"passed\"] / max(1, sum(CHECKS.values()))")
            }
            ("http_req_failed", Aggregation::Rate) => entry.attribute("fail_ratio"),
            ("http_reqs", Aggregation::Count) => entry.attribute("num_requests"),
            ("http_reqs", Aggregation::Rate) => entry.attribute("total_rps"),
            ("http_req_duration" | "http_req_waiting", aggregation) => match aggregation {
                Aggregation::Avg => entry.attribute("avg_response_time"),
                Aggregation::Med => entry.attribute("median_response_time"),
                Aggregation::Max => entry.attribute("max_response_time"),
                Aggregation::Min => entry.attribute("min_response_time"),
                Aggregation::Percentile(p) => entry
                    .method("get_response_time_percentile", vec![PyExpr::number(&format!("{}", p / 100.0))]),
                _ => return None,
            },
            _ => return None,
        };
        let bound = PyExpr::number(&e.value.to_string());
        let op = match e.operator.symbol() {
            "===" => "==",
            symbol => symbol,
        };
        Some(PyExpr::binary(subject, op, bound))
    }

    fn method_of(&self, name: &str) -> Option<EcoString> {
        let mut method = None;
        for_each_request(self.plan, &mut |r| {
            if r.operation(&self.plan.http) == name {
                method = Some(r.request.method.clone());
            }
        });
        method
    }
}
