//! Expressions on one line.

use std::borrow::Cow;

use super::ident::is_property;
use super::{ArrowBody, JsExpr, Prop, is_identifier, quote};

/// What became of an expression that was to stand on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It does, and so many characters more have room.
    Left(usize),
    /// A text in it has several lines, and the first one has room.
    Several,
}

/// Writes the expression on one line when it can stand on one (no function bodies, no comments) and its first line has no
/// more than so many characters. Nothing is written otherwise.
pub(super) fn flat_onto(out: &mut String, e: &JsExpr, most: usize) -> Option<Fit> {
    let start = out.len();
    let mut line = Line { text: out, left: Some(most) };
    match line.expr(e) {
        Some(()) => Some(line.left.map_or(Fit::Several, Fit::Left)),
        None => {
            out.truncate(start);
            None
        }
    }
}

/// Characters; nearly all text is ASCII.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// An expression that is written on one line for as long as there is room.
struct Line<'o> {
    text: &'o mut String,
    /// Characters that the first line may still take.
    left: Option<usize>,
}

impl Line<'_> {
    fn push(&mut self, piece: &str) -> Option<()> {
        if let Some(left) = self.left {
            // one look at nearly all pieces: ASCII without a line feed
            let odd = piece.bytes().fold(0, |odd, b| odd | (b & 0x80) | u8::from(b == b'\n')) != 0;
            let lines = if odd { piece.split_once('\n') } else { None };
            self.left = match lines {
                None => Some(left.checked_sub(if odd { width(piece) } else { piece.len() })?),
                Some((first, _)) => {
                    left.checked_sub(width(first))?;
                    None
                }
            };
        }
        self.text.push_str(piece);
        Some(())
    }

    fn list(&mut self, items: &[JsExpr]) -> Option<()> {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.push(", ")?;
            }
            self.expr(item)?;
        }
        Some(())
    }

    fn expr(&mut self, e: &JsExpr) -> Option<()> {
        match e {
            JsExpr::Code(code) => self.push(code.as_str()),
            JsExpr::Object(props) if props.is_empty() => self.push("{}"),
            JsExpr::Object(props) => {
                self.push("{ ")?;
                for (i, prop) in props.iter().enumerate() {
                    if i > 0 {
                        self.push(", ")?;
                    }
                    self.prop(prop)?;
                }
                self.push(" }")
            }
            JsExpr::Array(items) => {
                self.push("[")?;
                self.list(items)?;
                self.push("]")
            }
            JsExpr::Call { callee, args } => {
                self.expr(callee)?;
                self.push("(")?;
                self.list(args)?;
                self.push(")")
            }
            JsExpr::Arrow { params, body } => {
                self.push(params)?;
                match body.as_ref() {
                    ArrowBody::Expr(e @ JsExpr::Object(_)) => {
                        self.push(" => (")?;
                        self.expr(e)?;
                        self.push(")")
                    }
                    ArrowBody::Expr(e) => {
                        self.push(" => ")?;
                        self.expr(e)
                    }
                    ArrowBody::Block(body) if body.is_empty() => self.push(" => {}"),
                    ArrowBody::Block(_) => None,
                }
            }
            JsExpr::Conditional(test, yes, no) => {
                self.expr(test)?;
                self.push(" ? ")?;
                self.expr(yes)?;
                self.push(" : ")?;
                self.expr(no)
            }
            JsExpr::Chain(parts) => parts.iter().try_for_each(|p| self.expr(p)),
        }
    }

    fn prop(&mut self, prop: &Prop) -> Option<()> {
        match prop {
            Prop::Pair(key, value) => {
                let key = key_text(key);
                let short = is_short(&key, value);
                self.push(&key)?;
                if short {
                    return Some(());
                }
                self.push(": ")?;
                self.expr(value)
            }
            Prop::Spread(value) => {
                self.push("...")?;
                self.expr(value)
            }
            Prop::Comment(_) => None,
        }
    }
}

/// `{ name }` says as much as `{ name: name }`.
pub(super) fn is_short(key: &str, value: &JsExpr) -> bool {
    matches!(value, JsExpr::Code(c) if c.as_str() == key) && is_identifier(key)
}

pub(super) fn key_text(key: &str) -> Cow<'_, str> {
    if key == "__proto__" {
        return Cow::Borrowed("['__proto__']");
    }
    let number = || key.parse::<u32>().is_ok_and(|n| n.to_string() == key);
    if is_property(key) || number() { Cow::Borrowed(key) } else { Cow::Owned(quote(key)) }
}

/// Whether breaking could make the expression narrower.
pub(super) fn breakable(e: &JsExpr) -> bool {
    match e {
        JsExpr::Code(_) => false,
        JsExpr::Object(p) => !p.is_empty(),
        JsExpr::Array(i) => !i.is_empty(),
        JsExpr::Call { callee, args } => !args.is_empty() || breakable(callee),
        JsExpr::Arrow { body, .. } => match body.as_ref() {
            ArrowBody::Expr(e) => breakable(e),
            ArrowBody::Block(_) => true,
        },
        JsExpr::Conditional(..) => true,
        JsExpr::Chain(parts) => {
            let template = matches!(parts.first(), Some(JsExpr::Code(c)) if c.as_str().starts_with('`'));
            !template && parts.iter().any(breakable)
        }
    }
}
