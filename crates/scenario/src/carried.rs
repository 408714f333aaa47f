use std::collections::BTreeMap;

use loadwright_diagnostic::Origin;

use crate::Json;

/// What carried Postman scripts see beside the plan: the scopes that they read and write by name, and what the requests
/// are called. A plan has it only when a script could not be understood; then texts keep every variable as a hole and
/// are filled at run time from these scopes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carried {
    /// The name of the environment file, as `pm.environment.name` shows it.
    pub environment_name: Option<String>,
    pub environment: Vec<ScopeValue>,
    /// Several environments by name, of which the run chooses one; empty when there is one or none.
    pub environments: Vec<(String, Vec<ScopeValue>)>,
    pub collection: Vec<ScopeValue>,
    pub globals: Vec<ScopeValue>,
    /// By the origin of the request step.
    pub items: BTreeMap<Origin, CarriedItem>,
}

/// One enabled variable of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeValue {
    pub name: String,
    pub value: Json,
    /// The environment variable that the value comes from when it must not be written into a script.
    pub secret: Option<String>,
    /// Where the value stands in its source.
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CarriedItem {
    /// What `setNextRequest` accepts beside the name.
    pub id: Option<String>,
    /// Whether the request has credentials of its own, or takes those of a folder.
    pub own_auth: bool,
    /// Folders from the outside in.
    pub folders: Vec<String>,
}

impl Carried {
    /// Both collections over one set of scopes; of two values with one name the first stays, as in a shared environment.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        let add = |into: &mut Vec<ScopeValue>, from: Vec<ScopeValue>| {
            for value in from {
                if !into.iter().any(|v| v.name == value.name) {
                    into.push(value);
                }
            }
        };
        add(&mut self.environment, other.environment);
        add(&mut self.collection, other.collection);
        add(&mut self.globals, other.globals);
        if self.environments.is_empty() {
            self.environments = other.environments;
        }
        self.environment_name = self.environment_name.or(other.environment_name);
        self.items.extend(other.items);
        self
    }
}
