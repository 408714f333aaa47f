//! Expressions on one line.

use super::{ArrowBody, JsExpr, Prop, is_identifier, quote};

/// The expression on one line, when it can stand on one: no function bodies, no comments.
pub(super) fn flat(e: &JsExpr) -> Option<String> {
    flat_within(e, usize::MAX)
}

/// The same, given up as soon as its first line is longer than so many characters.
pub(super) fn flat_within(e: &JsExpr, most: usize) -> Option<String> {
    let mut line = Line { text: String::new(), left: most };
    line.expr(e)?;
    Some(line.text)
}

/// An expression that is written on one line for as long as there is room.
struct Line {
    text: String,
    /// Characters that the first line may still take.
    left: usize,
}

impl Line {
    fn push(&mut self, piece: &str) -> Option<()> {
        if self.left < usize::MAX {
            let (first, more) = piece.split_once('\n').map_or((piece, false), |(first, _)| (first, true));
            self.left = self.left.checked_sub(first.chars().count())?;
            if more {
                self.left = usize::MAX;
            }
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
                let short = matches!(value, JsExpr::Code(c) if c.as_str() == key) && is_identifier(&key);
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

pub(super) fn key_text(key: &str) -> String {
    let plain_number = key.parse::<u32>().is_ok_and(|n| n.to_string() == key);
    if key == "__proto__" {
        return "['__proto__']".to_owned();
    }
    if is_identifier(key) || plain_number || super::ident::is_reserved_property(key) {
        key.to_owned()
    } else {
        quote(key)
    }
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
