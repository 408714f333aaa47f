use loadwright_scenario::{Coding, Generator, Part, Text};

use super::context::Context;
use super::helpers::Helper;
use crate::js::{JsExpr, Template, TemplatePart};

impl Context<'_> {
    /// The text as a string expression: a quoted string, a bare variable, or a template literal.
    pub fn text(&mut self, text: &Text) -> JsExpr {
        if let [part @ (Part::Var(_) | Part::Column(_))] = text.0.as_slice() {
            return self.hole(part);
        }
        self.text_string(text)
    }

    /// The same, but a lone variable is made a string: a body or a value of JSON would else change its type.
    pub fn text_string(&mut self, text: &Text) -> JsExpr {
        if let Some(literal) = text.as_literal() {
            return JsExpr::text(literal);
        }
        let mut out = Template::default();
        self.put(text, &mut out);
        out.finish()
    }

    /// Writes the text into a template literal.
    pub fn put(&mut self, text: &Text, out: &mut Template) {
        for part in &text.0 {
            match part {
                Part::Literal(text) => out.text(text),
                part => self.put_hole(part, out),
            }
        }
    }

    /// Writes a part that is no text as a hole.
    pub fn put_hole(&mut self, part: &Part, out: &mut Template) {
        if let Part::Var(name) = part
            && let Some(ident) = self.vars.get(name)
        {
            out.ident(ident);
            return;
        }
        out.hole(&self.hole(part));
    }

    /// The parts of a template literal for the text, to be joined with others.
    pub fn template_parts(&mut self, text: &Text) -> Vec<TemplatePart> {
        text.0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => TemplatePart::Text(text.to_string()),
                part => TemplatePart::Hole(self.hole(part)),
            })
            .collect()
    }

    /// The expression that fills a hole.
    pub fn hole(&mut self, part: &Part) -> JsExpr {
        match part {
            Part::Literal(text) => JsExpr::string(text),
            Part::Var(name) => self.var(name),
            Part::Column(of) => {
                let row = match self.rows.get(of.dataset.as_str()) {
                    Some(row) => JsExpr::ident(row),
                    None => JsExpr::code("undefined"),
                };
                row.member(&of.column)
            }
            Part::Generated(generator) => self.generated(generator),
        }
    }

    fn generated(&mut self, generator: &Generator) -> JsExpr {
        match generator {
            Generator::Uuid => JsExpr::code("crypto.randomUUID()"),
            Generator::UnixSeconds => JsExpr::code("Math.floor(Date.now() / 1000)"),
            Generator::UnixMillis => JsExpr::code("Date.now()"),
            Generator::IsoTimestamp => JsExpr::code("new Date().toISOString()"),
            Generator::IsoDate => JsExpr::code("new Date().toISOString().slice(0, 10)"),
            Generator::Int { min, max } => {
                let f = self.helper(Helper::RandomInt);
                JsExpr::call(f, vec![JsExpr::int(*min), JsExpr::int(*max)])
            }
            Generator::Boolean => JsExpr::code("Math.random() < 0.5"),
            Generator::Alphanumeric { length } => {
                let f = self.helper(Helper::RandomText);
                JsExpr::call(f, vec![JsExpr::int(i64::from(*length))])
            }
            Generator::Unique => {
                let f = self.helper(Helper::Unique);
                JsExpr::call(f, Vec::new())
            }
            Generator::UniqueInt => {
                let f = self.helper(Helper::UniqueInt);
                JsExpr::call(f, Vec::new())
            }
            Generator::Fake(kind) => self.fake(kind),
            Generator::Coded { coding, text } => {
                let text = self.text(text);
                match coding {
                    Coding::Base64 => {
                        self.import_default("encoding", "k6/encoding");
                        JsExpr::call_fn("encoding.b64encode", vec![text])
                    }
                    Coding::Percent => JsExpr::call_fn("encodeURIComponent", vec![text]),
                    Coding::PercentDecoded => JsExpr::call_fn("decodeURIComponent", vec![text]),
                }
            }
        }
    }

    /// Realistic data by kind. A kind that nobody knows gives a random word.
    fn fake(&mut self, kind: &str) -> JsExpr {
        let list: &[&str] = match kind {
            "firstName" => &["Ada", "Ben", "Carla", "Dev", "Elif", "Femi", "Grace", "Hugo"],
            "lastName" => &["Adams", "Berg", "Costa", "Diaz", "Evans", "Fischer", "Gupta", "Hall"],
            "city" => &["Lisbon", "Oslo", "Nairobi", "Lima", "Osaka", "Toronto"],
            "country" => &["Portugal", "Norway", "Kenya", "Peru", "Japan", "Canada"],
            kind => match super::postman::dynamic_name(kind) {
                // the same values as Postman's variables of that kind, from a module beside the script
                Some(name) => {
                    self.add_file("fake.js", super::postman::DYNAMIC.as_bytes().to_vec());
                    let f = self.import("./fake.js", "dynamic");
                    return JsExpr::call(f, vec![JsExpr::string(&name)]);
                }
                None => &["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor"],
            },
        };
        let f = self.helper(Helper::Pick);
        JsExpr::call(f, vec![JsExpr::Array(list.iter().map(|w| JsExpr::string(w)).collect())])
    }
}
