//! How a run is shown and kept: banner, progress, text, JSON, CSV, JUnit, HTML, markdown; comparison of two results.
//! It must never know the runner or JavaScript.
//! Start with [`banner`] and [`plan`] (before), [`Progress`] (during), [`summary_text`] and [`OUTPUTS`] (after).

mod banner;
mod compare;
mod coverage;
mod csv;
mod export;
mod first_run;
mod html;
mod json_lines;
mod junit;
mod markdown;
mod markup;
mod md5;
mod metric_lines;
mod number;
mod operations;
mod output;
mod progress;
mod result;
mod style;
mod tables;
mod text;
mod time;

pub use banner::{banner, plan};
pub use compare::{Change, ChangeKind, Comparison, Tolerance, compare, comparison_text};
pub use coverage::{Coverage, Requested, SpecOperation, coverage, coverage_text, requested};
pub use export::{ExportState, MachineContext, handle_summary_data, machine_readable, summary_export};
pub use first_run::{Doubt, Expected, FirstRun, Judged, Verdict, first_run, first_run_text};
pub use operations::operations_table;
pub use output::{OUTPUTS, Output, OutputContext, OutputError, OutputKind, open_output};
pub use progress::{Progress, ProgressStyle};
pub use result::{RESULT_VERSION, ResultAnswer, ResultError, ResultFile, ResultOperation};
pub use style::TextStyle;
pub use text::{SummaryMode, summary_text};
