use std::borrow::Cow;

use super::{is_identifier, quote, template_chunk};

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
    Pair(String, JsExpr),
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
        let tail = if is_identifier(name) || super::ident::is_reserved_property(name) {
            format!(".{name}")
        } else {
            format!("[{}]", quote(name))
        };
        Self::Chain(vec![self, Self::Code(Code(Cow::Owned(tail)))])
    }

    /// `object?.name`
    pub fn optional_member(self, name: &str) -> Self {
        let tail = if is_identifier(name) { format!("?.{name}") } else { format!("?.[{}]", quote(name)) };
        Self::Chain(vec![self, Self::Code(Code(Cow::Owned(tail)))])
    }

    /// `left op right`, flat.
    pub fn binary(left: Self, op: &'static str, right: Self) -> Self {
        Self::Chain(vec![left, Self::Code(Code(Cow::Owned(format!(" {op} ")))), right])
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

    /// A template literal from chunks and holes; a plain string when there is no hole and no line feed.
    pub fn template(parts: Vec<TemplatePart>) -> Self {
        let plain = parts.iter().all(|p| matches!(p, TemplatePart::Text(_)));
        if plain {
            let text: String = parts
                .iter()
                .map(|p| match p {
                    TemplatePart::Text(t) => t.as_str(),
                    TemplatePart::Hole(_) => "",
                })
                .collect();
            let lines = text.matches('\n').count();
            if lines < 2 || text.contains('\r') {
                return Self::string(&text);
            }
        }
        if let [TemplatePart::Hole(only)] = parts.as_slice() {
            return Self::Chain(vec![Self::code("`${"), only.clone(), Self::code("}`")]);
        }
        let mut out = vec![Self::code("`")];
        for part in parts {
            match part {
                TemplatePart::Text(text) => out.push(Self::Code(Code(Cow::Owned(template_chunk(&text))))),
                TemplatePart::Hole(expr) => out.extend([Self::code("${"), expr, Self::code("}")]),
            }
        }
        out.push(Self::code("`"));
        Self::Chain(out)
    }
}

/// A piece of a template literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    Text(String),
    Hole(JsExpr),
}

impl Prop {
    pub fn pair(key: impl Into<String>, value: JsExpr) -> Self {
        Self::Pair(key.into(), value)
    }
}
