use std::sync::mpsc::sync_channel;

use loadwright_scenario::Step;

use super::context::Context;
use crate::js::{Names, Printer, Stmt};

/// Steps that become statements before the printer takes them.
const SLICE: usize = 128;
/// Slices that wait for the printer, at most.
const WAITING: usize = 2;

impl Context<'_> {
    /// The steps of a function. Those of a long one come printed: while some are written, those before them are printed,
    /// and their statements are never in memory all at once.
    pub fn function_body(&mut self, steps: &[Step], locals: &mut Names) -> Vec<Stmt> {
        if steps.len() <= 2 * SLICE {
            return self.steps(steps, locals);
        }
        let (send, receive) = sync_channel::<Vec<Stmt>>(WAITING);
        let printed = std::thread::scope(|scope| {
            let printer = scope.spawn(move || Printer::print_body(receive.into_iter()));
            for slice in steps.chunks(SLICE) {
                // the printer is gone only when it failed, which joining tells
                let _ = send.send(self.steps(slice, locals));
            }
            drop(send);
            printer.join()
        });
        vec![Stmt::Printed(printed.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))]
    }
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
            7 => Step::Script(script("a();\n\n\n")),
            9 => Step::Script(script("")),
            _ => Step::Request(Box::new(RequestStep { name: format!("step {i}"), ..RequestStep::default() })),
        };
        for count in [2 * SLICE + 1, 4 * SLICE, 4 * SLICE + 8] {
            let steps: Vec<Step> = (0..count).map(step).collect();
            let plan = TestPlan::default();
            let long = Context::new(&plan).function_body(&steps, &mut Names::default());
            let short = Context::new(&plan).steps(&steps, &mut Names::default());
            assert_eq!(Printer::function("f()", &long), Printer::function("f()", &short), "{count}");
        }
    }
}
