//! What keeps a collection from being plain code: then all of it runs over the modules.

use std::collections::{BTreeMap, BTreeSet};

use loadwright_diagnostic::Origin;
use loadwright_scenario::{Auth, Body, Step, Text};

use crate::importer::{Lifts, for_each_step_mut_in};
use crate::lift::Lifted;
use crate::template;
use crate::walk::Walked;

/// A variable that is set in two scopes, or set where a script looks for it in vain: plain code has one variable for a
/// name.
pub fn ambiguous(lifts: &Lifts) -> Option<(String, Origin)> {
    for (origin, lifted) in lifts {
        let mut sought = lifted.alone.iter().flat_map(|a| &a.missing);
        if let Some((name, _)) = sought.find(|missing| lifts.values().any(|l| l.ranks.contains(missing))) {
            return Some((name.clone(), origin.clone()));
        }
    }
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    lifts.iter().flat_map(|(origin, l)| l.ranks.iter().map(move |r| (origin, r))).find_map(
        |(origin, (name, rank))| {
            (*ranks.entry(name).or_insert(*rank) != *rank).then(|| (name.clone(), origin.clone()))
        },
    )
}

/// A name of a variable within the name of another one, when scripts set it: `{{host.{{region}}}}` is known at run time only.
pub fn nested(steps: &mut Vec<Step>, lifts: &Lifts) -> Option<(String, Origin)> {
    let set: BTreeSet<String> = lifts.values().flat_map(Lifted::set).collect();
    let mut found = None;
    for_each_step_mut_in(steps, &mut |step| {
        let Step::Request(request) = step else { return };
        let mut name = None;
        request.for_each_text(&mut |text| {
            if template::is_nested(text) {
                name = name
                    .take()
                    .or_else(|| text.vars().find(|v| set.contains(v.as_str())).map(|v| v.0.to_string()));
            }
        });
        found = found.take().or_else(|| Some((name?, request.origin.clone())));
    });
    found
}

/// A script that looks at the body of a request that cannot be told from what was sent: parts, files, what is not sent.
pub fn body_of_its_own(steps: &mut Vec<Step>, lifts: &Lifts) -> Option<Origin> {
    let mut found = None;
    for_each_step_mut_in(steps, &mut |step| {
        let Step::Request(r) = step else { return };
        let told =
            matches!(r.request.body, Body::Empty | Body::Raw { .. } | Body::Json { .. } | Body::Form(_));
        if found.is_some() || told && !r.request.overrides.unsent_body {
            return;
        }
        let looks = |o: &Origin| lifts.get(o).and_then(|l| l.alone.as_ref()).is_some_and(|a| a.body);
        found = r.before.iter().chain(&r.after).map(|s| &s.origin).find(|o| looks(o)).cloned();
    });
    found
}

/// What a script wants to come next by its id: plain code has names only.
pub fn next_by_id(walked: &Walked, lifts: &Lifts) -> Option<(String, Origin)> {
    let ids: BTreeSet<&str> = walked.items.values().filter_map(|item| item.id.as_deref()).collect();
    lifts.iter().find_map(|(origin, lifted)| {
        let next = lifted.alone.iter().flat_map(|a| &a.next).find(|name| ids.contains(name.as_str()))?;
        Some((next.clone(), origin.clone()))
    })
}

/// The first request that wants what only the modules beside the script can do, and what it is.
pub fn signed(steps: &mut Vec<Step>) -> Option<(String, Origin)> {
    let mut found = None;
    for_each_step_mut_in(steps, &mut |step| {
        let Step::Request(r) = step else { return };
        if found.is_some() {
            return;
        }
        if r.request.overrides.keep_method_on_redirect {
            found = Some(("a redirect keeps its method".to_owned(), r.origin.clone()));
            return;
        }
        let files = matches!(r.request.body, Body::Multipart(_) | Body::File { .. });
        let scheme = match &r.request.auth {
            Auth::OAuth1(o) if files || o.signature_method.starts_with("RSA") => "OAuth 1",
            Auth::AwsSigV4(_) if files => "AWS SigV4",
            Auth::Hawk { .. } if files => "Hawk",
            Auth::Other { scheme, parameters } if files || has_key(scheme, parameters) => scheme.as_str(),
            // a token is fetched in `setup()`, a shared secret signs in the call
            Auth::OAuth2(_)
            | Auth::OAuth1(_)
            | Auth::AwsSigV4(_)
            | Auth::Hawk { .. }
            | Auth::Other { .. }
            | Auth::Digest { .. }
            | Auth::Ntlm { .. }
            | Auth::None
            | Auth::Basic { .. }
            | Auth::Bearer { .. }
            | Auth::ApiKey { .. } => return,
        };
        let why = format!("requests with {scheme} are signed when they are sent");
        found = Some((why, r.origin.clone()));
    });
    found
}

/// Whether a private key signs: that is done later than the call.
fn has_key(scheme: &str, parameters: &[(String, Text)]) -> bool {
    let algorithm = parameters.iter().find(|(name, _)| name == "algorithm");
    match scheme {
        "jwt" => algorithm.is_some_and(|(_, a)| !a.as_literal().is_some_and(|a| a.starts_with("HS"))),
        "digest" | "edgegrid" => false,
        _ => true,
    }
}
