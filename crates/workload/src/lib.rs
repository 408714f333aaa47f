//! How much load, for how long, and what counts as a pass: k6 `options`, executors, thresholds, presets.
//! It must never know requests, JavaScript, or a clock: every schedule is a pure value.
//! Start with [`Options`] (one tier of settings), [`consolidate`] (all tiers to one) and [`Plan`] (what an executor does, when).

mod consolidate;
mod derive;
mod describe;
mod duration;
mod env;
mod executor;
mod flags;
mod json;
mod json_fields;
mod json_write;
mod options;
mod plan;
mod preset;
mod requirements;
mod segment;
mod threshold;
mod validate;

pub use consolidate::{Consolidated, Tier, Tiers, consolidate};
pub use duration::{DurationError, GoDuration};
pub use env::EnvError;
pub use executor::{
    ConstantArrivalRate, ConstantVus, Executor, PerVuIterations, RampingArrivalRate, RampingVus,
    SharedIterations, Stage, Workload,
};
pub use flags::{FLAGS, Flag, FlagError, FlagKind};
pub use json::{OptionsError, ParsedOptions};
pub use options::{
    CidrBlock, DnsOptions, DnsPolicy, DnsSelect, DnsTtl, HostTarget, HttpDebug, Options, SystemTag,
    SystemTags, TimeUnit, TlsAuth, TlsVersion, TlsVersions, TrendStat,
};
pub use plan::{Action, Command, Commands, Plan, Quota};
pub use preset::{PRESETS, Preset, PresetSize};
pub use requirements::{ExecutionStep, Requirements, Schedule, ScheduledScenario};
pub use segment::{Segment, SegmentError, SegmentSequence, Tuple};
pub use threshold::{
    Aggregation, Expression, MetricSelector, Operator, SelectorError, Threshold, ThresholdError,
};
