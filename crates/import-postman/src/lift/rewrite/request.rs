//! What scripts ask about the request that they belong to, and texts that they have filled.

use loadwright_scenario::Aid;
use oxc_ast::ast::CallExpression;

use super::super::symbol::string;
use super::names::property;
use super::{Piece, Pieces, Rewriter};
use crate::template;

fn code(text: impl Into<String>) -> Piece {
    Piece::Code(text.into())
}

impl Rewriter<'_> {
    /// A call with a value that is about the request, its cookies or a text with holes.
    pub(super) fn request_value(&mut self, name: &str, call: &CallExpression<'_>) -> Option<Pieces> {
        let first = Self::argument(call, 0);
        if name.ends_with(".replaceIn") && call.arguments.len() == 1 {
            if !matches!(name, "pm.variables.replaceIn") {
                return None;
            }
            let text = template::text(&string(first?)?);
            if text.vars().any(|v| self.scopes.is_column(v.as_str())) {
                return None;
            }
            self.out.reads.extend(text.vars().map(|v| v.0.to_string()));
            return Some(vec![Piece::Filled(text)]);
        }
        if !self.test {
            return None;
        }
        Some(match (name, call.arguments.len()) {
            ("pm.request.url.toString", 0) => vec![Piece::Response, code(".request.url")],
            ("pm.request.headers.get", 1) => {
                let name = super::names::canonical(&string(first?)?);
                vec![Piece::Response, code(format!(".request.headers{}?.[0]", property(&name)))]
            }
            ("pm.request.headers.has", 1) => {
                let name = super::names::canonical(&string(first?)?);
                vec![
                    code("("),
                    Piece::Response,
                    code(format!(".request.headers{} !== undefined)", property(&name))),
                ]
            }
            ("pm.cookies.get", 1) => self.cookie(&string(first?)?),
            ("pm.cookies.has", 1) => {
                let mut out = vec![code("(")];
                out.extend(self.cookie(&string(first?)?));
                out.push(code(" !== undefined)"));
                out
            }
            ("pm.cookies.toObject", 0) => {
                self.out.aids.insert(Aid::Cookies);
                vec![code("cookies("), Piece::Response, code(")")]
            }
            _ => return None,
        })
    }

    /// A member with a value that is about the request.
    pub(super) fn request_member(&mut self, name: &str) -> Option<Pieces> {
        Some(match name {
            "pm.info.requestName" | "request.name" => vec![Piece::RequestName],
            "pm.request.method" | "request.method" => vec![Piece::Method],
            "request.url" if self.test => vec![Piece::Response, code(".request.url")],
            _ => return None,
        })
    }

    /// A test that is switched off leaves its name behind.
    pub(super) fn skipped(&self, call: &CallExpression<'_>) -> Option<Pieces> {
        let name = string(Self::argument(call, 0)?)?;
        let name = name.replace("*/", "* /").replace(['\n', '\r'], " ");
        Some(vec![code(format!("/* skipped: {name} */"))])
    }

    /// `cookie(res, 'sid')`
    fn cookie(&mut self, name: &str) -> Pieces {
        self.out.aids.insert(Aid::Cookie);
        vec![code("cookie("), Piece::Response, code(format!(", {})", super::names::quote(name)))]
    }
}
