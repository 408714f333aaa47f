//! How a run is shown and kept: banner, progress, text, JSON, CSV, JUnit, HTML, markdown; comparison of two results.
//! It must never know the runner or JavaScript.
//! Start with [`banner`] and [`plan`] (before), [`Progress`] (during), [`summary_text`] and [`OUTPUTS`] (after).

mod banner;
mod export;
mod number;
mod operations;
mod output;
mod progress;
mod text;

pub use banner::{banner, plan};
pub use export::{ExportState, MachineContext, handle_summary_data, machine_readable, summary_export};
pub use operations::operations_table;
pub use output::{OUTPUTS, Output, OutputContext, OutputError, OutputKind, open_output};
pub use progress::{Progress, ProgressStyle};
pub use text::{SummaryMode, TextStyle, summary_text};
