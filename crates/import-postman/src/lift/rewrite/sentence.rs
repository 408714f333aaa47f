//! `pm.expect(…).to…` and `pm.response.to…` as conditions in plain JavaScript, with chai's meaning.

use loadwright_scenario::{Aid, JsonStep};
use oxc_ast::ast::{Argument, Expression};
use oxc_ast_visit::Visit;

use super::super::symbol::{literal, string};
use super::names::quote;
use super::{Piece, Pieces, Rewriter, calls};

pub(super) struct Word<'a, 'b> {
    pub name: &'b str,
    pub arguments: Option<&'b [Argument<'a>]>,
}

impl<'a, 'b> Word<'a, 'b> {
    pub fn argument(&self, i: usize) -> Option<&'b Expression<'a>> {
        self.arguments.and_then(|a| a.get(i)).and_then(Argument::as_expression)
    }

    /// Arguments without a message at the end.
    pub fn count(&self) -> usize {
        self.arguments.map_or(0, <[Argument]>::len)
    }
}

enum Subject<'a, 'b> {
    Response,
    Value(&'b Expression<'a>),
    Fail,
}

pub(super) const FILLERS: &[&str] = &[
    "to", "be", "been", "is", "that", "which", "and", "has", "have", "with", "at", "of", "same", "but",
    "does", "still", "also", "itself",
];

pub(super) fn code(text: impl Into<String>) -> Piece {
    Piece::Code(text.into())
}

pub(super) fn not(negate: bool, mut condition: Pieces) -> Pieces {
    if negate {
        condition.insert(0, code("!("));
        condition.push(code(")"));
    }
    condition
}

impl Rewriter<'_> {
    /// `must(…);` for an assertion; `None` when the expression is none or is not understood.
    pub(super) fn sentence(&mut self, e: &Expression<'_>) -> Option<Pieces> {
        let mut words = Vec::new();
        let subject = self.subject(e, &mut words)?;
        words.reverse();
        let conditions = match subject {
            Subject::Fail => vec![vec![code("false")]],
            Subject::Response => self.about_response(&words)?,
            Subject::Value(of) if self.postman(of).as_deref() == Some("pm.response") => {
                self.about_response(&words)?
            }
            Subject::Value(of) => self.about_value(of, &words)?,
        };
        if conditions.is_empty() {
            return None;
        }
        self.out.aids.insert(Aid::Must);
        let mut out = vec![code("must(")];
        for (i, condition) in conditions.into_iter().enumerate() {
            if i > 0 {
                out.push(code(" && "));
            }
            out.extend(condition);
        }
        out.push(code(")"));
        Some(out)
    }

    fn subject<'a, 'b>(
        &self,
        e: &'b Expression<'a>,
        words: &mut Vec<Word<'a, 'b>>,
    ) -> Option<Subject<'a, 'b>> {
        match e {
            Expression::CallExpression(call) => {
                match self.postman(&call.callee).as_deref() {
                    Some("pm.expect") => {
                        let plain = call.arguments.len() == 1
                            || call.arguments.len() == 2 && Self::argument(call, 1).is_some_and(is_message);
                        return plain.then(|| Self::argument(call, 0)).flatten().map(Subject::Value);
                    }
                    Some("pm.expect.fail") => return words.is_empty().then_some(Subject::Fail),
                    _ => {}
                }
                let Expression::StaticMemberExpression(m) = &call.callee else { return None };
                words.push(Word { name: m.property.name.as_str(), arguments: Some(&call.arguments) });
                self.subject(&m.object, words)
            }
            Expression::StaticMemberExpression(m) => {
                words.push(Word { name: m.property.name.as_str(), arguments: None });
                if self.test
                    && m.property.name == "to"
                    && self.postman(&m.object).as_deref() == Some("pm.response")
                {
                    return Some(Subject::Response);
                }
                self.subject(&m.object, words)
            }
            _ => None,
        }
    }

    fn about_response(&mut self, words: &[Word<'_, '_>]) -> Option<Vec<Pieces>> {
        let mut negate = false;
        let mut out = Vec::new();
        let status = |test: &str| vec![Piece::Response, code(format!(".status {test}"))];
        let class = |n: u16| {
            vec![
                Piece::Response,
                code(format!(".status >= {}00 && ", n)),
                Piece::Response,
                code(format!(".status < {}00", n + 1)),
            ]
        };
        for word in words.iter().filter(|w| w.arguments.is_some() || !FILLERS.contains(&w.name)) {
            let condition = match (word.name, word.arguments.is_some()) {
                ("not", false) => {
                    negate = true;
                    continue;
                }
                ("ok", false) => status("=== 200"),
                ("accepted", false) => status("=== 202"),
                ("badRequest", false) => status("=== 400"),
                ("unauthorized", false) => status("=== 401"),
                ("forbidden", false) => status("=== 403"),
                ("notFound", false) => status("=== 404"),
                ("rateLimited", false) => status("=== 429"),
                ("success", false) => class(2),
                ("redirection", false) => class(3),
                ("clientError", false) => class(4),
                ("serverError", false) => class(5),
                ("error", false) => {
                    vec![Piece::Response, code(".status >= 400 && "), Piece::Response, code(".status < 600")]
                }
                ("json", false) => self.body_at(""),
                ("jsonBody", true) if word.count() == 0 => self.body_at(""),
                ("jsonBody", true) => {
                    let mut out = self.body_at(&path_arguments(&string(word.argument(0)?)?)?);
                    if word.count() == 2 && literal(word.argument(1)?).is_none() {
                        let value = word.argument(1)?;
                        self.visit_expression(value);
                        self.out.aids.insert(Aid::Same);
                        out.truncate(out.len() - 1);
                        out.insert(0, code("same("));
                        out.extend([code("), "), Self::source(value), code(")")]);
                    } else if word.count() == 2 {
                        let value = word.argument(1)?;
                        out.truncate(out.len() - 1);
                        out.extend([code(") === "), Self::source(value)]);
                    }
                    out
                }
                ("withBody", false) => vec![code("!!"), Piece::Response, code(".body")],
                ("status", true) if word.count() == 1 => {
                    let value = word.argument(0)?;
                    if let Some(text) = string(value) {
                        let mut out = calls::reason();
                        out.push(code(format!(" === {}", quote(&text))));
                        out
                    } else {
                        literal(value)?;
                        self.visit_expression(value);
                        vec![Piece::Response, code(".status === "), Self::source(value)]
                    }
                }
                ("header", true) if word.count() == 1 => {
                    let mut out = calls::header(&string(word.argument(0)?)?);
                    out.push(code(" !== undefined"));
                    out
                }
                ("header", true) if word.count() == 2 => {
                    let mut out = calls::header(&string(word.argument(0)?)?);
                    let value = word.argument(1)?;
                    self.visit_expression(value);
                    out.extend([code(" === ("), Self::source(value), code(")")]);
                    out
                }
                ("body", true) if word.count() == 1 && string(word.argument(0)?).is_some() => {
                    vec![Piece::Response, code(".body === "), Self::source(word.argument(0)?)]
                }
                _ => return None,
            };
            out.push(not(negate, condition));
        }
        Some(out)
    }

    /// `bodyAt(res, 'a', 0) !== undefined`
    fn body_at(&mut self, path: &str) -> Pieces {
        self.out.aids.insert(Aid::BodyAt);
        vec![code("bodyAt("), Piece::Response, code(path), code(") !== undefined")]
    }
}

/// A message of an assertion: a text.
pub(super) fn is_message(e: &Expression<'_>) -> bool {
    matches!(e, Expression::StringLiteral(_))
        || matches!(e, Expression::TemplateLiteral(t) if t.expressions.is_empty())
}

/// `, 'a', 0` for `a[0]`.
fn path_arguments(path: &str) -> Option<String> {
    let steps = super::super::assertion::path(path)?.0;
    Some(steps.into_iter().fold(String::new(), |out, step| match step {
        JsonStep::Key(key) => format!("{out}, {}", quote(&key)),
        JsonStep::Index(i) => format!("{out}, {i}"),
    }))
}
