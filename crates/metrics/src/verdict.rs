//! Thresholds against what was observed.

/// Thresholds that cannot be used; all texts are k6's, exit code 104.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ThresholdSetupError(pub String);

/// What one evaluation found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// Metrics with a failed threshold, sorted.
    pub crossed: Vec<String>,
    /// Some failed threshold has `abortOnFail` and its delay is over.
    pub abort: bool,
}
