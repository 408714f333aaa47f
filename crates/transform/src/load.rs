use loadwright_scenario::{Predicate, Selector, for_each_request};
use loadwright_workload::{Preset, Threshold};

use crate::{Pass, PassContext};

/// Gives scenarios the load that the user asked for, and the run what counts as a pass.
pub(crate) struct ApplyLoad;

impl Pass for ApplyLoad {
    fn name(&self) -> &'static str {
        "load"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        let preset = cx.options.profile;
        let several = cx.plan.scenarios.len() > 1;
        for scenario in &mut cx.plan.scenarios {
            if let Some(preset) = preset {
                scenario.workload = preset.workload(cx.options.size);
                if !several {
                    preset.name().clone_into(&mut scenario.name);
                }
            }
        }
        if !cx.plan.thresholds.is_empty() {
            return;
        }
        let mut checked = false;
        let mut all_good = true;
        for_each_request(cx.plan, &mut |r| {
            checked |= !r.checks.is_empty() || !r.after.is_empty();
            let good = r.checks.iter().any(|c| {
                matches!(
                    (&c.subject, &c.predicate),
                    (
                        Selector::Status,
                        Predicate::Equals(_) | Predicate::Between { .. } | Predicate::OneOf(_)
                    )
                )
            });
            all_good &= good;
        });
        let mut add = |metric: &str, expression: &str| {
            cx.plan.thresholds.push((metric.to_owned(), vec![Threshold::new(expression)]));
        };
        if checked {
            add("checks", "rate>0.99");
        }
        if all_good && checked {
            add("http_req_failed", "rate<0.01");
        }
        if preset.is_some_and(|p| p != Preset::Smoke) {
            add("http_req_duration", "p(95)<500");
        }
    }
}
