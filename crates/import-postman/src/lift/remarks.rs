//! What is worth saying about a carried script: modules that nobody has, calls that do nothing, names that k6 refuses.

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use oxc_ast::ast::{CallExpression, Program};
use oxc_ast_visit::{Visit, walk};

use super::symbol::{argument, dotted, string};
use crate::codes;

/// Modules that are written beside a script when it asks for them.
pub const KNOWN: &[&str] = &[
    "ajv",
    "assert",
    "atob",
    "btoa",
    "buffer",
    "chai",
    "cheerio",
    "crypto-js",
    "csv-parse",
    "csv-parse/lib/sync",
    "csv-parse/sync",
    "events",
    "lodash",
    "moment",
    "path",
    "postman-collection",
    "querystring",
    "timers",
    "tv4",
    "url",
    "util",
    "uuid",
    "xml2js",
];

pub fn remarks(program: &Program<'_>, origin: &Origin) -> Diagnostics {
    let mut reader = Reader { origin, found: Diagnostics::new() };
    reader.visit_program(program);
    reader.found
}

struct Reader<'o> {
    origin: &'o Origin,
    found: Diagnostics,
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let name = dotted(&call.callee).unwrap_or_default();
        let first = argument(call, 0).and_then(string);
        match (name.as_str(), first) {
            ("require" | "pm.require", Some(module)) => {
                let plain = module.strip_prefix("npm:").unwrap_or(&module);
                let plain = plain.rfind('@').filter(|i| *i > 0).and_then(|i| plain.get(..i)).unwrap_or(plain);
                if !KNOWN.contains(&plain) {
                    let message =
                        format!("the module `{module}` is not there: the script stops at this call");
                    self.found.push(Diagnostic::new(&codes::UNKNOWN_MODULE, message, self.origin.clone()));
                }
            }
            ("pm.test", Some(test)) if test.contains("::") => {
                let message = format!("`{test}` is counted as `{}`", test.replace("::", ": "));
                self.found.push(Diagnostic::new(&codes::CHECK_NAME, message, self.origin.clone()));
            }
            (call, _) if call.starts_with("pm.visualizer.") || call.starts_with("pm.vault.") => {
                let message = format!("`{call}` has no counterpart in a load test");
                self.found.push(Diagnostic::new(&codes::UNSUPPORTED_API, message, self.origin.clone()));
            }
            _ => {}
        }
        walk::walk_call_expression(self, call);
    }
}
