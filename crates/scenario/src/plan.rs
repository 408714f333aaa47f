use loadwright_diagnostic::Origin;
use loadwright_workload::{Threshold, Workload};

use crate::{Auth, Carried, Field, Step, Text, VarName};

/// A load test: what is done, with which data, how much of it, and what counts as a pass.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestPlan {
    pub title: String,
    /// The source's own description, for the head of the script.
    pub note: Option<String>,
    /// Done once, before all scenarios: token fetches, shared fixtures.
    pub setup: Vec<Step>,
    pub scenarios: Vec<Scenario>,
    pub variables: Vec<Variable>,
    pub datasets: Vec<Dataset>,
    pub http: HttpDefaults,
    /// By metric selector (`http_req_duration{name:GET /pets}`), in the order in which they are printed.
    pub thresholds: Vec<(String, Vec<Threshold>)>,
    /// Present when steps carry scripts that run over a foreign API.
    pub carried: Option<Carried>,
}

/// A flow of steps with its own load, in k6's sense of the word.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub name: String,
    pub workload: Workload,
    pub steps: Vec<Step>,
    /// Share of the load among scenarios that have none of their own.
    pub weight: u32,
    pub tags: Vec<(String, String)>,
}

/// A named value that texts refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: VarName,
    pub source: VarSource,
    pub lifetime: Lifetime,
    /// Never written into an artefact: comes from the environment only.
    pub secret: bool,
    pub note: Option<String>,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VarSource {
    /// Fixed; may refer to other variables.
    Constant(Text),
    /// Read from the environment variable `name`, else the default.
    Environment { name: String, default: Option<Text> },
    /// One value for each environment that the run can choose with `ENVIRONMENT`; the first one without a choice.
    /// `name` is the environment variable that wins over all of them.
    Switched { name: Option<String>, cases: Vec<EnvironmentCase> },
    /// Set by extractions, assignments or scripts; `initial` until then.
    Captured { initial: Option<Text> },
}

/// The value of a variable in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentCase {
    pub environment: String,
    pub value: Text,
    /// The value must not be written anywhere: it stays where `origin` says.
    pub secret: bool,
    pub origin: Origin,
}

/// How long a captured value stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifetime {
    /// Gone when the iteration ends.
    #[default]
    Iteration,
    /// Kept by the virtual user over its iterations.
    VirtualUser,
    /// Made in setup and handed to every iteration.
    Test,
}

/// Rows of test data, beside the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    pub name: String,
    /// Where the script reads it, relative to itself.
    pub path: String,
    pub columns: Vec<String>,
    /// Content to write beside the script, when the source holds it.
    pub content: Option<Vec<u8>>,
    pub order: ColumnOrder,
    pub origin: Origin,
}

/// Which row an iteration gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnOrder {
    /// The next one over all virtual users, from the start again after the last.
    #[default]
    Sequential,
    Random,
    /// One for each virtual user.
    PerVirtualUser,
}

/// What all requests share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpDefaults {
    /// The variable that holds the main server's address.
    pub base: Option<VarName>,
    /// Sent with every request that does not set them.
    pub headers: Vec<Field>,
    /// Proves who sends, for every request: basic, bearer or a key in a header.
    pub auth: Auth,
    pub insecure_tls: bool,
    pub max_redirects: Option<u32>,
}

impl TestPlan {
    /// Whether no script of it is in the language of its source.
    pub fn is_plain(&self) -> bool {
        let mut plain = self.carried.is_none();
        crate::for_each_request(self, &mut |r| {
            plain &= r.before.iter().chain(&r.after).all(|s| s.dialect == crate::Dialect::K6);
        });
        plain
    }
}
