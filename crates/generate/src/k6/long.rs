//! Long functions are written and printed by several hands at once.
//!
//! What has an order is done before, by one: each response gets its name. A hand that turns out to need something that
//! only one may do (name a variable, open a file, put a file beside the script) has strayed; then one does it all again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use loadwright_crew::hands;
use loadwright_scenario::Step;

use super::context::{Context, Needs};
use super::scenario::count;
use crate::js::{JsIdent, Names, Printer, Stmt};

/// Steps that a hand takes at once.
const SLICE: usize = 64;
/// Fewer requests than this are written sooner than threads start.
const WORTH_IT: usize = 100;

/// One of several that write at the same time.
#[derive(Default)]
pub(crate) struct Hand {
    names: std::vec::IntoIter<JsIdent>,
    strayed: bool,
}

/// Some steps of a function, with the names of their responses.
pub(crate) struct Slice<'a> {
    steps: &'a [Step],
    names: Vec<JsIdent>,
}

impl<'a> Context<'a> {
    /// The steps of a function of their own.
    pub fn function_body(&mut self, steps: &'a [Step]) -> Vec<Stmt> {
        if self.is_for_many_hands(steps) {
            let body = self.named(steps);
            if let Some(bodies) = self.written(vec![body]) {
                return bodies.into_iter().flatten().collect();
            }
        }
        self.body_by_one_hand(steps)
    }

    pub fn body_by_one_hand(&mut self, steps: &'a [Step]) -> Vec<Stmt> {
        if steps.len() <= 2 * SLICE {
            return self.steps(steps, &mut Names::default());
        }
        // statements of a long function are never in memory all at once
        let mut locals = Names::default();
        joined(steps.chunks(SLICE).map(|slice| Printer::print_slice(&self.steps(slice, &mut locals))))
    }

    /// Whether the steps are so many that it pays to write them by several hands.
    pub fn is_for_many_hands(&self, steps: &[Step]) -> bool {
        self.hand.is_none()
            && self.long_bodies.is_none()
            && self.has_no_carried_scripts()
            && count(steps) >= WORTH_IT
            && hands() > 1
    }

    /// Cuts a function into slices and names its responses.
    pub fn named(&mut self, steps: &'a [Step]) -> Vec<Slice<'a>> {
        let mut locals = Names::default();
        steps
            .chunks(SLICE)
            .map(|steps| {
                let mut names = Vec::new();
                self.response_names(steps, &mut locals, &mut names);
                Slice { steps, names }
            })
            .collect()
    }

    /// The printed bodies of functions; none when a hand has strayed, and then nothing has happened.
    pub fn written(&mut self, bodies: Vec<Vec<Slice<'a>>>) -> Option<Vec<Vec<Stmt>>> {
        let lengths: Vec<usize> = bodies.iter().map(Vec::len).collect();
        let slices: Vec<Slice<'a>> = bodies.into_iter().flatten().collect();
        let (next, strayed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let write = || -> (Vec<(usize, String)>, Needs) {
            let mut cx = self.hand();
            let mut out = Vec::new();
            while !strayed.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(slice) = slices.get(at) else { break };
                cx.hand = Some(Hand { names: slice.names.clone().into_iter(), strayed: false });
                out.push((at, Printer::print_slice(&cx.steps(slice.steps, &mut Names::default()))));
                if cx.hand.as_ref().is_some_and(|h| h.strayed || h.names.len() > 0) {
                    strayed.store(true, Ordering::Relaxed);
                }
            }
            (out, cx.needs)
        };
        let done = std::thread::scope(|scope| {
            let others: Vec<_> = (1..hands().min(slices.len())).map(|_| scope.spawn(write)).collect();
            let mut done = vec![write()];
            for other in others {
                done.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            done
        });
        if strayed.into_inner() {
            return None;
        }
        let mut pieces = Vec::new();
        for (some, needs) in done {
            pieces.extend(some);
            self.needs.extend(needs);
        }
        pieces.sort_unstable_by_key(|(at, _)| *at);
        let mut pieces = pieces.into_iter().map(|(_, text)| text);
        Some(lengths.into_iter().map(|length| joined(pieces.by_ref().take(length))).collect())
    }

    /// A context that sees what this one has named, and keeps what it needs to itself.
    fn hand(&self) -> Self {
        Self {
            vars: Arc::clone(&self.vars),
            homes: Arc::clone(&self.homes),
            opened: Arc::clone(&self.opened),
            rows: self.rows.clone(),
            shared: self.shared.clone(),
            credentials: self.credentials.clone(),
            inputs: self.inputs.clone(),
            hand: Some(Hand::default()),
            ..Self::new(self.plan)
        }
    }

    /// Notes that something happens that only one hand may do.
    pub fn strays(&mut self) {
        if let Some(hand) = &mut self.hand {
            hand.strayed = true;
        }
    }

    /// The name that a response was given before.
    pub fn name_ahead(&mut self) -> Option<JsIdent> {
        let hand = self.hand.as_mut()?;
        let name = hand.names.next();
        hand.strayed |= name.is_none();
        Some(name.unwrap_or_else(|| JsIdent::known("response")))
    }
}

/// Pieces of a function with a blank line between them.
fn joined(texts: impl Iterator<Item = String>) -> Vec<Stmt> {
    let mut out = Vec::new();
    for text in texts.filter(|t| !t.is_empty()) {
        out.extend([Stmt::Printed(text), Stmt::Blank]);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use loadwright_scenario::{RequestStep, Script, TestPlan};

    use super::*;

    #[test]
    fn long_functions_are_printed_like_short_ones() {
        let script = |code: &str| Script {
            dialect: loadwright_scenario::Dialect::Postman,
            code: code.to_owned(),
            reads: Default::default(),
            writes: Default::default(),
            plain: Default::default(),
            scoped: Vec::new(),
            decides: false,
            skips: false,
            reads_row: false,
            origin: Default::default(),
        };
        let step = |i: usize| match i % 50 {
            7 => Step::Script(Box::new(script("a();\n\n\n"))),
            9 => Step::Script(Box::new(script(""))),
            _ => Step::Request(Box::new(RequestStep {
                name: format!("step {i}").into(),
                ..RequestStep::default()
            })),
        };
        for count in [WORTH_IT, 2 * SLICE + 1, 4 * SLICE, 4 * SLICE + 8] {
            let steps: Vec<Step> = (0..count).map(step).collect();
            let plan = TestPlan::default();
            let long = Context::new(&plan).function_body(&steps);
            let one = Context::new(&plan).body_by_one_hand(&steps);
            let short = Context::new(&plan).steps(&steps, &mut Names::default());
            assert_eq!(Printer::function("f()", &long), Printer::function("f()", &short), "{count}");
            assert_eq!(Printer::function("f()", &one), Printer::function("f()", &short), "{count}");
            let whole = Printer::function("f()", &short);
            assert_eq!(Printer::function_in_pieces("f()", long).concat(), whole, "{count}");
            assert_eq!(Printer::function_in_pieces("f()", short).concat(), whole, "{count}");
        }
    }
}
