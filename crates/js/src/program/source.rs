//! One source text: is it a module or CommonJS, what does it import and export, and its JavaScript when it was TypeScript.

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CodegenReturn};
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use oxc_syntax::module_record::{ExportImportName, ImportImportName};
use oxc_transformer::{TransformOptions, Transformer};

/// What a source text turned out to be.
pub struct Analysed {
    /// JavaScript, with types stripped.
    pub code: String,
    /// ES module syntax was used (import, export, `import.meta` or top-level `await`).
    pub esm: bool,
    /// Static imports in source order.
    pub imports: Vec<Import>,
    /// `import.meta` is looked at.
    pub uses_meta: bool,
    /// Maps generated positions back when the text was TypeScript.
    pub map: Option<Positions>,
}

/// One static import or re-export: the specifier and the names that must exist there.
pub struct Import {
    pub specifier: String,
    pub names: Vec<String>,
}

/// Generated line and column (0-based) to original, sorted by generated position.
#[derive(Debug, Default, Clone)]
pub struct Positions(Vec<(u32, u32, u32, u32)>);

impl Positions {
    /// The original 1-based position of a generated 1-based one.
    pub fn original(&self, line: u32, column: u32) -> (u32, u32) {
        let wanted = (line.saturating_sub(1), column.saturating_sub(1));
        let at = self.0.partition_point(|t| (t.0, t.1) <= wanted);
        match at.checked_sub(1).and_then(|i| self.0.get(i)) {
            Some(t) => (t.2 + 1, t.3 + 1 + if t.0 == wanted.0 { 0 } else { wanted.1 }),
            None => (line, column),
        }
    }
}

/// Parses `text`; JavaScript first, TypeScript when that fails and the name allows it.
pub fn analyse(address: &str, text: &str) -> Result<Analysed, String> {
    let mut first_error = None;
    for kind in [SourceType::unambiguous(), SourceType::mjs(), SourceType::cjs()] {
        match parse(address, text, kind) {
            Ok(found) => return Ok(found),
            Err(e) => {
                first_error.get_or_insert(e);
            }
        }
    }
    if may_be_typescript(address) {
        return parse(address, text, SourceType::ts());
    }
    Err(first_error.unwrap_or_default())
}

fn may_be_typescript(address: &str) -> bool {
    let name = address.rsplit('/').next().unwrap_or(address);
    name == "-" || [".ts", ".mts", ".cts"].iter().any(|end| name.ends_with(end))
}

fn parse(address: &str, text: &str, kind: SourceType) -> Result<Analysed, String> {
    let allocator = Allocator::default();
    let options =
        ParseOptions { allow_return_outside_function: kind.is_commonjs(), ..ParseOptions::default() };
    let mut parsed = Parser::new(&allocator, text, kind).with_options(options).parse();
    if let Some(first) = parsed.diagnostics.iter().next() {
        let offset = first.labels.first().map_or(0, |l| l.offset());
        let (line, column) = line_and_column(text, offset as usize);
        return Err(format!("{address}: Line {line}:{column} {}", first.message));
    }
    let (code, map) = if kind.is_typescript() {
        let (code, map) = strip_types(&allocator, address, &mut parsed)?;
        (code, Some(map))
    } else {
        (text.to_owned(), None)
    };
    if map.is_some() {
        // imports that were only types are gone now
        let again = parse(address, &code, SourceType::unambiguous())
            .or_else(|_| parse(address, &code, SourceType::mjs()))?;
        return Ok(Analysed { map, ..again });
    }
    Ok(describe(&parsed, code))
}

fn strip_types<'a>(
    allocator: &'a Allocator,
    address: &str,
    parsed: &mut ParserReturn<'a>,
) -> Result<(String, Positions), String> {
    let semantic =
        SemanticBuilder::new().with_excess_capacity(2.0).with_enum_eval(true).build(&parsed.program).semantic;
    let path = std::path::Path::new(address);
    let done = Transformer::new(allocator, path, &TransformOptions::default())
        .build_with_scoping(semantic.into_scoping(), &mut parsed.program);
    if let Some(first) = done.diagnostics.iter().next() {
        return Err(format!("{address}: {}", first.message));
    }
    let options = CodegenOptions { source_map_path: Some(path.to_path_buf()), ..CodegenOptions::default() };
    let CodegenReturn { code, map, .. } = Codegen::new().with_options(options).build(&parsed.program);
    let mut positions: Vec<_> = map
        .map(|m| {
            m.get_tokens()
                .map(|t| (t.get_dst_line(), t.get_dst_col(), t.get_src_line(), t.get_src_col()))
                .collect()
        })
        .unwrap_or_default();
    positions.sort_unstable();
    Ok((code, Positions(positions)))
}

fn describe(parsed: &ParserReturn<'_>, code: String) -> Analysed {
    let record = &parsed.module_record;
    let esm = parsed.program.source_type.is_module()
        && (record.has_module_syntax || !record.import_metas.is_empty() || has_top_level_await(parsed));
    let mut requested: Vec<(u32, String)> = record
        .requested_modules
        .iter()
        .flat_map(|(name, uses)| uses.iter().map(move |u| (u.span.start, name.to_string())))
        .collect();
    requested.sort();
    let mut imports: Vec<Import> = Vec::new();
    for (_, specifier) in requested {
        if !imports.iter().any(|i| i.specifier == specifier) {
            imports.push(Import { specifier, names: Vec::new() });
        }
    }
    let mut need = |specifier: &str, name: &str| {
        if let Some(import) = imports.iter_mut().find(|i| i.specifier == specifier)
            && !import.names.iter().any(|n| n == name)
        {
            import.names.push(name.to_owned());
        }
    };
    for entry in &record.import_entries {
        match &entry.import_name {
            ImportImportName::Name(name) => need(&entry.module_request.name, &name.name),
            ImportImportName::Default(_) => need(&entry.module_request.name, "default"),
            ImportImportName::NamespaceObject => {}
        }
    }
    for entry in &record.indirect_export_entries {
        if let (Some(request), ExportImportName::Name(name)) = (&entry.module_request, &entry.import_name) {
            need(&request.name, &name.name);
        }
    }
    Analysed { code, esm, imports, uses_meta: !record.import_metas.is_empty(), map: None }
}

/// An unambiguous text that the parser calls a module without import or export can only be one for its `await`.
fn has_top_level_await(parsed: &ParserReturn<'_>) -> bool {
    parsed.program.source_text.contains("await")
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    (line, column)
}
