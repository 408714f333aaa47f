//! What all VUs of a run share: the environment, options in force, shared arrays, files.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use loadwright_metrics::Registry;
use loadwright_workload::Options;

/// One `SharedArray`: each element as JSON text.
#[derive(Debug, Default)]
pub struct SharedArrayData {
    pub items: Vec<Box<str>>,
}

/// Shared by all engines of a run.
#[derive(Default)]
pub struct Shared {
    /// `__ENV` before a scenario adds to it.
    pub env: Arc<BTreeMap<String, String>>,
    /// Metrics that scripts declare while they load.
    pub registry: Arc<Registry>,
    options: OnceLock<InForce>,
    arrays: Mutex<HashMap<String, Arc<SharedArrayData>>>,
    /// Named secret sources in the order they were given; the first is the default.
    pub secrets: Vec<(String, BTreeMap<String, String>)>,
}

/// The options that the run goes by.
pub struct InForce {
    pub options: Options,
    /// The consolidated view as JSON: `exec.test.options`.
    pub json: String,
}

impl Shared {
    pub fn new(env: BTreeMap<String, String>, registry: Arc<Registry>) -> Self {
        Self { env: Arc::new(env), registry, ..Self::default() }
    }

    /// Fixes the options of the run; only the first call counts.
    pub fn set_options(&self, options: Options, json: String) {
        let _ = self.options.set(InForce { options, json });
    }

    /// The options in force; `None` while the bundle is read.
    pub fn in_force(&self) -> Option<&InForce> {
        self.options.get()
    }

    /// A shared array that some VU made before.
    pub fn array(&self, name: &str) -> Option<Arc<SharedArrayData>> {
        self.arrays.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Keeps an array under its name; the first one wins.
    pub fn keep_array(&self, name: &str, data: SharedArrayData) -> Arc<SharedArrayData> {
        let mut arrays = self.arrays.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(arrays.entry(name.to_owned()).or_insert_with(|| Arc::new(data)))
    }
}
