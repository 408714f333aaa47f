use loadwright_diagnostic::{Diagnostic, Diagnostics};
use loadwright_import::Object;
use loadwright_scenario::{
    ApiKeyPlace, Check, Encoding, Field, Json, JsonPath, Predicate, Request, RequestStep, Segment, Selector,
    Text, UrlTemplate, VarName,
};

use crate::body::{BodyPlan, RequestBody};
use crate::codes;
use crate::document::{Document, Node};
use crate::parameter::{Parameter, Place};
use crate::response::Declared;
use crate::schema::Schema;
use crate::security::Secured;

/// One operation with everything that its path item and the document add to it.
pub(crate) struct Operation<'a> {
    pub method: String,
    pub path: &'a str,
    pub path_item: Node<'a>,
    pub node: Node<'a>,
}

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Every operation in the document's order.
pub(crate) fn operations<'a>(document: &Document<'a>, diagnostics: &mut Diagnostics) -> Vec<Operation<'a>> {
    let mut out = Vec::new();
    let paths = document.root().get("paths");
    for (path, item) in paths.iter().flat_map(|p| p.fields().collect::<Vec<_>>()) {
        if path.starts_with("x-") {
            continue;
        }
        let own = item.clone();
        let Some(item) = document.resolve(&item, diagnostics) else { continue };
        if item.object().is_none() {
            diagnostics.push(Diagnostic::new(&codes::SHAPE, format!("`{path}` is no object"), item.origin()));
            continue;
        }
        for (key, node) in item.fields() {
            let lower = key.to_ascii_lowercase();
            if METHODS.contains(&lower.as_str()) {
                let Some(node) = document.resolve(&node, diagnostics).filter(|n| n.object().is_some()) else {
                    diagnostics.push(Diagnostic::new(
                        &codes::SHAPE,
                        format!("`{key} {path}` is no object"),
                        node.origin(),
                    ));
                    continue;
                };
                // pieces of a referenced path item are in the reference's place for the reader
                let mut node = node;
                if item.file.is_some() {
                    node.pin(own.origin().key(key));
                }
                out.push(Operation {
                    method: lower.to_ascii_uppercase(),
                    path,
                    path_item: item.clone(),
                    node,
                });
            } else if key == "additionalOperations" {
                for (method, node) in node.fields() {
                    diagnostics.push(Diagnostic::new(
                        &codes::METHOD,
                        format!("`{method} {path}`"),
                        node.origin(),
                    ));
                    out.push(Operation { method: method.to_owned(), path, path_item: item.clone(), node });
                }
            }
        }
    }
    for key in ["webhooks"] {
        if let Some(n) = document.root().get(key).filter(|n| n.object().is_some_and(|o| !o.is_empty())) {
            let count = n.object().map_or(0, Object::len);
            diagnostics.push(Diagnostic::new(
                &codes::CALLBACK,
                format!("{count} webhooks are not client requests"),
                n.origin(),
            ));
        }
    }
    out
}

impl Operation<'_> {
    /// `operationId`, else the method and the path.
    pub fn name(&self) -> String {
        let id = self.node.text("operationId").map(str::trim).filter(|i| !i.is_empty());
        id.map_or_else(|| format!("{} {}", self.method, self.path), str::to_owned)
    }

    /// The first tag, else the first fixed segment of the path: what the operation is about.
    pub fn group(&self) -> String {
        let tag = self.node.get("tags").and_then(|t| t.value.item(0)?.as_str().map(str::to_owned));
        tag.filter(|t| !t.trim().is_empty()).unwrap_or_else(|| {
            let segment = self.path.split('/').find(|s| {
                let version =
                    s.strip_prefix('v').is_some_and(|r| r.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
                !s.is_empty() && !s.contains('{') && *s != "api" && !version
            });
            segment.unwrap_or("api").to_owned()
        })
    }

    pub fn note(&self) -> Option<String> {
        let text = self.node.text("summary").filter(|s| !s.trim().is_empty()).or_else(|| {
            let d = self.node.text("description")?;
            d.split("\n\n").next()?.lines().next()
        })?;
        let text = text.trim();
        let short: String = text.chars().take(160).collect();
        (!short.is_empty()).then(|| if short.len() < text.len() { format!("{short}…") } else { short })
    }
}

/// Everything that an operation's request is made from.
pub(crate) struct Parts<'p, 'a> {
    pub operation: &'p Operation<'a>,
    pub parameters: &'p [Parameter<'a>],
    pub body: Option<&'p RequestBody<'a>>,
    pub responses: &'p [Declared<'a>],
    pub secured: Secured,
    pub base: Text,
    pub all: bool,
    pub seed: u64,
}

impl<'a> Parts<'_, 'a> {
    pub fn step(&self, document: &Document<'a>, diagnostics: &mut Diagnostics) -> RequestStep {
        let operation = self.operation;
        let name = operation.name();
        let mut request = Request { method: operation.method.as_str().into(), ..Request::default() };
        let (path, fixed_query) = operation.path.split_once('?').unwrap_or((operation.path, ""));
        let path = path.split('#').next().unwrap_or(path);
        request.url = UrlTemplate {
            base: self.base.clone(),
            path: self.path(document, path, diagnostics),
            query: Vec::new(),
        };
        for (n, v) in loadwright_import::query_pieces(fixed_query).filter(|(n, _)| !n.is_empty()) {
            request.url.query.push(loadwright_scenario::QueryField {
                name: Text::literal(n),
                value: v.map(Text::literal),
                encoding: Encoding::Raw,
            });
        }
        self.accept(&mut request);
        for p in self.parameters.iter().filter(|p| p.is_sent(self.all)) {
            let fixed = |f: &loadwright_scenario::QueryField| f.name.as_literal() == Some(p.name);
            match p.place {
                // the path itself has it
                Place::Query if !fixed_query.is_empty() && request.url.query.iter().any(fixed) => {}
                Place::Query => {
                    request.url.query.extend(p.query(&p.sample(document, self.seed, diagnostics)));
                }
                Place::QueryString => {
                    let value = p.sample(document, self.seed, diagnostics);
                    for (n, v) in value.as_object().into_iter().flatten() {
                        request.url.query.push(loadwright_scenario::QueryField {
                            name: Text::literal(n.as_str()),
                            value: Some(Text::literal(crate::parameter::plain(v))),
                            encoding: Encoding::Component,
                        });
                    }
                }
                // these three are described elsewhere and ignored here by the specification
                Place::Header
                    if ["accept", "content-type", "authorization"]
                        .contains(&p.name.to_ascii_lowercase().as_str()) => {}
                Place::Header => {
                    let value = p.styled(&p.sample(document, self.seed, diagnostics));
                    request.headers.push(Field::new(p.name, value.replace(['\r', '\n'], " ")));
                }
                Place::Cookie => {
                    let value = p.styled(&p.sample(document, self.seed, diagnostics));
                    request.cookies.push(Field::new(p.name, crate::parameter::encode(&value)));
                }
                Place::Path | Place::Body | Place::FormData => {}
            }
        }
        if let Some(body) = self.body {
            let plan = BodyPlan {
                document,
                all: self.all,
                seed: self.seed,
                unique: operation.method == "POST" && !is_login(path),
                changes: operation.method == "PATCH",
            };
            let (body, media_type) = plan.body(body, &operation.node, diagnostics);
            request.body = body;
            if let Some(media_type) = media_type {
                request.headers.push(Field::new("Content-Type", media_type));
            }
        }
        let redirects = self.responses.iter().all(|d| d.key.starts_with('3')) && !self.responses.is_empty();
        if redirects {
            request.overrides.max_redirects = Some(0);
        }
        request.auth = self.secured.auth.clone();
        for (place, key, value) in &self.secured.more {
            match place {
                ApiKeyPlace::Header => {
                    request.headers.push(Field { name: Text::literal(key.as_str()), value: value.clone() });
                }
                ApiKeyPlace::Cookie => {
                    request.cookies.push(Field { name: Text::literal(key.as_str()), value: value.clone() });
                }
                ApiKeyPlace::Query => request.url.query.push(loadwright_scenario::QueryField {
                    name: Text::literal(key.as_str()),
                    value: Some(value.clone()),
                    encoding: Encoding::Component,
                }),
            }
        }
        // several operations of one path that differ in their fixed query are not one
        let url_group = (!fixed_query.is_empty())
            .then(|| format!("{} {}?{fixed_query}", operation.method, request.url.group()));
        RequestStep {
            url_group,
            checks: self.checks(document, &name),
            note: operation.note(),
            request,
            origin: operation.node.origin(),
            name: name.into(),
            ..RequestStep::default()
        }
    }

    fn path(&self, document: &Document<'a>, path: &str, diagnostics: &mut Diagnostics) -> Vec<Segment> {
        let mut out = Vec::new();
        for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
            if !segment.contains('{') {
                out.push(Segment::Literal(literal(segment).into()));
                continue;
            }
            let mut value = Text::default();
            let mut rest = segment;
            while let Some((before, after)) = rest.split_once('{') {
                value.push_str(&literal(before));
                let Some((name, after)) = after.split_once('}') else {
                    value.push_str("{");
                    value.push_str(after);
                    rest = "";
                    break;
                };
                let sample = self.path_value(document, name, diagnostics);
                let whole = before.is_empty() && after.is_empty() && rest.len() == segment.len();
                // what stands beside a parameter is wire text, so its value has to be, too
                value.append(Text::literal(if whole { sample } else { crate::parameter::encode(&sample) }));
                rest = after;
            }
            value.push_str(&literal(rest));
            let whole = segment.starts_with('{') && segment.find('}') == Some(segment.len() - 1);
            let encoding = if whole { Encoding::Component } else { Encoding::Raw };
            out.push(Segment::Param { label: segment.into(), value, encoding });
        }
        out
    }

    fn path_value(&self, document: &Document<'a>, name: &str, diagnostics: &mut Diagnostics) -> String {
        let name = name.trim_start_matches(['/', '+', '.', ';', '?', '&', '#']).trim_end_matches('*');
        let declared = self.parameters.iter().find(|p| p.place == Place::Path && p.name == name);
        let Some(p) = declared else {
            let message = format!("`{{{name}}}` of {} is not declared as a parameter", self.operation.path);
            diagnostics.push(Diagnostic::new(
                &codes::UNDECLARED_PARAMETER,
                message,
                self.operation.node.origin(),
            ));
            return crate::scalar::string(&[], name, self.seed);
        };
        let value = p.sample(document, self.seed, diagnostics);
        let text = p.styled(&value);
        if text.is_empty() { "1".to_owned() } else { text }
    }

    /// `Accept`, where the server has a choice of what to send back.
    fn accept(&self, request: &mut Request) {
        let media = self.responses.iter().find(|d| d.media_types > 1).and_then(|d| d.content.as_ref());
        if let Some((media, _, _)) = media.filter(|(m, _, _)| !m.contains('*') && !m.is_empty()) {
            request.headers.push(Field::new("Accept", media.as_str()));
        }
    }

    fn checks(&self, document: &Document<'a>, name: &str) -> Vec<Check> {
        let check = |what: String, subject: Selector, predicate: Predicate, node: &Node<'a>| Check {
            name: format!("{name}: {what}"),
            subject,
            predicate,
            origin: node.origin(),
        };
        let number = |n: u16| Json::Number(n.to_string());
        let exact: Vec<u16> = self.responses.iter().filter_map(|d| d.key.parse().ok()).collect();
        let responses = self.operation.node.get("responses").unwrap_or_else(|| self.operation.node.clone());
        let mut out = vec![match exact.as_slice() {
            [only] if exact.len() == self.responses.len() => check(
                format!("status is {only}"),
                Selector::Status,
                Predicate::Equals(number(*only)),
                &responses,
            ),
            [_, _, ..] if exact.len() == self.responses.len() => {
                let list: Vec<String> = exact.iter().map(u16::to_string).collect();
                let all = exact.iter().map(|n| number(*n)).collect();
                check(
                    format!("status is {}", list.join(" or ")),
                    Selector::Status,
                    Predicate::OneOf(all),
                    &responses,
                )
            }
            _ => check(
                "status is 2xx".to_owned(),
                Selector::Status,
                Predicate::Between { min: "200".to_owned(), max: "299".to_owned() },
                &responses,
            ),
        }];
        if let [only] = self.responses
            && let Some((media_type, schema, node)) = &only.content
            && only.key != "204"
            && self.operation.method != "HEAD"
            && loadwright_import::MediaType::parse(media_type).is_json()
        {
            out.push(check(
                "content type is JSON".to_owned(),
                Selector::Header("Content-Type".to_owned()),
                Predicate::Contains(Text::literal("json")),
                node,
            ));
            let keys = schema.as_ref().map(|s| required_keys(document, s)).unwrap_or_default();
            if !keys.is_empty() {
                let shown: Vec<&str> = keys.iter().map(String::as_str).take(5).collect();
                let more = if keys.len() > shown.len() { ", …" } else { "" };
                out.push(check(
                    format!("body has {}{more}", shown.join(", ")),
                    Selector::Json(JsonPath::default()),
                    Predicate::HasKeys(keys.clone()),
                    node,
                ));
            }
        }
        out
    }
}

/// Whether the operation wants credentials that exist already.
fn is_login(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    [
        "login",
        "signin",
        "sign-in",
        "sign_in",
        "log-in",
        "authenticate",
        "token",
        "auth",
        "session",
        "sessions",
    ]
    .contains(&last.as_str())
}

/// The properties that every answer has to have.
pub(crate) fn required_keys<'a>(document: &Document<'a>, schema: &Schema<'a>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut queue = vec![schema.clone()];
    let mut steps = 0;
    while let Some(s) = queue.pop() {
        steps += 1;
        let Some(node) = document.follow(&s.node).filter(|_| steps < 30) else { continue };
        let s = Schema::new(node);
        let properties = s.properties();
        for key in s.required() {
            let hidden = properties.iter().any(|(k, p)| *k == key && p.node.flag("writeOnly"));
            if !hidden && !out.iter().any(|k| k == key) {
                out.push(key.to_owned());
            }
        }
        let mut all = s.list("allOf");
        all.reverse();
        queue.extend(all);
    }
    out
}

/// A fixed segment as it goes on the wire: what is no URL character is escaped, escapes stay.
fn literal(segment: &str) -> String {
    let mut out = String::new();
    for b in segment.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:@%".contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// The variable that holds the API's address.
pub(crate) fn base_variable() -> VarName {
    VarName::new("baseUrl")
}
