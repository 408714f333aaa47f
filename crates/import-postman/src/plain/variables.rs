//! What a plan without scripts declares.

use loadwright_scenario::{Lifetime, Text, VarName, VarSource, Variable};

use super::Fill;
use crate::secret;
use crate::value::printed;

impl Fill<'_> {
    /// The declarations of everything that is used, in the order of the scopes.
    pub(super) fn variables(&mut self) -> Vec<Variable> {
        let mut out: Vec<Variable> = Vec::new();
        let scopes = self.scopes;
        let names: Vec<&String> =
            scopes.environment.keys().chain(scopes.collection.keys()).chain(scopes.globals.keys()).collect();
        for name in names {
            if !self.used.contains(name) || out.iter().any(|v| v.name.0 == *name) {
                continue;
            }
            let Some(known) = scopes.constant(name) else { continue };
            let text = self.value(name);
            let secret = secret::of_variable(name, known, self.diagnostics);
            let base = self.bases.contains_key(name);
            let source = match &secret {
                Some(env) => VarSource::Environment { name: env.clone(), default: None },
                None if base => VarSource::Environment { name: secret::env_name(name), default: Some(text) },
                None => VarSource::Constant(text),
            };
            out.push(Variable {
                name: VarName::new(name.clone()),
                source,
                lifetime: Lifetime::default(),
                secret: secret.is_some(),
                note: None,
                origin: known.origin.clone(),
            });
        }
        for name in &self.captured {
            let known = scopes.constant(name);
            let initial = known.map(|k| Text::literal(printed(&k.value)));
            let lasting = self.read_first.contains(name);
            out.push(Variable {
                name: VarName::new(name.clone()),
                source: VarSource::Captured {
                    initial: match initial {
                        _ if !lasting => None,
                        None if !self.in_texts.contains(name) => None,
                        initial => Some(initial.unwrap_or_else(|| Text::literal(format!("{{{{{name}}}}}")))),
                    },
                },
                lifetime: if lasting { Lifetime::VirtualUser } else { Lifetime::Iteration },
                secret: false,
                note: None,
                origin: known.map(|k| k.origin.clone()).unwrap_or_default(),
            });
        }
        out
    }
}
