//! A collection whose scripts are all understood becomes a plan without scripts: placeholders get their variables, values
//! that no scope knows stay as Postman leaves them, and lifted scripts become checks, extractions and assignments.

mod alone;
mod bodies;
mod code;
mod kinds;
mod texts;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use loadwright_diagnostic::{Diagnostics, Origin};
use loadwright_scenario::{
    Auth, Body, Encoding, Group, Part, Request, RequestStep, Segment, Step, Text, VarName, Variable,
};

use crate::encode::{Place, encode};
use crate::importer::Lifts;
use crate::lift::{Action, Lifted};
use crate::scope::Scopes;

use kinds::Kind;
use texts::in_texts;

pub struct Filled {
    pub steps: Vec<Step>,
    pub variables: Vec<Variable>,
    pub base: Option<VarName>,
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
        jumps: lifts.values().any(|l| l.alone.as_ref().is_some_and(|a| a.decides || a.skips)),
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

struct Fill<'a> {
    scopes: &'a Scopes,
    lifts: &'a Lifts,
    captured: BTreeSet<String>,
    kinds: BTreeMap<String, Kind>,
    used: BTreeSet<String>,
    /// Captured variables that something reads before anything wrote them.
    read_first: BTreeSet<String>,
    written: BTreeSet<String>,
    /// Whether scripts decide which request comes next, or leave some out.
    jumps: bool,
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
                Step::Group(group) => {
                    let Group { name, note, steps, origin } = *group;
                    let steps = self.steps(steps);
                    out.push(Step::Group(Box::new(Group { name, note, steps, origin })));
                }
                Step::Request(request) => self.request_step(*request, &mut out),
                other => out.push(other),
            }
        }
        out
    }

    fn request_step(&mut self, mut step: RequestStep, out: &mut Vec<Step>) {
        if self.jumps {
            // whatever ran before may have been left out
            self.written.clear();
        }
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
                    self.written.insert(assign.into.0.to_string());
                    out.push(Step::Assign(Box::new(assign)));
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
                        self.written.insert(extraction.into.0.to_string());
                        step.extractions.push(extraction);
                    }
                    Action::Assign(mut assign) => {
                        assign.value = self.text(&assign.value, None);
                        self.written.insert(assign.into.0.to_string());
                        assigns.push(Step::Assign(Box::new(assign)));
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
            Segment::Literal(text) => Segment::Literal(encode(text, Place::Path).into()),
            Segment::Param { label, value, encoding } => {
                let place = (*encoding != Encoding::Raw).then_some(Place::Path);
                let filled = self.text(value, place);
                // a name that stands for nothing is plain text of the path
                match filled.as_literal() {
                    Some(text) if text.contains("%7B%7B") => Segment::Literal(text.into()),
                    _ => {
                        let label = encode(label, Place::Path).replace("%7B", "{").replace("%7D", "}");
                        Segment::Param { label: label.into(), value: filled, encoding: *encoding }
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
            && matches!(self.kind(&name.0, 0), Kind::Static(_) | Kind::Switched(_))
        {
            *self.bases.entry(name.0.to_string()).or_default() += 1;
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
}
