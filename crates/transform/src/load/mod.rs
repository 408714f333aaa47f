//! How much load a plan makes, and what counts as a pass.

mod count;
mod options;
mod split;
mod thresholds;
mod workload;

pub use options::{LoadOptions, ThresholdPolicy};

use crate::{Pass, PassContext};

/// Gives scenarios the load that the user asked for, and the run what counts as a pass.
pub(crate) struct ApplyLoad;

impl Pass for ApplyLoad {
    fn name(&self) -> &'static str {
        "load"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.options.load.weights.is_empty() {
            split::by_weight(cx);
        }
        for dataset in &mut cx.plan.datasets {
            if let Some(order) = cx.options.load.order {
                dataset.order = order;
            }
        }
        workload::apply(cx);
        thresholds::apply(cx);
    }
}
