use loadwright_scenario::{Coding, Generator, Json, Part, Text};

use super::context::Context;
use super::helpers::Helper;
use crate::py::{PyExpr, TextPart};

impl Context<'_> {
    /// The text as an expression: a string, a bare variable, or an f-string.
    pub fn text(&mut self, text: &Text) -> PyExpr {
        if let [part @ (Part::Var(_) | Part::Column(_))] = text.0.as_slice() {
            return self.hole(part);
        }
        self.string(text)
    }

    /// The text as a string, whatever its variables hold.
    pub fn string(&mut self, text: &Text) -> PyExpr {
        let parts = self.parts(text);
        PyExpr::text(&parts)
    }

    pub fn parts(&mut self, text: &Text) -> Vec<TextPart> {
        text.0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => TextPart::Text(text.to_string()),
                part => TextPart::Hole(self.hole(part)),
            })
            .collect()
    }

    /// The same, percent-encoded: literals now, variables when the script runs.
    pub fn encoded_parts(&mut self, text: &Text) -> Vec<TextPart> {
        text.0
            .iter()
            .map(|part| match part {
                Part::Literal(text) => TextPart::Text(crate::encode::encode_component(text)),
                part => {
                    let hole = self.hole(part);
                    let f = self.helper(Helper::Segment);
                    TextPart::Hole(PyExpr::call(f, vec![hole.into()]))
                }
            })
            .collect()
    }

    pub fn hole(&mut self, part: &Part) -> PyExpr {
        match part {
            Part::Literal(text) => PyExpr::string(text),
            Part::Var(name) => self.vars.get(name).cloned().unwrap_or_else(|| PyExpr::code("None")),
            Part::Column(of) => match self.rows.get(of.dataset.as_str()).cloned() {
                Some(row) => row.item(PyExpr::string(&of.column)),
                None => PyExpr::code("None"),
            },
            Part::Generated(generator) => self.generated(generator),
        }
    }

    fn generated(&mut self, generator: &Generator) -> PyExpr {
        let mut from = |module: &'static str, code: &'static str| {
            self.module(module);
            PyExpr::code(code)
        };
        match generator {
            Generator::Uuid => from("uuid", "uuid.uuid4()"),
            Generator::UnixSeconds => from("time", "int(time.time())"),
            Generator::UnixMillis => from("time", "int(time.time() * 1000)"),
            Generator::IsoTimestamp => {
                from("time", "time.strftime(\"%Y-%m-%dT%H:%M:%S.000Z\", time.gmtime())")
            }
            Generator::IsoDate => from("time", "time.strftime(\"%Y-%m-%d\", time.gmtime())"),
            Generator::Boolean => from("random", "random.choice([\"true\", \"false\"])"),
            Generator::Int { min, max } => {
                self.module("random");
                PyExpr::call_fn("random.randint", vec![PyExpr::int(*min), PyExpr::int(*max)])
            }
            Generator::Alphanumeric { length } => {
                let f = self.helper(Helper::RandomText);
                PyExpr::call(f, vec![PyExpr::int(i64::from(*length)).into()])
            }
            Generator::Unique => {
                let f = self.helper(Helper::Unique);
                PyExpr::call(f, Vec::new())
            }
            Generator::UniqueInt => {
                let f = self.helper(Helper::UniqueInt);
                PyExpr::call(f, Vec::new())
            }
            Generator::Fake(kind) => self.fake(kind),
            Generator::Coded { coding, text } => {
                let text = self.string(text);
                match coding {
                    Coding::Base64 => {
                        self.module("base64");
                        let bytes = text.method("encode", Vec::new());
                        PyExpr::call_fn("base64.b64encode", vec![bytes]).method("decode", Vec::new())
                    }
                    Coding::Percent => {
                        let f = self.helper(Helper::Segment);
                        PyExpr::call(f, vec![text.into()])
                    }
                    Coding::PercentDecoded => {
                        let f = self.import("urllib.parse", "unquote");
                        PyExpr::call(f, vec![text.into()])
                    }
                }
            }
        }
    }

    /// Realistic data by kind; a random word where a kind has no list.
    fn fake(&mut self, kind: &str) -> PyExpr {
        let lower = kind.to_ascii_lowercase();
        if lower.contains("email") {
            let f = self.helper(Helper::Unique);
            let unique = PyExpr::call(f, Vec::new());
            return PyExpr::text(&[
                TextPart::Text("user-".into()),
                TextPart::Hole(unique),
                TextPart::Text("@example.com".into()),
            ]);
        }
        let list: &[&str] = match lower.as_str() {
            "firstname" => &["Ada", "Ben", "Carla", "Dev", "Elif", "Femi", "Grace", "Hugo"],
            "lastname" => &["Adams", "Berg", "Costa", "Diaz", "Evans", "Fischer", "Gupta", "Hall"],
            "fullname" => &["Ada Adams", "Ben Berg", "Carla Costa", "Dev Diaz", "Elif Evans"],
            "username" => &["ada7", "ben_b", "carla.c", "dev42", "elif"],
            "city" => &["Lisbon", "Oslo", "Nairobi", "Lima", "Osaka", "Toronto"],
            "country" => &["Portugal", "Norway", "Kenya", "Peru", "Japan", "Canada"],
            "countrycode" => &["PT", "NO", "KE", "PE", "JP", "CA"],
            "phonenumber" => &["202-555-0101", "202-555-0132", "202-555-0187"],
            "url" => &["https://example.com/a", "https://example.org/b"],
            "ip" => &["192.0.2.10", "198.51.100.7", "203.0.113.42"],
            _ => &["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor"],
        };
        self.module("random");
        PyExpr::call_fn("random.choice", vec![PyExpr::List(list.iter().map(|w| PyExpr::string(w)).collect())])
    }

    /// A JSON value with holes as a Python value.
    pub fn json(&mut self, json: &Json) -> PyExpr {
        match json {
            Json::Null => PyExpr::code("None"),
            Json::Bool(b) => PyExpr::bool(*b),
            Json::Number(n) => PyExpr::number(n),
            // a string stays one, also when the variable that fills it holds a number
            Json::String(text) => self.string(text),
            Json::Hole(text) => match text.0.as_slice() {
                [Part::Generated(Generator::Boolean)] => {
                    self.module("random");
                    PyExpr::code("random.choice([True, False])")
                }
                [part] => self.hole(part),
                _ => self.text(text),
            },
            Json::Array(items) => PyExpr::List(items.iter().map(|v| self.json(v)).collect()),
            Json::Object(fields) => {
                PyExpr::Dict(fields.iter().map(|(k, v)| (PyExpr::string(k), self.json(v))).collect())
            }
        }
    }
}
