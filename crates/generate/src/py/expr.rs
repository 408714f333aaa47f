use super::literal::{f_chunk, quote};
use super::{PyIdent, raw_quote};

/// A Python expression. Text gets in only through constructors that escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PyExpr {
    Code(Code),
    Call {
        callee: Box<PyExpr>,
        args: Vec<Arg>,
    },
    Dict(Vec<(PyExpr, PyExpr)>),
    List(Vec<PyExpr>),
    Tuple(Vec<PyExpr>),
    /// `lambda r: body`
    Lambda(&'static str, Box<PyExpr>),
    /// Printed one after the other.
    Chain(Vec<PyExpr>),
    /// String literals that Python joins: one a line, in parentheses.
    Lines(Vec<PyExpr>),
}

/// Text that is code already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A positional or a named argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    pub name: Option<&'static str>,
    pub value: PyExpr,
}

impl From<PyExpr> for Arg {
    fn from(value: PyExpr) -> Self {
        Self { name: None, value }
    }
}

impl Arg {
    pub fn named(name: &'static str, value: PyExpr) -> Self {
        Self { name: Some(name), value }
    }
}

/// A piece of an f-string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPart {
    Text(String),
    Hole(PyExpr),
}

impl PyExpr {
    /// Code of the generator's own.
    pub fn code(code: &'static str) -> Self {
        Self::Code(Code(code.to_owned()))
    }

    pub fn ident(name: &PyIdent) -> Self {
        Self::Code(Code(name.as_str().to_owned()))
    }

    pub fn string(text: &str) -> Self {
        Self::Code(Code(quote(text)))
    }

    pub fn regex(pattern: &str) -> Self {
        Self::Code(Code(raw_quote(pattern)))
    }

    pub fn bool(value: bool) -> Self {
        Self::code(if value { "True" } else { "False" })
    }

    pub fn int(n: i64) -> Self {
        Self::Code(Code(n.to_string()))
    }

    /// A number as JavaScript would send it: `1.0` is `1`. What is no number becomes a string.
    pub fn number(text: &str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let plain_zero = digits == "0" || !digits.starts_with('0');
        if whole && plain_zero {
            return Self::Code(Code(text.to_owned()));
        }
        match text.parse::<f64>() {
            Ok(n) if n.is_finite() && n.fract() == 0.0 && n.abs() < 1e15 => Self::int(n as i64),
            Ok(n) if n.is_finite() => Self::Code(Code(format!("{n:?}"))),
            _ => Self::string(text),
        }
    }

    pub fn call(callee: Self, args: Vec<Arg>) -> Self {
        Self::Call { callee: Box::new(callee), args }
    }

    pub fn call_fn(name: &'static str, args: Vec<Self>) -> Self {
        Self::call(Self::code(name), args.into_iter().map(Arg::from).collect())
    }

    /// `object.name`, for names of the generator's own.
    pub fn attribute(self, name: &'static str) -> Self {
        Self::Chain(vec![self, Self::Code(Code(format!(".{name}")))])
    }

    pub fn method(self, name: &'static str, args: Vec<Self>) -> Self {
        Self::call(self.attribute(name), args.into_iter().map(Arg::from).collect())
    }

    /// `object[key]`
    pub fn item(self, key: Self) -> Self {
        Self::Chain(vec![self, Self::code("["), key, Self::code("]")])
    }

    pub fn binary(left: Self, op: &'static str, right: Self) -> Self {
        Self::Chain(vec![left, Self::Code(Code(format!(" {op} "))), right])
    }

    pub fn chain(parts: Vec<Self>) -> Self {
        Self::Chain(parts)
    }

    pub fn parens(self) -> Self {
        Self::Chain(vec![Self::code("("), self, Self::code(")")])
    }

    /// A string from pieces: a literal, an f-string, or lines of them when the text has many lines.
    pub fn text(parts: &[TextPart]) -> Self {
        let breaks: usize = parts
            .iter()
            .map(|p| match p {
                TextPart::Text(t) => t.matches('\n').count(),
                TextPart::Hole(_) => 0,
            })
            .sum();
        if breaks < 2 {
            return Self::line(parts);
        }
        let mut lines: Vec<Vec<TextPart>> = vec![Vec::new()];
        for part in parts {
            match part {
                TextPart::Hole(_) => lines.last_mut().into_iter().for_each(|l| l.push(part.clone())),
                TextPart::Text(text) => {
                    for piece in text.split_inclusive('\n') {
                        lines.last_mut().into_iter().for_each(|l| l.push(TextPart::Text(piece.to_owned())));
                        if piece.ends_with('\n') {
                            lines.push(Vec::new());
                        }
                    }
                }
            }
        }
        lines.retain(|l| !l.is_empty());
        Self::Lines(lines.iter().map(|l| Self::line(l)).collect())
    }

    fn line(parts: &[TextPart]) -> Self {
        let literal: Option<String> = parts
            .iter()
            .map(|p| match p {
                TextPart::Text(t) => Some(t.as_str()),
                TextPart::Hole(_) => None,
            })
            .collect();
        if let Some(text) = literal {
            return Self::string(&text);
        }
        let mut out = String::from("f\"");
        for part in parts {
            match part {
                TextPart::Text(text) => out.push_str(&f_chunk(text)),
                TextPart::Hole(hole) => {
                    let code = super::print::flat(hole).unwrap_or_default();
                    // before Python 3.12 a hole may hold neither the quote of its string nor a backslash
                    let code = if code.contains('\\') { code } else { code.replace('"', "'") };
                    if code.contains('\\') {
                        return Self::joined(parts);
                    }
                    out.push('{');
                    out.push_str(&code);
                    out.push('}');
                }
            }
        }
        out.push('"');
        Self::Code(Code(out))
    }

    /// `"a" + str(b)`, where a hole cannot stand in an f-string.
    fn joined(parts: &[TextPart]) -> Self {
        let pieces = parts.iter().map(|p| match p {
            TextPart::Text(t) => Self::string(t),
            TextPart::Hole(h) => Self::call_fn("str", vec![h.clone()]),
        });
        pieces.reduce(|a, b| Self::binary(a, "+", b)).unwrap_or_else(|| Self::string(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(e: &PyExpr) -> String {
        super::super::print::flat(e).unwrap_or_default()
    }

    #[test]
    fn holes_use_the_other_quote() {
        let row = PyExpr::code("row").item(PyExpr::string("name"));
        let text = PyExpr::text(&[TextPart::Text("a{\"".into()), TextPart::Hole(row)]);
        assert_eq!(shown(&text), "f\"a{{\\\"{row['name']}\"");
        let odd = PyExpr::code("row").item(PyExpr::string("a\\b"));
        let text = PyExpr::text(&[TextPart::Text("x".into()), TextPart::Hole(odd)]);
        assert_eq!(shown(&text), "\"x\" + str(row[\"a\\\\b\"])");
    }

    #[test]
    fn numbers_are_sent_as_javascript_sends_them() {
        let shown = |t: &str| shown(&PyExpr::number(t));
        assert_eq!(
            ["1.0", "1e3", "4.50", "-0", "12345678901234567890"].map(shown),
            ["1", "1000", "4.5", "-0", "12345678901234567890"]
        );
    }
}
