//! Headers that a script adds to its request or takes away: they become headers of the request, with a variable where
//! the script makes the value.

use std::collections::BTreeSet;

use loadwright_scenario::{Text, VarName};
use oxc_ast::ast::{
    ArrowFunctionExpression, CallExpression, Expression, Function, ObjectPropertyKind, Program, PropertyKey,
    ReturnStatement, Statement,
};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;
use oxc_syntax::scope::ScopeFlags;

use super::super::symbol::string;
use super::{Piece, Pieces, Rewriter};
use crate::template;

/// One change of the headers, always made before the request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderChange {
    Remove(String),
    Add(String, Text),
    /// Takes the place of the header of this name when there is one.
    Upsert(String, Text),
}

impl HeaderChange {
    pub fn value(&self) -> Option<&Text> {
        match self {
            Self::Remove(_) => None,
            Self::Add(_, value) | Self::Upsert(_, value) => Some(value),
        }
    }
}

/// Where the statements start that stand in no block, loop or function of the script: they run whenever it runs.
pub(super) fn always(program: &Program<'_>) -> BTreeSet<u32> {
    let Some(Statement::ExpressionStatement(s)) = program.body.first() else { return BTreeSet::new() };
    let Expression::ParenthesizedExpression(p) = &s.expression else { return BTreeSet::new() };
    let Expression::ArrowFunctionExpression(f) = &p.expression else { return BTreeSet::new() };
    let Some(body) = f.body.as_function_body() else { return BTreeSet::new() };
    let mut leaves = Leaves(false);
    body.statements.iter().for_each(|s| leaves.visit_statement(s));
    if leaves.0 {
        return BTreeSet::new();
    }
    body.statements.iter().map(|s| s.span().start).collect()
}

/// Whether the script itself returns somewhere.
struct Leaves(bool);

impl<'a> Visit<'a> for Leaves {
    fn visit_return_statement(&mut self, _: &ReturnStatement<'a>) {
        self.0 = true;
    }

    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}

    fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}
}

impl Rewriter<'_> {
    /// `pm.request.headers.upsert({ key: 'X-Id', value: id })` and its kin, as a statement that always runs.
    pub(super) fn header_change(&mut self, name: &str, call: &CallExpression<'_>) -> Option<Pieces> {
        let first = Self::argument(call, 0)?;
        if self.test || call.arguments.len() != 1 || !self.always.contains(&call.span.start) {
            return None;
        }
        if matches!(name, "pm.request.headers.remove" | "pm.request.removeHeader") {
            self.out.headers.push(HeaderChange::Remove(string(first)?));
            return Some(Pieces::new());
        }
        let (header, value, off) = entry(first)?;
        if header.contains("{{") || off {
            return None;
        }
        let mut pieces = Pieces::new();
        let text = match string(value) {
            Some(fixed) => template::text(&fixed),
            None => {
                let variable = format!("{header} header");
                self.visit_expression(value);
                self.out.writes.insert(variable.clone());
                pieces.extend([
                    Piece::Write(variable.clone()),
                    Piece::Code(" = ".to_owned()),
                    Self::source(value),
                ]);
                Text::var(VarName::new(variable).0)
            }
        };
        let add = matches!(name, "pm.request.headers.add" | "pm.request.addHeader");
        self.out.headers.push(if add && !header.eq_ignore_ascii_case("content-type") {
            HeaderChange::Add(header, text)
        } else {
            HeaderChange::Upsert(header, text)
        });
        Some(pieces)
    }
}

/// Key, value and whether the entry is switched off.
fn entry<'a, 'b>(e: &'b Expression<'a>) -> Option<(String, &'b Expression<'a>, bool)> {
    let Expression::ObjectExpression(object) = e else { return None };
    let (mut key, mut value, mut off) = (None, None, false);
    for property in &object.properties {
        let ObjectPropertyKind::ObjectProperty(p) = property else { return None };
        let name = match &p.key {
            PropertyKey::StaticIdentifier(id) => id.name.to_string(),
            PropertyKey::StringLiteral(s) => s.value.to_string(),
            _ => return None,
        };
        match name.as_str() {
            "key" => key = Some(string(&p.value)?),
            "value" => value = Some(&p.value),
            "disabled" => match &p.value {
                Expression::BooleanLiteral(b) => off = b.value,
                _ => return None,
            },
            "name" | "description" | "type" | "enabled" if string(&p.value).is_some() => {}
            _ => return None,
        }
    }
    Some((key?, value?, off))
}
