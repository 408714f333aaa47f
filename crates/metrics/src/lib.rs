//! What a run observed: metrics, samples, tags, sinks, threshold verdicts, run events, the summary.
//! It must never know JavaScript, HTTP clients, async runtimes, or terminals.
//! Start with [`Engine`] (one per run), [`Recorder`] (one per worker thread, no locks) and [`Summary`].

mod engine;
mod event;
mod http;
mod index;
mod layout;
mod recorder;
mod registry;
mod sample;
mod sink;
mod summary;
mod tags;
mod tree;
mod trend;
mod verdict;

pub use engine::{Delta, Engine, EngineSettings};
pub use event::{Health, RunEvent, RunProgress, RunState, ScenarioCounters, ScenarioState};
pub use http::{HttpMetrics, HttpSample};
pub use recorder::Recorder;
pub use registry::{Contains, Definition, MetricId, MetricKind, Registry, RegistryError, builtin};
pub use sample::{Metadata, Sample};
pub use sink::Sink;
pub use summary::{
    AnswerCount, MetricSummary, OperationSummary, ScopeSummary, Summary, ThresholdResult, Values,
};
pub use tags::Tags;
pub use tree::{CheckNode, GroupNode};
pub use trend::Trend;
pub use verdict::{Evaluation, ThresholdSetupError};
