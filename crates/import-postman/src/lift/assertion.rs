//! One assertion as a statement about the response: `pm.response.to…`, `pm.expect(…).to…`, `tests[…] = …`.

use loadwright_scenario::{Json, JsonPath, JsonStep, JsonType, Predicate, Selector, Text};
use oxc_ast::ast::{Argument, Expression};
use oxc_syntax::operator::{BinaryOperator, UnaryOperator};

use super::symbol::{Aliases, Symbol, argument, dotted, eval, literal, string};

/// What has to hold; several when one assertion says several things.
pub type Claims = Vec<(Selector, Predicate)>;

/// A word of a sentence, and its arguments when it is called.
struct Word<'a, 'b> {
    name: &'b str,
    arguments: Option<&'b [Argument<'a>]>,
}

impl<'a, 'b> Word<'a, 'b> {
    fn argument(&self, i: usize) -> Option<&'b Expression<'a>> {
        self.arguments.and_then(|a| a.get(i)).and_then(Argument::as_expression)
    }

    fn count(&self) -> usize {
        self.arguments.map_or(0, <[Argument]>::len)
    }
}

enum Subject<'a, 'b> {
    Response,
    Expected(&'b Expression<'a>),
}

/// An expression statement of a test, when it is an assertion that is understood completely.
pub fn claims(e: &Expression<'_>, aliases: &Aliases) -> Option<Claims> {
    let mut words = Vec::new();
    let subject = sentence(e, &mut words)?;
    words.reverse();
    const FILLERS: &[&str] =
        &["to", "be", "been", "is", "that", "which", "and", "has", "have", "with", "at", "of"];
    let filler = |w: &Word<'_, '_>| w.arguments.is_none() && (FILLERS.contains(&w.name) || w.name == "deep");
    let mut negate = false;
    let mut said = Vec::new();
    for word in words.iter().filter(|w| !filler(w)) {
        match word.name {
            "not" if said.is_empty() => negate = true,
            _ => said.push(word),
        }
    }
    match (subject, said.as_slice()) {
        // `.and` goes on about the same response
        (Subject::Response, all) if !negate => {
            let claims: Option<Vec<Claims>> = all.iter().map(|w| response(w)).collect();
            claims.map(Vec::into_iter).map(|c| c.flatten().collect())
        }
        (Subject::Response, [word]) => refused(word),
        (Subject::Expected(e), [word]) => expected(&eval(e, aliases)?, word, negate),
        _ => None,
    }
}

/// What a response must not be, where that has one meaning.
fn refused(word: &Word<'_, '_>) -> Option<Claims> {
    match (word.name, word.arguments.is_some()) {
        ("error", false) => Some(vec![(Selector::Status, Predicate::LessThan("400".to_owned()))]),
        ("jsonBody", true) if word.count() == 1 => {
            Some(vec![(Selector::Json(path(&string(word.argument(0)?)?)?), Predicate::Missing)])
        }
        ("header", true) if word.count() == 1 => {
            Some(vec![(Selector::Header(string(word.argument(0)?)?), Predicate::Missing)])
        }
        ("status", true) => match literal(word.argument(0)?)? {
            code @ Json::Number(_) => Some(vec![(Selector::Status, Predicate::NotEquals(code))]),
            _ => None,
        },
        _ => None,
    }
}

fn sentence<'a, 'b>(e: &'b Expression<'a>, words: &mut Vec<Word<'a, 'b>>) -> Option<Subject<'a, 'b>> {
    match e {
        Expression::CallExpression(call) => {
            if dotted(&call.callee).as_deref() == Some("pm.expect") {
                return (call.arguments.len() == 1)
                    .then(|| argument(call, 0))
                    .flatten()
                    .map(Subject::Expected);
            }
            let Expression::StaticMemberExpression(m) = &call.callee else { return None };
            words.push(Word { name: m.property.name.as_str(), arguments: Some(&call.arguments) });
            sentence(&m.object, words)
        }
        Expression::StaticMemberExpression(m) => {
            words.push(Word { name: m.property.name.as_str(), arguments: None });
            if dotted(&m.object).as_deref() == Some("pm.response") && m.property.name == "to" {
                return Some(Subject::Response);
            }
            sentence(&m.object, words)
        }
        _ => None,
    }
}

fn number(n: u16) -> Json {
    Json::Number(n.to_string())
}

fn status(n: u16) -> Claims {
    vec![(Selector::Status, Predicate::Equals(number(n)))]
}

fn class(min: u16, max: u16) -> Claims {
    vec![(Selector::Status, Predicate::Between { min: min.to_string(), max: max.to_string() })]
}

fn response(word: &Word<'_, '_>) -> Option<Claims> {
    if word.arguments.is_none() {
        return Some(match word.name {
            "ok" => status(200),
            "accepted" => status(202),
            "badRequest" => status(400),
            "unauthorized" => status(401),
            "forbidden" => status(403),
            "notFound" => status(404),
            "rateLimited" => status(429),
            "info" => class(100, 199),
            "success" => class(200, 299),
            "redirection" => class(300, 399),
            "clientError" => class(400, 499),
            "serverError" => class(500, 599),
            "error" => class(400, 599),
            "json" => vec![(Selector::Json(JsonPath::default()), Predicate::Exists)],
            "withBody" => vec![(Selector::Body, Predicate::Truthy)],
            _ => return None,
        });
    }
    match (word.name, word.count()) {
        ("status", 1) => match literal(word.argument(0)?)? {
            code @ Json::Number(_) => Some(vec![(Selector::Status, Predicate::Equals(code))]),
            reason @ Json::String(_) => Some(vec![(Selector::StatusText, Predicate::Equals(reason))]),
            _ => None,
        },
        ("header", 1) => Some(vec![(Selector::Header(string(word.argument(0)?)?), Predicate::Exists)]),
        ("header", 2) => {
            let value = Json::string(string(word.argument(1)?)?);
            Some(vec![(Selector::Header(string(word.argument(0)?)?), Predicate::Equals(value))])
        }
        ("jsonBody", 0) => Some(vec![(Selector::Json(JsonPath::default()), Predicate::Exists)]),
        ("jsonBody", 1) => {
            Some(vec![(Selector::Json(path(&string(word.argument(0)?)?)?), Predicate::Exists)])
        }
        ("jsonBody", 2) => {
            let value = literal(word.argument(1)?)?;
            Some(vec![(Selector::Json(path(&string(word.argument(0)?)?)?), Predicate::Equals(value))])
        }
        ("body", 1) => match word.argument(0)? {
            Expression::RegExpLiteral(r) => Some(vec![(
                Selector::Body,
                Predicate::Matches {
                    pattern: r.regex.pattern.text.to_string(),
                    flags: r.regex.flags.to_string(),
                },
            )]),
            e => Some(vec![(Selector::Body, Predicate::Equals(Json::string(string(e)?)))]),
        },
        _ => None,
    }
}

/// `data.items[0].id`, plain names and indices only.
pub fn path(text: &str) -> Option<JsonPath> {
    let mut steps = Vec::new();
    for piece in text.split('.') {
        let (name, indices) = piece.split_once('[').map_or((piece, None), |(n, i)| (n, Some(i)));
        if !name.is_empty() {
            let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'));
            let key = plain.then(|| JsonStep::Key(name.into()))?;
            steps.push(if name.bytes().all(|b| b.is_ascii_digit()) { return None } else { key });
        } else if indices.is_none() {
            return None;
        }
        for index in indices.into_iter().flat_map(|i| i.split('[')) {
            steps.push(JsonStep::Index(index.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some(JsonPath(steps))
}

fn expected(subject: &Symbol, word: &Word<'_, '_>, negate: bool) -> Option<Claims> {
    let selector = subject.selector()?;
    let one = |p: Predicate| Some(vec![(selector.clone(), p)]);
    // what is missing is undefined here and an exception there, unless its parent is the body itself
    let shallow = matches!(subject, Symbol::Json(p) if p.len() <= 1);
    if negate {
        return match (subject, word.name, word.arguments.is_some()) {
            (Symbol::Json(_), "undefined", false) => one(Predicate::Exists),
            (Symbol::Json(p), "null", false) if p.len() == 1 => one(Predicate::NotEquals(Json::Null)),
            _ => None,
        };
    }
    if let Symbol::Length(_) = subject {
        let n = match literal(word.argument(0)?)? {
            Json::Number(n) => n.parse::<usize>().ok()?,
            _ => return None,
        };
        return match word.name {
            "equal" | "equals" | "eq" | "eql" | "eqls" => one(Predicate::HasLength(n)),
            "above" | "gt" | "greaterThan" => one(Predicate::LengthAtLeast(n + 1)),
            "least" | "gte" => one(Predicate::LengthAtLeast(n)),
            _ => None,
        };
    }
    let measured = matches!(subject, Symbol::Part(Selector::Status | Selector::Duration));
    match word.name {
        "equal" | "equals" | "eq" | "eql" | "eqls" if word.count() == 1 => {
            one(Predicate::Equals(literal(word.argument(0)?)?))
        }
        "above" | "gt" | "greaterThan" if measured => one(Predicate::GreaterThan(digits(word)?)),
        "below" | "lt" | "lessThan" if measured => one(Predicate::LessThan(digits(word)?)),
        "least" | "gte" if measured => one(Predicate::AtLeast(digits(word)?)),
        "most" | "lte" if measured => one(Predicate::AtMost(digits(word)?)),
        "within" if measured && word.count() == 2 => {
            let bound =
                |i: usize| if let Json::Number(n) = literal(word.argument(i)?)? { Some(n) } else { None };
            one(Predicate::Between { min: bound(0)?, max: bound(1)? })
        }
        "oneOf" => {
            let Expression::ArrayExpression(list) = word.argument(0)? else { return None };
            let items: Option<Vec<Json>> =
                list.elements.iter().map(|e| e.as_expression().and_then(literal)).collect();
            one(Predicate::OneOf(items?))
        }
        "include" | "contain" | "includes" | "contains"
            if selector == Selector::Body && word.count() == 1 =>
        {
            one(Predicate::Contains(Text::literal(string(word.argument(0)?)?)))
        }
        "match" | "matches" => match word.argument(0)? {
            Expression::RegExpLiteral(r) if r.regex.flags.is_empty() => {
                one(Predicate::Matches { pattern: r.regex.pattern.text.to_string(), flags: String::new() })
            }
            _ => None,
        },
        "a" | "an" if word.count() == 1 => {
            if !matches!(subject, Symbol::Json(_)) {
                return None;
            }
            one(Predicate::HasType(match string(word.argument(0)?)?.to_lowercase().as_str() {
                "string" => JsonType::String,
                "number" => JsonType::Number,
                "boolean" => JsonType::Boolean,
                "array" => JsonType::Array,
                "object" => JsonType::Object,
                "null" => JsonType::Null,
                _ => return None,
            }))
        }
        "property" => {
            let Symbol::Json(path) = subject else { return None };
            let mut path = path.clone();
            path.push(JsonStep::Key(string(word.argument(0)?)?.into()));
            let selector = Selector::Json(JsonPath(path));
            match word.count() {
                1 => Some(vec![(selector, Predicate::Exists)]),
                2 => Some(vec![(selector, Predicate::Equals(literal(word.argument(1)?)?))]),
                _ => None,
            }
        }
        "lengthOf" | "length" if word.count() == 1 => match (subject, literal(word.argument(0)?)?) {
            (Symbol::Json(_), Json::Number(n)) => one(Predicate::HasLength(n.parse().ok()?)),
            _ => None,
        },
        "true" if word.arguments.is_none() => one(Predicate::Equals(Json::Bool(true))),
        "false" if word.arguments.is_none() => one(Predicate::Equals(Json::Bool(false))),
        "null" if word.arguments.is_none() => one(Predicate::Equals(Json::Null)),
        "ok" if word.arguments.is_none() && (shallow || matches!(subject, Symbol::Json(_))) => {
            one(Predicate::Truthy)
        }
        "exist" if word.arguments.is_none() && matches!(subject, Symbol::Json(_)) => {
            Some(vec![(selector.clone(), Predicate::Exists), (selector, Predicate::NotEquals(Json::Null))])
        }
        _ => None,
    }
}

fn digits(word: &Word<'_, '_>) -> Option<String> {
    match literal(word.argument(0)?)? {
        Json::Number(n) if word.count() == 1 => Some(n),
        _ => None,
    }
}

/// The right side of `tests['…'] = …`: true when the claims hold.
pub fn truth(e: &Expression<'_>, aliases: &Aliases) -> Option<Claims> {
    match e {
        Expression::ParenthesizedExpression(p) => truth(&p.expression, aliases),
        Expression::LogicalExpression(l) if l.operator.is_and() => {
            let mut all = truth(&l.left, aliases)?;
            all.extend(truth(&l.right, aliases)?);
            Some(all)
        }
        Expression::UnaryExpression(u) if u.operator == UnaryOperator::LogicalNot => match &u.argument {
            Expression::UnaryExpression(inner) if inner.operator == UnaryOperator::LogicalNot => {
                truth(&inner.argument, aliases)
            }
            _ => None,
        },
        Expression::BinaryExpression(b) => {
            let (left, right) = (eval(&b.left, aliases)?, eval(&b.right, aliases)?);
            let Symbol::Literal(value) = right else { return None };
            let selector = left.selector()?;
            let measured = matches!(left, Symbol::Part(Selector::Status | Selector::Duration));
            let digits =
                if let (Json::Number(n), true) = (&value, measured) { Some(n.clone()) } else { None };
            if matches!(left, Symbol::Length(_)) {
                return None;
            }
            let predicate = match b.operator {
                BinaryOperator::StrictEquality => Predicate::Equals(value),
                BinaryOperator::Equality if digits.is_some() => Predicate::Equals(value),
                BinaryOperator::LessThan => Predicate::LessThan(digits?),
                BinaryOperator::LessEqualThan => Predicate::AtMost(digits?),
                BinaryOperator::GreaterThan => Predicate::GreaterThan(digits?),
                BinaryOperator::GreaterEqualThan => Predicate::AtLeast(digits?),
                _ => return None,
            };
            Some(vec![(selector, predicate)])
        }
        Expression::CallExpression(call) => {
            if let Expression::StaticMemberExpression(m) = &call.callee {
                // the body itself has no parent that could be missing
                let own = m.property.name == "hasOwnProperty" && call.arguments.len() == 1;
                if own && eval(&m.object, aliases) == Some(Symbol::Json(Vec::new())) {
                    let key = JsonStep::Key(string(argument(call, 0)?)?.into());
                    return Some(vec![(Selector::Json(JsonPath(vec![key])), Predicate::Exists)]);
                }
                if dotted(&call.callee).as_deref() == Some("_.has") && call.arguments.len() == 2 {
                    let Symbol::Json(mut at) = eval(argument(call, 0)?, aliases)? else { return None };
                    at.extend(path(&string(argument(call, 1)?)?)?.0);
                    return Some(vec![(Selector::Json(JsonPath(at)), Predicate::Exists)]);
                }
                let has = matches!(m.property.name.as_str(), "has" | "includes") && call.arguments.len() == 1;
                if has && eval(&m.object, aliases) == Some(Symbol::Part(Selector::Body)) {
                    let needle = string(argument(call, 0)?)?;
                    return Some(vec![(Selector::Body, Predicate::Contains(Text::literal(needle)))]);
                }
            }
            value(e, aliases)
        }
        e => value(e, aliases),
    }
}

/// A value that counts as true when it is there and not empty.
fn value(e: &Expression<'_>, aliases: &Aliases) -> Option<Claims> {
    match eval(e, aliases)? {
        symbol @ (Symbol::Json(_) | Symbol::Part(Selector::Header(_) | Selector::Body)) => {
            Some(vec![(symbol.selector()?, Predicate::Truthy)])
        }
        _ => None,
    }
}
