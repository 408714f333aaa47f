//! Scripts that only look at a response and keep values of it become checks, extractions and assignments.

mod alone;
mod assertion;
mod remarks;
mod rewrite;
mod statement;
mod symbol;

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{Assign, Check, Extraction};
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use crate::codes;
use crate::scope::Scopes;

pub use alone::Alone;
pub use rewrite::{HeaderChange, Piece, Plain, quote, rewrite};

/// One thing that a lifted script does, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Check(Check),
    Extract(Extraction),
    Assign(Assign),
}

impl Action {
    /// The variable that the action sets.
    pub fn writes(&self) -> Option<String> {
        match self {
            Self::Check(_) => None,
            Self::Extract(e) => Some(e.into.0.to_string()),
            Self::Assign(a) => Some(a.into.0.to_string()),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lifted {
    pub actions: Vec<Action>,
    /// The script as code of its own, where actions cannot say what it does.
    pub plain: Option<Plain>,
    /// The script as it is, where it can run so beside plain code.
    pub alone: Option<Alone>,
    /// Variables that are set, with the scope that the script names.
    pub ranks: Vec<(String, usize)>,
}

impl Lifted {
    /// Whether the script is code, rewritten or as it is.
    pub fn is_code(&self) -> bool {
        self.plain.is_some() || self.alone.is_some()
    }

    /// The variables that the script sets or takes away.
    pub fn set(&self) -> impl Iterator<Item = String> {
        let plain = self.plain.iter().flat_map(|p| p.writes.iter().cloned());
        let alone = self.alone.iter().flat_map(|a| a.writes.iter().cloned());
        self.actions.iter().filter_map(Action::writes).chain(plain).chain(alone)
    }

    /// Whether the script does more than checking.
    pub fn sets(&self) -> bool {
        self.is_code() || self.actions.iter().any(|a| !matches!(a, Action::Check(_)))
    }
}

impl From<Plain> for Lifted {
    fn from(plain: Plain) -> Self {
        let ranks = plain.ranks.iter().cloned().collect();
        Self { plain: Some(plain), ranks, ..Self::default() }
    }
}

impl From<Alone> for Lifted {
    fn from(alone: Alone) -> Self {
        let ranks = alone.uses.iter().filter(|(_, rank)| *rank > 0).cloned().collect();
        Self { alone: Some(alone), ranks, ..Self::default() }
    }
}

/// What became of a script.
pub enum Reading {
    /// Only comments and blanks.
    Empty,
    /// No JavaScript: why not.
    Broken(String),
    Lifted(Box<Lifted>),
    /// It stays as it is; with what it uses when it can do so beside plain code.
    Carried(Diagnostics, Option<Alone>),
}

/// Reads a script; `test` scripts run after the response.
pub fn read(code: &str, origin: &Origin, test: bool, scopes: &Scopes) -> Reading {
    let allocator = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let wrapped = format!("(async function () {{\n{code}\n}})");
    let parsed = Parser::new(&allocator, &wrapped, SourceType::script()).with_options(options).parse();
    if let Some(error) = parsed.diagnostics.first() {
        return Reading::Broken(error.to_string());
    }
    // code that closes the function around it would run at another time than Postman runs it
    if parsed.program.body.len() != 1 {
        return Reading::Broken("its braces do not match".to_owned());
    }
    let alone = Parser::new(&allocator, code, SourceType::script()).with_options(options).parse();
    let program = &alone.program;
    if alone.diagnostics.is_empty() && program.body.is_empty() && program.directives.is_empty() {
        return Reading::Empty;
    }
    if alone.diagnostics.is_empty()
        && let Some(lifted) = statement::lift(program, origin, test, scopes)
    {
        return if lifted.actions.is_empty() { Reading::Empty } else { Reading::Lifted(Box::new(lifted)) };
    }
    let refusal = match rewrite(code, test, scopes) {
        Ok(plain) => return Reading::Lifted(Box::new(Lifted::from(plain))),
        Err(refusal) => refusal,
    };
    let because = refusal.phrase().map(|p| format!(" because of {p}")).unwrap_or_default();
    let message = format!("the script does more than look at the response: it runs as it is{because}");
    let mut found = vec![Diagnostic::new(&codes::SCRIPT_CARRIED, message, origin.clone())];
    found.extend(remarks::remarks(&parsed.program, origin));
    Reading::Carried(found, alone::alone(code, test, scopes))
}

#[cfg(test)]
mod tests {
    use loadwright_scenario::{Predicate, Selector};

    use super::*;

    fn actions(code: &str) -> Option<Vec<Action>> {
        match read(code, &Origin::default(), true, &Scopes::default()) {
            Reading::Lifted(lifted) if lifted.plain.is_none() => Some(lifted.actions),
            Reading::Lifted(_) => None,
            Reading::Empty => Some(Vec::new()),
            Reading::Broken(_) | Reading::Carried(..) => None,
        }
    }

    #[test]
    fn assertions_of_both_styles_become_checks() {
        let code = r#"
            const body = pm.response.json();
            pm.test("ok", () => { pm.response.to.have.status(200); pm.expect(body.user.name).to.eql("Ada"); });
            tests["fast"] = responseTime < 500;
            pm.environment.set("token", body.token);
        "#;
        let list = actions(code).unwrap_or_default();
        assert_eq!(list.len(), 3);
        assert!(
            matches!(&list[0], Action::Check(c) if c.name == "ok" && matches!(&c.predicate, Predicate::All(l) if l.len() == 2))
        );
        assert!(matches!(&list[1], Action::Extract(e) if e.into.0 == "token"));
        assert!(matches!(&list[2], Action::Check(c) if c.subject == Selector::Duration));
    }

    #[test]
    fn a_sentence_may_go_on_about_the_response() {
        let code = "pm.test('x', () => pm.response.to.have.jsonBody('a', 1).and.have.header('X-A'));\n\
                    pm.test('y', () => pm.response.to.not.have.jsonBody('b'));";
        let list = actions(code).unwrap_or_default();
        assert!(
            matches!(&list[0], Action::Check(c) if matches!(&c.predicate, Predicate::All(l) if l.len() == 2))
        );
        assert!(matches!(&list[1], Action::Check(c) if c.predicate == Predicate::Missing));
    }

    #[test]
    fn what_is_not_understood_is_not_lifted() {
        for code in [
            "if (pm.response.code === 200) { pm.environment.set('a', 1); }",
            "pm.sendRequest('http://x', () => {});",
            "pm.test('x', () => { pm.expect(pm.response.json().a).to.be.nonsense; });",
            "var moment = require('moment');",
            "tests['a'] = foo();",
            "pm.environment.set('a', Math.random());",
        ] {
            assert_eq!(actions(code), None, "{code}");
        }
        assert_eq!(actions("// nothing\nconsole.log('x');"), Some(Vec::new()));
    }

    #[test]
    fn code_that_leaves_its_function_is_broken() {
        assert!(matches!(
            read("}); evil(); (function () {", &Origin::default(), true, &Scopes::default()),
            Reading::Broken(_)
        ));
    }
}
