//! A single measured value: made only when an output asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use crate::{MetricId, Tags};

/// Values that go with a sample but are not indexed: `vu`, `iter`, the script's own.
pub type Metadata = Arc<BTreeMap<String, String>>;

#[derive(Clone, Debug)]
pub struct Sample {
    pub metric: MetricId,
    pub time: SystemTime,
    pub value: f64,
    pub tags: Tags,
    pub metadata: Option<Metadata>,
}
