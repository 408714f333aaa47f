use ecow::EcoString;
use loadwright_diagnostic::Origin;

use crate::{Auth, Body, Text, UrlTemplate};

/// One HTTP request, with holes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// As it goes on the wire; never changed in case.
    pub method: EcoString,
    pub url: UrlTemplate,
    /// In source order; names may repeat. `Content-Type` stands here only when it differs from what `body` implies.
    pub headers: Vec<Field>,
    /// Cookies that the client makes itself. What servers set is the cookie jar's business.
    pub cookies: Vec<Field>,
    pub body: Body,
    pub auth: Auth,
    /// The folder or collection that the credentials come from, when they are not the request's own.
    pub auth_from: Option<Origin>,
    pub overrides: Overrides,
}

/// A name and a value: a header, a cookie, a form field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    pub name: Text,
    pub value: Text,
}

impl Field {
    pub fn new(name: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// One `&`-separated piece of a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QueryField {
    pub name: Text,
    /// `None` is a name without `=`.
    pub value: Option<Text>,
    pub encoding: Encoding,
}

/// How a text gets into a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Encoding {
    /// Literals are wire text already and variables go in as they are.
    Raw,
    /// Literals are wire text already; of variables only what a URL cannot hold is percent-encoded at run time, and
    /// escapes that they have stay (`a b%20c` becomes `a%20b%20c`).
    Lenient,
    /// Literals are plain text and are percent-encoded; so are variables at run time.
    #[default]
    Component,
}

/// What this request wants other than the defaults of the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    pub timeout_ms: Option<u64>,
    /// Redirects to follow; `Some(0)` shows the redirect itself.
    pub max_redirects: Option<u32>,
    /// Statuses that do not count as failed although they are outside 200–399.
    pub expected_statuses: Vec<u16>,
    /// The body of the response is read and thrown away.
    pub discard_body: bool,
    /// The body is there for scripts to look at and is not sent: the method has none.
    pub unsent_body: bool,
    /// A redirect keeps method and body whatever its status.
    pub keep_method_on_redirect: bool,
    /// Neither sends nor stores cookies of the jar.
    pub no_cookies: bool,
    /// Credentials for a digest or NTLM go out when the server has asked for them, and not as Basic before.
    pub wait_for_challenge: bool,
    /// Headers that the client adds by itself and that this request goes without, in lower case.
    pub omit_headers: Vec<String>,
}
