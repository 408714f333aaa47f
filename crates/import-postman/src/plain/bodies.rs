//! Bodies that show more when their holes are known: JSON as an object, forms as Postman encodes them.

use loadwright_scenario::{Body, Json, Part, Request, Text};

use super::{Fill, Kind};
use crate::encode;

/// Stands for a hole while a body is read as JSON.
const MARK: char = '\u{f8ff}';

/// Whether a key has a hole: keys are plain text in the model.
fn keys_hold(json: &Json) -> bool {
    match json {
        Json::Object(fields) => fields.iter().any(|(k, v)| k.contains(MARK) || keys_hold(v)),
        Json::Array(items) => items.iter().any(keys_hold),
        _ => false,
    }
}

impl Fill<'_> {
    /// A JSON body whose holes stand in strings and are known now is shown as an object.
    pub(super) fn json_body(&mut self, request: &mut Request) {
        let Body::Raw { media_type, content } = &request.body else { return };
        let own = request.headers.iter().find(|f| f.name.to_string().eq_ignore_ascii_case("content-type"));
        let own = own.and_then(|f| f.value.as_literal().map(str::to_owned));
        if media_type.as_deref().or(own.as_deref()) != Some("application/json")
            || content.as_literal().is_some()
        {
            return;
        }
        let mut marked = String::new();
        let mut names = Vec::new();
        for part in &content.0 {
            match part {
                Part::Literal(t) if !t.contains(MARK) => marked.push_str(t),
                Part::Var(name) => {
                    let plain = |v: &str| v.chars().all(|c| !c.is_control() && c != '"' && c != '\\');
                    if !matches!(self.kind(&name.0, 0), Kind::Static(value) if plain(&value)) {
                        return;
                    }
                    marked.push_str(&format!("{MARK}{}{MARK}", names.len()));
                    names.push(name.clone());
                }
                Part::Literal(_) | Part::Column(_) | Part::Generated(_) => return,
            }
        }
        // a mark outside a string is no JSON, so this only succeeds when every hole is in one
        let Some((mut value, indent)) = loadwright_import::json_from_text(&marked) else { return };
        if keys_hold(&value) {
            return;
        }
        value.for_each_text_mut(&mut |text| {
            let mut out = Text::default();
            for part in &text.0 {
                let Part::Literal(literal) = part else { continue };
                for (i, piece) in literal.split(MARK).enumerate() {
                    match names.get(piece.parse::<usize>().unwrap_or(usize::MAX)) {
                        Some(name) if i % 2 == 1 => out.push(Part::Var(name.clone())),
                        _ => out.push_str(piece),
                    }
                }
            }
            *text = out;
        });
        request.body = Body::Json { value, indent };
    }

    /// A form with characters that encoders treat differently becomes the text that Postman sends.
    pub(super) fn exact_form(&mut self, body: &mut Body) {
        let Body::Form(fields) = body else { return };
        // encoded when the script runs: only what is known now can be as Postman has it
        let late = |part: &Part, this: &mut Self| match part {
            Part::Literal(_) => false,
            Part::Var(name) => !matches!(this.kind(&name.0, 0), Kind::Static(_)),
            Part::Column(_) | Part::Generated(_) => true,
        };
        let any_late = fields.iter().flat_map(|f| f.name.0.iter().chain(&f.value.0)).any(|p| late(p, self));
        if any_late {
            for field in fields.iter_mut() {
                for part in field.name.0.iter_mut().chain(&mut field.value.0) {
                    if let Part::Var(name) = part
                        && let Kind::Static(value) = self.kind(&name.0, 0)
                        && encode::form(&value) != value
                    {
                        *part = Part::Literal(value.into());
                    }
                }
            }
            return;
        }
        let texts = || fields.iter().flat_map(|f| [&f.name, &f.value]);
        let mut plain = true;
        for text in texts() {
            for part in &text.0 {
                plain &= match part {
                    Part::Literal(t) => encode::form(t) == *t,
                    Part::Var(name) => match self.kind(&name.0, 0) {
                        Kind::Static(value) => encode::form(&value) == value,
                        // encoded when the script runs
                        Kind::Captured
                        | Kind::Column
                        | Kind::Inline(_)
                        | Kind::Unknown
                        | Kind::Switched(_) => {
                            return;
                        }
                    },
                    Part::Column(_) | Part::Generated(_) => return,
                };
            }
        }
        if plain {
            return;
        }
        let mut content = Text::default();
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                content.push_str("&");
            }
            for (n, text) in [&field.name, &field.value].into_iter().enumerate() {
                if n > 0 {
                    content.push_str("=");
                }
                for part in &text.0 {
                    match part {
                        Part::Literal(t) => content.push_str(&encode::form(t)),
                        Part::Var(name) => match self.kind(&name.0, 0) {
                            Kind::Static(value) if encode::form(&value) != value => {
                                content.push_str(&encode::form(&value));
                            }
                            _ => content.push(part.clone()),
                        },
                        part => content.push(part.clone()),
                    }
                }
            }
        }
        *body = Body::Raw { media_type: Some("application/x-www-form-urlencoded".to_owned()), content };
    }
}
