use loadwright_scenario::{Check, Extraction, Json, JsonPath, JsonStep, JsonType, Predicate, Selector};

use super::context::Context;
use super::helpers::Helper;
use crate::js::{JsExpr, JsIdent, Prop, Stmt};

impl Context<'_> {
    /// `check(res, { 'name': (r) => …, … });`, or nothing when there is nothing to check. A name that comes twice starts
    /// another call: the keys of an object are unique.
    pub fn checks(&mut self, response: &JsIdent, checks: &[Check], guards: &[Extraction]) -> Vec<Stmt> {
        let mut calls: Vec<Vec<(String, JsExpr)>> = Vec::new();
        let mut add = |name: String, test: JsExpr| {
            let at = calls.iter().position(|c| c.iter().all(|(n, _)| *n != name));
            match at.and_then(|i| calls.get_mut(i)) {
                Some(call) => call.push((name, test)),
                None => calls.push(vec![(name, test)]),
            }
        };
        for check in checks {
            let test = self.test(&check.subject, &check.predicate);
            add(safe_name(&check.name), test);
        }
        for extraction in guards {
            let Some(guard) = &extraction.guard else { continue };
            let test = self.test(&extraction.from, &Predicate::Exists);
            add(safe_name(guard), test);
        }
        let mut out = Vec::new();
        for call in calls {
            let props = call.into_iter().map(|(n, t)| Prop::pair(n, JsExpr::arrow("(r)", t))).collect();
            let f = self.import("k6", "check");
            out.push(Stmt::Expr(JsExpr::call(f, vec![JsExpr::ident(response), JsExpr::Object(props)])));
        }
        out
    }

    /// A boolean expression over `r`.
    pub(crate) fn test(&mut self, subject: &Selector, predicate: &Predicate) -> JsExpr {
        if let (Selector::Json(path), Predicate::HasKeys(keys)) = (subject, predicate) {
            return self.has_keys(path, keys);
        }
        let s = match self.selected("r", subject) {
            choice @ JsExpr::Conditional(..) => parens(choice),
            other => other,
        };
        let op = |op: &'static str, n: &str| JsExpr::binary(s.clone(), op, JsExpr::number(n));
        let and = |a: JsExpr, b: JsExpr| JsExpr::binary(a, "&&", b);
        let text_of = |s: JsExpr| JsExpr::call_fn("String", vec![s]);
        match predicate {
            Predicate::Equals(json) => self.equals(s, json, "==="),
            Predicate::NotEquals(json) => self.equals(s, json, "!=="),
            Predicate::OneOf(items) => {
                let list = JsExpr::Array(items.iter().map(|i| self.json(i)).collect());
                JsExpr::call(list.member("includes"), vec![s])
            }
            Predicate::Between { min, max } => and(op(">=", min), op("<=", max)),
            Predicate::LessThan(n) => op("<", n),
            Predicate::AtMost(n) => op("<=", n),
            Predicate::GreaterThan(n) => op(">", n),
            Predicate::AtLeast(n) => op(">=", n),
            Predicate::Exists => match subject {
                Selector::Regex { pattern, .. } => JsExpr::call(
                    JsExpr::regex(pattern, "").member("test"),
                    vec![JsExpr::code("r.body || ''")],
                ),
                Selector::Css { query, .. } => JsExpr::chain(vec![
                    JsExpr::code("!!r.body && r.html("),
                    JsExpr::string(query),
                    JsExpr::code(").size() > 0"),
                ]),
                _ => JsExpr::binary(s, "!==", JsExpr::code("undefined")),
            },
            Predicate::Missing => JsExpr::binary(s, "===", JsExpr::code("undefined")),
            Predicate::Truthy => JsExpr::chain(vec![JsExpr::code("!!"), parens(s)]),
            Predicate::Falsy => JsExpr::chain(vec![JsExpr::code("!"), parens(s)]),
            Predicate::Contains(text) => {
                let needle = self.text(text);
                JsExpr::call(text_of(s).member("includes"), vec![needle])
            }
            Predicate::NotContains(text) => {
                let needle = self.text(text);
                let call = JsExpr::call(text_of(s).member("includes"), vec![needle]);
                JsExpr::chain(vec![JsExpr::code("!"), call])
            }
            Predicate::StartsWith(text) => {
                let needle = self.text(text);
                JsExpr::call(text_of(s).member("startsWith"), vec![needle])
            }
            Predicate::EndsWith(text) => {
                let needle = self.text(text);
                JsExpr::call(text_of(s).member("endsWith"), vec![needle])
            }
            Predicate::Matches { pattern, flags } => {
                JsExpr::call(JsExpr::regex(pattern, flags).member("test"), vec![s])
            }
            Predicate::NotMatches { pattern, flags } => {
                let call = JsExpr::call(JsExpr::regex(pattern, flags).member("test"), vec![s]);
                JsExpr::chain(vec![JsExpr::code("!"), call])
            }
            Predicate::HasType(kind) => has_type(s, *kind),
            Predicate::HasKeys(keys) => {
                let tests = keys
                    .iter()
                    .map(|k| JsExpr::chain(vec![JsExpr::string(k), JsExpr::code(" in "), s.clone()]));
                tests.reduce(and).unwrap_or_else(|| JsExpr::bool(true))
            }
            Predicate::HasLength(n) => length(s, "===", *n),
            Predicate::LengthAtLeast(n) => length(s, ">=", *n),
            Predicate::Empty => length(s, "===", 0),
            Predicate::NotEmpty => length(s, ">", 0),
            Predicate::All(list) => {
                let tests: Vec<JsExpr> = list.iter().map(|(of, p)| self.test(of, p)).collect();
                tests.into_iter().reduce(and).unwrap_or_else(|| JsExpr::bool(true))
            }
        }
    }

    fn has_keys(&mut self, path: &JsonPath, keys: &[String]) -> JsExpr {
        let mut args = vec![JsExpr::code("r")];
        for key in keys {
            let mut full = path.clone();
            full.0.push(JsonStep::Key(key.into()));
            args.push(JsExpr::string(&gjson(&full)));
        }
        let f = self.helper(Helper::Has);
        JsExpr::call(f, args)
    }

    fn equals(&mut self, subject: JsExpr, json: &Json, op: &'static str) -> JsExpr {
        let value = self.json(json);
        match json {
            Json::Array(_) | Json::Object(_) => JsExpr::binary(
                JsExpr::call_fn("JSON.stringify", vec![subject]),
                op,
                JsExpr::call_fn("JSON.stringify", vec![value]),
            ),
            _ => JsExpr::binary(subject, op, value),
        }
    }

    /// The value of a selector on the response that `of` names; `undefined` when there is none, never an exception.
    pub fn selected(&mut self, of: &'static str, selector: &Selector) -> JsExpr {
        let response = JsExpr::code(of);
        self.selected_from(response, selector)
    }

    pub fn selected_from(&mut self, response: JsExpr, selector: &Selector) -> JsExpr {
        let code = JsExpr::code;
        match selector {
            Selector::Status => response.member("status"),
            Selector::StatusText => JsExpr::call(
                response.member("status_text").member("replace"),
                vec![JsExpr::regex(r"^\d+ ", ""), JsExpr::string("")],
            ),
            Selector::Duration => response.member("timings").member("duration"),
            Selector::Size => JsExpr::chain(vec![code("("), response.member("body"), code(" || '').length")]),
            Selector::Header(name) => response.member("headers").member(&canonical_header(name)),
            Selector::Cookie(name) => {
                JsExpr::chain(vec![response.member("cookies").member(name), code("?.[0].value")])
            }
            Selector::JarCookie(name) => {
                let jar = JsExpr::call(self.http("http.cookieJar"), Vec::new());
                let cookies = JsExpr::call(jar.member("cookiesForURL"), vec![response.member("url")]);
                JsExpr::chain(vec![cookies.member(name), code("?.[0]")])
            }
            Selector::Body => response.member("body"),
            Selector::Json(path) => {
                let f = self.helper(Helper::Json);
                JsExpr::call(f, vec![response, JsExpr::string(&gjson(path))])
            }
            Selector::Regex { pattern, group } => {
                let body = JsExpr::chain(vec![response.member("body"), code(" || ''")]);
                regex_group(pattern, body, *group)
            }
            Selector::HeaderRegex { header, pattern, group: 1 } if pattern == LAST_SEGMENT => {
                let f = self.helper(Helper::LastSegment);
                JsExpr::call(f, vec![response.member("headers").member(&canonical_header(header))])
            }
            Selector::HeaderRegex { header, pattern, group } => {
                let value = JsExpr::chain(vec![
                    response.member("headers").member(&canonical_header(header)),
                    code(" || ''"),
                ]);
                regex_group(pattern, value, *group)
            }
            Selector::Fitting { from, pattern } => {
                let value = self.selected_from(response, from);
                let value = JsExpr::binary(parens(value), "??", JsExpr::string(""));
                regex_group(pattern, value, 0)
            }
            Selector::Claim { from, path } => {
                let token = self.selected_from(response, from);
                let f = self.helper(Helper::Claim);
                self.import_default("encoding", "k6/encoding");
                let keys = path.0.iter().map(|s| match s {
                    JsonStep::Key(k) => JsExpr::string(k),
                    JsonStep::Index(i) => JsExpr::number(&i.to_string()),
                });
                JsExpr::call(f, std::iter::once(token).chain(keys).collect())
            }
            Selector::UrlRegex { pattern, group } => regex_group(pattern, response.member("url"), *group),
            Selector::Css { query, attribute } => {
                let found = JsExpr::call(response.clone().member("html"), vec![JsExpr::string(query)])
                    .member("first");
                let found = JsExpr::call(found, Vec::new());
                let value = match attribute {
                    Some(name) => JsExpr::call(found.member("attr"), vec![JsExpr::string(name)]),
                    None => JsExpr::call(found.member("text"), Vec::new()),
                };
                JsExpr::Conditional(
                    Box::new(response.member("body")),
                    Box::new(value),
                    Box::new(code("undefined")),
                )
            }
            Selector::Var(name) => self.var(name),
        }
    }
}

/// The pattern for the last piece of a path, which has a function of its own.
const LAST_SEGMENT: &str = r"([^/?#]+)\/?(?:[?#].*)?$";

pub(super) fn parens(e: JsExpr) -> JsExpr {
    match e {
        JsExpr::Chain(_) | JsExpr::Conditional(..) => {
            JsExpr::chain(vec![JsExpr::code("("), e, JsExpr::code(")")])
        }
        e => e,
    }
}

fn regex_group(pattern: &str, subject: JsExpr, group: u32) -> JsExpr {
    let call = JsExpr::call(JsExpr::regex(pattern, "").member("exec"), vec![subject]);
    JsExpr::chain(vec![call, JsExpr::code("?.["), JsExpr::int(i64::from(group)), JsExpr::code("]")])
}

fn has_type(s: JsExpr, kind: JsonType) -> JsExpr {
    let type_of = |name: &str| {
        JsExpr::binary(JsExpr::chain(vec![JsExpr::code("typeof "), s.clone()]), "===", JsExpr::string(name))
    };
    match kind {
        JsonType::Null => JsExpr::binary(s.clone(), "===", JsExpr::code("null")),
        JsonType::Boolean => type_of("boolean"),
        JsonType::Number => type_of("number"),
        JsonType::String => type_of("string"),
        JsonType::Integer => JsExpr::call_fn("Number.isInteger", vec![s.clone()]),
        JsonType::Array => JsExpr::call_fn("Array.isArray", vec![s.clone()]),
        JsonType::Object => JsExpr::chain(vec![
            JsExpr::code("Object.prototype.toString.call("),
            s.clone(),
            JsExpr::code(") === '[object Object]'"),
        ]),
    }
}

fn length(s: JsExpr, op: &'static str, n: usize) -> JsExpr {
    let n = JsExpr::int(i64::try_from(n).unwrap_or(i64::MAX));
    JsExpr::binary(parens(s).optional_member("length"), op, n)
}

/// k6 refuses `::` in names of checks and groups.
pub(super) fn safe_name(name: &str) -> String {
    let mut name = name.to_owned();
    while name.contains("::") {
        name = name.replace("::", ": ");
    }
    name
}

/// A path in the syntax of `Response.json()` (gjson): dots separate, special characters are escaped.
pub(super) fn gjson(path: &JsonPath) -> String {
    if path.0.is_empty() {
        return "@this".to_owned();
    }
    let mut out = String::new();
    for step in &path.0 {
        if !out.is_empty() {
            out.push('.');
        }
        match step {
            JsonStep::Index(i) => out.push_str(&i.to_string()),
            JsonStep::Key(key)
                if key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') =>
            {
                out.push_str(key);
            }
            JsonStep::Key(key) => {
                for (i, c) in key.chars().enumerate() {
                    let special = matches!(
                        c,
                        '.' | '*'
                            | '?'
                            | '|'
                            | '#'
                            | '@'
                            | '!'
                            | '{'
                            | '}'
                            | '['
                            | ']'
                            | '('
                            | ')'
                            | '='
                            | '<'
                            | '>'
                            | '%'
                            | '\\'
                            | '"'
                            | ','
                            | ':'
                    ) && !(c == ':' && i > 0);
                    if special {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out
}

/// The spelling under which k6 files a header: each word with one capital (`x-request-ID` → `X-Request-Id`).
pub(super) fn canonical_header(name: &str) -> String {
    let mut upper = true;
    name.chars()
        .map(|c| {
            let out = if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            upper = c == '-';
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_escape_what_gjson_reads_as_syntax() {
        let path =
            JsonPath(vec![JsonStep::Key("a.b".into()), JsonStep::Index(0), JsonStep::Key("@id".into())]);
        assert_eq!(gjson(&path), "a\\.b.0.\\@id");
        assert_eq!(gjson(&JsonPath::default()), "@this");
    }

    #[test]
    fn names_lose_the_separator_that_k6_reserves() {
        assert_eq!(safe_name("a::b:::c"), "a: b: :c");
        assert_eq!(canonical_header("x-request-ID"), "X-Request-Id");
    }
}
