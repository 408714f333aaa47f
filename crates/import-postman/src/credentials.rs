//! Variables that stand where a credential stands are secrets, whatever they are called.

use std::collections::BTreeSet;

use loadwright_scenario::{Auth, Grant, Request, Step, Text};

use crate::scope::{Scope, Scopes};
use crate::{secret, template};

/// Marks every variable that a request proves itself with, and those that its value is made of.
pub fn mark(steps: &[Step], scopes: &mut Scopes) {
    let mut names = BTreeSet::new();
    collect(steps, &mut names);
    let mut left: Vec<String> = names.iter().cloned().collect();
    while let Some(name) = left.pop() {
        let inner: Vec<String> = scopes
            .constant(&name)
            .and_then(|k| k.value.as_str())
            .map(|t| template::text(t).vars().map(|v| v.0.to_string()).collect())
            .unwrap_or_default();
        left.extend(inner.into_iter().filter(|n| names.insert(n.clone())));
    }
    let others = scopes.environments.iter_mut().map(|(_, scope)| scope);
    let all: Vec<&mut Scope> = [&mut scopes.environment, &mut scopes.collection, &mut scopes.globals]
        .into_iter()
        .chain(others)
        .collect();
    for scope in all {
        for name in &names {
            if let Some(known) = scope.get_mut(name) {
                known.secret = true;
            }
        }
    }
}

fn collect(steps: &[Step], names: &mut BTreeSet<String>) {
    for step in steps {
        match step {
            Step::Group(group) => collect(&group.steps, names),
            Step::Request(step) => of_request(&step.request, names),
            _ => {}
        }
    }
}

fn of_request(request: &Request, names: &mut BTreeSet<String>) {
    let mut take = |text: &Text| names.extend(text.vars().map(|v| v.0.to_string()));
    match &request.auth {
        Auth::None => {}
        Auth::Basic { password, .. } | Auth::Digest { password, .. } | Auth::Ntlm { password, .. } => {
            take(password);
        }
        Auth::Bearer { token, .. } => take(token),
        Auth::ApiKey { value, .. } => take(value),
        Auth::OAuth1(o) => [&o.consumer_secret, &o.token, &o.token_secret].into_iter().for_each(&mut take),
        Auth::OAuth2(o) => match &o.grant {
            Grant::Static { token } => take(token),
            Grant::ClientCredentials { client_secret, .. } => take(client_secret),
            Grant::Password { client_secret, password, .. } => {
                [client_secret, password].into_iter().for_each(&mut take);
            }
            Grant::Refresh { client_secret, refresh_token, .. } => {
                [client_secret, refresh_token].into_iter().for_each(&mut take);
            }
        },
        Auth::AwsSigV4(a) => [&a.secret_key, &a.session_token].into_iter().for_each(&mut take),
        Auth::Hawk { key, .. } => take(key),
        Auth::Other { parameters, .. } => {
            parameters.iter().filter(|(n, _)| secret::looks_secret(n)).for_each(|(_, v)| take(v));
        }
    }
    for header in &request.headers {
        if header.name.as_literal().is_some_and(secret::is_secret_header) {
            take(&header.value);
        }
    }
}
