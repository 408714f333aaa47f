use std::borrow::Cow;

use super::{Template, is_identifier, quote};

/// A JavaScript expression. Every constructor that takes foreign text escapes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsExpr {
    /// Code that is printed as it is; made by this crate only, never from a source's text.
    Code(Code),
    Object(Vec<Prop>),
    Array(Vec<JsExpr>),
    Call {
        callee: Box<JsExpr>,
        args: Vec<JsExpr>,
    },
    Arrow {
        params: &'static str,
        body: Box<ArrowBody>,
    },
    /// `a ? b : c`
    Conditional(Box<JsExpr>, Box<JsExpr>, Box<JsExpr>),
    /// Printed one after the other without anything between: `[member, ".x", …]`.
    Chain(Vec<JsExpr>),
}

/// Checked code: only this module can make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(Cow<'static, str>);

impl Code {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArrowBody {
    Expr(JsExpr),
    Block(Vec<super::Stmt>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prop {
    /// The key is quoted when it is no identifier.
    Pair(Cow<'static, str>, JsExpr),
    /// `...expr`
    Spread(JsExpr),
    Comment(String),
}

impl JsExpr {
    /// Code of the generator's own, known when it is compiled.
    pub fn code(code: &'static str) -> Self {
        Self::Code(Code(Cow::Borrowed(code)))
    }

    pub fn ident(ident: &super::JsIdent) -> Self {
        Self::Code(Code(Cow::Owned(ident.as_str().to_owned())))
    }

    pub fn string(text: &str) -> Self {
        Self::Code(Code(Cow::Owned(quote(text))))
    }

    pub fn int(n: i64) -> Self {
        Self::Code(Code(Cow::Owned(n.to_string())))
    }

    pub fn bool(b: bool) -> Self {
        Self::code(if b { "true" } else { "false" })
    }

    /// A number as a source wrote it. What is no JSON number is printed as a string.
    pub fn number(text: &str) -> Self {
        let fine =
            text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) && text.parse::<f64>().is_ok();
        if fine { Self::Code(Code(Cow::Owned(text.to_owned()))) } else { Self::string(text) }
    }

    /// A regular expression literal; falls back to `new RegExp` where a literal cannot say it.
    pub fn regex(pattern: &str, flags: &str) -> Self {
        let flags: String = flags.chars().filter(char::is_ascii_lowercase).collect();
        let plain = !pattern.is_empty()
            && !pattern.starts_with('*')
            && pattern.chars().all(|c| !c.is_control() && c != '\u{2028}' && c != '\u{2029}')
            && !pattern.ends_with('\\');
        if !plain {
            return Self::call(Self::code("new RegExp"), vec![Self::string(pattern), Self::string(&flags)]);
        }
        let mut out = String::from("/");
        let (mut escaped, mut class) = (false, false);
        for c in pattern.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => class = true,
                ']' => class = false,
                '/' if !class => out.push('\\'),
                _ => {}
            }
            out.push(c);
        }
        out.push('/');
        out.push_str(&flags);
        Self::Code(Code(Cow::Owned(out)))
    }

    pub fn call(callee: Self, args: Vec<Self>) -> Self {
        Self::Call { callee: Box::new(callee), args }
    }

    /// `name(args)` for a function that the generator knows.
    pub fn call_fn(name: &'static str, args: Vec<Self>) -> Self {
        Self::call(Self::code(name), args)
    }

    /// `object.name` or `object['name']`.
    pub fn member(self, name: &str) -> Self {
        let tail = match name {
            "status" => Cow::Borrowed(".status"),
            "headers" => Cow::Borrowed(".headers"),
            "json" => Cow::Borrowed(".json"),
            "body" => Cow::Borrowed(".body"),
            name if super::ident::is_property(name) => Cow::Owned([".", name].concat()),
            name => Cow::Owned(format!("[{}]", quote(name))),
        };
        Self::Chain(vec![self, Self::Code(Code(tail))])
    }

    /// `object?.name`
    pub fn optional_member(self, name: &str) -> Self {
        let tail = if is_identifier(name) { format!("?.{name}") } else { format!("?.[{}]", quote(name)) };
        Self::Chain(vec![self, Self::Code(Code(Cow::Owned(tail)))])
    }

    /// `left op right`, flat.
    pub fn binary(left: Self, op: &'static str, right: Self) -> Self {
        let op = match op {
            "===" => Cow::Borrowed(" === "),
            "!==" => Cow::Borrowed(" !== "),
            "??" => Cow::Borrowed(" ?? "),
            "&&" => Cow::Borrowed(" && "),
            "||" => Cow::Borrowed(" || "),
            op => Cow::Owned(format!(" {op} ")),
        };
        Self::Chain(vec![left, Self::Code(Code(op)), right])
    }

    pub fn chain(parts: Vec<Self>) -> Self {
        Self::Chain(parts)
    }

    pub fn arrow(params: &'static str, body: Self) -> Self {
        Self::Arrow { params, body: Box::new(ArrowBody::Expr(body)) }
    }

    pub fn arrow_block(params: &'static str, body: Vec<super::Stmt>) -> Self {
        Self::Arrow { params, body: Box::new(ArrowBody::Block(body)) }
    }

    /// Text of the source: a string, or a template literal when it has many lines.
    pub fn text(text: &str) -> Self {
        super::template::literal(text)
    }

    /// A template literal from chunks and holes; a plain string when there is no hole and no line feed.
    pub fn template(parts: Vec<TemplatePart>) -> Self {
        let mut out = Template::default();
        parts.iter().for_each(|part| out.part(part));
        out.finish()
    }

    /// Code that a module of this folder has made.
    pub(super) fn owned(code: String) -> Self {
        Self::Code(Code(Cow::Owned(code)))
    }
}

/// A piece of a template literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    Text(String),
    Hole(JsExpr),
}

impl Prop {
    pub fn pair(key: impl Into<Cow<'static, str>>, value: JsExpr) -> Self {
        Self::Pair(key.into(), value)
    }
}
