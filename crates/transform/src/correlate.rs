use std::collections::{HashMap, HashSet};

use loadwright_diagnostic::{Diagnostic, Origin, SourceId};
use loadwright_scenario::{
    Coding, Exchange, Extraction, Generator, Lifetime, Part, RequestStep, Segment, Selector, Text, VarName,
    VarSource, Variable,
};

use crate::atoms::{atoms, decoded};
use crate::candidates::{Candidate, Wanted, candidates};
use crate::codes;
use crate::dynamic::{entropy, is_plausible, names_secret};
use crate::names::normal;
use crate::quick::QuickMap;
use crate::replace::{Scope, Swap, replace, replace_in_socket};
use crate::rules::Rule;
use crate::select::select;
use crate::senders::{Sender, SenderMut, senders, senders_mut, sent_by};
use crate::varying::Varying;
use crate::{Pass, PassContext};

/// What a response gave and a later request sent is taken from the response.
///
/// A value counts when the client could not have known it before: no earlier request has it. The first response that
/// gives it is where it is taken from.
pub(crate) struct Correlate;

/// A request of the recording, in order.
struct Sent {
    origin: Origin,
    name: String,
}

/// Where a value is sent for the first time, and by whom.
struct Want {
    first: usize,
    /// Somebody sends it for its own sake, not as the address of the page before.
    real: bool,
    users: Vec<usize>,
    /// Names of the fields that carry it.
    fields: Vec<String>,
}

/// A value on its way.
struct Flow {
    rule: Rule,
    producer: usize,
    swap: Swap,
    users: Vec<usize>,
}

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
                Sender::Socket(w) => (w.origin.clone(), w.name.clone()),
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

fn exchanges<'a>(cx: &PassContext<'a>) -> HashMap<&'a Origin, &'a Exchange> {
    cx.evidence.exchanges.iter().map(|e| (&e.origin, e)).collect()
}

fn from_evidence(cx: &PassContext<'_>, sent: &[Sent], taken: &HashSet<String>) -> Vec<Flow> {
    let varying = cx
        .options
        .other
        .as_deref()
        .map(|(plan, evidence)| Varying::between((cx.plan, cx.evidence), (plan, evidence)));
    let wants = wants(cx);
    let nothing = QuickMap::default();
    let exchanges = exchanges(cx);
    let mut flows: Vec<Flow> = Vec::new();
    let mut served: HashMap<SourceId, HashSet<String>> = HashMap::new();
    let mut names = Taken::new(taken);
    let mut nth: HashMap<&str, usize> = HashMap::new();
    for (i, step) in sent.iter().enumerate() {
        *nth.entry(step.name.as_str()).or_default() += 1;
        let Some(exchange) = exchanges.get(&step.origin) else { continue };
        // what one recording was given, another one never sends
        let wants = wants.get(&step.origin.source).unwrap_or(&nothing);
        let served = served.entry(step.origin.source).or_default();
        let end = exchange.timing.map(|t| t.start_ms + t.duration_ms);
        let is = |value: &str| {
            wants.get(value).is_some_and(|w| w.real && w.first > i)
                && !served.contains(value)
                && !varying.as_ref().is_some_and(|v| v.is_same(value))
        };
        let varies = |value: &str| varying.as_ref().is_some_and(|v| v.varies(value));
        let url = cx.evidence.final_urls.get(&step.origin).map(String::as_str);
        let found = candidates(exchange, url, &Wanted { is: &is, varies: &varies });
        for c in found {
            let key = match &c.scope {
                Scope::Path(prefix) => format!("{prefix}/{}", c.value),
                Scope::Anywhere | Scope::Ids | Scope::Named(_) => c.value.clone(),
            };
            let Some(want) = wants.get(&key) else { continue };
            // sent before the answer was there: the client has it from elsewhere
            let start = |u: usize| {
                let exchange = sent.get(u).and_then(|s| exchanges.get(&s.origin))?;
                exchange.timing.map(|t| t.start_ms)
            };
            if let (Some(end), Some(start)) = (end, start(want.first))
                && start + 150.0 < end
            {
                continue;
            }
            served.insert(key.clone());
            let confidence = if varies(&c.value) { 0.99 } else { confidence(&c, want) };
            let name = names.free(&c.name);
            let users: Vec<String> =
                want.users.iter().filter_map(|u| sent.get(*u)).map(|s| s.name.clone()).collect();
            let rule = Rule {
                evidence: format!("{}; {}", described(&c.from), users_text(&users)),
                name,
                enabled: true,
                request: step.name.clone(),
                nth: nth.get(step.name.as_str()).copied().unwrap_or(1),
                select: c.from.clone(),
                decode: c.coded,
                behind: match &c.scope {
                    Scope::Path(prefix) => Some(prefix.clone()),
                    Scope::Anywhere | Scope::Ids | Scope::Named(_) => None,
                },
                confidence,
                uses: users,
            };
            let swap = swap(&rule, c.value, c.scope);
            flows.push(Flow { rule, producer: i, swap, users: want.users.clone() });
        }
    }
    flows
}

/// Everything that requests send, with the numbers of the requests that send it.
fn wants(cx: &PassContext<'_>) -> HashMap<SourceId, QuickMap<Want>> {
    let mut all: HashMap<SourceId, QuickMap<Want>> = HashMap::new();
    let mut i = 0;
    senders(cx.plan, &mut |sender| {
        let origin = match &sender {
            Sender::Request(r) => &r.origin,
            Sender::Socket(w) => &w.origin,
        };
        let wants = all.entry(origin.source).or_default();
        let mut want = |field: &str, value: &str| {
            let w = match wants.get_mut(value) {
                Some(w) => w,
                None => wants.entry(value.to_owned()).or_insert_with(|| Want {
                    first: i,
                    real: false,
                    users: Vec::new(),
                    fields: Vec::new(),
                }),
            };
            let real = !matches!(field.to_ascii_lowercase().as_str(), "referer" | "origin");
            if real && !w.real {
                w.real = true;
                w.first = i;
            }
            if w.users.last() != Some(&i) {
                w.users.push(i);
            }
            if w.fields.len() < 4 && !w.fields.iter().any(|f| f == field) {
                w.fields.push(field.to_owned());
            }
        };
        let mut look = |step: &RequestStep| {
            atoms(step, &mut |field, value| {
                if is_plausible(value) {
                    want(field, value);
                }
            });
            prefixes(step, &mut |prefix| want("", prefix));
        };
        match sender {
            Sender::Request(r) => look(r),
            Sender::Socket(w) => sent_by(w).iter().for_each(look),
        }
        i += 1;
    });
    all
}

/// `/orders/5` for each segment that is a short number.
fn prefixes(step: &RequestStep, f: &mut dyn FnMut(&str)) {
    let mut path = String::new();
    for segment in &step.request.url.path {
        let text = match segment {
            Segment::Literal(text) => Some(text.as_str()),
            Segment::Param { value, .. } => value.as_literal(),
        };
        let Some(text) = text else { return };
        path.push('/');
        path.push_str(text);
        if !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            f(&path);
        }
    }
}

fn from_rules(cx: &PassContext<'_>, rules: &[Rule], sent: &[Sent], taken: &HashSet<String>) -> Vec<Flow> {
    let exchanges = exchanges(cx);
    let mut names = Taken::new(taken);
    let mut flows = Vec::new();
    for rule in rules {
        let mut rule = rule.clone();
        rule.name = names.free(&rule.name);
        let producer =
            sent.iter().enumerate().filter(|(_, s)| s.name == rule.request).nth(rule.nth - 1).map(|(i, _)| i);
        let Some(producer) = producer else { continue };
        let Some(origin) = sent.get(producer).map(|s| &s.origin) else { continue };
        let url = cx.evidence.final_urls.get(origin).map(String::as_str);
        let response = exchanges.get(origin).and_then(|e| e.responses.first());
        let Some(value) = response.and_then(|r| select(&rule.select, r, url)).filter(|v| !v.is_empty())
        else {
            continue;
        };
        let scope = match &rule.behind {
            Some(prefix) => Scope::Path(prefix.clone()),
            None if value.len() < 9 && value.bytes().all(|b| b.is_ascii_digit()) => Scope::Ids,
            None => Scope::Anywhere,
        };
        let users = (producer + 1..sent.len())
            .filter(|u| {
                sent.get(*u).is_some_and(|s| {
                    s.origin.source == origin.source && (rule.uses.is_empty() || rule.uses.contains(&s.name))
                })
            })
            .collect();
        let value = if rule.decode { decoded(&value) } else { value };
        let swap = swap(&rule, value, scope);
        flows.push(Flow { rule, producer, swap, users });
    }
    flows
}

fn swap(rule: &Rule, value: String, scope: Scope) -> Swap {
    let name = VarName::new(&rule.name);
    let part = Part::Var(name.clone());
    let part = if rule.decode {
        let text = Box::new(Text(vec![part]));
        Part::Generated(Generator::Coded { coding: Coding::PercentDecoded, text })
    } else {
        part
    };
    Swap { value, scope, name, part }
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
    let mut rules: Vec<Rule> = Vec::new();
    for (flow, used) in flows.into_iter().zip(used) {
        if used.is_empty() {
            continue;
        }
        let users: Vec<String> = used.iter().filter_map(|u| sent.get(*u)).map(|s| s.name.clone()).collect();
        let mut rule = flow.rule;
        rule.uses = users;
        rule.uses.dedup();
        let Some(producer) = sent.get(flow.producer) else { continue };
        made.entry(flow.producer).or_default().push(Extraction {
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
            origin: producer.origin.key("response"),
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
            Diagnostic::new(&codes::CORRELATED, message, producer.origin.key("response"))
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
            step.extractions.extend(made.remove(&n).into_iter().flatten());
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

/// How sure it is that the value is made for one client: how random it is, what it is called, how often it is sent.
fn confidence(c: &Candidate, want: &Want) -> f64 {
    let bits = entropy(&c.value) * c.value.len() as f64;
    let random: f64 = match bits {
        b if b >= 60.0 => 0.55,
        b if b >= 30.0 => 0.45,
        _ => 0.3,
    };
    let name = normal(&c.name);
    let named = if names_secret(&name) || name.ends_with("id") { 0.2 } else { 0.0 };
    let same = want.fields.iter().any(|f| {
        let f = normal(f);
        f.len() >= 2 && (f.contains(&name) || name.contains(&f))
    });
    let placed = if matches!(c.scope, Scope::Path(_)) { 0.25 } else { 0.0 };
    let often = if want.users.len() > 1 { 0.05 } else { 0.0 };
    let robust = if matches!(c.from, Selector::Regex { .. }) { 0.0 } else { 0.1 };
    (random + named + if same { 0.1 } else { 0.0 } + placed + often + robust).min(0.98)
}

fn described(selector: &Selector) -> String {
    match selector {
        Selector::Json(path) => format!("from {path} of the answer"),
        Selector::Header(name) | Selector::HeaderRegex { header: name, .. } => {
            format!("from the header {name}")
        }
        Selector::Cookie(name) => format!("from the cookie {name}"),
        Selector::Css { query, .. } => format!("from {query} of the page"),
        Selector::Fitting { from, .. } => described(from),
        Selector::UrlRegex { .. } => "from the address of the redirect's target".to_owned(),
        Selector::Regex { pattern, .. } => format!("from what matches {pattern}"),
        Selector::Status
        | Selector::StatusText
        | Selector::Duration
        | Selector::Size
        | Selector::Body
        | Selector::Var(_) => String::new(),
    }
}

fn users_text(users: &[String]) -> String {
    let mut some: Vec<&str> = Vec::new();
    for u in users {
        if !some.contains(&u.as_str()) {
            some.push(u);
        }
    }
    let more = some.len().saturating_sub(3);
    some.truncate(3);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("is sent by {}{tail}", some.join(", "))
}

/// Names that variables have, and the number to try next for each.
struct Taken {
    names: HashSet<String>,
    next: HashMap<String, usize>,
}

impl Taken {
    fn new(names: &HashSet<String>) -> Self {
        Self { names: names.clone(), next: HashMap::new() }
    }

    fn free(&mut self, wish: &str) -> String {
        let wish =
            if wish.is_empty() || wish.starts_with(|c: char| c.is_ascii_digit()) { "value" } else { wish };
        let n = self.next.entry(wish.to_owned()).or_insert(2);
        let mut name = wish.to_owned();
        while self.names.contains(&name) {
            name = format!("{wish}{n}");
            *n += 1;
        }
        self.names.insert(name.clone());
        name
    }
}
