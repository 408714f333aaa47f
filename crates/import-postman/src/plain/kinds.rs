//! What the name in a placeholder stands for: a value that is known now, one that changes, or nothing.

use loadwright_scenario::{Part, Text};

use super::Fill;
use crate::template;
use crate::value::printed;

/// What a name stands for.
#[derive(Clone)]
pub(super) enum Kind {
    Column,
    Captured,
    /// Known now; the whole value.
    Static(String),
    /// Differs between environments; the value in the first.
    Switched(String),
    /// Has something in it that is only known at each use.
    Inline(Text),
    Unknown,
}

impl Fill<'_> {
    /// The text with every static value in its place; what is not known yet is left out.
    pub(super) fn flat(&mut self, text: &Text) -> String {
        text.0
            .iter()
            .map(|part| match part {
                Part::Literal(t) => t.to_string(),
                Part::Var(name) => match self.kind(&name.0, 0) {
                    Kind::Static(value) | Kind::Switched(value) => value,
                    Kind::Inline(text) => self.flat(&text),
                    Kind::Column | Kind::Captured => String::new(),
                    Kind::Unknown => format!("{{{{{name}}}}}"),
                },
                Part::Column(_) | Part::Generated(_) => String::new(),
            })
            .collect()
    }

    pub(super) fn use_static(&mut self, name: &str) {
        if self.used.insert(name.to_owned()) {
            let mut inner: Vec<String> = self.value(name).vars().map(|v| v.0.to_string()).collect();
            for (_, known) in self.scopes.switched(name).into_iter().flatten() {
                let text = known.map(|k| template::text(&printed(&k.value))).unwrap_or_default();
                inner.extend(text.vars().map(|v| v.0.to_string()));
            }
            for name in &inner {
                if matches!(self.kind(name, 0), Kind::Static(_) | Kind::Switched(_)) {
                    self.use_static(name);
                }
            }
        }
    }

    pub(super) fn value(&self, name: &str) -> Text {
        let value = self.scopes.constant(name).map(|k| printed(&k.value)).unwrap_or_default();
        template::text(&value)
    }

    pub(super) fn kind(&mut self, name: &str, depth: usize) -> Kind {
        if let Some(kind) = self.kinds.get(name) {
            return kind.clone();
        }
        let kind = if self.captured.contains(name) {
            Kind::Captured
        } else if self.scopes.is_column(name) {
            Kind::Column
        } else if self.scopes.constant(name).is_none() || depth > 18 {
            Kind::Unknown
        } else if self.scopes.switched(name).is_some() {
            let first = self.value(name);
            Kind::Switched(if depth > 17 { String::new() } else { self.flat(&first) })
        } else {
            self.constant(name, depth)
        };
        if depth == 0 {
            self.kinds.insert(name.to_owned(), kind.clone());
        }
        kind
    }

    pub(super) fn constant(&mut self, name: &str, depth: usize) -> Kind {
        let text = self.value(name);
        let mut flat = String::new();
        for part in &text.0 {
            match part {
                Part::Literal(t) => flat.push_str(t),
                Part::Var(inner) => match self.kind(&inner.0, depth + 1) {
                    Kind::Static(value) => flat.push_str(&value),
                    // the placeholder stays in the middle of the value
                    Kind::Unknown | Kind::Column | Kind::Captured | Kind::Inline(_) | Kind::Switched(_) => {
                        return Kind::Inline(text);
                    }
                },
                Part::Column(_) | Part::Generated(_) => return Kind::Inline(text),
            }
        }
        Kind::Static(flat)
    }

    pub(super) fn is_nothing(&mut self, text: &Text) -> bool {
        let known = text.0.iter().all(|p| match p {
            Part::Var(name) => !matches!(
                self.kind(&name.0, 0),
                Kind::Captured | Kind::Column | Kind::Inline(_) | Kind::Switched(_)
            ),
            Part::Literal(_) => true,
            Part::Column(_) | Part::Generated(_) => false,
        });
        known && self.flat(text).is_empty()
    }
}
