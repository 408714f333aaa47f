use super::{JsExpr, JsIdent};

/// A statement, or what stands between statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stmt {
    /// `expr;`
    Expr(JsExpr),
    Const(JsIdent, JsExpr),
    /// `const [a, b] = expr;`
    ConstList(Vec<JsIdent>, JsExpr),
    Let(JsIdent, Option<JsExpr>),
    Assign(JsIdent, JsExpr),
    Return(JsExpr),
    If {
        test: JsExpr,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    /// `{ … }`
    Block(Vec<Stmt>),
    /// Text for people; becomes line comments whatever it holds.
    Comment(String),
    Blank,
    /// Whole lines of code that the generator or a carried script has ready, indented to where they stand.
    Verbatim(String),
    /// Lines that the printer has printed already, at the indent of a function's body.
    Printed(String),
}
