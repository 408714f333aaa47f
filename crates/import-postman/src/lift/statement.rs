//! The statements of a script, one after the other; the first that is not understood ends the attempt.

use std::collections::BTreeSet;

use loadwright_diagnostic::Origin;
use loadwright_scenario::{Assign, Check, Extraction, Json, Predicate, Text, VarName};
use oxc_ast::ast::{
    ArrowFunctionBody, AssignmentTarget, BindingPattern, CallExpression, Expression, Program, PropertyKey,
    Statement, VariableDeclaration,
};
use oxc_syntax::operator::AssignmentOperator;

use super::assertion::{Claims, claims, truth};
use super::symbol::{Aliases, Symbol, argument, dotted, eval, string};
use super::{Action, Lifted};
use crate::scope::Scopes;
use crate::template;
use crate::value::printed;

struct Lifter<'s> {
    origin: &'s Origin,
    scopes: &'s Scopes,
    test: bool,
    actions: Vec<Action>,
    /// Legacy tests count at the end of the script.
    legacy: Vec<Action>,
    names: BTreeSet<String>,
    ranks: Vec<(String, usize)>,
}

pub fn lift(program: &Program<'_>, origin: &Origin, test: bool, scopes: &Scopes) -> Option<Lifted> {
    let mut lifter = Lifter {
        origin,
        scopes,
        test,
        actions: Vec::new(),
        legacy: Vec::new(),
        names: BTreeSet::new(),
        ranks: Vec::new(),
    };
    let mut aliases = Aliases::new();
    for statement in &program.body {
        lifter.statement(statement, &mut aliases)?;
    }
    let mut actions = lifter.actions;
    actions.extend(lifter.legacy);
    Some(Lifted { actions, ranks: lifter.ranks, ..Lifted::default() })
}

impl Lifter<'_> {
    fn statement(&mut self, statement: &Statement<'_>, aliases: &mut Aliases) -> Option<()> {
        match statement {
            Statement::EmptyStatement(_) => Some(()),
            Statement::VariableDeclaration(d) if self.test => declare(d, aliases),
            Statement::ExpressionStatement(s) => match &s.expression {
                Expression::CallExpression(call) => self.call(call, aliases),
                Expression::AssignmentExpression(a) if a.operator == AssignmentOperator::Assign => {
                    self.legacy(&a.left, &a.right, aliases)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn call(&mut self, call: &CallExpression<'_>, aliases: &Aliases) -> Option<()> {
        let name = dotted(&call.callee)?;
        match name.as_str() {
            "pm.test" if self.test && call.arguments.len() == 2 => {
                let name = string(argument(call, 0)?)?;
                let claims = test_body(argument(call, 1)?, aliases)?;
                let check = self.check(name, claims)?;
                self.actions.push(check);
                Some(())
            }
            "console.log" | "console.info" | "console.debug" | "console.warn" | "console.error" => call
                .arguments
                .iter()
                .all(|a| a.as_expression().is_some_and(|e| harmless(e, aliases)))
                .then_some(()),
            "pm.environment.set" | "postman.setEnvironmentVariable" => self.set(call, aliases, 1),
            "pm.collectionVariables.set" => self.set(call, aliases, 2),
            "pm.globals.set" | "postman.setGlobalVariable" => self.set(call, aliases, 3),
            "pm.variables.set" => self.set(call, aliases, 0),
            _ => None,
        }
    }

    fn check(&mut self, name: String, claims: Claims) -> Option<Action> {
        if !self.names.insert(name.clone()) {
            return None;
        }
        let (subject, first) = claims.first()?.clone();
        let predicate = if claims.len() == 1 { first } else { Predicate::All(claims) };
        Some(Action::Check(Check { name, subject, predicate, origin: self.origin.clone() }))
    }

    /// `tests['name'] = condition`
    fn legacy(
        &mut self,
        target: &AssignmentTarget<'_>,
        value: &Expression<'_>,
        aliases: &Aliases,
    ) -> Option<()> {
        let AssignmentTarget::ComputedMemberExpression(m) = target else { return None };
        if dotted(&m.object).as_deref() != Some("tests") || aliases.contains_key("tests") || !self.test {
            return None;
        }
        let name = string(&m.expression)?;
        let check = self.check(name, truth(value, aliases)?)?;
        self.legacy.push(check);
        Some(())
    }

    /// Sets a variable of the scope at `rank`; a scope before it that has the name would still win.
    fn set(&mut self, call: &CallExpression<'_>, aliases: &Aliases, rank: usize) -> Option<()> {
        if call.arguments.len() != 2 {
            return None;
        }
        let name = string(argument(call, 0)?)?;
        let hidden = (rank > 0 && self.scopes.is_column(&name))
            || (rank > 1 && self.scopes.environment.contains_key(&name))
            || (rank > 2 && self.scopes.collection.contains_key(&name));
        if hidden {
            return None;
        }
        let into = VarName::new(name.clone());
        let origin = self.origin.clone();
        let action = match eval(argument(call, 1)?, aliases)? {
            Symbol::Literal(json) => {
                let text = match json {
                    Json::String(t) => t.as_literal()?.to_owned(),
                    Json::Number(n) => n,
                    Json::Bool(b) => b.to_string(),
                    Json::Null => "null".to_owned(),
                    Json::Hole(_) | Json::Array(_) | Json::Object(_) => return None,
                };
                Action::Assign(Assign { into, value: template::text(&text), origin })
            }
            Symbol::Made(value) => Action::Assign(Assign { into, value, origin }),
            _ if !self.test => return None,
            symbol @ (Symbol::Json(_) | Symbol::Part(_)) => {
                let fallback = match &symbol {
                    Symbol::Json(path) if path.is_empty() => return None,
                    // the script ends with an error before it sets anything
                    Symbol::Json(path) if path.len() > 1 => self
                        .scopes
                        .constant(&name)
                        .map_or_else(|| format!("{{{{{name}}}}}"), |known| printed(&known.value)),
                    _ => "null".to_owned(),
                };
                Action::Extract(Extraction {
                    into,
                    from: symbol.selector()?,
                    fallback: Some(Text::literal(fallback)),
                    guard: None,
                    reason: None,
                    origin,
                })
            }
            Symbol::Length(_) => return None,
        };
        self.ranks.push((name, rank));
        self.actions.push(action);
        Some(())
    }
}

/// `const a = pm.response.json()`, `const { a, b: c } = …`
fn declare(declaration: &VariableDeclaration<'_>, aliases: &mut Aliases) -> Option<()> {
    for d in &declaration.declarations {
        let symbol = eval(d.init.as_ref()?, aliases)?;
        match &d.id {
            BindingPattern::BindingIdentifier(id) => {
                aliases.insert(id.name.to_string(), symbol);
            }
            BindingPattern::ObjectPattern(object) if object.rest.is_none() => {
                let Symbol::Json(path) = symbol else { return None };
                for p in &object.properties {
                    let (PropertyKey::StaticIdentifier(key), BindingPattern::BindingIdentifier(id), false) =
                        (&p.key, &p.value, p.computed)
                    else {
                        return None;
                    };
                    let mut path = path.clone();
                    path.push(loadwright_scenario::JsonStep::Key(key.name.as_str().into()));
                    aliases.insert(id.name.to_string(), Symbol::Json(path));
                }
            }
            _ => return None,
        }
    }
    Some(())
}

/// The claims of a test's function: aliases and assertions, nothing else.
fn test_body(e: &Expression<'_>, aliases: &Aliases) -> Option<Claims> {
    let (statements, parameters, waits) = match e {
        Expression::ArrowFunctionExpression(f) if f.params.items.is_empty() && !f.r#async => match &f.body {
            ArrowFunctionBody::FunctionBody(body) => (&body.statements, 0, false),
            body => return claims(body.as_expression()?, aliases),
        },
        Expression::FunctionExpression(f) => {
            (&f.body.as_ref()?.statements, f.params.items.len(), f.r#async || f.generator)
        }
        _ => return None,
    };
    if parameters > 0 || waits {
        return None;
    }
    let mut aliases = aliases.clone();
    let mut all = Claims::new();
    for statement in statements {
        match statement {
            Statement::EmptyStatement(_) => {}
            Statement::VariableDeclaration(d) => declare(d, &mut aliases)?,
            Statement::ExpressionStatement(s) => {
                if let Expression::CallExpression(call) = &s.expression {
                    let console = dotted(&call.callee).is_some_and(|n| n.starts_with("console."));
                    if console
                        && call
                            .arguments
                            .iter()
                            .all(|a| a.as_expression().is_some_and(|e| harmless(e, &aliases)))
                    {
                        continue;
                    }
                }
                all.extend(claims(&s.expression, &aliases)?);
            }
            _ => return None,
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Whether evaluating an argument of `console.log` can be left out without anybody noticing.
fn harmless(e: &Expression<'_>, aliases: &Aliases) -> bool {
    match e {
        Expression::BinaryExpression(b) => harmless(&b.left, aliases) && harmless(&b.right, aliases),
        Expression::TemplateLiteral(t) => t.expressions.iter().all(|e| harmless(e, aliases)),
        Expression::ParenthesizedExpression(p) => harmless(&p.expression, aliases),
        e => match eval(e, aliases) {
            Some(Symbol::Json(path)) => path.len() <= 1,
            Some(_) => true,
            None => dotted(e).is_some_and(|n| n == "responseBody" || n == "pm.response"),
        },
    }
}
