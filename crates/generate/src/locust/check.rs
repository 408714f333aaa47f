use loadwright_scenario::{
    Check, Extraction, Json, JsonPath, JsonStep, JsonType, Predicate, RequestStep, Selector, Text,
};

use super::context::Context;
use super::css::compound;
use super::helpers::Helper;
use crate::findings;
use crate::py::{Arg, PyExpr, PyIdent, PyStmt};

impl Context<'_> {
    /// `check(response, {"name": lambda r: …})`, or nothing when there is nothing to check.
    pub fn checks(&mut self, response: &PyIdent, step: &RequestStep) -> Option<PyStmt> {
        let mut pairs: Vec<(String, PyExpr)> = Vec::new();
        for check in &step.checks {
            let test = self.test(&check.subject, &check.predicate);
            push_unique(&mut pairs, &check.name, test);
        }
        for e in &step.extractions {
            let Some(guard) = &e.guard else { continue };
            let test = self.test(&e.from, &Predicate::Exists);
            push_unique(&mut pairs, guard, test);
        }
        if pairs.is_empty() {
            return None;
        }
        let dict = pairs
            .into_iter()
            .map(|(name, test)| (PyExpr::string(&name), PyExpr::Lambda("r", Box::new(test))))
            .collect();
        let f = self.helper(Helper::Check);
        let mut args: Vec<Arg> = vec![PyExpr::ident(response).into(), PyExpr::Dict(dict).into()];
        let expected = expected_failures(step);
        if !expected.is_empty() {
            let list = expected.iter().map(|s| PyExpr::int(i64::from(*s))).collect();
            args.push(Arg::named("expected", PyExpr::Tuple(list)));
        }
        Some(PyStmt::Expr(PyExpr::call(f, args)))
    }

    /// A boolean expression over `r`.
    fn test(&mut self, subject: &Selector, predicate: &Predicate) -> PyExpr {
        let s = self.selected(&PyExpr::code("r"), subject);
        let op = |op: &'static str, n: &str| PyExpr::binary(s.clone(), op, PyExpr::number(n));
        let not = |e: PyExpr| PyExpr::chain(vec![PyExpr::code("not "), e]);
        match predicate {
            Predicate::Equals(json) => self.equals(s, json, "==", "is"),
            Predicate::NotEquals(json) => self.equals(s, json, "!=", "is not"),
            Predicate::OneOf(items) => {
                let list = items.iter().map(|i| self.json(i)).collect();
                PyExpr::binary(s, "in", PyExpr::Tuple(list))
            }
            Predicate::Between { min, max } => PyExpr::chain(vec![
                PyExpr::number(min),
                PyExpr::code(" <= "),
                s,
                PyExpr::code(" <= "),
                PyExpr::number(max),
            ]),
            Predicate::LessThan(n) => op("<", n),
            Predicate::AtMost(n) => op("<=", n),
            Predicate::GreaterThan(n) => op(">", n),
            Predicate::AtLeast(n) => op(">=", n),
            Predicate::Exists => self.exists(subject, s),
            Predicate::Missing => {
                let exists = self.exists(subject, s);
                not(exists.parens())
            }
            Predicate::Truthy => PyExpr::call_fn("bool", vec![s]),
            Predicate::Falsy => not(s.parens()),
            Predicate::Contains(text) => self.contains(subject, s, text, "in"),
            Predicate::NotContains(text) => self.contains(subject, s, text, "not in"),
            Predicate::StartsWith(text) => {
                let needle = self.string(text);
                text_of(subject, s).method("startswith", vec![needle])
            }
            Predicate::EndsWith(text) => {
                let needle = self.string(text);
                text_of(subject, s).method("endswith", vec![needle])
            }
            Predicate::Matches { pattern, flags } => {
                self.module("re");
                let found = PyExpr::call_fn("re.search", vec![regex(pattern, flags), text_of(subject, s)]);
                PyExpr::binary(found, "is not", PyExpr::code("None"))
            }
            Predicate::NotMatches { pattern, flags } => {
                self.module("re");
                let found = PyExpr::call_fn("re.search", vec![regex(pattern, flags), text_of(subject, s)]);
                PyExpr::binary(found, "is", PyExpr::code("None"))
            }
            Predicate::HasType(kind) => has_type(s, *kind),
            Predicate::HasKeys(keys) => {
                let f = self.helper(Helper::HasKeys);
                let mut args = vec![Arg::from(s)];
                args.extend(keys.iter().map(|k| Arg::from(PyExpr::string(k))));
                PyExpr::call(f, args)
            }
            Predicate::HasLength(n) => length(s, "==", *n),
            Predicate::LengthAtLeast(n) => length(s, ">=", *n),
            Predicate::Empty => length(s, "==", 0),
            Predicate::NotEmpty => length(s, ">", 0),
            Predicate::All(tests) => {
                let tests: Vec<PyExpr> = tests.iter().map(|(s, p)| self.test(s, p)).collect();
                tests
                    .into_iter()
                    .reduce(|a, b| PyExpr::binary(a, "and", b))
                    .unwrap_or_else(|| PyExpr::bool(true))
            }
        }
    }

    fn equals(&mut self, s: PyExpr, json: &Json, op: &'static str, is: &'static str) -> PyExpr {
        let value = self.json(json);
        let op = if matches!(json, Json::Null | Json::Bool(_)) { is } else { op };
        PyExpr::binary(s, op, value)
    }

    fn exists(&mut self, subject: &Selector, s: PyExpr) -> PyExpr {
        match subject {
            Selector::Json(path) => {
                let f = self.helper(Helper::Has);
                PyExpr::call(f, path_args(PyExpr::code("r"), path))
            }
            Selector::Header(name) => PyExpr::binary(PyExpr::string(name), "in", PyExpr::code("r.headers")),
            Selector::Cookie(name) => PyExpr::binary(PyExpr::string(name), "in", PyExpr::code("r.cookies")),
            _ => PyExpr::binary(s, "is not", PyExpr::code("None")),
        }
    }

    fn contains(&mut self, subject: &Selector, s: PyExpr, text: &Text, op: &'static str) -> PyExpr {
        let needle = self.string(text);
        PyExpr::binary(needle, op, text_of(subject, s))
    }

    /// The value of a selector; None when there is none.
    pub fn selected(&mut self, of: &PyExpr, selector: &Selector) -> PyExpr {
        let none = || PyExpr::code("None");
        match selector {
            Selector::Status => of.clone().attribute("status_code"),
            Selector::StatusText => of.clone().attribute("reason"),
            Selector::Duration => {
                let seconds = of.clone().attribute("elapsed").method("total_seconds", Vec::new());
                PyExpr::binary(seconds, "*", PyExpr::int(1000))
            }
            Selector::Size => PyExpr::call_fn("len", vec![of.clone().attribute("content")]),
            Selector::Header(name) => {
                of.clone().attribute("headers").method("get", vec![PyExpr::string(name), PyExpr::string("")])
            }
            Selector::Cookie(name) => {
                of.clone().attribute("cookies").method("get", vec![PyExpr::string(name)])
            }
            Selector::JarCookie(name) => {
                PyExpr::code("self.client.cookies").method("get", vec![PyExpr::string(name)])
            }
            Selector::Body => of.clone().attribute("text"),
            Selector::Json(path) => {
                let f = self.helper(Helper::Pick);
                PyExpr::call(f, path_args(of.clone(), path))
            }
            Selector::Regex { pattern, group } => self.found(pattern, of.clone().attribute("text"), *group),
            Selector::HeaderRegex { header, pattern, group } => {
                let value = of.clone().attribute("headers").method("get", vec![PyExpr::string(header)]);
                self.found(pattern, value, *group)
            }
            Selector::Fitting { from, pattern } => {
                let value = self.selected(of, from);
                self.found(pattern, value, 0)
            }
            Selector::Claim { from, path } => {
                let token = self.selected(of, from);
                let f = self.helper(Helper::Claim);
                PyExpr::call(f, path_args(token, path))
            }
            Selector::UrlRegex { pattern, group } => {
                let url = of.clone().attribute("url");
                self.found(pattern, url, *group)
            }
            Selector::Css { query, attribute } => {
                let c = compound(query);
                let wanted =
                    c.attributes.iter().map(|(n, v)| (PyExpr::string(n), PyExpr::string(v))).collect();
                let f = self.helper(Helper::Element);
                let mut args = vec![of.clone(), PyExpr::string(&c.tag), PyExpr::Dict(wanted)];
                args.extend(attribute.as_deref().map(PyExpr::string));
                PyExpr::call(f, args.into_iter().map(Arg::from).collect())
            }
            Selector::Var(name) => self.vars.get(name).cloned().unwrap_or_else(none),
        }
    }

    fn found(&mut self, pattern: &str, text: PyExpr, group: u32) -> PyExpr {
        let f = self.helper(Helper::Find);
        let mut args = vec![regex(pattern, ""), text];
        if group > 0 {
            args.push(PyExpr::int(i64::from(group)));
        }
        PyExpr::call(f, args.into_iter().map(Arg::from).collect())
    }

    /// `pet_id = pick(create_pet, "id")`
    pub fn extraction(&mut self, response: &PyIdent, e: &Extraction) -> Vec<PyStmt> {
        let mut out = Vec::new();
        if let Some(reason) = &e.reason {
            out.push(PyStmt::Comment(reason.clone()));
        }
        if let Selector::Css { query, .. } = &e.from
            && compound(query).partial
        {
            let message = format!("`{query}` is looked for by its last part only");
            self.finding(&findings::APPROXIMATED, message, &e.origin);
        }
        let Some(target) = self.vars.get(&e.into).cloned() else { return out };
        let value = self.selected(&PyExpr::ident(response), &e.from);
        if e.fallback.as_ref().and_then(Text::as_var) == Some(&e.into) {
            // what is known already stays when there is nothing better
            let found = PyExpr::code("found");
            out.push(PyStmt::Assign(found.clone(), value));
            out.push(PyStmt::If {
                test: PyExpr::binary(found.clone(), "is not", PyExpr::code("None")),
                then: vec![PyStmt::Assign(target, found)],
                otherwise: Vec::new(),
            });
            return out;
        }
        out.push(PyStmt::Assign(target.clone(), value));
        if let Some(fallback) = &e.fallback {
            let number = fallback.as_literal().filter(|t| {
                (1..=15).contains(&t.len())
                    && (t.len() == 1 || !t.starts_with('0'))
                    && t.bytes().all(|b| b.is_ascii_digit())
            });
            let fallback = match number {
                Some(n) => PyExpr::number(n),
                None => self.text(fallback),
            };
            out.push(PyStmt::If {
                test: PyExpr::binary(target.clone(), "is", PyExpr::code("None")),
                then: vec![PyStmt::Assign(target, fallback)],
                otherwise: Vec::new(),
            });
        }
        out
    }
}

fn push_unique(pairs: &mut Vec<(String, PyExpr)>, name: &str, test: PyExpr) {
    let mut unique = name.to_owned();
    let mut n = 2;
    while pairs.iter().any(|(p, _)| *p == unique) {
        unique = format!("{name} ({n})");
        n += 1;
    }
    pairs.push((unique, test));
}

/// Statuses of 400 and more that the step says are good.
fn expected_failures(step: &RequestStep) -> Vec<u16> {
    let number = |j: &Json| match j {
        Json::Number(n) => n.parse::<u16>().ok(),
        _ => None,
    };
    let mut out: Vec<u16> = step.request.overrides.expected_statuses.clone();
    for Check { subject, predicate, .. } in &step.checks {
        match (subject, predicate) {
            (Selector::Status, Predicate::Equals(json)) => out.extend(number(json)),
            (Selector::Status, Predicate::OneOf(list)) => out.extend(list.iter().filter_map(number)),
            _ => {}
        }
    }
    out.retain(|s| *s >= 400);
    out.sort_unstable();
    out.dedup();
    out
}

fn path_args(response: PyExpr, path: &JsonPath) -> Vec<Arg> {
    let steps = path.0.iter().map(|step| match step {
        JsonStep::Key(key) => PyExpr::string(key),
        JsonStep::Index(i) => PyExpr::int(i64::try_from(*i).unwrap_or(i64::MAX)),
    });
    [response].into_iter().chain(steps).map(Arg::from).collect()
}

/// A text to look into; a missing header is an empty one already.
fn text_of(subject: &Selector, s: PyExpr) -> PyExpr {
    match subject {
        Selector::Body | Selector::Header(_) => s,
        _ => PyExpr::call_fn("str", vec![s]),
    }
}

/// A JavaScript pattern as Python reads it: named groups are spelled differently, flags stand inside.
fn regex(pattern: &str, flags: &str) -> PyExpr {
    let inline: String = flags.chars().filter(|c| "ims".contains(*c)).collect();
    let named = pattern.replace("(?<=", "\u{1}").replace("(?<!", "\u{2}").replace("(?<", "(?P<");
    let named = named.replace('\u{1}', "(?<=").replace('\u{2}', "(?<!").replace("\\/", "/");
    if inline.is_empty() { PyExpr::regex(&named) } else { PyExpr::regex(&format!("(?{inline}){named}")) }
}

fn has_type(s: PyExpr, kind: JsonType) -> PyExpr {
    let is = |types: &'static str| PyExpr::call_fn("isinstance", vec![s.clone(), PyExpr::code(types)]);
    let no_bool = |e: PyExpr| PyExpr::chain(vec![e, PyExpr::code(" and not "), is("bool")]);
    match kind {
        JsonType::Null => PyExpr::binary(s.clone(), "is", PyExpr::code("None")),
        JsonType::Boolean => is("bool"),
        JsonType::Number => no_bool(is("(int, float)")),
        JsonType::Integer => no_bool(is("int")),
        JsonType::String => is("str"),
        JsonType::Array => is("list"),
        JsonType::Object => is("dict"),
    }
}

fn length(s: PyExpr, op: &'static str, n: usize) -> PyExpr {
    PyExpr::binary(PyExpr::call_fn("len", vec![s]), op, PyExpr::int(i64::try_from(n).unwrap_or(i64::MAX)))
}
