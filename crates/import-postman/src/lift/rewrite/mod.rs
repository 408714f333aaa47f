//! Scripts whose use of Postman is understood everywhere, but which are programs of their own, become plain k6 code: what
//! asks Postman is replaced where it stands, everything else stays as its author wrote it.

mod calls;
mod headers;
mod names;
mod refusal;
mod request;
mod sentence;
#[cfg(test)]
mod tests;
mod value;
mod visit;

use std::collections::{BTreeMap, BTreeSet};

use loadwright_scenario::{Aid, Text};
use oxc_allocator::Allocator;
use oxc_ast::ast::{Argument, CallExpression, Expression, Program, Statement};
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::{GetSpan, SourceType, Span};

use super::symbol::{dotted, string};
use crate::scope::Scopes;

pub use headers::HeaderChange;
pub use names::{SPECIAL, quote};
pub use refusal::Refusal;

/// A stretch of rewritten code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Code(String),
    /// The value of a variable.
    Read(String),
    /// The variable as the target of an assignment.
    Write(String),
    /// The whole assignment that takes a variable away.
    Unset(String),
    Response,
    /// A library by the name that scripts ask for it.
    Library(String),
    /// A text with holes, as a value of the script.
    Filled(Text),
    /// The name of the request that the script belongs to.
    RequestName,
    /// The method of that request.
    Method,
    /// A stretch of the script itself.
    Source(u32, u32),
}

pub type Pieces = Vec<Piece>;

/// A script as plain k6 code.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plain {
    pub pieces: Pieces,
    pub aids: BTreeSet<Aid>,
    /// Identifiers that the code has of its own.
    pub own: BTreeSet<String>,
    pub reads: BTreeSet<String>,
    pub writes: BTreeSet<String>,
    /// Variables that the script takes away.
    pub unset: BTreeSet<String>,
    /// Variables with the scope that the script names for them.
    pub ranks: BTreeSet<(String, usize)>,
    /// What the script does to the headers of its request, in its order.
    pub headers: Vec<HeaderChange>,
}

impl Plain {
    /// Every text with holes that the script has filled.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let filled = self.pieces.iter().filter_map(|p| match p {
            Piece::Filled(text) => Some(text),
            _ => None,
        });
        filled.chain(self.headers.iter().filter_map(HeaderChange::value))
    }
}

/// The script as plain code, or the first place where it asks Postman for something else.
pub fn rewrite(code: &str, test: bool, scopes: &Scopes) -> Result<Plain, Refusal> {
    const HEAD: &str = "(() => {\n";
    let refusal = |at: Option<u32>| Refusal::at(code, at.map(|at| (at as usize).saturating_sub(HEAD.len())));
    let wrapped = format!("{HEAD}{code}\n}});");
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &wrapped, SourceType::mjs()).parse();
    if !parsed.diagnostics.is_empty() || parsed.panicked || parsed.program.body.len() != 1 {
        return Err(refusal(None));
    }
    let built = SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program);
    if !built.diagnostics.is_empty() {
        return Err(refusal(None));
    }
    let scoping = built.semantic.scoping();
    let own: BTreeSet<String> = scoping.symbol_names().map(ToString::to_string).collect();
    let mut loose = BTreeSet::new();
    for (name, references) in scoping.root_unresolved_references() {
        let name = name.to_string();
        let special = SPECIAL.contains(&name.as_str());
        if special && own.contains(&name) {
            return Err(Refusal::named(code, &name));
        }
        if special || names::BUILTIN.contains(&name.as_str()) {
            continue;
        }
        let library = names::LIBRARIES.contains(&name.as_str()) || name == "require";
        if library && !own.contains(&name) && !references.iter().any(|r| scoping.get_reference(*r).is_write())
        {
            continue;
        }
        // a name that is only ever read is an error in Postman too, but here it could be a variable of the test
        if !references.iter().any(|r| scoping.get_reference(*r).is_write()) {
            return Err(Refusal::named(code, &name));
        }
        loose.insert(name);
    }
    if names::AIDS.iter().any(|n| own.contains(*n) || loose.contains(*n)) {
        return Err(refusal(None));
    }
    let mut rewriter = Rewriter {
        scopes,
        test,
        code: &wrapped,
        own: &own,
        always: headers::always(&parsed.program),
        libraries: BTreeSet::new(),
        edits: BTreeMap::new(),
        out: Plain::default(),
        refused: None,
    };
    rewriter.visit_program(&parsed.program);
    if let Some(at) = rewriter.refused {
        return Err(refusal(Some(at)));
    }
    let Rewriter { edits, mut out, .. } = rewriter;
    let body = body_span(&parsed.program).ok_or_else(|| refusal(None))?;
    let mut pieces = Pieces::new();
    if !loose.is_empty() {
        let names: Vec<&str> = loose.iter().map(String::as_str).collect();
        pieces.push(Piece::Code(format!("let {};", names.join(", "))));
    }
    render(body.start + 1, body.end - 1, &wrapped, &edits, &mut pieces);
    out.pieces = join(pieces);
    out.own = own;
    out.own.extend(loose);
    Ok(out)
}

/// Where the function around the script has its braces.
fn body_span(program: &Program<'_>) -> Option<Span> {
    let Statement::ExpressionStatement(s) = program.body.first()? else { return None };
    let Expression::ParenthesizedExpression(p) = &s.expression else { return None };
    let Expression::ArrowFunctionExpression(f) = &p.expression else { return None };
    Some(f.body.span())
}

type Edits = BTreeMap<u32, (u32, Pieces)>;

fn render(start: u32, end: u32, code: &str, edits: &Edits, out: &mut Pieces) {
    let text = |a: u32, b: u32| code.get(a as usize..b as usize).unwrap_or_default().to_owned();
    let mut at = start;
    while let Some((from, (to, pieces))) = edits.range(at..end).next() {
        out.push(Piece::Code(text(at, *from)));
        for piece in pieces {
            match piece {
                Piece::Source(a, b) => render(*a, *b, code, edits, out),
                piece => out.push(piece.clone()),
            }
        }
        at = (*to).max(*from + 1);
    }
    if at < end {
        out.push(Piece::Code(text(at, end)));
    }
}

/// Neighbouring code as one piece, blank lines at both ends taken away.
fn join(pieces: Pieces) -> Pieces {
    let mut out = Pieces::new();
    for piece in pieces {
        match (out.last_mut(), piece) {
            (Some(Piece::Code(last)), Piece::Code(text)) => last.push_str(&text),
            (_, piece) => out.push(piece),
        }
    }
    if let Some(Piece::Code(first)) = out.first_mut() {
        let kept = first.trim_start_matches(['\n', '\r']).to_owned();
        *first = kept;
    }
    if let Some(Piece::Code(last)) = out.last_mut() {
        last.truncate(last.trim_end().len());
    }
    out
}

struct Rewriter<'s> {
    scopes: &'s Scopes,
    test: bool,
    code: &'s str,
    own: &'s BTreeSet<String>,
    /// Where the statements start that run whenever the script runs.
    always: BTreeSet<u32>,
    /// Names that the script gave to libraries.
    libraries: BTreeSet<String>,
    edits: Edits,
    out: Plain,
    /// Where the first thing stands that is not understood.
    refused: Option<u32>,
}

impl<'s> Rewriter<'s> {
    fn edit(&mut self, span: Span, pieces: Pieces) {
        self.edits.insert(span.start, (span.end, pieces));
    }

    /// Keeps the first place.
    fn refuse(&mut self, span: Span) {
        self.refused = Some(self.refused.map_or(span.start, |at| at.min(span.start)));
    }

    fn text(&self, span: Span) -> &'s str {
        self.code.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Whether a name is Postman's here, not the script's.
    fn is_postman(&self, name: &str) -> bool {
        !self.own.contains(name)
    }

    /// A chain of members that starts at one of Postman's names.
    fn postman(&self, e: &Expression<'_>) -> Option<String> {
        let text = dotted(e)?;
        let root = text.split('.').next().unwrap_or_default();
        (SPECIAL.contains(&root) && self.is_postman(root)).then_some(text)
    }

    /// Whether a method is one of the language or of a library, whatever its name.
    fn is_not_sugar(&self, of: &Expression<'_>) -> bool {
        match of {
            Expression::Identifier(id) => {
                let name = id.name.as_str();
                names::BUILTIN.contains(&name)
                    || names::LIBRARIES.contains(&name)
                    || self.libraries.contains(name)
            }
            Expression::CallExpression(c) => match &c.callee {
                Expression::Identifier(id) => {
                    self.libraries.contains(id.name.as_str()) || id.name == "require"
                }
                Expression::StaticMemberExpression(m) => {
                    self.is_not_sugar(&m.object) && self.of_library(&m.object)
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn of_library(&self, of: &Expression<'_>) -> bool {
        match of {
            Expression::Identifier(id) => self.libraries.contains(id.name.as_str()),
            Expression::CallExpression(c) => match &c.callee {
                Expression::Identifier(id) => self.libraries.contains(id.name.as_str()),
                Expression::StaticMemberExpression(m) => self.of_library(&m.object),
                _ => false,
            },
            _ => false,
        }
    }

    /// `require('moment')` of a library that is brought along.
    fn required(&self, call: &CallExpression<'_>) -> Option<String> {
        let plain = matches!(&call.callee, Expression::Identifier(id) if id.name == "require");
        if !plain || self.own.contains("require") || call.arguments.len() != 1 {
            return None;
        }
        let name = string(Self::argument(call, 0)?)?;
        super::remarks::KNOWN.contains(&name.as_str()).then_some(name)
    }

    fn argument<'b, 'a>(call: &'b CallExpression<'a>, i: usize) -> Option<&'b Expression<'a>> {
        call.arguments.get(i).and_then(Argument::as_expression)
    }

    fn source(e: &Expression<'_>) -> Piece {
        Piece::Source(e.span().start, e.span().end)
    }
}
