//! What an expression of a script stands for, when it is a value of the response or a literal.

use std::collections::BTreeMap;

use loadwright_scenario::{Generator, Json, JsonPath, JsonStep, Selector, Text};
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_syntax::operator::UnaryOperator;

use crate::template;

#[derive(Debug, Clone, PartialEq)]
pub enum Symbol {
    /// A part of the response that has a selector.
    Part(Selector),
    /// A path into the JSON body.
    Json(Vec<JsonStep>),
    /// The number of items or characters at a path.
    Length(Vec<JsonStep>),
    Literal(Json),
    /// A value that is made when the script runs.
    Made(Text),
}

/// Names that a script gave to values.
pub type Aliases = BTreeMap<String, Symbol>;

/// `a.b.c` of names alone.
pub fn dotted(e: &Expression<'_>) -> Option<String> {
    match e {
        Expression::Identifier(id) => Some(id.name.to_string()),
        Expression::StaticMemberExpression(m) if !m.optional => {
            Some(format!("{}.{}", dotted(&m.object)?, m.property.name))
        }
        Expression::ParenthesizedExpression(p) => dotted(&p.expression),
        _ => None,
    }
}

pub fn argument<'a, 'b>(call: &'b CallExpression<'a>, i: usize) -> Option<&'b Expression<'a>> {
    call.arguments.get(i).and_then(Argument::as_expression)
}

/// A string without holes.
pub fn string(e: &Expression<'_>) -> Option<String> {
    match e {
        Expression::StringLiteral(s) => Some(s.value.to_string()),
        Expression::TemplateLiteral(t) if t.expressions.is_empty() => {
            t.quasis.first().and_then(|q| q.value.cooked.as_ref()).map(ToString::to_string)
        }
        Expression::ParenthesizedExpression(p) => string(&p.expression),
        _ => None,
    }
}

/// A scalar literal.
pub fn literal(e: &Expression<'_>) -> Option<Json> {
    if let Some(text) = string(e) {
        return Some(Json::string(text));
    }
    match e {
        Expression::NumericLiteral(n) => number(n.value),
        Expression::BooleanLiteral(b) => Some(Json::Bool(b.value)),
        Expression::NullLiteral(_) => Some(Json::Null),
        Expression::UnaryExpression(u) if u.operator == UnaryOperator::UnaryNegation => {
            match literal(&u.argument)? {
                Json::Number(n) => Some(Json::Number(format!("-{n}"))),
                _ => None,
            }
        }
        Expression::ParenthesizedExpression(p) => literal(&p.expression),
        _ => None,
    }
}

/// Only numbers that print the same everywhere.
fn number(n: f64) -> Option<Json> {
    (n.is_finite() && n.abs() < 1e15).then(|| Json::Number(n.to_string()))
}

pub fn eval(e: &Expression<'_>, aliases: &Aliases) -> Option<Symbol> {
    if let Some(json) = literal(e) {
        return Some(Symbol::Literal(json));
    }
    match e {
        Expression::ParenthesizedExpression(p) => eval(&p.expression, aliases),
        Expression::Identifier(id) => match aliases.get(id.name.as_str()) {
            Some(symbol) => Some(symbol.clone()),
            None => global(id.name.as_str()),
        },
        Expression::StaticMemberExpression(m) => {
            let root_is_alias = root(e).is_some_and(|r| aliases.contains_key(r));
            if !root_is_alias && let Some(symbol) = dotted(e).as_deref().and_then(global) {
                return Some(symbol);
            }
            if m.optional {
                return None;
            }
            step(eval(&m.object, aliases)?, m.property.name.as_str())
        }
        Expression::ComputedMemberExpression(m) if !m.optional => {
            if dotted(&m.object).as_deref() == Some("responseHeaders") {
                return Some(Symbol::Part(Selector::Header(string(&m.expression)?)));
            }
            let Symbol::Json(mut path) = eval(&m.object, aliases)? else { return None };
            match literal(&m.expression)? {
                Json::String(key) => return step(Symbol::Json(path), key.as_literal()?),
                Json::Number(n) => path.push(JsonStep::Index(n.parse().ok()?)),
                _ => return None,
            }
            Some(Symbol::Json(path))
        }
        Expression::CallExpression(call) => called(call, aliases),
        _ => None,
    }
}

/// The name at the left end of a chain of members.
fn root<'a>(e: &'a Expression<'_>) -> Option<&'a str> {
    match e {
        Expression::Identifier(id) => Some(id.name.as_str()),
        Expression::StaticMemberExpression(m) => root(&m.object),
        _ => None,
    }
}

fn global(name: &str) -> Option<Symbol> {
    Some(Symbol::Part(match name {
        "pm.response.code" | "responseCode.code" => Selector::Status,
        "pm.response.status" | "responseCode.name" => Selector::StatusText,
        "pm.response.responseTime" | "responseTime" => Selector::Duration,
        "responseBody" => Selector::Body,
        _ => return None,
    }))
}

fn step(of: Symbol, key: &str) -> Option<Symbol> {
    match of {
        Symbol::Json(path) if key == "length" => Some(Symbol::Length(path)),
        Symbol::Json(mut path) => {
            // methods of strings and arrays are no keys
            const METHODS: &[&str] = &[
                "map",
                "filter",
                "find",
                "forEach",
                "some",
                "every",
                "includes",
                "toString",
                "constructor",
                "__proto__",
            ];
            if METHODS.contains(&key) {
                return None;
            }
            path.push(JsonStep::Key(key.into()));
            Some(Symbol::Json(path))
        }
        Symbol::Part(_) | Symbol::Length(_) | Symbol::Literal(_) | Symbol::Made(_) => None,
    }
}

fn called(call: &CallExpression<'_>, aliases: &Aliases) -> Option<Symbol> {
    let first = argument(call, 0);
    let name = dotted(&call.callee);
    match (name.as_deref(), call.arguments.len()) {
        (Some("pm.response.json"), 0) => Some(Symbol::Json(Vec::new())),
        (Some("pm.response.text"), 0) => Some(Symbol::Part(Selector::Body)),
        (Some("pm.response.reason"), 0) => Some(Symbol::Part(Selector::StatusText)),
        (Some("JSON.parse"), 1) => match eval(first?, aliases)? {
            Symbol::Part(Selector::Body) => Some(Symbol::Json(Vec::new())),
            _ => None,
        },
        (Some("pm.response.headers.get" | "postman.getResponseHeader"), 1) => {
            Some(Symbol::Part(Selector::Header(string(first?)?)))
        }
        (Some("pm.cookies.get"), 1) => None,
        (Some("Date.now"), 0) => Some(Symbol::Made(Text::generated(Generator::UnixMillis))),
        (Some("pm.variables.replaceIn"), 1) => {
            let text = template::text(&string(first?)?);
            let open = text.vars().next().is_some();
            (!open).then_some(Symbol::Made(text))
        }
        _ => {
            let Expression::StaticMemberExpression(m) = &call.callee else { return None };
            let Expression::NewExpression(new) = &m.object else { return None };
            let date = dotted(&new.callee).as_deref() == Some("Date")
                && new.arguments.is_empty()
                && call.arguments.is_empty();
            match m.property.name.as_str() {
                "toISOString" if date => Some(Symbol::Made(Text::generated(Generator::IsoTimestamp))),
                "getTime" | "valueOf" if date => Some(Symbol::Made(Text::generated(Generator::UnixMillis))),
                _ => None,
            }
        }
    }
}

impl Symbol {
    /// The selector that a check or an extraction takes.
    pub fn selector(&self) -> Option<Selector> {
        match self {
            Self::Part(selector) => Some(selector.clone()),
            Self::Json(path) | Self::Length(path) => Some(Selector::Json(JsonPath(path.clone()))),
            Self::Literal(_) | Self::Made(_) => None,
        }
    }
}
