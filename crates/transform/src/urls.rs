use ecow::{EcoString, eco_format};
use loadwright_crew as crew;
use loadwright_scenario::{Encoding, Evidence, RequestStep, Segment, TestPlan, Text, requests_mut};
use rustc_hash::FxHashMap;

use crate::dynamic::is_id_like;
use crate::names::{camel, singular};
use crate::{Pass, PassContext};

/// Addresses that differ in an id only are one operation: `/orders/4711` is counted as `/orders/{orderId}`.
pub(crate) struct GroupUrls;

impl Pass for GroupUrls {
    fn name(&self) -> &'static str {
        "group-urls"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.options.keep_order {
            group_urls(cx.plan, cx.evidence);
        }
    }
}

/// The pass by itself: two recordings are compared by operation.
pub fn group_urls(plan: &mut TestPlan, evidence: &Evidence) {
    if evidence.recorded {
        crew::change(&mut requests_mut(plan), &|step, labels: &mut Labels| {
            if group(step, labels) && step.url_group.is_none() {
                rename(step);
            }
        });
    }
}

/// `{orderId}` by what stands before it: `orders`.
type Labels = FxHashMap<EcoString, EcoString>;

fn group(step: &mut RequestStep, labels: &mut Labels) -> bool {
    let mut parent = EcoString::new();
    let mut any = false;
    for segment in &mut step.request.url.path {
        let Segment::Literal(text) = segment else {
            any = true;
            continue;
        };
        if is_id_like(text) && !parent.is_empty() {
            let label = match labels.get(&parent) {
                Some(known) => known.clone(),
                None => {
                    let label = eco_format!("{{{}}}", camel(&format!("{} id", singular(&parent))));
                    labels.insert(parent.clone(), label.clone());
                    label
                }
            };
            let value = Text::literal(std::mem::take(text));
            *segment = Segment::Param { label, value, encoding: Encoding::Raw };
            any = true;
        } else {
            parent.clone_from(text);
        }
    }
    any
}

/// The name of the step, and with it those of its checks, say the group instead of one address.
fn rename(step: &mut RequestStep) {
    let name = format!("{} {}", step.request.method, step.request.url.group());
    let old = std::mem::replace(&mut step.name, name.into());
    for check in &mut step.checks {
        if check.name.starts_with(old.as_str()) {
            check.name.replace_range(..old.len(), &step.name);
        }
    }
}
