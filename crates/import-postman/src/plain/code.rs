//! Scripts that became code of their own: what they read and write are the variables of the plan.

use std::collections::BTreeSet;

use loadwright_scenario::{Dialect, Field, Part, PlainCode, Request, Script, Text, VarName};
use serde_json::Value;

use super::{Fill, Kind};
use crate::lift::{HeaderChange, Piece, Plain, quote};

impl Fill<'_> {
    /// A script that became code: what it reads is filled like any text.
    pub(super) fn code(&mut self, script: &mut Script, plain: &Plain, method: &str) {
        let mut body = Text::default();
        let mut libraries = BTreeSet::new();
        for piece in &plain.pieces {
            match piece {
                Piece::Code(text) => push_code(&mut body, text),
                Piece::Response => body.push(Part::Var(VarName::new(PlainCode::RESPONSE))),
                Piece::Library(name) => {
                    body.push(Part::Var(PlainCode::library(name)));
                    libraries.insert(name.clone());
                }
                Piece::Write(name) => body.push(Part::Var(VarName::new(name.clone()))),
                Piece::Read(name) => self.read(name, &mut body, &mut script.reads),
                Piece::Unset(name) if self.in_texts.contains(name) => {
                    let hole = Value::String(format!("{{{{{name}}}}}")).to_string();
                    body.push(Part::Var(VarName::new(name.clone())));
                    body.push_str(&format!(" = {hole}"));
                }
                Piece::Unset(name) => {
                    body.push(Part::Var(VarName::new(name.clone())));
                    body.push_str(" = undefined");
                }
                Piece::Filled(text) => {
                    let text = self.text(text, None);
                    body.push_str("`");
                    for part in text.0 {
                        match part {
                            Part::Literal(t) => body.push_str(&in_template(&t)),
                            part => {
                                body.push_str("${");
                                body.push(part);
                                body.push_str("}");
                            }
                        }
                    }
                    body.push_str("`");
                }
                Piece::RequestName => body.push(Part::Var(VarName::new(PlainCode::REQUEST_NAME))),
                Piece::Method => body.push_str(&quote(method)),
                Piece::Source(..) => {}
            }
        }
        script.dialect = Dialect::K6;
        script.writes.extend(plain.writes.iter().map(|n| VarName::new(n.clone())));
        script.plain = PlainCode { body, aids: plain.aids.clone(), libraries, own: plain.own.clone() };
    }

    /// The headers that a script gives to its request.
    pub(super) fn headers(&mut self, request: &mut Request, plain: &Plain) {
        for change in &plain.headers {
            let same = |field: &Field, name: &str| field.name.to_string().eq_ignore_ascii_case(name);
            let (name, value) = match change {
                HeaderChange::Remove(name) => {
                    request.headers.retain(|f| !same(f, name));
                    continue;
                }
                HeaderChange::Add(name, value) => (name, value),
                HeaderChange::Upsert(name, value) => {
                    if let Some(field) = request.headers.iter_mut().find(|f| same(f, name)) {
                        field.value = value.clone();
                        continue;
                    }
                    (name, value)
                }
            };
            self.written.extend(value.vars().map(|v| v.0.to_string()).filter(|v| plain.writes.contains(v)));
            let field = Field::new(Text::literal(name.clone()), value.clone());
            request.headers.push(field);
        }
    }

    /// The value of a variable as a script sees it: as it was set, placeholders in it included.
    pub(super) fn read(&mut self, name: &str, body: &mut Text, reads: &mut BTreeSet<VarName>) {
        let known = self.scopes.constant(name).map(|k| k.value.clone());
        match (self.kind(name, 0), known) {
            (Kind::Column, _) => {
                body.push(Part::column("data", name));
            }
            (Kind::Captured, known) => {
                reads.insert(VarName::new(name.to_owned()));
                if !self.written.contains(name) {
                    self.read_first.insert(name.to_owned());
                }
                // what was never set, or taken away again, is the placeholder for requests and nothing for scripts
                let maybe = known.is_none() && !self.written.contains(name) || self.unset.contains(name);
                if maybe && self.in_texts.contains(name) {
                    let hole = Value::String(format!("{{{{{name}}}}}")).to_string();
                    body.push_str("(");
                    body.push(Part::Var(VarName::new(name.to_owned())));
                    body.push_str(&format!(" === {hole} ? undefined : "));
                    body.push(Part::Var(VarName::new(name.to_owned())));
                    body.push_str(")");
                } else {
                    body.push(Part::Var(VarName::new(name.to_owned())));
                }
            }
            (Kind::Switched(_), _) => {
                reads.insert(VarName::new(name.to_owned()));
                self.use_static(name);
                body.push(Part::Var(VarName::new(name.to_owned())));
            }
            (_, Some(Value::String(text))) if !text.contains("{{") => {
                reads.insert(VarName::new(name.to_owned()));
                self.use_static(name);
                body.push(Part::Var(VarName::new(name.to_owned())));
            }
            (_, Some(other)) => body.push_str(&format!("({other})")),
            (_, None) => body.push_str("undefined"),
        }
    }
}

/// Text between the backticks of a template literal.
fn in_template(text: &str) -> String {
    text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${")
}

/// Adds code of the script. `!(undefined)`, the question for a variable that nobody has, is `true`.
fn push_code(body: &mut Text, text: &str) {
    const NOBODY: &str = "!(undefined";
    if let (Some(Part::Literal(last)), Some(rest)) = (body.0.last_mut(), text.strip_prefix(')'))
        && last.ends_with(NOBODY)
    {
        last.truncate(last.len() - NOBODY.len());
        last.push_str("true");
        last.push_str(rest);
        return;
    }
    body.push_str(text);
}
