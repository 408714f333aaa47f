//! A collection whose scripts are all understood becomes a plan without scripts: placeholders get their variables, values
//! that no scope knows stay as Postman leaves them, and lifted scripts become checks, extractions and assignments.

mod alone;
mod bodies;
mod code;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{
    Auth, Body, Encoding, Group, Part, Request, RequestStep, Segment, Step, Text, VarName, Variable,
};

use crate::encode::{Place, encode};
use crate::importer::Lifts;
use crate::lift::{Action, Lifted};
use crate::scope::Scopes;
use crate::value::printed;
use crate::{codes, template};

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
    /// Differs between environments; the value in the first.
    Switched(String),
    /// Has something in it that is only known at each use.
    Inline(Text),
    Unknown,
}

pub fn fill(steps: Vec<Step>, scopes: &Scopes, lifts: &Lifts, diagnostics: &mut Diagnostics) -> Filled {
    let captured: BTreeSet<String> = lifts.values().flat_map(Lifted::set).collect();
    let plain = || lifts.values().filter_map(|l| l.plain.as_ref());
    let alone = || lifts.values().filter_map(|l| l.alone.as_ref());
    let taken = alone().flat_map(|a| a.unset.iter().cloned());
    let unset: BTreeSet<String> =
        plain().flat_map(|p| p.unset.iter().cloned()).chain(taken.clone()).collect();
    let mut in_texts = in_texts(&steps, scopes, lifts);
    // a script that stays as it is takes a variable away by putting its placeholder there
    in_texts.extend(taken);
    let mut fill = Fill {
        scopes,
        lifts,
        captured,
        kinds: BTreeMap::new(),
        used: BTreeSet::new(),
        read_first: BTreeSet::new(),
        written: BTreeSet::new(),
        unset,
        in_texts,
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

/// Every name that a request, a value or an assignment has a hole for.
fn in_texts(steps: &[Step], scopes: &Scopes, lifts: &Lifts) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut take = |t: &Text| out.extend(t.vars().map(|v| v.0.clone()));
    for known in scopes.environment.values().chain(scopes.collection.values()).chain(scopes.globals.values())
    {
        take(&template::text(&printed(&known.value)));
    }
    for action in lifts.values().flat_map(|l| &l.actions) {
        if let Action::Assign(assign) = action {
            take(&assign.value);
        }
    }
    for plain in lifts.values().filter_map(|l| l.plain.as_ref()) {
        plain.texts().for_each(&mut take);
    }
    let mut left: Vec<&Step> = steps.iter().collect();
    while let Some(step) = left.pop() {
        match step {
            Step::Request(r) => r.for_each_text(&mut take),
            Step::Group(g) => left.extend(&g.steps),
            _ => {}
        }
    }
    out
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
    /// Variables that some script takes away.
    unset: BTreeSet<String>,
    /// Variables that texts have holes for.
    in_texts: BTreeSet<String>,
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
        for mut script in std::mem::take(&mut step.before) {
            if let Some(plain) = self.lifts.get(&script.origin).and_then(|l| l.plain.as_ref()) {
                self.code(&mut script, plain, &step.request.method);
                self.headers(&mut step.request, plain);
                step.before.push(script);
                continue;
            }
            if let Some(alone) = self.lifts.get(&script.origin).and_then(|l| l.alone.as_ref()) {
                self.alone(&mut script, alone);
                step.before.push(script);
                continue;
            }
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
        for mut script in std::mem::take(&mut step.after) {
            if let Some(plain) = self.lifts.get(&script.origin).and_then(|l| l.plain.as_ref()) {
                self.code(&mut script, plain, &step.request.method);
                step.after.push(script);
                continue;
            }
            if let Some(alone) = self.lifts.get(&script.origin).and_then(|l| l.alone.as_ref()) {
                self.alone(&mut script, alone);
                step.after.push(script);
                continue;
            }
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

    /// The address in front of the path; Postman takes `http://` where there is no scheme.
    fn base(&mut self, request: &mut Request) {
        let base = std::mem::take(&mut request.url.base);
        if let Some(Part::Var(name)) = base.0.first()
            && base.0.len() == 1
            && matches!(self.kind(&name.0.clone(), 0), Kind::Static(_) | Kind::Switched(_))
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
                    Kind::Static(value) | Kind::Switched(value) => value,
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
            Part::Var(name) => !matches!(
                self.kind(&name.0.clone(), 0),
                Kind::Captured | Kind::Column | Kind::Inline(_) | Kind::Switched(_)
            ),
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
                Kind::Switched(_) => {
                    self.use_static(&name.0);
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
        if !template::is_nested(text) {
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
            let mut inner: Vec<String> = self.value(name).vars().map(|v| v.0.clone()).collect();
            for (_, known) in self.scopes.switched(name).into_iter().flatten() {
                let text = known.map(|k| template::text(&printed(&k.value))).unwrap_or_default();
                inner.extend(text.vars().map(|v| v.0.clone()));
            }
            for name in &inner {
                if matches!(self.kind(name, 0), Kind::Static(_) | Kind::Switched(_)) {
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
        } else if self.scopes.switched(name).is_some() {
            let first = self.value(name);
            Kind::Switched(if depth > 17 { String::new() } else { self.flat(&first) })
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
                    Kind::Unknown | Kind::Column | Kind::Captured | Kind::Inline(_) | Kind::Switched(_) => {
                        return Kind::Inline(text);
                    }
                },
                Part::Column { .. } | Part::Generated(_) => return Kind::Inline(text),
            }
        }
        Kind::Static(flat)
    }
}
