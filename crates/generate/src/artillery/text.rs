use loadwright_scenario::{Encoding, Json, Part, Text, VarSource};

use super::context::Context;
use super::yaml::Yaml;
use crate::js::{JsExpr, TemplatePart};

impl Context<'_> {
    /// The text with placeholders; what a placeholder cannot say is made by the processor.
    pub fn text(&mut self, text: &Text, wish: &str) -> String {
        let braces = text.0.iter().any(|p| matches!(p, Part::Literal(t) if t.contains("{{")));
        if braces {
            let value = self.js.text(text);
            return self.made(wish, value);
        }
        text.0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.to_string(),
                Part::Var(name) => format!("{{{{ {} }}}}", self.js.var_ident(name).as_str()),
                Part::Column(of) => format!("{{{{ {} }}}}", of.column),
                Part::Generated(_) => {
                    let value = self.js.hole(part);
                    self.made(wish, value)
                }
            })
            .collect()
    }

    /// A piece of a URL: variables that may hold anything are encoded by the processor.
    pub fn url_text(&mut self, text: &Text, encoding: Encoding) -> String {
        if encoding != Encoding::Component {
            let text = self.text(text, "part");
            let tidy = super::request::tidy_escapes(&text);
            if tidy != text {
                let message = format!(
                    "`{text}` is sent as `{tidy}`: Artillery refuses a percent sign that starts no escape"
                );
                self.finding(&crate::findings::APPROXIMATED, message, &Default::default());
            }
            return tidy;
        }
        if text.0.iter().all(|p| matches!(p, Part::Literal(_))) {
            return crate::encode::encode_component(&text.to_string());
        }
        // ids that a response gave are made for URLs; what people type in is not
        let captured = |p: &Part| match p {
            Part::Literal(t) => !t.contains("{{"),
            Part::Var(name) => self
                .plan
                .variables
                .iter()
                .any(|v| &v.name == name && matches!(v.source, VarSource::Captured { .. })),
            Part::Column(_) | Part::Generated(_) => false,
        };
        if text.0.iter().all(captured) {
            let encoded = text.0.iter().map(|p| match p {
                Part::Literal(t) => Part::Literal(crate::encode::encode_component(t).into()),
                other => other.clone(),
            });
            let text = Text(encoded.collect());
            return self.text(&text, "part");
        }
        let parts = self.js.encoded_parts(text);
        let name = text.vars().next().map_or("part".to_owned(), |v| format!("{v} in url"));
        match parts.as_slice() {
            [TemplatePart::Hole(only)] => self.made(&name, only.clone()),
            _ => self.made(&name, JsExpr::template(parts)),
        }
    }

    /// A JSON value that YAML can say: no odd keys, no holes but whole variables. `None` when it cannot.
    pub fn json(&mut self, json: &Json) -> Option<Yaml> {
        Some(match json {
            Json::Null => Yaml::Plain("null".to_owned()),
            Json::Bool(b) => Yaml::bool(*b),
            Json::Number(n) => Yaml::Plain(n.clone()),
            Json::String(text) => {
                // a lone placeholder keeps the type of its variable, and a string must stay one
                let lone = matches!(text.0.as_slice(), [Part::Var(_) | Part::Column(_)]);
                if lone || text.0.iter().any(|p| matches!(p, Part::Literal(t) if t.contains("{{"))) {
                    let value = JsExpr::template(self.js.template_parts(text));
                    return Some(Yaml::Text(self.made("value", value)));
                }
                Yaml::Text(self.text(text, "value"))
            }
            Json::Hole(text) => match text.0.as_slice() {
                [Part::Var(name)] => Yaml::Text(format!("{{{{ {} }}}}", self.js.var_ident(name).as_str())),
                [part] => {
                    let value = self.js.hole(part);
                    Yaml::Text(self.made("value", value))
                }
                _ => return None,
            },
            Json::Array(items) => Yaml::List(items.iter().map(|i| self.json(i)).collect::<Option<_>>()?),
            Json::Object(fields) => {
                let odd = |k: &str| k.is_empty() || k.contains(['.', '[', ']', '"', '{', '\\']);
                if fields.iter().any(|(k, _)| odd(k)) {
                    return None;
                }
                let pairs = fields.iter().map(|(k, v)| Some((k.clone(), self.json(v)?)));
                Yaml::Map(pairs.collect::<Option<_>>()?)
            }
        })
    }
}
