use std::collections::{HashMap, HashSet};

use loadwright_diagnostic::SourceId;
use loadwright_scenario::{Field, RequestStep, Segment, TestPlan};

use crate::atoms::{atoms_but, is_origin};
use crate::dynamic::is_plausible;
use crate::quick::{QuickMap, Sieve};
use crate::senders::{Sender, senders, sent_by};

/// Everything that the requests of one source send, and who sends it. Long recordings send a great many values, so that
/// each takes as little room as it can.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    list: QuickMap<Want>,
    /// Number of the first request.
    from: u32,
    /// Passes over most values that nobody sends without a look at the list.
    sieve: Sieve,
    /// Number of a request, and the entry of the same value before it.
    uses: Vec<(u32, u32)>,
    /// Paths behind which somebody sends a short number.
    parents: HashSet<String>,
    fields: Vec<String>,
    by_field: QuickMap<u16>,
}

/// Where a value is sent for the first time, and by whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Want {
    first: u32,
    /// Somebody sends it for its own sake, not as the address of the page before.
    pub real: bool,
    last_use: u32,
    fields: [u16; FIELDS],
}

/// Names of fields that are remembered for a value, at most.
const FIELDS: usize = 4;
const NONE: u32 = u32::MAX;
const NO_FIELD: u16 = u16::MAX;

impl Want {
    /// The number of the first request that sends it.
    pub fn first(&self) -> usize {
        self.first as usize
    }
}

impl Wants {
    /// What the plan's requests send, by the source that they come from.
    pub fn of(plan: &TestPlan) -> HashMap<SourceId, Self> {
        let mut all: HashMap<SourceId, Self> = HashMap::new();
        // what the first request of a source sends was given by no answer: looked through once is enough
        let mut first: HashMap<SourceId, &[Field]> = HashMap::new();
        let mut i = 0;
        senders(plan, &mut |sender| {
            let origin = match &sender {
                Sender::Request(r) => &r.origin,
                Sender::Socket(w) => &w.origin,
            };
            let wants = all.entry(origin.source).or_insert_with(|| Self { from: i, ..Self::default() });
            let known = first.get(&origin.source).copied().unwrap_or_default();
            let mut look = |step: &RequestStep| {
                atoms_but(step, known, &mut |field, value| {
                    if is_plausible(value) {
                        wants.add(i, field, value);
                    }
                });
                prefixes(step, &mut |prefix| {
                    let parent = prefix.rsplit_once('/').map_or("", |(parent, _)| parent);
                    if !wants.parents.contains(parent) {
                        wants.parents.insert(parent.to_owned());
                    }
                    wants.add(i, "", prefix);
                });
            };
            match sender {
                Sender::Request(r) => {
                    look(r);
                    first.entry(r.origin.source).or_insert(&r.request.headers);
                }
                Sender::Socket(w) => sent_by(w).iter().for_each(look),
            }
            i += 1;
        });
        for wants in all.values_mut() {
            // no answer comes before the first request
            let asked = |want: &Want| want.real && want.first > wants.from;
            let texts = wants.list.iter().filter(|(_, want)| asked(want)).map(|(text, _)| text.as_ref());
            wants.sieve = Sieve::of(texts, wants.list.len());
        }
        all
    }

    /// Who sends a value that an answer may have given.
    pub fn get(&self, value: &str) -> Option<&Want> {
        if self.sieve.may_have(value) { self.list.get(value) } else { None }
    }

    /// Whether somebody sends a short number behind this path.
    pub fn has_below(&self, path: &str) -> bool {
        self.parents.contains(path)
    }

    /// Numbers of the requests that send it, in order.
    pub fn users(&self, want: &Want) -> Vec<usize> {
        let mut out = Vec::new();
        let mut at = want.last_use;
        while let Some((user, before)) = self.uses.get(at as usize) {
            out.push(*user as usize);
            at = *before;
        }
        out.reverse();
        out
    }

    /// Names of the fields that carry it.
    pub fn fields(&self, want: &Want) -> impl Iterator<Item = &str> {
        want.fields.into_iter().filter_map(|f| self.fields.get(usize::from(f))).map(String::as_str)
    }

    fn add(&mut self, i: u32, field: &str, value: &str) {
        let number = self.field(field);
        let want = match self.list.get_mut(value) {
            Some(w) => w,
            None => self.list.entry(value.into()).or_insert(Want {
                first: i,
                real: false,
                last_use: NONE,
                fields: [NO_FIELD; FIELDS],
            }),
        };
        if !want.real && !is_origin(field) {
            want.real = true;
            want.first = i;
        }
        if self.uses.get(want.last_use as usize).is_none_or(|(user, _)| *user != i) {
            self.uses.push((i, want.last_use));
            want.last_use = u32::try_from(self.uses.len() - 1).unwrap_or(NONE);
        }
        if let Some(slot) = want.fields.iter_mut().find(|f| **f == number || **f == NO_FIELD) {
            *slot = number;
        }
    }

    fn field(&mut self, name: &str) -> u16 {
        if let Some(n) = self.by_field.get(name) {
            return *n;
        }
        let n = u16::try_from(self.fields.len()).unwrap_or(NO_FIELD);
        if n != NO_FIELD {
            self.fields.push(name.to_owned());
            self.by_field.insert(name.into(), n);
        }
        n
    }
}

/// `/orders/5` for each segment that is a short number.
fn prefixes(step: &RequestStep, f: &mut dyn FnMut(&str)) {
    let segments = step.request.url.path.iter().map_while(|segment| match segment {
        Segment::Literal(text) => Some(text.as_str()),
        Segment::Param { value, .. } => value.as_literal(),
    });
    let short = |text: &str| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !segments.clone().any(short) {
        return;
    }
    let mut path = String::new();
    for text in segments {
        path.push('/');
        path.push_str(text);
        if short(text) {
            f(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_who_sends_it_and_where() {
        let mut wants = Wants::default();
        wants.add(1, "Referer", "abc");
        wants.add(3, "id", "abc");
        wants.add(3, "id", "abc");
        wants.add(5, "owner", "abc");
        wants.sieve = Sieve::of(wants.list.keys().map(AsRef::as_ref), 1);
        let want = wants.get("abc").copied().expect("known");
        assert_eq!((want.first(), want.real, wants.users(&want)), (3, true, vec![1, 3, 5]));
        assert_eq!(wants.fields(&want).collect::<Vec<_>>(), ["Referer", "id", "owner"]);
        assert!(wants.get("abd").is_none());
    }
}
