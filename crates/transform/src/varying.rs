use std::collections::HashSet;

use loadwright_scenario::{Evidence, RequestStep, TestPlan, for_each_request};

use crate::atoms::atoms;

/// What two recordings of the same journey say about each other: what differs was made for one client.
#[derive(Debug, Default)]
pub(crate) struct Varying {
    differ: HashSet<String>,
    same: HashSet<String>,
}

impl Varying {
    /// Compares request by request, in order; requests that only one recording has are passed over.
    pub fn between(one: (&TestPlan, &Evidence), other: (&TestPlan, &Evidence)) -> Self {
        let mut out = Self::default();
        let (a, b) = (requests(one.0), requests(other.0));
        let mut j = 0;
        for step in a {
            let Some(ahead) = b.iter().skip(j).position(|o| alike(step, o)) else { continue };
            j += ahead + 1;
            let Some(pair) = b.get(j - 1) else { continue };
            let (mine, theirs) = (values(step), values(pair));
            if mine.len() != theirs.len() {
                continue;
            }
            for ((f, v), (g, w)) in mine.into_iter().zip(theirs) {
                if f == g && v == w {
                    out.same.insert(v);
                } else if f == g {
                    out.differ.insert(v);
                }
            }
        }
        out
    }

    pub fn varies(&self, value: &str) -> bool {
        self.differ.contains(value)
    }

    /// Both recordings sent it, and neither sent anything else in its place.
    pub fn is_same(&self, value: &str) -> bool {
        self.same.contains(value) && !self.differ.contains(value)
    }
}

fn requests(plan: &TestPlan) -> Vec<&RequestStep> {
    let mut out = Vec::new();
    for_each_request(plan, &mut |r| out.push(r));
    out
}

/// The same operation: names have ids taken out.
fn alike(a: &RequestStep, b: &RequestStep) -> bool {
    a.request.method == b.request.method
        && a.request.url.path.len() == b.request.url.path.len()
        && (a.name == b.name || a.request.url.group() == b.request.url.group())
}

fn values(step: &RequestStep) -> Vec<(String, String)> {
    let mut out = Vec::new();
    atoms(step, &mut |f, v| out.push((f.to_owned(), v.to_owned())));
    out
}
