//! JavaScript as values whose only constructors escape, and a printer that lays them out as a formatter would.

mod expr;
mod flat;
mod ident;
mod literal;
mod print;
mod stmt;
mod template;

pub use expr::{ArrowBody, JsExpr, Prop, TemplatePart};
pub use ident::{JsIdent, Names, camel_case, constant_case, is_identifier};
pub use literal::{comment_lines, quote, template_chunk};
pub use print::{Printer, WIDTH};
pub use stmt::Stmt;
pub use template::Template;
