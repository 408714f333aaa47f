//! What a plan without scripts declares.

use loadwright_scenario::{EnvironmentCase, Lifetime, Text, VarName, VarSource, Variable};

use super::Fill;
use crate::scope::Known;
use crate::value::printed;
use crate::{secret, template};

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
            if let Some(cases) = scopes.switched(name) {
                out.push(self.switched(name, &cases, known));
                continue;
            }
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
        for name in &self.captured.clone() {
            let known = scopes.constant(name);
            let lasting = self.read_first.contains(name);
            let initial = known.filter(|_| lasting).map(|known| self.initial(name, known, &mut out));
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

    /// What a variable that scripts set has before: a secret or a choice is a variable of its own.
    fn initial(&mut self, name: &str, known: &Known, out: &mut Vec<Variable>) -> Text {
        let first = VarName::new(format!("first {name}"));
        if let Some(cases) = self.scopes.switched(name) {
            let mut variable = self.switched(name, &cases, known);
            variable.name = first.clone();
            out.push(variable);
        } else if let Some(env) = secret::of_variable(name, known, self.diagnostics) {
            out.push(Variable {
                name: first.clone(),
                source: VarSource::Environment { name: env, default: None },
                lifetime: Lifetime::default(),
                secret: true,
                note: None,
                origin: known.origin.clone(),
            });
        } else {
            return Text::literal(printed(&known.value));
        }
        Text::var(first.0)
    }

    /// A variable that every environment has its own value for.
    fn switched(&mut self, name: &str, cases: &[(&str, Option<&Known>)], known: &Known) -> Variable {
        let mut env = self.bases.contains_key(name).then(|| secret::env_name(name));
        let mut any = false;
        let cases = cases
            .iter()
            .map(|(environment, known)| {
                let hidden = known.and_then(|k| secret::of_variable(name, k, self.diagnostics));
                let secret = hidden.is_some();
                any |= secret;
                env = hidden.or(env.take());
                let value = match known {
                    _ if secret => Text::default(),
                    Some(known) => template::text(&printed(&known.value)),
                    // the others have no such variable: the placeholder stays
                    None => Text::literal(format!("{{{{{name}}}}}")),
                };
                EnvironmentCase {
                    environment: (*environment).to_owned(),
                    value,
                    secret,
                    origin: known.map(|k| k.origin.clone()).unwrap_or_default(),
                }
            })
            .collect();
        Variable {
            name: VarName::new(name.to_owned()),
            source: VarSource::Switched { name: env, cases },
            lifetime: Lifetime::default(),
            secret: any,
            note: None,
            origin: known.origin.clone(),
        }
    }
}
