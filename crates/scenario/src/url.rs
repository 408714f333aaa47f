use ecow::{EcoString, eco_format};

use crate::{Encoding, QueryField, Text};

/// A URL whose shape is its group: `/pets/{petId}` is one endpoint, however many ids are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct UrlTemplate {
    /// Scheme, authority and fixed prefix without a final slash: a literal, or the variable that holds it.
    pub base: Text,
    /// What follows the base, one item for each `/`. `/a/` is `[a, ""]`; no items means no path at all.
    pub path: Vec<Segment>,
    pub query: Vec<QueryField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Text exactly as it goes on the wire, percent escapes included.
    Literal(EcoString),
    Param {
        /// How the group shows this segment, braces included: `{petId}`, `{name}.{format}`, `v{version}`.
        label: EcoString,
        value: Text,
        encoding: Encoding,
    },
}

impl Segment {
    pub fn param(name: &str, value: Text) -> Self {
        Self::Param { label: eco_format!("{{{name}}}"), value, encoding: Encoding::Component }
    }
}

impl UrlTemplate {
    /// The path with its parameters by name: `/pets/{petId}`; `/` when there is no path.
    pub fn group(&self) -> String {
        let label = |segment: &Segment| match segment {
            Segment::Literal(text) => text.len(),
            Segment::Param { label, .. } => label.len(),
        };
        let mut out = String::with_capacity(self.path.iter().map(|s| label(s) + 1).sum());
        for segment in &self.path {
            out.push('/');
            out.push_str(match segment {
                Segment::Literal(text) => text,
                Segment::Param { label, .. } => label,
            });
        }
        if out.is_empty() { "/".to_owned() } else { out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_names_parameters_and_keeps_empty_segments() {
        let url = UrlTemplate {
            base: Text::var("baseUrl"),
            path: vec![
                Segment::Literal("pets".into()),
                Segment::param("petId", Text::literal("7")),
                Segment::Literal(EcoString::new()),
            ],
            query: Vec::new(),
        };
        assert_eq!(url.group(), "/pets/{petId}/");
        assert_eq!(UrlTemplate::default().group(), "/");
    }
}
