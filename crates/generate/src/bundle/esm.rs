//! A module's imports and exports, and its text without them.

use std::collections::{BTreeMap, BTreeSet};

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    CallExpression, Declaration, ExportDefaultDeclarationKind, Expression, ImportDeclarationSpecifier,
    Statement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};

/// What `require` and the script's own `npm` are called with.
struct Calls {
    found: Vec<(Span, String)>,
    callee: &'static str,
}

impl<'a> Visit<'a> for Calls {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let (Expression::Identifier(id), [argument]) = (&call.callee, call.arguments.as_slice())
            && id.name == self.callee
            && let Some(Expression::StringLiteral(name)) = argument.as_expression()
        {
            self.found.push((call.span, name.value.to_string()));
        }
        walk::walk_call_expression(self, call);
    }
}

/// The specifiers that a file of a package requires.
pub fn required(code: &str) -> BTreeSet<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, code, SourceType::cjs()).parse();
    let mut calls = Calls { found: Vec::new(), callee: "require" };
    calls.visit_program(&parsed.program);
    calls.found.into_iter().map(|(_, name)| name).collect()
}

enum Edit {
    /// `import …`: the left side of a declaration, and the specifier; nothing for an import without names.
    Import {
        names: Option<String>,
        specifier: String,
    },
    Text(String),
    Npm(String),
}

pub struct Parsed {
    pub specifiers: BTreeSet<String>,
    pub required: BTreeSet<String>,
    edits: BTreeMap<u32, (u32, Edit)>,
    exports: Vec<(String, String)>,
    /// Edits that only make sense inside of a function.
    wrapped: BTreeMap<u32, (u32, Edit)>,
}

/// The module without imports and exports.
pub struct Module {
    pub code: String,
    /// Exported name and what it is called inside.
    pub exports: Vec<(String, String)>,
}

pub fn read(code: &str) -> Option<Parsed> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, code, SourceType::mjs()).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let mut out = Parsed {
        specifiers: BTreeSet::new(),
        required: BTreeSet::new(),
        edits: BTreeMap::new(),
        exports: Vec::new(),
        wrapped: BTreeMap::new(),
    };
    for statement in &parsed.program.body {
        out.statement(statement);
    }
    let mut calls = Calls { found: Vec::new(), callee: "npm" };
    calls.visit_program(&parsed.program);
    for (span, name) in calls.found {
        out.required.insert(name.clone());
        out.edits.insert(span.start, (span.end, Edit::Npm(name)));
    }
    Some(out)
}

impl Parsed {
    fn statement(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ImportDeclaration(import) => {
                let specifier = import.source.value.to_string();
                let names = import.specifiers.as_ref().map(|list| {
                    let mut named = Vec::new();
                    for s in list {
                        match s {
                            ImportDeclarationSpecifier::ImportSpecifier(s) => {
                                let (from, to) = (s.imported.name().to_string(), s.local.name.to_string());
                                named.push(if from == to { to } else { format!("{from}: {to}") });
                            }
                            ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => {
                                named.push(format!("default: {}", s.local.name));
                            }
                            ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => {
                                return s.local.name.to_string();
                            }
                        }
                    }
                    format!("{{ {} }}", named.join(", "))
                });
                self.specifiers.insert(specifier.clone());
                self.edits.insert(import.span.start, (import.span.end, Edit::Import { names, specifier }));
            }
            Statement::ExportDeclaration(export) => {
                let declaration = &export.declaration;
                for name in declared(declaration) {
                    self.exports.push((name.clone(), name));
                }
                let end = declaration.span().start;
                self.wrapped.insert(export.span.start, (end, Edit::Text(String::new())));
            }
            Statement::ExportNamedDeclaration(export) => {
                for s in &export.specifiers {
                    self.exports.push((s.exported.name().to_string(), s.local.name().to_string()));
                }
                self.wrapped.insert(export.span.start, (export.span.end, Edit::Text(String::new())));
            }
            Statement::ExportDefaultDeclaration(export) => {
                let start = match &export.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(f) => f.span.start,
                    ExportDefaultDeclarationKind::ClassDeclaration(c) => c.span.start,
                    other => other.span().start,
                };
                self.exports.push(("default".to_owned(), "defaultExport".to_owned()));
                self.wrapped
                    .insert(export.span.start, (start, Edit::Text("const defaultExport = ".to_owned())));
            }
            _ => {}
        }
    }

    /// The text with `names` for the specifiers; exports of the script itself stay.
    pub fn write(self, code: &str, names: &BTreeMap<String, String>, entry: bool) -> Module {
        let mut edits = self.edits;
        if !entry {
            edits.extend(self.wrapped);
        }
        let mut out = String::with_capacity(code.len());
        let mut at = 0;
        for (start, (end, edit)) in edits {
            let text = match edit {
                Edit::Text(text) => text,
                Edit::Import { names: left, specifier } => match (names.get(&specifier), left) {
                    (None, _) => continue,
                    (Some(_), None) => String::new(),
                    (Some(from), Some(left)) => format!("const {left} = {from};"),
                },
                Edit::Npm(name) => match names.get(&name) {
                    Some(from) => from.clone(),
                    None => continue,
                },
            };
            out.push_str(code.get(at as usize..start as usize).unwrap_or_default());
            out.push_str(&text);
            at = end;
        }
        out.push_str(code.get(at as usize..).unwrap_or_default());
        Module { code: out, exports: self.exports }
    }
}

fn declared(declaration: &Declaration<'_>) -> Vec<String> {
    match declaration {
        Declaration::VariableDeclaration(v) => v
            .declarations
            .iter()
            .flat_map(|d| d.id.get_binding_identifiers())
            .map(|id| id.name.to_string())
            .collect(),
        Declaration::FunctionDeclaration(f) => f.id.iter().map(|id| id.name.to_string()).collect(),
        Declaration::ClassDeclaration(c) => c.id.iter().map(|id| id.name.to_string()).collect(),
        _ => Vec::new(),
    }
}
