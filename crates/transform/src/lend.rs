use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{
    ApiKeyPlace, Auth, Check, Evidence, Part, RequestStep, Selector, TestPlan, Text, VarName, VarSource,
    Variable, for_each_request, for_each_request_mut,
};

use crate::codes;
use crate::holds::holds;
use crate::join::{Piece, fit_end, path};

/// What a collection knows about one request.
struct Known<'c> {
    step: &'c RequestStep,
    method: &'c str,
    path: Vec<Piece>,
}

/// Tells a recording what a collection knows about its requests: how they prove who sends them, and what their answers
/// are asserted to be. Order and values stay those of the recording. The answer is how many requests were known: with
/// none, the two have nothing to do with each other.
pub fn lend(
    journey: &mut TestPlan,
    evidence: &Evidence,
    collection: &TestPlan,
    diagnostics: &mut Diagnostics,
) -> usize {
    let mut list: Vec<Known<'_>> = Vec::new();
    for_each_request(collection, &mut |step| {
        list.push(Known { step, method: &step.request.method, path: placeless(path(collection, step)) });
    });
    let mut identified: Vec<Option<usize>> = Vec::new();
    let mut total = 0;
    for_each_request(journey, &mut |r| {
        total += 1;
        let own = path(journey, r);
        let fitting = list
            .iter()
            .enumerate()
            .filter(|(_, k)| k.method.eq_ignore_ascii_case(&r.request.method))
            .filter_map(|(i, k)| Some((fit_end(&k.path, &own)?, i)));
        identified.push(fitting.max_by_key(|(fit, i)| (*fit, std::cmp::Reverse(*i))).map(|(_, i)| i));
    });
    let known = identified.iter().flatten().count();
    if known == 0 {
        return 0;
    }
    let mut needed: Vec<VarName> = Vec::new();
    let (mut proofs, mut checks) = (0, 0);
    let mut refuted: Vec<Diagnostic> = Vec::new();
    let mut next = identified.iter();
    for_each_request_mut(journey, &mut |step| {
        let Some(known) = next.next().copied().flatten().and_then(|i| list.get(i)) else { return };
        proofs += usize::from(prove(step, known.step, collection, evidence, &mut needed));
        checks += assert(step, known.step, evidence, &mut refuted);
    });
    for mut variable in with_dependencies(collection, needed.clone()) {
        // what proves who sends a request is no text of a script
        if needed.contains(&variable.name)
            && matches!(&variable.source, VarSource::Constant(text) if text.as_literal().is_some())
        {
            let name = environment(variable.name.as_str());
            variable.source = VarSource::Environment { name, default: None };
            variable.secret = true;
        }
        if !journey.variables.iter().any(|v| v.name == variable.name) {
            journey.variables.push(variable);
        }
    }
    let unused = list.len() - identified.iter().flatten().collect::<std::collections::BTreeSet<_>>().len();
    let message = format!(
        "{known} of {total} requests are in the collection: {proofs} take its credentials, {checks} of its assertions are \
         made; {unused} of its {} requests are not in the recording",
        list.len()
    );
    diagnostics.push(Diagnostic::new(&codes::LENT, message, Origin::default()));
    diagnostics.append(&mut refuted);
    known
}

/// A path variable without a value stands for whatever is there.
fn placeless(path: Vec<Piece>) -> Vec<Piece> {
    let any = |p: Piece| match p {
        Piece::Fixed(text) if text.starts_with(':') && text.len() > 1 => Piece::Any,
        p => p,
    };
    path.into_iter().map(any).collect()
}

/// `petKey` → `PET_KEY`
fn environment(name: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && lower {
            out.push('_');
        }
        lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    }
    out
}

/// Takes over the collection's credentials where they are no recorded value, and drops what the recording sent instead.
fn prove(
    step: &mut RequestStep,
    known: &RequestStep,
    collection: &TestPlan,
    evidence: &Evidence,
    needed: &mut Vec<VarName>,
) -> bool {
    let auth = &known.request.auth;
    let mut used: Vec<VarName> = Vec::new();
    let mut probe = known.clone();
    probe.request.for_each_auth_text_mut(&mut |text: &mut Text| used.extend(variables(text)));
    let constant = |name: &VarName| {
        let source = collection.variables.iter().find(|v| v.name == *name).map(|v| &v.source);
        matches!(
            source,
            Some(VarSource::Constant(_) | VarSource::Environment { .. } | VarSource::Switched { .. })
        )
    };
    if *auth == Auth::None || !used.iter().all(constant) {
        return false;
    }
    let place = place(auth);
    let sent = sent(step, &place);
    // what the server itself gave out in the recording follows from there
    if sent.as_deref().is_some_and(|value| was_given(evidence, step, value)) {
        return false;
    }
    match &place {
        Place::Header(name) => {
            step.request
                .headers
                .retain(|h| h.name.as_literal().is_none_or(|n| !n.eq_ignore_ascii_case(name)));
        }
        Place::Query(name) => step.request.url.query.retain(|q| q.name.as_literal() != Some(name)),
        Place::Cookie(name) => step.request.cookies.retain(|c| c.name.as_literal() != Some(name)),
    }
    step.request.auth = auth.clone();
    needed.extend(used);
    true
}

/// Where a request says who sends it.
enum Place {
    Header(String),
    Query(String),
    Cookie(String),
}

fn place(auth: &Auth) -> Place {
    let named = |place: &ApiKeyPlace, name: &Text| {
        let name = name.to_string();
        match place {
            ApiKeyPlace::Header => Place::Header(name),
            ApiKeyPlace::Query => Place::Query(name),
            ApiKeyPlace::Cookie => Place::Cookie(name),
        }
    };
    match auth {
        Auth::ApiKey { place, name, value: _ } => named(place, name),
        Auth::OAuth2(o) if o.place != ApiKeyPlace::Header => named(&o.place, &Text::literal("access_token")),
        Auth::None
        | Auth::Basic { .. }
        | Auth::Digest { .. }
        | Auth::Ntlm { .. }
        | Auth::Bearer { .. }
        | Auth::OAuth1(_)
        | Auth::OAuth2(_)
        | Auth::AwsSigV4(_)
        | Auth::Hawk { .. }
        | Auth::Other { .. } => Place::Header("Authorization".to_owned()),
    }
}

fn sent(step: &RequestStep, place: &Place) -> Option<String> {
    let r = &step.request;
    let text = match place {
        Place::Header(name) => {
            let own = |n: &str| n.eq_ignore_ascii_case(name);
            &r.headers.iter().find(|h| h.name.as_literal().is_some_and(own))?.value
        }
        Place::Query(name) => {
            r.url.query.iter().find(|q| q.name.as_literal() == Some(name))?.value.as_ref()?
        }
        Place::Cookie(name) => &r.cookies.iter().find(|c| c.name.as_literal() == Some(name))?.value,
    };
    text.as_literal().map(|t| t.rsplit(' ').next().unwrap_or(t).to_owned())
}

/// Whether an answer before this request has the value.
fn was_given(evidence: &Evidence, step: &RequestStep, value: &str) -> bool {
    let before = evidence.exchanges.iter().take_while(|e| e.origin != step.origin);
    let in_body =
        |body: &[u8]| value.len() >= 6 && std::str::from_utf8(body).is_ok_and(|b| b.contains(value));
    before
        .flat_map(|e| &e.responses)
        .any(|r| in_body(&r.body.bytes()) || r.headers.iter().any(|(_, v)| in_body(v.as_bytes())))
}

/// Adds the collection's assertions that the recorded answer bears out. The status that was seen is believed first.
fn assert(
    step: &mut RequestStep,
    known: &RequestStep,
    evidence: &Evidence,
    refuted: &mut Vec<Diagnostic>,
) -> usize {
    let answer = evidence.exchanges.iter().find(|e| e.origin == step.origin);
    let answer = answer.and_then(|e| e.responses.first());
    let mut count = 0;
    for check in &known.checks {
        let mut reads = matches!(check.subject, Selector::Var(_));
        let mut probe = RequestStep { checks: vec![check.clone()], ..RequestStep::default() };
        probe.for_each_text_mut(&mut |text: &mut Text| reads |= text.as_literal().is_none());
        // what it compares with belongs to the collection's own run
        if reads {
            continue;
        }
        if answer.is_some_and(|a| holds(check, a) == Some(false)) {
            let message = format!("the recorded answer of {} contradicts `{}`", step.name, check.name);
            refuted.push(Diagnostic::new(&codes::REFUTED, message, step.origin.clone()));
            continue;
        }
        let same = |c: &Check| c.subject == check.subject && c.predicate == check.predicate;
        if step.checks.iter().any(same) {
            continue;
        }
        let mut check = check.clone();
        if step.checks.iter().any(|c| c.name == check.name) {
            check.name = format!("{}: {}", step.name, check.name);
        }
        step.checks.push(check);
        count += 1;
    }
    count
}

fn variables(text: &Text) -> impl Iterator<Item = VarName> + '_ {
    text.0.iter().filter_map(|p| if let Part::Var(name) = p { Some(name.clone()) } else { None })
}

/// The variables by name and those that their values are made of, those that are needed first before the others.
fn with_dependencies(plan: &TestPlan, mut names: Vec<VarName>) -> Vec<Variable> {
    let mut out: Vec<Variable> = Vec::new();
    while let Some(name) = names.pop() {
        let Some(variable) = plan.variables.iter().find(|v| v.name == name) else { continue };
        if out.iter().any(|v| v.name == name) {
            continue;
        }
        match &variable.source {
            VarSource::Constant(text) => names.extend(variables(text)),
            VarSource::Environment { default, .. } => names.extend(default.iter().flat_map(variables)),
            VarSource::Switched { cases, .. } => {
                names.extend(cases.iter().flat_map(|c| variables(&c.value)));
            }
            VarSource::Captured { initial } => names.extend(initial.iter().flat_map(variables)),
        }
        out.push(variable.clone());
    }
    out.sort_by_key(|v| plan.variables.iter().position(|o| o.name == v.name));
    out
}
