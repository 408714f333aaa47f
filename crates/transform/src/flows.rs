use std::collections::{HashMap, HashSet};

use loadwright_crew::map_in_order;
use loadwright_diagnostic::{Origin, SourceId};
use loadwright_scenario::{Coding, EcoString, Evidence, Exchange, Generator, Part, Text, VarName};

use crate::PassContext;
use crate::atoms::decoded;
use crate::candidates::{Candidate, Wanted, candidates};
use crate::reasons::{confidence, described, users_text};
use crate::replace::{Scope, Swap};
use crate::rules::Rule;
use crate::select::select;
use crate::varying::Varying;
use crate::wants::Wants;

/// A request of the recording, in order.
pub(crate) struct Sent {
    pub origin: Origin,
    pub name: EcoString,
}

/// A value on its way from an answer to later requests.
pub(crate) struct Flow {
    pub rule: Rule,
    /// Number of the request whose answer has it.
    pub producer: usize,
    pub swap: Swap,
    pub users: Vec<usize>,
}

/// The values that the evidence shows: answers have them, later requests send them, and nobody sent them before.
///
/// Answers are looked through on all cores at once; what an earlier answer has given already is taken away afterwards,
/// in order, so that the result is that of one answer after the other.
pub(crate) fn from_evidence(cx: &PassContext<'_>, sent: &[Sent], taken: &HashSet<String>) -> Vec<Flow> {
    let varying = cx
        .options
        .other
        .as_deref()
        .map(|(plan, evidence)| Varying::between((cx.plan, cx.evidence), (plan, evidence)));
    let wants = Wants::of(cx.plan);
    let nothing = Wants::default();
    let exchanges = exchanges(cx.evidence);
    let of = |step: &Sent| wants.get(&step.origin.source).unwrap_or(&nothing);
    let look = Look { evidence: cx.evidence, varying: varying.as_ref() };
    let size: usize = exchanges.values().filter_map(|e| e.responses.first()).map(|r| r.body.size()).sum();
    // what one recording was given, another one never sends
    let nothing_served = HashSet::new();
    let seen = |i: usize, step: &Sent| {
        let exchange = *exchanges.get(&step.origin)?;
        Some((exchange, look.at(i, exchange, of(step), &nothing_served)))
    };
    let mut flows: Vec<Flow> = Vec::new();
    let mut served: HashMap<SourceId, HashSet<String>> = HashMap::new();
    let mut names = Taken::new(taken);
    let mut nth: HashMap<&str, usize> = HashMap::new();
    map_in_order(sent, size, &seen, &mut |i, seen| {
        let Some(step) = sent.get(i) else { return };
        *nth.entry(step.name.as_str()).or_default() += 1;
        let Some((exchange, mut seen)) = seen else { return };
        let wants = of(step);
        let served = served.entry(step.origin.source).or_default();
        let gone = |h: &&String| served.contains(*h);
        // a short number may be wanted by itself or behind its path: which of them depends on what is gone
        if seen.hits.iter().filter(gone).any(|h| h.len() <= 8 && h.bytes().all(|b| b.is_ascii_digit())) {
            seen = look.at(i, exchange, wants, served);
        } else if seen.hits.iter().any(|h| gone(&h)) {
            seen.found.retain(|c| !served.contains(c.key().as_ref()));
        }
        let end = exchange.timing.map(|t| t.start_ms + t.duration_ms);
        for c in seen.found {
            let key = c.key();
            let Some(want) = wants.get(&key) else { continue };
            // sent before the answer was there: the client has it from elsewhere
            let start = |u: usize| {
                let exchange = sent.get(u).and_then(|s| exchanges.get(&s.origin))?;
                exchange.timing.map(|t| t.start_ms)
            };
            if let (Some(end), Some(start)) = (end, start(want.first()))
                && start + 150.0 < end
            {
                continue;
            }
            served.insert(key.to_string());
            let confidence = if look.varies(&c.value) { 0.99 } else { confidence(&c, want, wants) };
            let name = names.free(&c.name);
            let senders = wants.users(want);
            let users: Vec<EcoString> =
                senders.iter().filter_map(|u| sent.get(*u)).map(|s| s.name.clone()).collect();
            let rule = Rule {
                evidence: format!("{}; {}", described(&c.from), users_text(&users)),
                name: name.into(),
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
            flows.push(Flow { rule, producer: i, swap, users: senders });
        }
    });
    flows
}

/// What an answer has, and every value of it that later requests send.
struct Seen {
    found: Vec<Candidate>,
    hits: Vec<String>,
}

struct Look<'a> {
    evidence: &'a Evidence,
    varying: Option<&'a Varying>,
}

impl Look<'_> {
    fn varies(&self, value: &str) -> bool {
        self.varying.is_some_and(|v| v.varies(value))
    }

    fn at(&self, i: usize, exchange: &Exchange, wants: &Wants, served: &HashSet<String>) -> Seen {
        let hits = std::cell::RefCell::new(Vec::new());
        let is = |value: &str| {
            let wanted = wants.get(value).is_some_and(|w| w.real && w.first() > i)
                && !served.contains(value)
                && !self.varying.is_some_and(|v| v.is_same(value));
            if wanted {
                let mut hits = hits.borrow_mut();
                if hits.last().is_none_or(|l: &String| l != value) {
                    hits.push(value.to_owned());
                }
            }
            wanted
        };
        let varies = |value: &str| self.varies(value);
        let url = self.evidence.final_urls.get(&exchange.origin).map(String::as_str);
        let found = candidates(
            exchange,
            url,
            &Wanted { is: &is, varies: &varies, below: &|path| wants.has_below(path) },
        );
        Seen { found, hits: hits.into_inner() }
    }
}

fn exchanges(evidence: &Evidence) -> HashMap<&Origin, &Exchange> {
    evidence.exchanges.iter().map(|e| (&e.origin, e)).collect()
}

/// The values that a user's rules name.
pub(crate) fn from_rules(
    cx: &PassContext<'_>,
    rules: &[Rule],
    sent: &[Sent],
    taken: &HashSet<String>,
) -> Vec<Flow> {
    let exchanges = exchanges(cx.evidence);
    let mut names = Taken::new(taken);
    let mut flows = Vec::new();
    for rule in rules {
        let mut rule = rule.clone();
        rule.name = names.free(&rule.name).into();
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
        let value = if rule.decode { decoded(&value).into_owned() } else { value };
        let swap = swap(&rule, value, scope);
        flows.push(Flow { rule, producer, swap, users });
    }
    flows
}

fn swap(rule: &Rule, value: String, scope: Scope) -> Swap {
    let name = VarName::new(&rule.name);
    let part = Part::Var(name.clone());
    let part = if rule.decode {
        let text = Box::new(Text::from(part));
        Part::Generated(Generator::Coded { coding: Coding::PercentDecoded, text })
    } else {
        part
    };
    Swap { value, scope, name, part }
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
