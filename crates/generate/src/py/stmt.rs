use super::{PyExpr, PyIdent};

/// A statement, or what stands between statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PyStmt {
    Expr(PyExpr),
    /// `target = value`
    Assign(PyExpr, PyExpr),
    Return(PyExpr),
    If {
        test: PyExpr,
        then: Vec<PyStmt>,
        otherwise: Vec<PyStmt>,
    },
    /// `with value as name:`
    With {
        value: PyExpr,
        name: PyIdent,
        body: Vec<PyStmt>,
    },
    /// A function or method; decorators without `@`.
    Def {
        decorators: Vec<PyExpr>,
        name: PyIdent,
        params: &'static str,
        doc: Option<String>,
        body: Vec<PyStmt>,
    },
    Class {
        name: PyIdent,
        base: &'static str,
        doc: Option<String>,
        body: Vec<PyStmt>,
    },
    /// Text for people; becomes `#` lines whatever it holds.
    Comment(String),
    Blank,
    /// Lines of code that the generator has ready.
    Verbatim(&'static str),
}
