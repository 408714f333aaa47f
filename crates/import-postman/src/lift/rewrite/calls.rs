//! Values of the response, reading and setting of variables, tests.

use loadwright_scenario::Aid;
use oxc_ast::ast::{CallExpression, Expression, StaticMemberExpression};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;

use super::super::symbol::string;
use super::names::{canonical, property};
use super::{Piece, Pieces, Rewriter};

fn code(text: impl Into<String>) -> Piece {
    Piece::Code(text.into())
}

/// `res.headers['X-A']`
pub fn header(name: &str) -> Pieces {
    vec![Piece::Response, code(format!(".headers{}", property(&canonical(name))))]
}

pub fn duration() -> Pieces {
    vec![code("Math.round("), Piece::Response, code(".timings.duration)")]
}

pub fn reason() -> Pieces {
    vec![Piece::Response, code(".status_text.replace(/^\\d+ /, '')")]
}

fn parsed() -> Pieces {
    vec![code("JSON.parse("), Piece::Response, code(".body)")]
}

/// Which scope a call names: 0 is `pm.variables`, which looks into all of them.
fn rank(holder: &str) -> Option<usize> {
    Some(match holder {
        "pm.variables" => 0,
        "pm.environment" => 1,
        "pm.collectionVariables" => 2,
        "pm.globals" => 3,
        _ => return None,
    })
}

impl Rewriter<'_> {
    pub(super) fn is_body(&self, e: &Expression<'_>) -> bool {
        match e {
            Expression::Identifier(id) => id.name == "responseBody" && self.is_postman("responseBody"),
            Expression::CallExpression(c) => self.postman(&c.callee).as_deref() == Some("pm.response.text"),
            _ => false,
        }
    }

    /// A variable in an expression.
    pub(super) fn read(&mut self, name: &str, rank: Option<usize>) -> Option<Pieces> {
        if name.is_empty() || name.starts_with('$') {
            return None;
        }
        if let Some(rank) = rank {
            if self.scopes.is_column(name) || self.elsewhere(name, rank) {
                return None;
            }
            self.out.ranks.insert((name.to_owned(), rank));
        }
        self.out.reads.insert(name.to_owned());
        Some(vec![Piece::Read(name.to_owned())])
    }

    /// A value of the row of data that the iteration has.
    pub(super) fn column(&mut self, name: &str) -> Option<Pieces> {
        if self.scopes.is_column(name) { self.read(name, None) } else { Some(vec![code("undefined")]) }
    }

    /// Whether another scope of a file has the name.
    fn elsewhere(&self, name: &str, rank: usize) -> bool {
        let s = self.scopes;
        [(1, &s.environment), (2, &s.collection), (3, &s.globals)]
            .iter()
            .any(|(r, scope)| *r != rank && scope.contains_key(name))
    }

    /// A call that has a value: what a response says, what a variable holds.
    pub(super) fn value(&mut self, call: &CallExpression<'_>) -> Option<Pieces> {
        let name = self.postman(&call.callee);
        let first = Self::argument(call, 0);
        let Some(name) = name else {
            // JSON.parse(responseBody) stays what it is, with the body of the response in it
            return None;
        };
        let (holder, method) = name.rsplit_once('.')?;
        if method == "get" && call.arguments.len() == 1 {
            if let Some(rank) = rank(holder) {
                return self.read(&string(first?)?, Some(rank).filter(|r| *r > 0));
            }
            if holder == "pm.iterationData" {
                return self.column(&string(first?)?);
            }
        }
        match (name.as_str(), call.arguments.len()) {
            ("postman.getEnvironmentVariable", 1) => return self.read(&string(first?)?, Some(1)),
            ("postman.getGlobalVariable", 1) => return self.read(&string(first?)?, Some(3)),
            _ => {}
        }
        if method == "has" && call.arguments.len() == 1 && rank(holder).is_some_and(|r| r > 0) {
            let mut out = vec![code("(")];
            out.extend(self.read(&string(first?)?, rank(holder))?);
            out.push(code(" !== undefined)"));
            return Some(out);
        }
        if let Some(pieces) = self.request_value(&name, call) {
            return Some(pieces);
        }
        if !self.test {
            return None;
        }
        Some(match (name.as_str(), call.arguments.len()) {
            ("pm.response.json", 0) => parsed(),
            ("pm.response.text", 0) => vec![Piece::Response, code(".body")],
            ("pm.response.reason", 0) => reason(),
            ("pm.response.headers.get" | "postman.getResponseHeader", 1) => header(&string(first?)?),
            ("pm.response.headers.has", 1) => {
                let mut out = vec![code("(")];
                out.extend(header(&string(first?)?));
                out.push(code(" !== undefined)"));
                out
            }
            ("responseHeaders.hasOwnProperty", 1) => {
                let name = string(first?)?;
                if !super::names::is_canonical(&name) {
                    return None;
                }
                let mut out = vec![code("(")];
                out.extend(header(&name));
                out.push(code(" !== undefined)"));
                out
            }
            _ => return None,
        })
    }

    /// A member that has a value.
    pub(super) fn member(&mut self, m: &StaticMemberExpression<'_>) -> Option<Pieces> {
        let holder = self.postman(&m.object)?;
        let name = format!("{holder}.{}", m.property.name);
        match holder.as_str() {
            "environment" => return self.read(m.property.name.as_str(), Some(1)),
            "globals" => return self.read(m.property.name.as_str(), Some(3)),
            "data" => return self.column(m.property.name.as_str()),
            _ if self.request_member(&name).is_some() => return self.request_member(&name),
            _ if !self.test => return None,
            "responseHeaders" if super::names::is_canonical(&m.property.name) => {
                return Some(header(&m.property.name));
            }
            _ => {}
        }
        Some(match name.as_str() {
            "pm.response.code" | "responseCode.code" => vec![Piece::Response, code(".status")],
            "pm.response.status" | "responseCode.name" => reason(),
            "pm.response.responseTime" => duration(),
            _ => return None,
        })
    }

    /// A call that does something: a test, a variable that is set. Says whether it was one that is understood.
    pub(super) fn effect(&mut self, call: &CallExpression<'_>, statement: bool) -> bool {
        let Some(name) = self.postman(&call.callee) else { return false };
        let done = match name.as_str() {
            "pm.test" => self.tested(call),
            "pm.test.skip" if statement => self.skipped(call),
            "pm.environment.set" => self.set(call, 1, statement, false),
            "postman.setEnvironmentVariable" => self.set(call, 1, statement, true),
            "pm.collectionVariables.set" => self.set(call, 2, statement, false),
            "pm.globals.set" => self.set(call, 3, statement, false),
            "postman.setGlobalVariable" => self.set(call, 3, statement, true),
            "pm.variables.set" => self.set(call, 0, statement, false),
            "pm.environment.unset" | "postman.clearEnvironmentVariable" => self.unset(call, 1),
            "pm.collectionVariables.unset" => self.unset(call, 2),
            "pm.globals.unset" | "postman.clearGlobalVariable" => self.unset(call, 3),
            "pm.request.headers.add"
            | "pm.request.headers.upsert"
            | "pm.request.headers.remove"
            | "pm.request.addHeader"
            | "pm.request.upsertHeader"
            | "pm.request.removeHeader"
                if statement =>
            {
                self.header_change(&name, call)
            }
            _ => return false,
        };
        let Some(pieces) = done else {
            self.refuse(call.span);
            return true;
        };
        self.edit(call.span, pieces);
        true
    }

    fn tested(&mut self, call: &CallExpression<'_>) -> Option<Pieces> {
        if call.arguments.len() != 2 {
            return None;
        }
        let (name, run) = (Self::argument(call, 0)?, Self::argument(call, 1)?);
        let plain = match run {
            Expression::ArrowFunctionExpression(f) => f.params.items.is_empty() && !f.r#async,
            Expression::FunctionExpression(f) => f.params.items.is_empty() && !f.r#async && !f.generator,
            _ => false,
        };
        if !plain {
            return None;
        }
        self.visit_expression(name);
        self.visit_expression(run);
        self.out.aids.insert(Aid::Test);
        let of = if self.test { Piece::Response } else { code("null") };
        Some(vec![
            code("runTest("),
            of,
            code(", "),
            Self::source(name),
            code(", "),
            Self::source(run),
            code(")"),
        ])
    }

    /// The old names make a text of what they are given.
    fn set(
        &mut self,
        call: &CallExpression<'_>,
        rank: usize,
        statement: bool,
        as_text: bool,
    ) -> Option<Pieces> {
        if call.arguments.len() != 2 {
            return None;
        }
        let name = string(Self::argument(call, 0)?)?;
        let hidden =
            (rank > 0 && self.scopes.is_column(&name)) || self.elsewhere(&name, rank.max(1)) && rank > 0;
        if name.is_empty()
            || hidden
            || (rank == 0 && (self.scopes.is_column(&name) || self.elsewhere(&name, 9)))
        {
            return None;
        }
        let value = Self::argument(call, 1)?;
        self.visit_expression(value);
        self.out.ranks.insert((name.clone(), rank));
        self.out.writes.insert(name.clone());
        let mut out = Pieces::new();
        if !statement {
            out.push(code("("));
        }
        out.push(Piece::Write(name));
        out.push(code(" = "));
        let text = matches!(value, Expression::StringLiteral(_) | Expression::TemplateLiteral(_));
        match presence(value) {
            _ if as_text && !text => {
                self.out.aids.insert(Aid::Text);
                out.extend([code("asText("), Self::source(value), code(")")]);
            }
            Presence::Sure => out.push(Self::source(value)),
            Presence::Plain => out.extend([Self::source(value), code(" ?? null")]),
            Presence::Mixed => out.extend([code("("), Self::source(value), code(") ?? null")]),
        }
        if !statement {
            out.push(code(")"));
        }
        Some(out)
    }

    fn unset(&mut self, call: &CallExpression<'_>, rank: usize) -> Option<Pieces> {
        let name = string(Self::argument(call, 0)?)?;
        if call.arguments.len() != 1 || self.scopes.is_column(&name) || self.elsewhere(&name, rank) {
            return None;
        }
        self.out.ranks.insert((name.clone(), rank));
        self.out.writes.insert(name.clone());
        self.out.unset.insert(name.clone());
        Some(vec![Piece::Unset(name)])
    }
}

enum Presence {
    /// Never null or undefined.
    Sure,
    /// May be, and binds as tightly as a name.
    Plain,
    Mixed,
}

fn presence(e: &Expression<'_>) -> Presence {
    match e {
        Expression::StringLiteral(_)
        | Expression::TemplateLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::BooleanLiteral(_)
        | Expression::NullLiteral(_)
        | Expression::BinaryExpression(_)
        | Expression::ArrayExpression(_)
        | Expression::ObjectExpression(_)
        | Expression::NewExpression(_)
        | Expression::UnaryExpression(_) => Presence::Sure,
        Expression::CallExpression(c) => match c.callee.span().size() {
            _ if matches!(
                super::dotted(&c.callee).as_deref(),
                Some(
                    "JSON.stringify"
                        | "String"
                        | "Number"
                        | "Date.now"
                        | "Math.floor"
                        | "Math.random"
                        | "parseInt"
                        | "parseFloat"
                )
            ) =>
            {
                Presence::Sure
            }
            _ => Presence::Plain,
        },
        Expression::Identifier(_)
        | Expression::StaticMemberExpression(_)
        | Expression::ComputedMemberExpression(_)
        | Expression::ParenthesizedExpression(_) => Presence::Plain,
        _ => Presence::Mixed,
    }
}
