use loadwright_scenario::Json;

use super::context::Context;
use crate::js::{JsExpr, Prop};

impl Context<'_> {
    /// A JSON value with holes as a JavaScript value.
    pub fn json(&mut self, json: &Json) -> JsExpr {
        match json {
            Json::Null => JsExpr::code("null"),
            Json::Bool(b) => JsExpr::bool(*b),
            Json::Number(n) => JsExpr::number(n),
            Json::String(text) => self.text_string(text),
            Json::Hole(text) => match text.0.as_slice() {
                [part] => self.hole(part),
                _ => self.text(text),
            },
            Json::Array(items) => JsExpr::Array(items.iter().map(|v| self.json(v)).collect()),
            Json::Object(fields) => {
                JsExpr::Object(fields.iter().map(|(k, v)| Prop::pair(k.clone(), self.json(v))).collect())
            }
        }
    }
}
