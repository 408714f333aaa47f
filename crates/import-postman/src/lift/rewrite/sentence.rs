//! `pm.expect(…).to…` and `pm.response.to…` as conditions in plain JavaScript, with chai's meaning.

use loadwright_scenario::{Aid, JsonStep};
use oxc_ast::ast::{Argument, ArrayExpressionElement, Expression};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;

use super::super::symbol::{literal, string};
use super::names::{property, quote};
use super::{Piece, Pieces, Rewriter, calls};

struct Word<'a, 'b> {
    name: &'b str,
    arguments: Option<&'b [Argument<'a>]>,
}

impl<'a, 'b> Word<'a, 'b> {
    fn argument(&self, i: usize) -> Option<&'b Expression<'a>> {
        self.arguments.and_then(|a| a.get(i)).and_then(Argument::as_expression)
    }

    /// Arguments without a message at the end.
    fn count(&self) -> usize {
        self.arguments.map_or(0, <[Argument]>::len)
    }
}

enum Subject<'a, 'b> {
    Response,
    Value(&'b Expression<'a>),
    Fail,
}

/// The value that a sentence speaks about, as code.
#[derive(Clone)]
struct About {
    pieces: Pieces,
    /// Binds as tightly as a name.
    tight: bool,
    number: bool,
    text: bool,
}

const FILLERS: &[&str] = &[
    "to", "be", "been", "is", "that", "which", "and", "has", "have", "with", "at", "of", "same", "but",
    "does", "still", "also", "itself",
];

fn code(text: impl Into<String>) -> Piece {
    Piece::Code(text.into())
}

fn not(negate: bool, mut condition: Pieces) -> Pieces {
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
                    if word.count() == 2 {
                        let value = word.argument(1)?;
                        literal(value)?;
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

    fn about_value(&mut self, of: &Expression<'_>, words: &[Word<'_, '_>]) -> Option<Vec<Pieces>> {
        self.visit_expression(of);
        let text = self.text(of.span()).to_owned();
        let tight = matches!(
            of,
            Expression::Identifier(_)
                | Expression::StaticMemberExpression(_)
                | Expression::ComputedMemberExpression(_)
                | Expression::CallExpression(_)
                | Expression::StringLiteral(_)
                | Expression::NumericLiteral(_)
        );
        let number = text.ends_with(".length")
            || matches!(
                text.as_str(),
                "pm.response.code" | "pm.response.responseTime" | "responseTime" | "responseCode.code"
            );
        let mut about = About { pieces: vec![Self::source(of)], tight, number, text: self.is_body(of) };
        let (mut negate, mut deep, mut any, mut contains) = (false, false, false, false);
        let mut out = Vec::new();
        for word in words {
            let called = word.arguments.is_some();
            match (word.name, called) {
                (name, false) if FILLERS.contains(&name) => {}
                ("not", false) => negate = true,
                ("deep", false) => deep = true,
                ("any", false) => any = true,
                ("all", false) => any = false,
                ("a" | "an", false) => {}
                ("include" | "contain" | "includes" | "contains", false) => contains = true,
                ("length" | "lengthOf", false) => {
                    let mut pieces = self.tightly(&about);
                    pieces.push(code(".length"));
                    about = About { pieces, tight: true, number: true, text: false };
                }
                ("property", true) => {
                    let (condition, next) = self.property(&about, word, negate, deep)?;
                    out.push(condition);
                    if !negate {
                        about = next;
                    }
                }
                _ => {
                    let condition = self.condition(&about, word, negate, deep, any, contains)?;
                    out.push(condition);
                }
            }
        }
        Some(out)
    }

    fn tightly(&self, about: &About) -> Pieces {
        let mut out = Pieces::new();
        if !about.tight {
            out.push(code("("));
        }
        out.extend(about.pieces.clone());
        if !about.tight {
            out.push(code(")"));
        }
        out
    }

    fn property(
        &mut self,
        about: &About,
        word: &Word<'_, '_>,
        negate: bool,
        deep: bool,
    ) -> Option<(Pieces, About)> {
        let name = string(word.argument(0)?)?;
        let mut value = self.tightly(about);
        value.push(code(property(&name)));
        let next = About { pieces: value.clone(), tight: true, number: name == "length", text: false };
        let count = word.count() - usize::from(word.count() == 3);
        let condition = match count {
            1 => {
                let mut out = vec![code(format!("{} in Object(", quote(&name)))];
                out.extend(about.pieces.clone());
                out.push(code(")"));
                out
            }
            2 => self.equal(&next, word.argument(1)?, deep)?,
            _ => return None,
        };
        if negate {
            // chai refuses to look into nothing, whatever was asked
            let mut out = self.tightly(about);
            out.push(code(" != null && "));
            out.extend(not(true, condition));
            return Some((out, next));
        }
        Some((condition, next))
    }

    fn equal(&mut self, about: &About, value: &Expression<'_>, deep: bool) -> Option<Pieces> {
        self.visit_expression(value);
        if deep && literal(value).is_none() {
            self.out.aids.insert(Aid::Same);
            let mut out = vec![code("same(")];
            out.extend(about.pieces.clone());
            out.extend([code(", "), Self::source(value), code(")")]);
            return Some(out);
        }
        let mut out = self.tightly(about);
        out.push(code(" === "));
        let tight = literal(value).is_some()
            || matches!(
                value,
                Expression::Identifier(_)
                    | Expression::StaticMemberExpression(_)
                    | Expression::CallExpression(_)
            );
        if tight {
            out.push(Self::source(value));
        } else {
            out.extend([code("("), Self::source(value), code(")")]);
        }
        Some(out)
    }

    /// `value op other` for numbers; chai refuses everything else.
    fn compared(&mut self, about: &About, op: &str, other: &Expression<'_>, negate: bool) -> Option<Pieces> {
        self.visit_expression(other);
        let bound = [code("("), Self::source(other), code(")")];
        let bound: Pieces = if literal(other).is_some() { vec![Self::source(other)] } else { bound.to_vec() };
        if about.number {
            let mut out = self.tightly(about);
            out.push(code(format!(" {op} ")));
            out.extend(bound);
            return Some(not(negate, out));
        }
        let mut out = vec![code("((n) => typeof n === 'number' && ")];
        let mut test = vec![code(format!("n {op} "))];
        test.extend(bound);
        out.extend(not(negate, test));
        out.push(code(")("));
        out.extend(about.pieces.clone());
        out.push(code(")"));
        Some(out)
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "the flags of chai's sentences")]
    fn condition(
        &mut self,
        about: &About,
        word: &Word<'_, '_>,
        negate: bool,
        deep: bool,
        any: bool,
        contains: bool,
    ) -> Option<Pieces> {
        let called = word.arguments.is_some();
        let with = |before: &str, of: Pieces, after: &str| {
            let mut out = vec![code(before)];
            out.extend(of);
            out.push(code(after));
            out
        };
        let tight = self.tightly(about);
        if !called {
            let condition = match word.name {
                "true" => with("", tight, " === true"),
                "false" => with("", tight, " === false"),
                "null" => with("", tight, " === null"),
                "undefined" => with("", tight, " === undefined"),
                "ok" => with("!!", tight, ""),
                "exist" | "exists" => with("", tight, " != null"),
                "NaN" => with("Number.isNaN(", about.pieces.clone(), ")"),
                "empty" => {
                    self.out.aids.insert(Aid::Empty);
                    with("isEmpty(", about.pieces.clone(), ")")
                }
                _ => return None,
            };
            return Some(not(negate, condition));
        }
        let message = word.count() > 1 && word.argument(word.count() - 1).is_some_and(is_message);
        let first = word.argument(0)?;
        match word.name {
            "within" if word.count() == 2 => {
                if negate {
                    return None;
                }
                let mut out = self.compared(about, ">=", first, false)?;
                out.push(code(" && "));
                out.extend(self.compared(about, "<=", word.argument(1)?, false)?);
                return Some(out);
            }
            "keys" | "key" => return self.keys(about, word, negate, any, contains),
            _ if word.count() > 1 && !message => return None,
            _ => {}
        }
        let condition = match word.name {
            "equal" | "equals" | "eq" => self.equal(about, first, deep)?,
            "eql" | "eqls" => self.equal(about, first, true)?,
            "above" | "gt" | "greaterThan" => return self.compared(about, ">", first, negate),
            "least" | "gte" | "greaterThanOrEqual" => return self.compared(about, ">=", first, negate),
            "below" | "lt" | "lessThan" => return self.compared(about, "<", first, negate),
            "most" | "lte" | "lessThanOrEqual" => return self.compared(about, "<=", first, negate),
            "a" | "an" => match string(first)?.to_ascii_lowercase().as_str() {
                kind @ ("string" | "number" | "boolean" | "undefined" | "function") => {
                    with("typeof ", tight, &format!(" === '{kind}'"))
                }
                "array" => with("Array.isArray(", about.pieces.clone(), ")"),
                "null" => with("", tight, " === null"),
                "object" => {
                    self.out.aids.insert(Aid::Kind);
                    with("kind(", about.pieces.clone(), ") === 'Object'")
                }
                _ => return None,
            },
            "include" | "contain" | "includes" | "contains" | "string" => {
                // a piece of a text or a member of a list
                if deep
                    || !(string(first).is_some() || literal(first).is_some() || about.text || is_texty(first))
                {
                    return None;
                }
                self.visit_expression(first);
                let mut out = tight;
                out.extend([code(".includes("), Self::source(first), code(")")]);
                out
            }
            "match" | "matches" => {
                let Expression::RegExpLiteral(r) = first else { return None };
                if r.regex.flags.to_string().contains(['g', 'y']) {
                    return None;
                }
                let mut out = vec![Self::source(first), code(".test(")];
                out.extend(about.pieces.clone());
                out.push(code(")"));
                out
            }
            "lengthOf" | "length" => {
                self.visit_expression(first);
                let mut out = tight;
                out.extend([code(".length === ("), Self::source(first), code(")")]);
                if literal(first).is_some() {
                    out.truncate(out.len() - 3);
                    out.extend([code(".length === "), Self::source(first)]);
                }
                out
            }
            "oneOf" => {
                let Expression::ArrayExpression(list) = first else { return None };
                if list.elements.iter().any(|e| matches!(e, ArrayExpressionElement::SpreadElement(_))) {
                    return None;
                }
                self.visit_expression(first);
                let mut out = vec![Self::source(first), code(".includes(")];
                out.extend(about.pieces.clone());
                out.push(code(")"));
                out
            }
            _ => return None,
        };
        Some(not(negate, condition))
    }

    fn keys(
        &mut self,
        about: &About,
        word: &Word<'_, '_>,
        negate: bool,
        any: bool,
        contains: bool,
    ) -> Option<Pieces> {
        let mut names = Vec::new();
        match (word.argument(0)?, word.count()) {
            (Expression::ArrayExpression(list), 1) => {
                for e in &list.elements {
                    names.push(string(e.as_expression()?)?);
                }
            }
            (_, n) => {
                for i in 0..n {
                    names.push(string(word.argument(i)?)?);
                }
            }
        }
        names.sort();
        names.dedup();
        let list: Vec<String> = names.iter().map(|n| quote(n)).collect();
        let list = format!("[{}]", list.join(", "));
        let mut out = Pieces::new();
        if any || contains {
            out.push(code(format!("{list}.{}((key) => Object.keys(", if any { "some" } else { "every" })));
            out.extend(about.pieces.clone());
            out.push(code(").includes(key))"));
        } else {
            self.out.aids.insert(Aid::Same);
            out.push(code("same(Object.keys("));
            out.extend(about.pieces.clone());
            out.push(code(format!(").sort(), {list})")));
        }
        Some(not(negate, out))
    }
}

/// A message of an assertion: a text.
fn is_message(e: &Expression<'_>) -> bool {
    matches!(e, Expression::StringLiteral(_))
        || matches!(e, Expression::TemplateLiteral(t) if t.expressions.is_empty())
}

/// A text by its form.
fn is_texty(e: &Expression<'_>) -> bool {
    matches!(e, Expression::TemplateLiteral(_))
        || matches!(e, Expression::BinaryExpression(b) if string(&b.left).is_some() || string(&b.right).is_some())
}

/// `, 'a', 0` for `a[0]`.
fn path_arguments(path: &str) -> Option<String> {
    let steps = super::super::assertion::path(path)?.0;
    Some(steps.into_iter().fold(String::new(), |out, step| match step {
        JsonStep::Key(key) => format!("{out}, {}", quote(&key)),
        JsonStep::Index(i) => format!("{out}, {i}"),
    }))
}
