//! What a sentence says about a value, as conditions in plain JavaScript with chai's meaning.

use loadwright_scenario::{Aid, JsonStep};
use oxc_ast::ast::{ArrayExpressionElement, Expression};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;

use super::super::assertion::path;
use super::super::symbol::{literal, string};
use super::names::{property, quote};
use super::sentence::{FILLERS, Word, code, is_message, not};
use super::{Pieces, Rewriter};

/// The value that a sentence speaks about, as code.
#[derive(Clone)]
struct About {
    pieces: Pieces,
    /// Binds as tightly as a name.
    tight: bool,
    number: bool,
    text: bool,
}

impl Rewriter<'_> {
    pub(super) fn about_value(&mut self, of: &Expression<'_>, words: &[Word<'_, '_>]) -> Option<Vec<Pieces>> {
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
        let mut nested = false;
        let mut out = Vec::new();
        for word in words {
            let called = word.arguments.is_some();
            match (word.name, called) {
                (name, false) if FILLERS.contains(&name) => {}
                ("not", false) => negate = true,
                ("deep", false) => deep = true,
                ("nested", false) => nested = true,
                ("any", false) => any = true,
                ("all", false) => any = false,
                ("a" | "an", false) => {}
                ("include" | "contain" | "includes" | "contains", false) => contains = true,
                ("length" | "lengthOf", false) => {
                    let mut pieces = self.tightly(&about);
                    pieces.push(code(".length"));
                    about = About { pieces, tight: true, number: true, text: false };
                }
                ("nestedProperty", true) => {
                    let (condition, next) = self.nested(&about, word, negate, deep)?;
                    out.push(condition);
                    about = next;
                }
                ("property", true) if nested => {
                    let (condition, next) = self.nested(&about, word, negate, deep)?;
                    out.push(condition);
                    about = next;
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

    /// `value?.a?.[0] !== undefined` for `nested.property('a[0]')`.
    fn nested(
        &mut self,
        about: &About,
        word: &Word<'_, '_>,
        negate: bool,
        deep: bool,
    ) -> Option<(Pieces, About)> {
        let mut value = self.tightly(about);
        for step in path(&string(word.argument(0)?)?)?.0 {
            value.push(code(match step {
                JsonStep::Key(key) => match property(&key) {
                    name if name.starts_with('.') => format!("?{name}"),
                    name => format!("?.{name}"),
                },
                JsonStep::Index(i) => format!("?.[{i}]"),
            }));
        }
        let next = About { pieces: value.clone(), tight: true, number: false, text: false };
        let condition = match word.count() {
            1 => {
                value.push(code(" !== undefined"));
                value
            }
            2 => self.equal(&next, word.argument(1)?, deep)?,
            _ => return None,
        };
        Some((not(negate, condition), next))
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

/// A text by its form.
fn is_texty(e: &Expression<'_>) -> bool {
    matches!(e, Expression::TemplateLiteral(_))
        || matches!(e, Expression::BinaryExpression(b) if string(&b.left).is_some() || string(&b.right).is_some())
}
