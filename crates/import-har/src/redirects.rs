use std::collections::HashMap;

use crate::entry::Entry;

/// Which entries are the targets of other entries' redirects.
#[derive(Debug, Default)]
pub(crate) struct Redirects {
    next: HashMap<usize, usize>,
    previous: HashMap<usize, usize>,
}

/// A target is looked for among this many entries behind its redirect.
const NEAR: usize = 30;

impl Redirects {
    pub fn of(kept: &[&Entry]) -> Self {
        let mut out = Self::default();
        for (i, entry) in kept.iter().enumerate() {
            let Some(location) = entry
                .response
                .redirect
                .as_deref()
                .filter(|_| matches!(entry.response.status, 301 | 302 | 303 | 307 | 308))
            else {
                continue;
            };
            let Some(target) = url::Url::parse(&entry.url).ok().and_then(|u| u.join(location).ok()) else {
                continue;
            };
            let same = |e: &Entry| {
                url::Url::parse(&e.url).is_ok_and(|mut u| {
                    let mut t = target.clone();
                    u.set_fragment(None);
                    t.set_fragment(None);
                    u == t
                })
            };
            let near = kept.iter().enumerate().skip(i + 1).take(NEAR);
            let found = near.into_iter().find(|(j, e)| !out.is_target(*j) && !e.is_websocket && same(e));
            if let Some((j, _)) = found {
                out.next.insert(i, j);
                out.previous.insert(j, i);
            }
        }
        out
    }

    pub fn count(&self) -> usize {
        self.next.len()
    }

    pub fn is_target(&self, i: usize) -> bool {
        self.previous.contains_key(&i)
    }

    /// The entry and those that its redirects lead through, the last one last.
    pub fn chain(&self, i: usize) -> impl Iterator<Item = usize> {
        // targets come later: a chain ends
        std::iter::successors(Some(i), |n| self.next.get(n).copied())
    }
}
