use std::collections::BTreeSet;

use ecow::EcoString;
use loadwright_diagnostic::Origin;

use crate::{Check, Extraction, Part, Request, Text, VarName};

/// One thing that an iteration does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Request(Box<RequestStep>),
    /// Requests that go out together; answers are awaited together.
    Batch(Vec<RequestStep>),
    Group(Box<Group>),
    Pause(Pause),
    Assign(Box<Assign>),
    Script(Box<Script>),
    WebSocket(Box<WebSocketStep>),
}

/// Steps under one name: a folder, a tag, a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    /// What the source says about it, for a comment.
    pub note: Option<String>,
    pub steps: Vec<Step>,
    pub origin: Origin,
}

/// Order inside the step is fixed: before-scripts, request, checks, extractions, after-scripts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestStep {
    /// As the source names it (`createPet`, `Log in`); targets derive identifiers from it.
    pub name: EcoString,
    /// Summary or description, for a comment.
    pub note: Option<String>,
    pub request: Request,
    pub checks: Vec<Check>,
    pub extractions: Vec<Extraction>,
    pub before: Vec<Script>,
    pub after: Vec<Script>,
    pub tags: Vec<(String, String)>,
    /// Overrides the URL group that is derived from method and path template.
    pub url_group: Option<String>,
    /// Variables without which the request makes no sense: when one is missing, the step is a failed check instead.
    pub needs: Vec<VarName>,
    pub origin: Origin,
}

impl RequestStep {
    /// The operation under which the request is counted: `GET /pets/{petId}`, with the host when it is not the main one.
    pub fn operation(&self, http: &crate::HttpDefaults) -> String {
        if let Some(name) = &self.url_group {
            return name.clone();
        }
        let url = &self.request.url;
        let host = match url.base.as_var() {
            Some(name) if http.base.as_ref() == Some(name) || http.base.is_none() => String::new(),
            Some(name) => format!("{{{name}}}"),
            None => url
                .base
                .as_literal()
                .and_then(|b| b.split_once("://"))
                .map(|(_, h)| h.to_owned())
                .unwrap_or_default(),
        };
        format!("{} {host}{}", self.request.method, url.group())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    pub time: ThinkTime,
    pub origin: Origin,
}

/// Milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThinkTime {
    Fixed(u64),
    /// Uniform between both ends.
    Range(u64, u64),
}

/// `into = value` between requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    pub into: VarName,
    pub value: Text,
    pub origin: Origin,
}

/// The language and host API that a carried script expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `pm.*` and the legacy Postman globals.
    Postman,
    /// Plain k6 JavaScript.
    K6,
}

/// Code of the source that was not understood as checks, extractions or assignments: carried verbatim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub dialect: Dialect,
    pub code: String,
    pub reads: BTreeSet<VarName>,
    pub writes: BTreeSet<VarName>,
    /// What the code needs of the target; only for plain code.
    pub plain: PlainCode,
    /// The variables that code of another dialect asks for, by the names that it has for them.
    pub scoped: Vec<ScopedVar>,
    /// Whether the code asks for values of the row of data that the iteration has.
    pub reads_row: bool,
    /// Whether the code may leave its request out.
    pub skips: bool,
    /// Whether the code may say which request comes next, by its name.
    pub decides: bool,
    pub origin: Origin,
}

/// A variable of the plan as carried code knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopedVar {
    pub scope: VariableScope,
    pub name: String,
    pub variable: VarName,
}

/// The scopes of variables in Postman.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VariableScope {
    Environment,
    Collection,
    Globals,
}

impl Script {
    /// Calls a variable by another name, wherever the script uses it.
    pub fn rename(&mut self, from: &VarName, to: &VarName) {
        for names in [&mut self.reads, &mut self.writes] {
            if names.remove(from) {
                names.insert(to.clone());
            }
        }
        for scoped in self.scoped.iter_mut().filter(|s| &s.variable == from) {
            scoped.variable = to.clone();
        }
        for part in &mut self.plain.body.0 {
            if matches!(part, Part::Var(name) if name == from) {
                *part = Part::Var(to.clone());
            }
        }
    }
}

/// Code in the target's language with a hole for each variable and for the response of the step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlainCode {
    pub body: Text,
    /// Functions that the code calls beside its own.
    pub aids: BTreeSet<Aid>,
    /// Libraries by the names that the code's author knows them by.
    pub libraries: BTreeSet<String>,
    /// Identifiers that the code declares: nothing around it may have these names.
    pub own: BTreeSet<String>,
}

impl PlainCode {
    /// The hole that stands for the response of the step.
    pub const RESPONSE: &'static str = "the response of this step";

    /// The hole that stands for the name of the step.
    pub const REQUEST_NAME: &'static str = "the name of this step";

    /// The hole that stands for a library.
    pub fn library(name: &str) -> VarName {
        VarName::new(format!("the library {name}"))
    }
}

/// Small functions that plain code calls; the target writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aid {
    /// `runTest(response, name, run)`: a check that fails when `run` throws.
    Test,
    /// `must(condition)`: throws when the condition does not hold.
    Must,
    /// `same(a, b)`: whether two values are equal member by member.
    Same,
    /// `kind(value)`: `Object`, `Array`, `Null` …
    Kind,
    /// `isEmpty(value)` of a text, a list or an object; throws for anything else.
    Empty,
    /// `asText(value)`: `true` and everything that counts as true as text, null for undefined, the rest as it is.
    Text,
    /// `bodyAt(response, …path)`: a value of the JSON body; undefined when there is none.
    BodyAt,
    /// `cookie(response, name)`: a cookie that the virtual user has for the address of the response.
    Cookie,
    /// `cookies(response)`: all of them, by name.
    Cookies,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSocketStep {
    pub name: String,
    pub url: Text,
    pub headers: Vec<crate::Field>,
    pub frames: Vec<Frame>,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    Send {
        text: Text,
        after_ms: u64,
    },
    SendBinary {
        bytes: Vec<u8>,
        after_ms: u64,
    },
    /// A message that the other side sent; a script waits for it before it goes on.
    Receive {
        text: String,
        after_ms: u64,
    },
}
