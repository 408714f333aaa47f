//! What a carried script needs: the names that it is given, the libraries that it asks for, the mode that it runs in.

use std::collections::BTreeSet;

use loadwright_scenario::{TestPlan, for_each_request};
use oxc_allocator::Allocator;
use oxc_ast::ast::{Argument, CallExpression, Expression, Program, StaticMemberExpression};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use super::modules::{Modules, is_given};
use crate::js::{JsIdent, Names};

/// The functions of carried scripts and all that they need around them.
#[derive(Default)]
pub(in crate::k6) struct Carrier {
    pub code: Vec<String>,
    /// Names that scripts assign without declaring them.
    pub loose: Vec<JsIdent>,
    pub modules: Modules,
}

#[derive(Debug, Default)]
struct Needs {
    given: BTreeSet<String>,
    /// Assigned, but declared nowhere.
    loose: BTreeSet<String>,
    requires: BTreeSet<String>,
    schemas: bool,
    /// Methods that Postman's sandbox adds to strings, arrays, numbers and functions.
    sugar: bool,
    descriptions: bool,
}

impl Carrier {
    /// Writes the function of a script; `None` when it is no JavaScript in any mode.
    pub fn carry(&mut self, taken: &mut Names, name: &JsIdent, code: &str) -> Option<()> {
        self.modules.random(code);
        let plain = format!("function f() {{\n{code}\n}}");
        let waiting = format!("async function f() {{\n{code}\n}}");
        let found = read(&plain, SourceType::mjs())
            .map(|n| (n, "function"))
            .or_else(|| read(&waiting, SourceType::mjs()).map(|n| (n, "async function")));
        let code = code.trim_matches('\n').trim_end();
        match found {
            Some((needs, kind)) => {
                self.take(taken, &needs);
                let given: Vec<&str> = needs.given.iter().map(String::as_str).collect();
                let given =
                    if given.is_empty() { String::new() } else { format!("{{ {} }}", given.join(", ")) };
                let code = super::super::indent::inside(code);
                self.code.push(format!("{kind} {}({given}) {{\n{code}}}\n", name.as_str()));
            }
            None => {
                let needs = read(&plain, SourceType::script())?;
                self.modules.sloppy();
                let mut names: Vec<String> = needs.given.iter().cloned().collect();
                names.extend(needs.loose.iter().cloned());
                self.take(taken, &Needs { loose: BTreeSet::new(), ..needs });
                let list: Vec<String> = names.iter().map(|n| crate::js::quote(n)).collect();
                let text = format!("`{}`", crate::js::template_chunk(code));
                self.code.push(format!("const {} = sloppy([{}], {text});\n", name.as_str(), list.join(", ")));
            }
        }
        Some(())
    }

    fn take(&mut self, taken: &mut Names, needs: &Needs) {
        for name in &needs.given {
            self.modules.global(name);
        }
        for name in &needs.requires {
            self.modules.require(name);
        }
        if needs.sugar {
            self.modules.sugar();
        }
        if needs.schemas {
            self.modules.schemas();
        }
        for name in &needs.loose {
            let known = self.loose.iter().any(|l| l.as_str() == name);
            if let (false, Some(ident)) = (known, JsIdent::new(name)) {
                taken.reserve(name);
                self.loose.push(ident);
            }
        }
    }
}

/// Whether any carried script of the plan reads a description.
pub(super) fn uses_descriptions(plan: &TestPlan) -> bool {
    let mut found = false;
    for_each_request(plan, &mut |r| {
        found |= r.before.iter().chain(&r.after).any(|s| {
            s.code.contains("description")
                && read(&format!("async function f() {{\n{}\n}}", s.code), SourceType::script())
                    .is_some_and(|n| n.descriptions)
        });
    });
    found
}

/// The methods of `sugar.js` whose names nothing else has.
const SUGAR: &[&str] = &[
    "has",
    "none",
    "any",
    "average",
    "once",
    "hex",
    "isEven",
    "isOdd",
    "ordinalize",
    "format",
    "camelize",
    "shift",
    "spacify",
    "each",
    "first",
    "last",
    "from",
    "to",
    "sum",
    "min",
    "max",
    "unique",
    "compact",
    "isEmpty",
    "clone",
    "count",
    "intersect",
    "union",
    "subtract",
    "sample",
    "groupBy",
    "sortBy",
    "capitalize",
    "titleize",
    "underscore",
    "dasherize",
    "isBlank",
    "words",
    "lines",
    "chars",
    "truncate",
    "reverse",
    "times",
    "upto",
    "downto",
    "round",
    "ceil",
    "floor",
    "abs",
    "pad",
    "delay",
    "debounce",
    "remove",
    "insert",
    "add",
    "contains",
    "stripTags",
    "escapeHTML",
    "unescapeHTML",
    "encodeBase64",
    "decodeBase64",
    "toNumber",
    "isMultipleOf",
];

/// Those of them that Postman's own objects have too.
const PM: &[&str] = &["has", "to", "any", "each", "count", "add", "remove", "insert", "clone", "contains"];

/// Whether this is an object or a sentence of `pm`, and no value that a script got from it.
fn is_pm(object: &Expression<'_>) -> bool {
    match object {
        Expression::Identifier(id) => id.name == "pm",
        Expression::StaticMemberExpression(m) => is_pm(&m.object),
        Expression::CallExpression(call) => match &call.callee {
            Expression::StaticMemberExpression(m) => {
                matches!(m.property.name.as_str(), "expect" | "a" | "an" | "property" | "jar")
                    && is_pm(&m.object)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Reads a function that wraps a script; `None` when it does not parse in this mode or is more than that function.
fn read(code: &str, mode: SourceType) -> Option<Needs> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, code, mode).parse();
    if !parsed.diagnostics.is_empty() || parsed.panicked || parsed.program.body.len() != 1 {
        return None;
    }
    let built = SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program);
    if !built.diagnostics.is_empty() {
        return None;
    }
    let mut needs = Needs::default();
    let scoping = built.semantic.scoping();
    for (name, references) in scoping.root_unresolved_references() {
        let name = name.to_string();
        if is_given(&name) {
            needs.given.insert(name);
        } else if references.iter().any(|r| scoping.get_reference(*r).is_write()) && !is_builtin(&name) {
            needs.loose.insert(name);
        }
    }
    let mut visitor = Uses { needs: &mut needs };
    visitor.visit(&parsed.program);
    Some(needs)
}

/// Names that assigning without a declaration would break for everybody.
fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        "undefined"
            | "NaN"
            | "Infinity"
            | "Object"
            | "Array"
            | "String"
            | "Number"
            | "Boolean"
            | "Math"
            | "JSON"
            | "Date"
            | "RegExp"
            | "Promise"
            | "Map"
            | "Set"
            | "Symbol"
            | "Error"
            | "console"
            | "globalThis"
            | "eval"
            | "arguments"
    )
}

struct Uses<'n> {
    needs: &'n mut Needs,
}

impl Uses<'_> {
    fn visit(&mut self, program: &Program<'_>) {
        self.visit_program(program);
    }
}

impl<'a> Visit<'a> for Uses<'_> {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let required = match &call.callee {
            Expression::Identifier(id) => id.name == "require",
            Expression::StaticMemberExpression(m) => m.property.name == "require",
            _ => false,
        };
        if let (true, Some(Argument::StringLiteral(name))) = (required, call.arguments.first()) {
            self.needs.requires.insert(name.value.to_string());
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        self.needs.schemas |= member.property.name == "jsonSchema";
        self.needs.descriptions |= member.property.name == "description";
        let name = member.property.name.as_str();
        self.needs.sugar |= SUGAR.contains(&name) && !(PM.contains(&name) && is_pm(&member.object));
        walk::walk_static_member_expression(self, member);
    }
}
