//! Python as values whose only constructors escape, and a printer that lays them out as Black would.

mod expr;
mod ident;
mod literal;
mod print;
mod stmt;

pub use expr::{Arg, PyExpr, TextPart};
pub use ident::{PyIdent, PyNames, class_name, snake_case};
pub use literal::{comment_lines, quote, raw_quote};
pub use print::print_module;
pub use stmt::PyStmt;
