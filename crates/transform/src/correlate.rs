use std::collections::{HashMap, HashSet};

use loadwright_diagnostic::Diagnostic;
use loadwright_scenario::{EcoString, Extraction, Lifetime, VarSource, Variable};

use crate::codes;
use crate::flows::{Flow, Sent, from_evidence, from_rules};
use crate::reasons::users_text;
use crate::replace::{Swap, replace, replace_in_socket};
use crate::rules::Rule;
use crate::senders::{Sender, SenderMut, senders, senders_mut};
use crate::{Pass, PassContext};

/// What a response gave and a later request sent is taken from the response.
///
/// A value counts when the client could not have known it before: no earlier request has it. The first response that
/// gives it is where it is taken from.
pub(crate) struct Correlate;

impl Pass for Correlate {
    fn name(&self) -> &'static str {
        "correlate"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.evidence.recorded || cx.options.keep_order {
            return;
        }
        let mut sent: Vec<Sent> = Vec::new();
        senders(cx.plan, &mut |s| {
            let (origin, name) = match s {
                Sender::Request(r) => (r.origin.clone(), r.name.clone()),
                Sender::Socket(w) => (w.origin.clone(), w.name.as_str().into()),
            };
            sent.push(Sent { origin, name });
        });
        let taken: HashSet<String> = cx.plan.variables.iter().map(|v| v.name.as_str().to_owned()).collect();
        let flows = match &cx.options.rules {
            Some(rules) => from_rules(cx, rules, &sent, &taken),
            None => from_evidence(cx, &sent, &taken),
        };
        apply(cx, flows, &sent);
    }
}

fn apply(cx: &mut PassContext<'_>, flows: Vec<Flow>, sent: &[Sent]) {
    let (flows, off): (Vec<Flow>, Vec<Flow>) =
        flows.into_iter().partition(|f| f.rule.enabled && cx.options.has_rule(&f.rule.name));
    // longer values first: one may be a part of another
    let mut by_user: HashMap<usize, Vec<usize>> = HashMap::new();
    for (i, flow) in flows.iter().enumerate() {
        flow.users.iter().for_each(|u| by_user.entry(*u).or_default().push(i));
    }
    for list in by_user.values_mut() {
        list.sort_by_key(|i| flows.get(*i).map(|f| std::cmp::Reverse(f.swap.value.len())));
    }
    let mut used: Vec<Vec<usize>> = vec![Vec::new(); flows.len()];
    let mut n = 0;
    senders_mut(cx.plan, &mut |mut sender| {
        for i in by_user.get(&n).into_iter().flatten() {
            if let (Some(flow), Some(used)) = (flows.get(*i), used.get_mut(*i))
                && put(&mut sender, &flow.swap)
            {
                used.push(n);
            }
        }
        n += 1;
    });
    let mut made: HashMap<usize, Vec<Extraction>> = HashMap::new();
    let mut rules: Vec<Rule> = Vec::with_capacity(flows.len() + off.len());
    cx.diagnostics.reserve(flows.len());
    cx.plan.variables.reserve(flows.len());
    for (flow, used) in flows.into_iter().zip(used) {
        if used.is_empty() {
            continue;
        }
        let users: Vec<EcoString> =
            used.iter().filter_map(|u| sent.get(*u)).map(|s| s.name.clone()).collect();
        let mut rule = flow.rule;
        rule.uses = users;
        rule.uses.dedup();
        let Some(producer) = sent.get(flow.producer) else { continue };
        let answer = producer.origin.key("response");
        made.entry(flow.producer).or_insert_with(|| Vec::with_capacity(1)).push(Extraction {
            into: flow.swap.name.clone(),
            from: rule.select.clone(),
            fallback: None,
            guard: Some(format!("{}: {} found", producer.name, rule.name)),
            reason: Some(format!(
                "{} {} (confidence {:.2})",
                rule.name,
                users_text(&rule.uses),
                rule.confidence
            )),
            origin: answer.clone(),
        });
        let message = format!(
            "{} flows into {} later request{}: {} (confidence {:.2})",
            rule.name,
            used.len(),
            if used.len() == 1 { "" } else { "s" },
            rule.evidence,
            rule.confidence,
        );
        cx.diagnostics.push(
            Diagnostic::new(&codes::CORRELATED, message, answer)
                .with_help(format!("--skip-rule {} keeps the recorded value", rule.name)),
        );
        cx.plan.variables.push(Variable {
            name: flow.swap.name,
            source: VarSource::Captured { initial: None },
            lifetime: Lifetime::Iteration,
            secret: false,
            note: None,
            origin: producer.origin.clone(),
        });
        rules.push(rule);
    }
    rules.extend(off.into_iter().map(|f| Rule { enabled: false, ..f.rule }));
    cx.found.rules.extend(rules);
    let mut n = 0;
    senders_mut(cx.plan, &mut |sender| {
        if let SenderMut::Request(step) = sender {
            let new = made.remove(&n).unwrap_or_default();
            if step.extractions.is_empty() {
                step.extractions = new;
            } else {
                step.extractions.extend(new);
            }
        }
        n += 1;
    });
}

fn put(sender: &mut SenderMut<'_>, swap: &Swap) -> bool {
    match sender {
        SenderMut::Request(step) => replace(step, swap),
        SenderMut::Socket(socket) => replace_in_socket(socket, swap),
    }
}
