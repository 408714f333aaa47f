//! Whether a script that stays as its author wrote it can stand between requests of plain code: it has to say by name
//! which variables it uses, and to be done when it returns.

use std::collections::BTreeSet;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrowFunctionExpression, AwaitExpression, CallExpression, ComputedMemberExpression, Expression, Function,
    IdentifierReference, StaticMemberExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use oxc_syntax::scope::ScopeFlags;

use super::rewrite::SPECIAL;
use super::symbol::{argument, dotted, string};
use crate::scope::Scopes;
use crate::template;
use crate::value::printed;

/// What a script that runs as it is does to variables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Alone {
    /// Names with the scope that is asked: 0 is all of them, 1 the environment, 2 the collection, 3 the globals.
    pub uses: BTreeSet<(String, usize)>,
    /// Names that the script looks for in a scope that has none of them, while another one does.
    pub missing: BTreeSet<(String, usize)>,
    pub writes: BTreeSet<String>,
    pub unset: BTreeSet<String>,
    /// Whether the script looks into the row of data.
    pub row: bool,
    /// Whether the script looks at the body of its request.
    pub body: bool,
    /// Whether the script may leave its request out.
    pub skips: bool,
    /// Whether the script may say which request comes next.
    pub decides: bool,
    /// The requests that it names for that.
    pub next: BTreeSet<String>,
}

/// What the script uses, when it can run beside plain code.
pub fn alone(code: &str, test: bool, scopes: &Scopes) -> Option<Alone> {
    let wrapped = format!("(() => {{\n{code}\n}});");
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &wrapped, SourceType::mjs()).parse();
    if !parsed.diagnostics.is_empty() || parsed.panicked || parsed.program.body.len() != 1 {
        return None;
    }
    let built = SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program);
    if !built.diagnostics.is_empty() {
        return None;
    }
    let scoping = built.semantic.scoping();
    let own: BTreeSet<String> = scoping.symbol_names().map(ToString::to_string).collect();
    // a name that is Postman's here and the script's own there cannot be told apart by the name
    let mut both = scoping.root_unresolved_references().iter().map(|(name, _)| name.to_string());
    if both.any(|name| own.contains(&name)) {
        return None;
    }
    let mut reader = Reader { test, scopes, own: &own, found: Alone::default(), refused: false };
    reader.visit_program(&parsed.program);
    (!reader.refused).then_some(reader.found)
}

struct Reader<'s> {
    test: bool,
    scopes: &'s Scopes,
    /// Names that the script declares.
    own: &'s BTreeSet<String>,
    found: Alone,
    refused: bool,
}

/// Which scope a call names, and what it does there.
fn variable_call(name: &str) -> Option<(usize, &str)> {
    let (holder, method) = name.rsplit_once('.')?;
    let rank = match holder {
        "pm.variables" => 0,
        "pm.environment" => 1,
        "pm.collectionVariables" => 2,
        "pm.globals" => 3,
        "postman" => {
            return Some(match method {
                "getEnvironmentVariable" => (1, "get"),
                "setEnvironmentVariable" => (1, "set"),
                "clearEnvironmentVariable" => (1, "unset"),
                "getGlobalVariable" => (3, "get"),
                "setGlobalVariable" => (3, "set"),
                "clearGlobalVariable" => (3, "unset"),
                _ => return None,
            });
        }
        _ => return None,
    };
    Some((rank, method))
}

impl Reader<'_> {
    /// Whether a chain of members starts at one of Postman's names.
    fn is_postman(&self, chain: &str) -> bool {
        let root = chain.split('.').next().unwrap_or_default();
        SPECIAL.contains(&root) && !self.own.contains(root)
    }

    /// A call of one of Postman's functions; says whether it is one that plain code has a place for.
    fn called(&mut self, name: &str, call: &CallExpression<'_>) -> bool {
        if let Some((rank, method)) = variable_call(name) {
            let first = argument(call, 0).and_then(string);
            return match (method, first) {
                ("get" | "has", Some(variable)) if self.is_elsewhere(&variable, rank) => {
                    self.found.missing.insert((variable, rank));
                    true
                }
                ("get" | "has", Some(variable)) => self.uses(variable, rank),
                ("set", Some(variable)) if rank > 0 => {
                    self.found.writes.insert(variable.clone());
                    self.uses(variable, rank)
                }
                ("unset", Some(variable)) if rank > 0 => {
                    self.found.writes.insert(variable.clone());
                    self.found.unset.insert(variable.clone());
                    self.uses(variable, rank)
                }
                ("replaceIn", Some(text)) if rank == 0 => {
                    let names: Vec<String> = template::text(&text).vars().map(|v| v.0.to_string()).collect();
                    names.into_iter().all(|name| self.uses(name, 0))
                }
                _ => false,
            };
        }
        match name {
            "postman.setNextRequest" | "pm.execution.setNextRequest" => {
                self.found.decides = true;
                self.found.next.extend(argument(call, 0).and_then(string));
                true
            }
            "pm.execution.skipRequest" if !self.test => {
                self.found.skips = true;
                true
            }
            "postman.getResponseHeader" | "postman.getResponseCookie" => self.test,
            // without a callback the answer is a promise
            "pm.sendRequest" => call.arguments.len() == 2,
            _ => self.member(name),
        }
    }

    /// Whether a name or a chain of members is something that is there between requests of plain code.
    fn member(&mut self, name: &str) -> bool {
        let starts = |prefix: &str| {
            name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // only some of its functions leave the body alone
        let beside_body = ["pm.request.url", "pm.request.headers", "pm.request.method", "request.url"]
            .into_iter()
            .chain(["request.headers", "request.method", "request.name", "pm.request.to", "pm.request.name"])
            .any(starts);
        self.found.body |= (starts("pm.request") || starts("request")) && !beside_body;
        if starts("pm.iterationData") || name.starts_with("data.") {
            self.found.row = true;
            return true;
        }
        let always =
            ["pm.test", "pm.expect", "pm.cookies", "pm.require", "pm.visualizer"].into_iter().any(starts)
                || ["tests", "iteration", "pm.info.iteration", "pm.info.requestName", "pm.info.eventName"]
                    .contains(&name);
        let after = ["pm.response", "pm.request", "responseBody", "responseTime", "responseCode"]
            .into_iter()
            .chain(["responseHeaders", "responseCookies", "request.data", "request.method", "request.url"])
            .chain(["request.headers", "request.name"])
            .any(starts);
        let kept = starts("pm.request.id") || starts("pm.request.description") || starts("pm.request.auth");
        always || self.test && after && !kept
    }

    /// Whether a file has the name in another scope than the one that is asked, which has it not.
    fn is_elsewhere(&self, name: &str, rank: usize) -> bool {
        let s = self.scopes;
        let here = match rank {
            1 => &s.environment,
            2 => &s.collection,
            3 => &s.globals,
            _ => return false,
        };
        !here.contains_key(name) && !s.is_column(name) && s.constant(name).is_some()
    }

    /// A variable that is asked for by its name: plain code has one variable for it, and its value as it is.
    fn uses(&mut self, name: String, rank: usize) -> bool {
        let s = self.scopes;
        let elsewhere = [(1, &s.environment), (2, &s.collection), (3, &s.globals)]
            .iter()
            .any(|(r, scope)| rank > 0 && *r != rank && scope.contains_key(&name));
        let plain = s
            .constant(&name)
            .is_none_or(|known| known.value.is_string() && !printed(&known.value).contains("{{"));
        let dynamic = name.is_empty() || name.starts_with('$');
        if rank == 0 && s.is_column(&name) {
            self.found.row = true;
            return true;
        }
        if elsewhere || !plain || dynamic || s.is_column(&name) {
            return false;
        }
        self.found.uses.insert((name, rank));
        true
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let name = dotted(&call.callee).filter(|n| self.is_postman(n));
        let Some(name) = name else {
            walk::walk_call_expression(self, call);
            return;
        };
        if !self.called(&name, call) {
            self.refused = true;
            return;
        }
        for argument in &call.arguments {
            self.visit_argument(argument);
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        // promises are done later than the script
        if matches!(member.property.name.as_str(), "then" | "catch" | "finally") {
            self.refused = true;
        }
        let chain = dotted(&member.object).map(|object| format!("{object}.{}", member.property.name));
        match chain.filter(|n| self.is_postman(n)) {
            Some(name) => self.refused |= member.optional || !self.member(&name),
            None => walk::walk_static_member_expression(self, member),
        }
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        if let Some(name) = dotted(&member.object).filter(|n| self.is_postman(n)) {
            self.refused |= !self.member(&name);
            self.visit_expression(&member.expression);
        } else {
            walk::walk_computed_member_expression(self, member);
        }
    }

    fn visit_identifier_reference(&mut self, id: &IdentifierReference<'a>) {
        let name = id.name.as_str();
        let later = matches!(name, "Promise" | "queueMicrotask" | "eval" | "globalThis" | "Function");
        self.refused |= later || self.is_postman(name) && !self.member(name);
    }

    fn visit_await_expression(&mut self, _: &AwaitExpression<'a>) {
        self.refused = true;
    }

    fn visit_arrow_function_expression(&mut self, f: &ArrowFunctionExpression<'a>) {
        self.refused |= f.r#async;
        walk::walk_arrow_function_expression(self, f);
    }

    fn visit_function(&mut self, f: &Function<'a>, flags: ScopeFlags) {
        self.refused |= f.r#async || f.generator;
        walk::walk_function(self, f, flags);
    }

    fn visit_expression(&mut self, e: &Expression<'a>) {
        self.refused |= matches!(e, Expression::ThisExpression(_) | Expression::ImportExpression(_));
        walk::walk_expression(self, e);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Option<Alone> {
        alone(code, true, &Scopes::default())
    }

    #[test]
    fn scripts_that_name_their_variables_can_stand_alone() {
        let found = of("const a = pm.environment.get('token');\n\
             pm.sendRequest({ url: `http://x/${a}` }, (e, res) => { pm.globals.set('id', res.json().id); });\n\
             pm.test('x', () => pm.expect(responseJson.type).to.eql('vip'));\n\
             postman.clearEnvironmentVariable('old'); pm.variables.get('any');");
        let found = found.expect("it can");
        let uses: Vec<(&str, usize)> = found.uses.iter().map(|(n, r)| (n.as_str(), *r)).collect();
        assert_eq!(uses, [("any", 0), ("id", 3), ("old", 1), ("token", 1)]);
        assert_eq!(found.writes.iter().collect::<Vec<_>>(), ["id", "old"]);
        assert_eq!(found.unset.iter().collect::<Vec<_>>(), ["old"]);
    }

    #[test]
    fn what_a_scope_has_not_is_missing_there() {
        let mut scopes = Scopes::default();
        let list = serde_json::json!([{"key": "course", "value": "7"}]);
        scopes.collection =
            crate::scope::read(list.as_array().map_or(&[], Vec::as_slice), &Default::default());
        let code =
            "pm.visualizer.clear(); pm.environment.get('course'); pm.collectionVariables.get('course');";
        let found = alone(code, true, &scopes).expect("it can");
        assert_eq!(found.missing.into_iter().collect::<Vec<_>>(), [("course".to_owned(), 1)]);
        assert_eq!(found.uses.into_iter().collect::<Vec<_>>(), [("course".to_owned(), 2)]);
        assert_eq!(alone("pm.environment.set('course', 1)", true, &scopes), None);
    }

    #[test]
    fn a_script_may_look_into_the_row() {
        assert!(of("pm.iterationData.get('x')").is_some_and(|a| a.row));
        assert!(of("data.x").is_some_and(|a| a.row));
        assert_eq!(of("console.log(data)"), None);
        let own = of("var data = JSON.parse(responseBody); console.log(data, data.form); eval_(data);");
        assert!(own.is_some_and(|a| !a.row), "the name is the script's own");
    }

    #[test]
    fn a_script_may_say_what_comes_next() {
        let found = of(
            "if (pm.response.code !== 200) { postman.setNextRequest('Poll'); } else pm.execution.setNextRequest(null);",
        );
        let found = found.expect("it can");
        assert!(found.decides);
        assert_eq!(found.next.iter().collect::<Vec<_>>(), ["Poll"]);
    }

    #[test]
    fn what_is_known_at_run_time_only_cannot() {
        for code in [
            "const next = pm.execution.setNextRequest",
            "pm.execution.skipRequest()",
            "pm.environment.get(name)",
            "pm.environment.toObject()",
            "const p = pm; p.test('x', () => {})",
            "pm.sendRequest('http://x').then(() => {})",
            "pm.test('x', async () => {})",
            "new Promise((f) => f())",
            "environment['x']",
            "pm['environment'].get('x')",
            "{ const data = 1; } console.log(data.x)",
            "this.x = 1",
            "request.description",
            "eval('1')",
        ] {
            assert_eq!(of(code), None, "{code}");
        }
        assert_eq!(
            alone("pm.request.url", false, &Scopes::default()),
            None,
            "before it is sent it may change"
        );
    }
}
