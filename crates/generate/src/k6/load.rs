use loadwright_scenario::TestPlan;

use super::json::value_expr;
use crate::js::{JsExpr, JsIdent, Prop};

/// The `options` object: scenarios, thresholds and what all requests share.
pub(super) fn options(plan: &TestPlan, functions: &[JsIdent]) -> JsExpr {
    let mut props = Vec::new();
    let mut scenarios = Vec::new();
    for (scenario, function) in plan.scenarios.iter().zip(functions) {
        let mut value = scenario.workload.to_json();
        if let (true, Some(fields)) = (plan.scenarios.len() > 1, value.as_object_mut()) {
            fields.insert("exec".to_owned(), function.as_str().into());
        }
        scenarios.push(Prop::pair(scenario_key(&scenario.name), value_expr(&value)));
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

/// Names of scenarios are limited to letters, digits, `_` and `-`.
fn scenario_key(name: &str) -> String {
    let key: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if key.is_empty() { "main".to_owned() } else { key }
}
