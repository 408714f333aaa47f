use handlebars::Handlebars;
use serde::Serialize;

use crate::GenerateError;

/// Lays a view out by a template. Values are code already: nothing is escaped here.
pub(crate) fn render(name: &str, template: &str, view: &impl Serialize) -> Result<String, GenerateError> {
    let mut engine = Handlebars::new();
    engine.register_escape_fn(handlebars::no_escape);
    engine.set_strict_mode(true);
    engine.register_template_string(name, template).map_err(|e| GenerateError::Template(e.to_string()))?;
    engine.render(name, view).map_err(|e| GenerateError::Template(e.to_string()))
}
