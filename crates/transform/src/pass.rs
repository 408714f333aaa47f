use loadwright_diagnostic::Diagnostics;
use std::sync::Arc;

use loadwright_scenario::{Evidence, TestPlan};

use crate::LoadOptions;

use crate::{Rule, ThinkTimeMode};

/// One improvement of a plan.
pub trait Pass: Sync {
    /// As in `--skip-pass NAME`.
    fn name(&self) -> &'static str;
    fn run(&self, cx: &mut PassContext<'_>);
}

/// What a pass sees and changes.
pub struct PassContext<'a> {
    pub plan: &'a mut TestPlan,
    pub evidence: &'a Evidence,
    pub diagnostics: &'a mut Diagnostics,
    pub options: &'a PassOptions,
    pub found: &'a mut Found,
}

/// What passes inferred, for reports and for files that users edit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Values that flow from responses into later requests, switched-off ones included.
    pub rules: Vec<Rule>,
}

/// What the user asked the passes for.
#[derive(Debug, Clone, Default)]
pub struct PassOptions {
    pub load: LoadOptions,
    /// Names of passes to leave out.
    pub skip: Vec<String>,
    /// Names of single inferences inside passes to leave out, as in `--skip-rule NAME`.
    pub skip_rules: Vec<String>,
    /// Replay exactly as recorded: nothing is reordered, grouped or paused.
    pub keep_order: bool,
    /// Rules of the user's own: nothing else is correlated.
    pub rules: Option<Vec<Rule>>,
    /// Another recording of the same journey.
    pub other: Option<Arc<(TestPlan, Evidence)>>,
    pub think_time: ThinkTimeMode,
    /// Requests that a recording sent together go out together.
    pub batches: bool,
}

impl PassOptions {
    /// Whether an inference of this name is wanted.
    pub fn has_rule(&self, name: &str) -> bool {
        !self.skip_rules.iter().any(|r| r == name)
    }
}

/// Runs every pass that is not skipped.
pub fn apply(
    plan: &mut TestPlan,
    evidence: &Evidence,
    diagnostics: &mut Diagnostics,
    options: &PassOptions,
) -> Found {
    apply_watched(plan, evidence, diagnostics, options, &mut |_| {})
}

/// The same, and tells `done` the name of each pass that has run.
pub fn apply_watched(
    plan: &mut TestPlan,
    evidence: &Evidence,
    diagnostics: &mut Diagnostics,
    options: &PassOptions,
    done: &mut dyn FnMut(&'static str),
) -> Found {
    let mut found = Found::default();
    for pass in crate::PASSES {
        if !options.skip.iter().any(|s| s == pass.name()) {
            pass.run(&mut PassContext { plan, evidence, diagnostics, options, found: &mut found });
            done(pass.name());
        }
    }
    found
}
