use std::collections::BTreeMap;

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::{GetSpan as _, SourceType};

use super::merge::{Merged, Piece, Syntax, conflict, pieces, three_way};

fn source_type(syntax: Syntax) -> SourceType {
    if syntax == Syntax::TypeScript { SourceType::ts().with_module(true) } else { SourceType::mjs() }
}

/// Whether the text is a module without a syntax error, and declares nothing twice at its top.
pub fn parses(text: &str, syntax: Syntax) -> bool {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type(syntax)).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return false;
    }
    let checked = oxc_semantic::SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program);
    checked.diagnostics.is_empty()
}

/// The text cut into its top-level statements, each with the comments before it.
fn blocks(text: &str, syntax: Syntax) -> Option<Vec<&str>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type(syntax)).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let mut out = Vec::new();
    let mut start = 0;
    for statement in &parsed.program.body {
        let end = statement.span().end as usize;
        let line = text.get(end..)?.find('\n').map_or(text.len(), |i| end + i + 1);
        // several statements on one line stay together
        if line > start {
            out.push(text.get(start..line)?);
            start = line;
        }
    }
    if start < text.len() {
        out.push(text.get(start..)?);
    }
    Some(out)
}

/// The merge by whole statements.
pub(super) fn merge(base: &str, ours: &str, theirs: &str, syntax: Syntax) -> Option<Merged> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut list: Vec<&str> = Vec::new();
    let mut coded = |text| -> Option<String> {
        let mut out = String::new();
        for block in blocks(text, syntax)? {
            let n = *known.entry(block).or_insert_with(|| {
                list.push(block);
                list.len() - 1
            });
            out.push_str(&format!("{n}\n"));
        }
        Some(out)
    };
    let (b, o, t) = (coded(base)?, coded(ours)?, coded(theirs)?);
    let text = |codes: &str| -> String {
        codes.lines().filter_map(|l| list.get(l.parse::<usize>().ok()?)).copied().collect()
    };
    let mut out = String::new();
    let mut conflicts = 0;
    for piece in pieces(&three_way(&b, &o, &t)) {
        match piece {
            Piece::Agreed(codes) => out.push_str(&text(codes)),
            Piece::Conflict { ours, theirs } => {
                conflicts += 1;
                conflict(&mut out, &text(ours), &text(theirs), "//");
            }
        }
    }
    Some(Merged { text: out, conflicts })
}
