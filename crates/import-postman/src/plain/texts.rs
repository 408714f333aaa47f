//! Texts with their placeholders filled.

use std::collections::BTreeSet;

use loadwright_diagnostic::Diagnostic;
use loadwright_scenario::{Part, Step, Text};

use super::Fill;
use super::kinds::Kind;
use crate::encode::{Place, encode};
use crate::importer::Lifts;
use crate::lift::Action;
use crate::scope::Scopes;
use crate::value::printed;
use crate::{codes, template};

/// Every name that a request, a value or an assignment has a hole for.
pub(super) fn in_texts(steps: &[Step], scopes: &Scopes, lifts: &Lifts) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut take = |t: &Text| out.extend(t.vars().map(|v| v.0.to_string()));
    for known in scopes.environment.values().chain(scopes.collection.values()).chain(scopes.globals.values())
    {
        take(&template::text(&printed(&known.value)));
    }
    for action in lifts.values().flat_map(|l| &l.actions) {
        if let Action::Assign(assign) = action {
            take(&assign.value);
        }
    }
    for plain in lifts.values().filter_map(|l| l.plain.as_ref()) {
        plain.texts().for_each(&mut take);
    }
    let mut left: Vec<&Step> = steps.iter().collect();
    while let Some(step) = left.pop() {
        match step {
            Step::Request(r) => r.for_each_text(&mut take),
            Step::Group(g) => left.extend(&g.steps),
            _ => {}
        }
    }
    out
}

impl Fill<'_> {
    pub(super) fn text(&mut self, text: &Text, place: Option<Place>) -> Text {
        let mut out = Text::default();
        let nested = self.unnested(text);
        for part in &nested.as_ref().unwrap_or(text).0 {
            let Part::Var(name) = part else {
                match (part, place) {
                    (Part::Literal(t), Some(place)) => out.push_str(&encode(t, place)),
                    _ => out.push(part.clone()),
                }
                continue;
            };
            match self.kind(&name.0, 0) {
                Kind::Column => out.push(Part::column("data", name.0.clone())),
                Kind::Captured => {
                    if !self.written.contains(name.as_str()) {
                        self.read_first.insert(name.0.to_string());
                    }
                    out.push(part.clone());
                }
                Kind::Switched(_) => {
                    self.use_static(&name.0);
                    out.push(part.clone());
                }
                Kind::Static(value) => match place.map(|p| encode(&value, p)) {
                    Some(encoded) if encoded != value => out.push_str(&encoded),
                    _ => {
                        self.use_static(&name.0);
                        out.push(part.clone());
                    }
                },
                Kind::Inline(inner) => {
                    let inner = self.text(&inner, place);
                    out.append(inner);
                }
                Kind::Unknown => {
                    if self.missing.insert(name.0.to_string()) {
                        let message = format!("`{name}` has no value: the placeholder itself is sent");
                        self.diagnostics.push(Diagnostic::new(
                            &codes::UNRESOLVED_VARIABLE,
                            message,
                            self.at.clone(),
                        ));
                    }
                    let hole = format!("{{{{{name}}}}}");
                    out.push_str(&place.map_or(hole.clone(), |p| encode(&hole, p)));
                }
            }
        }
        out
    }

    /// `{{a_{{b}}}}` with the inner names filled, so that the outer ones are names too.
    pub(super) fn unnested(&mut self, text: &Text) -> Option<Text> {
        if !template::is_nested(text) {
            return None;
        }
        let mut out = text.clone();
        for _ in 0..19 {
            let mut joined = String::new();
            for part in &out.0 {
                match part {
                    Part::Literal(t) => joined.push_str(t),
                    Part::Var(name) => match self.kind(&name.0, 0) {
                        Kind::Static(value) => joined.push_str(&value),
                        _ => joined.push_str(&format!("{{{{{name}}}}}")),
                    },
                    Part::Column(_) | Part::Generated(_) => return None,
                }
            }
            let next = template::text(&joined);
            if next == out {
                break;
            }
            out = next;
        }
        Some(out)
    }
}
