//! A collection whose scripts are all understood becomes a plan without scripts: placeholders get their variables, values
//! that no scope knows stay as Postman leaves them, and lifted scripts become checks, extractions and assignments.

use std::collections::{BTreeMap, BTreeSet};

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{
    Auth, Body, Encoding, Group, Json, Lifetime, Part, Request, RequestStep, Segment, Step, Text, VarName,
    VarSource, Variable,
};

use crate::encode::{self, Place, encode};
use crate::importer::Lifts;
use crate::lift::Action;
use crate::scope::Scopes;
use crate::value::printed;
use crate::{codes, secret, template};

/// Stands for a hole while a body is read as JSON.
const MARK: char = '\u{f8ff}';

/// Whether a key has a hole: keys are plain text in the model.
fn keys_hold(json: &Json) -> bool {
    match json {
        Json::Object(fields) => fields.iter().any(|(k, v)| k.contains(MARK) || keys_hold(v)),
        Json::Array(items) => items.iter().any(keys_hold),
        _ => false,
    }
}

pub struct Filled {
    pub steps: Vec<Step>,
    pub variables: Vec<Variable>,
    pub base: Option<VarName>,
}

/// What a name stands for.
#[derive(Clone)]
enum Kind {
    Column,
    Captured,
    /// Known now; the whole value.
    Static(String),
    /// Has something in it that is only known at each use.
    Inline(Text),
    Unknown,
}

pub fn fill(steps: Vec<Step>, scopes: &Scopes, lifts: &Lifts, diagnostics: &mut Diagnostics) -> Filled {
    let captured = lifts.values().flat_map(|l| l.actions.iter()).filter_map(Action::writes).collect();
    let mut fill = Fill {
        scopes,
        lifts,
        captured,
        kinds: BTreeMap::new(),
        used: BTreeSet::new(),
        read_first: BTreeSet::new(),
        written: BTreeSet::new(),
        bases: BTreeMap::new(),
        missing: BTreeSet::new(),
        at: Origin::default(),
        diagnostics,
    };
    let steps = fill.steps(steps);
    let base = fill.bases.iter().max_by_key(|(_, n)| **n).map(|(name, _)| VarName::new(name.clone()));
    let variables = fill.variables();
    Filled { steps, variables, base }
}

struct Fill<'a> {
    scopes: &'a Scopes,
    lifts: &'a Lifts,
    captured: BTreeSet<String>,
    kinds: BTreeMap<String, Kind>,
    used: BTreeSet<String>,
    /// Captured variables that something reads before anything wrote them.
    read_first: BTreeSet<String>,
    written: BTreeSet<String>,
    bases: BTreeMap<String, usize>,
    missing: BTreeSet<String>,
    at: Origin,
    diagnostics: &'a mut Diagnostics,
}

impl Fill<'_> {
    fn steps(&mut self, steps: Vec<Step>) -> Vec<Step> {
        let mut out = Vec::new();
        for step in steps {
            match step {
                Step::Group(Group { name, note, steps, origin }) => {
                    let steps = self.steps(steps);
                    out.push(Step::Group(Group { name, note, steps, origin }));
                }
                Step::Request(request) => self.request_step(*request, &mut out),
                other => out.push(other),
            }
        }
        out
    }

    fn request_step(&mut self, mut step: RequestStep, out: &mut Vec<Step>) {
        self.at = step.origin.clone();
        for script in std::mem::take(&mut step.before) {
            for action in self.lifts.get(&script.origin).map(|l| l.actions.clone()).unwrap_or_default() {
                if let Action::Assign(mut assign) = action {
                    assign.value = self.text(&assign.value, None);
                    self.written.insert(assign.into.0.clone());
                    out.push(Step::Assign(assign));
                }
            }
        }
        self.request(&mut step.request);
        let mut assigns = Vec::new();
        for script in std::mem::take(&mut step.after) {
            for action in self.lifts.get(&script.origin).map(|l| l.actions.clone()).unwrap_or_default() {
                match action {
                    Action::Check(check) => step.checks.push(check),
                    Action::Extract(extraction) => {
                        self.written.insert(extraction.into.0.clone());
                        step.extractions.push(extraction);
                    }
                    Action::Assign(mut assign) => {
                        assign.value = self.text(&assign.value, None);
                        self.written.insert(assign.into.0.clone());
                        assigns.push(Step::Assign(assign));
                    }
                }
            }
        }
        out.push(Step::Request(Box::new(step)));
        out.extend(assigns);
    }

    fn request(&mut self, request: &mut Request) {
        if std::mem::take(&mut request.overrides.unsent_body) {
            request.body = Body::Empty;
        }
        self.base(request);
        for segment in &mut request.url.path {
            *segment = self.segment(segment);
        }
        for field in &mut request.url.query {
            let place = (field.encoding != Encoding::Raw).then_some(Place::Query);
            field.name = self.text(&field.name, place);
            field.value = field.value.take().map(|v| self.text(&v, place));
        }
        for field in &mut request.headers {
            field.name = self.text(&field.name, None);
            field.value = self.text(&field.value, None);
        }
        let url = std::mem::take(&mut request.url);
        let headers = std::mem::take(&mut request.headers);
        let auth = std::mem::take(&mut request.auth);
        request.for_each_text_mut(&mut |t| *t = self.text(t, None));
        request.url = url;
        request.headers = headers;
        self.exact_form(&mut request.body);
        self.json_body(request);
        request.auth = self.auth(auth, request);
    }

    fn segment(&mut self, segment: &Segment) -> Segment {
        match segment {
            Segment::Literal(text) => Segment::Literal(encode(text, Place::Path)),
            Segment::Param { label, value, encoding } => {
                let place = (*encoding != Encoding::Raw).then_some(Place::Path);
                let filled = self.text(value, place);
                // a name that stands for nothing is plain text of the path
                match filled.as_literal() {
                    Some(text) if text.contains("%7B%7B") => Segment::Literal(text.to_owned()),
                    _ => {
                        let label = encode(label, Place::Path).replace("%7B", "{").replace("%7D", "}");
                        Segment::Param { label, value: filled, encoding: *encoding }
                    }
                }
            }
        }
    }

    /// A JSON body whose holes stand in strings and are known now is shown as an object.
    fn json_body(&mut self, request: &mut Request) {
        let Body::Raw { media_type, content } = &request.body else { return };
        let own = request.headers.iter().find(|f| f.name.to_string().eq_ignore_ascii_case("content-type"));
        let own = own.and_then(|f| f.value.as_literal().map(str::to_owned));
        if media_type.as_deref().or(own.as_deref()) != Some("application/json")
            || content.as_literal().is_some()
        {
            return;
        }
        let mut marked = String::new();
        let mut names = Vec::new();
        for part in &content.0 {
            match part {
                Part::Literal(t) if !t.contains(MARK) => marked.push_str(t),
                Part::Var(name) => {
                    let plain = |v: &str| v.chars().all(|c| !c.is_control() && c != '"' && c != '\\');
                    if !matches!(self.kind(&name.0.clone(), 0), Kind::Static(value) if plain(&value)) {
                        return;
                    }
                    marked.push_str(&format!("{MARK}{}{MARK}", names.len()));
                    names.push(name.clone());
                }
                Part::Literal(_) | Part::Column { .. } | Part::Generated(_) => return,
            }
        }
        // a mark outside a string is no JSON, so this only succeeds when every hole is in one
        let Some((mut value, indent)) = loadwright_import::json_from_text(&marked) else { return };
        if keys_hold(&value) {
            return;
        }
        value.for_each_text_mut(&mut |text| {
            let mut out = Text::default();
            for part in &text.0 {
                let Part::Literal(literal) = part else { continue };
                for (i, piece) in literal.split(MARK).enumerate() {
                    match names.get(piece.parse::<usize>().unwrap_or(usize::MAX)) {
                        Some(name) if i % 2 == 1 => out.push(Part::Var(name.clone())),
                        _ => out.push_str(piece),
                    }
                }
            }
            *text = out;
        });
        request.body = Body::Json { value, indent };
    }

    /// A form with characters that encoders treat differently becomes the text that Postman sends.
    fn exact_form(&mut self, body: &mut Body) {
        let Body::Form(fields) = body else { return };
        let texts = || fields.iter().flat_map(|f| [&f.name, &f.value]);
        let mut plain = true;
        for text in texts() {
            for part in &text.0 {
                plain &= match part {
                    Part::Literal(t) => encode::form(t) == *t,
                    Part::Var(name) => match self.kind(&name.0.clone(), 0) {
                        Kind::Static(value) => encode::form(&value) == value,
                        // encoded when the script runs
                        Kind::Captured | Kind::Column | Kind::Inline(_) | Kind::Unknown => return,
                    },
                    Part::Column { .. } | Part::Generated(_) => return,
                };
            }
        }
        if plain {
            return;
        }
        let mut content = Text::default();
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                content.push_str("&");
            }
            for (n, text) in [&field.name, &field.value].into_iter().enumerate() {
                if n > 0 {
                    content.push_str("=");
                }
                for part in &text.0 {
                    match part {
                        Part::Literal(t) => content.push_str(&encode::form(t)),
                        Part::Var(name) => match self.kind(&name.0.clone(), 0) {
                            Kind::Static(value) if encode::form(&value) != value => {
                                content.push_str(&encode::form(&value));
                            }
                            _ => content.push(part.clone()),
                        },
                        part => content.push(part.clone()),
                    }
                }
            }
        }
        *body = Body::Raw { media_type: Some("application/x-www-form-urlencoded".to_owned()), content };
    }

    /// The address in front of the path; Postman takes `http://` where there is no scheme.
    fn base(&mut self, request: &mut Request) {
        let base = std::mem::take(&mut request.url.base);
        if let Some(Part::Var(name)) = base.0.first()
            && base.0.len() == 1
            && matches!(self.kind(&name.0.clone(), 0), Kind::Static(_))
        {
            *self.bases.entry(name.0.clone()).or_default() += 1;
        }
        let flat = self.flat(&base);
        let mut filled = self.text(&base, None);
        if !flat.contains("://") && (!flat.is_empty() || filled.is_empty()) {
            let mut with = Text::literal("http://");
            with.append(filled);
            filled = with;
        }
        request.url.base = filled;
    }

    /// The text with every static value in its place; what is not known yet is left out.
    fn flat(&mut self, text: &Text) -> String {
        text.0
            .iter()
            .map(|part| match part {
                Part::Literal(t) => t.clone(),
                Part::Var(name) => match self.kind(&name.0.clone(), 0) {
                    Kind::Static(value) => value,
                    Kind::Inline(text) => self.flat(&text),
                    Kind::Column | Kind::Captured => String::new(),
                    Kind::Unknown => format!("{{{{{name}}}}}"),
                },
                Part::Column { .. } | Part::Generated(_) => String::new(),
            })
            .collect()
    }

    fn auth(&mut self, auth: Auth, request: &mut Request) -> Auth {
        let mut holder = Request { auth, ..Request::default() };
        // a scheme without its parameters adds nothing, as in Postman
        let nothing = match &holder.auth {
            Auth::Bearer { token, .. } => self.is_nothing(token),
            Auth::ApiKey { name, value, .. } => self.is_nothing(name) && self.is_nothing(value),
            Auth::OAuth2(o) => match &o.grant {
                loadwright_scenario::Grant::Static { token } => self.is_nothing(token),
                _ => false,
            },
            _ => false,
        };
        if nothing {
            return Auth::None;
        }
        holder.for_each_text_mut(&mut |t| *t = self.text(t, None));
        let replaced = match &holder.auth {
            Auth::None | Auth::Digest { .. } | Auth::Ntlm { .. } => None,
            Auth::ApiKey { place: loadwright_scenario::ApiKeyPlace::Header, name, .. } => {
                Some(name.to_string().to_lowercase())
            }
            Auth::ApiKey { name, .. } => {
                request.url.query.retain(|q| &q.name != name);
                None
            }
            _ => Some("authorization".to_owned()),
        };
        if let Some(header) = replaced {
            request.headers.retain(|f| f.name.to_string().to_lowercase() != header);
        }
        holder.auth
    }

    fn is_nothing(&mut self, text: &Text) -> bool {
        let known = text.0.iter().all(|p| match p {
            Part::Var(name) => {
                !matches!(self.kind(&name.0.clone(), 0), Kind::Captured | Kind::Column | Kind::Inline(_))
            }
            Part::Literal(_) => true,
            Part::Column { .. } | Part::Generated(_) => false,
        });
        known && self.flat(text).is_empty()
    }

    fn text(&mut self, text: &Text, place: Option<Place>) -> Text {
        let mut out = Text::default();
        let nested = self.unnested(text);
        for part in &nested.as_ref().unwrap_or(text).0 {
            let Part::Var(name) = part else {
                match (part, place) {
                    (Part::Literal(t), Some(place)) => out.push_str(&encode(t, place)),
                    _ => out.push(part.clone()),
                }
                continue;
            };
            match self.kind(&name.0, 0) {
                Kind::Column => out.push(Part::Column { dataset: "data".to_owned(), column: name.0.clone() }),
                Kind::Captured => {
                    if !self.written.contains(&name.0) {
                        self.read_first.insert(name.0.clone());
                    }
                    out.push(part.clone());
                }
                Kind::Static(value) => match place.map(|p| encode(&value, p)) {
                    Some(encoded) if encoded != value => out.push_str(&encoded),
                    _ => {
                        self.use_static(&name.0);
                        out.push(part.clone());
                    }
                },
                Kind::Inline(inner) => {
                    let inner = self.text(&inner, place);
                    out.append(inner);
                }
                Kind::Unknown => {
                    if self.missing.insert(name.0.clone()) {
                        let message = format!("`{name}` has no value: the placeholder itself is sent");
                        self.diagnostics.push(Diagnostic::new(
                            &codes::UNRESOLVED_VARIABLE,
                            message,
                            self.at.clone(),
                        ));
                    }
                    let hole = format!("{{{{{name}}}}}");
                    out.push_str(&place.map_or(hole.clone(), |p| encode(&hole, p)));
                }
            }
        }
        out
    }

    /// `{{a_{{b}}}}` with the inner names filled, so that the outer ones are names too.
    fn unnested(&mut self, text: &Text) -> Option<Text> {
        let open = |t: &Text| {
            t.0.iter().any(|p| matches!(p, Part::Literal(l) if l.contains("{{") || l.contains("}}")))
        };
        if text.0.len() < 2 || !open(text) {
            return None;
        }
        let mut out = text.clone();
        for _ in 0..19 {
            let mut joined = String::new();
            for part in &out.0 {
                match part {
                    Part::Literal(t) => joined.push_str(t),
                    Part::Var(name) => match self.kind(&name.0.clone(), 0) {
                        Kind::Static(value) => joined.push_str(&value),
                        _ => joined.push_str(&format!("{{{{{name}}}}}")),
                    },
                    Part::Column { .. } | Part::Generated(_) => return None,
                }
            }
            let next = template::text(&joined);
            if next == out {
                break;
            }
            out = next;
        }
        Some(out)
    }

    fn use_static(&mut self, name: &str) {
        if self.used.insert(name.to_owned()) {
            let inner: Vec<String> = self.value(name).vars().map(|v| v.0.clone()).collect();
            for name in &inner {
                if matches!(self.kind(name, 0), Kind::Static(_)) {
                    self.use_static(name);
                }
            }
        }
    }

    fn value(&self, name: &str) -> Text {
        let value = self.scopes.constant(name).map(|k| printed(&k.value)).unwrap_or_default();
        template::text(&value)
    }

    fn kind(&mut self, name: &str, depth: usize) -> Kind {
        if let Some(kind) = self.kinds.get(name) {
            return kind.clone();
        }
        let kind = if self.captured.contains(name) {
            Kind::Captured
        } else if self.scopes.is_column(name) {
            Kind::Column
        } else if self.scopes.constant(name).is_none() || depth > 18 {
            Kind::Unknown
        } else {
            self.constant(name, depth)
        };
        if depth == 0 {
            self.kinds.insert(name.to_owned(), kind.clone());
        }
        kind
    }

    fn constant(&mut self, name: &str, depth: usize) -> Kind {
        let text = self.value(name);
        let mut flat = String::new();
        for part in &text.0 {
            match part {
                Part::Literal(t) => flat.push_str(t),
                Part::Var(inner) => match self.kind(&inner.0.clone(), depth + 1) {
                    Kind::Static(value) => flat.push_str(&value),
                    // the placeholder stays in the middle of the value
                    Kind::Unknown | Kind::Column | Kind::Captured | Kind::Inline(_) => {
                        return Kind::Inline(text);
                    }
                },
                Part::Column { .. } | Part::Generated(_) => return Kind::Inline(text),
            }
        }
        Kind::Static(flat)
    }

    /// The declarations of everything that is used, in the order of the scopes.
    fn variables(&mut self) -> Vec<Variable> {
        let mut out: Vec<Variable> = Vec::new();
        let scopes = self.scopes;
        let names: Vec<&String> =
            scopes.environment.keys().chain(scopes.collection.keys()).chain(scopes.globals.keys()).collect();
        for name in names {
            if !self.used.contains(name) || out.iter().any(|v| v.name.0 == *name) {
                continue;
            }
            let Some(known) = scopes.constant(name) else { continue };
            let text = self.value(name);
            let secret = secret::of_variable(name, known, self.diagnostics);
            let base = self.bases.contains_key(name);
            let source = match &secret {
                Some(env) => VarSource::Environment { name: env.clone(), default: None },
                None if base => VarSource::Environment { name: secret::env_name(name), default: Some(text) },
                None => VarSource::Constant(text),
            };
            out.push(Variable {
                name: VarName::new(name.clone()),
                source,
                lifetime: Lifetime::default(),
                secret: secret.is_some(),
                note: None,
                origin: known.origin.clone(),
            });
        }
        for name in &self.captured {
            let known = scopes.constant(name);
            let initial = known.map(|k| Text::literal(printed(&k.value)));
            let lasting = self.read_first.contains(name);
            out.push(Variable {
                name: VarName::new(name.clone()),
                source: VarSource::Captured {
                    initial: if lasting {
                        Some(initial.unwrap_or_else(|| Text::literal(format!("{{{{{name}}}}}"))))
                    } else {
                        None
                    },
                },
                lifetime: if lasting { Lifetime::VirtualUser } else { Lifetime::Iteration },
                secret: false,
                note: None,
                origin: known.map(|k| k.origin.clone()).unwrap_or_default(),
            });
        }
        out
    }
}
