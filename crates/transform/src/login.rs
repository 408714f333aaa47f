use std::collections::BTreeSet;

use loadwright_scenario::{
    Auth, Body, Json, JsonPath, JsonStep, Lifetime, Selector, Text, VarName, VarSource, Variable,
};
use serde_json::Value;

use crate::names::normal;
use crate::operations::{Operation, Operations, UseAt};
use crate::producers::{Finder, From, Producer};

pub(crate) const LOGIN: &str = "chain-login";

/// Operations that exchange a name and a password for a token.
const LOGINS: &[&str] =
    &["login", "signin", "authenticate", "auth", "token", "session", "sessions", "authtoken", "accesstoken"];
/// Operations that make somebody who can log in.
const REGISTRATIONS: &[&str] =
    &["register", "registration", "signup", "users", "user", "accounts", "account", "members", "customers"];
const TOKENS: &[&str] =
    &["accesstoken", "token", "jwt", "idtoken", "authtoken", "bearertoken", "sessiontoken"];
const NAMES: &[&str] = &["email", "username", "login", "user", "useremail", "name", "phone", "number"];

/// What a login changes beside the values that flow.
#[derive(Default)]
pub(crate) struct LoggedIn {
    /// Operation, place, producer.
    pub uses: Vec<(usize, UseAt, usize)>,
    /// Operation, place, variable from the environment.
    pub given: Vec<(usize, Vec<JsonStep>, VarName)>,
    pub variables: Vec<Variable>,
}

/// The token of bearer requests comes from the operation that logs in, as somebody whom another operation has registered;
/// where nobody can register, name and password come from the environment. A token in the environment stands in when the
/// login gives none.
pub(crate) fn log_in(operations: &Operations<'_>, finder: &mut Finder<'_, '_>) -> LoggedIn {
    let mut out = LoggedIn::default();
    if !finder.has_rule(LOGIN) {
        return out;
    }
    let bearers: Vec<(usize, VarName)> = operations
        .list
        .iter()
        .enumerate()
        .filter_map(|(i, o)| match &o.step.request.auth {
            Auth::Bearer { token, .. } => Some((i, token.as_var()?.clone())),
            _ => None,
        })
        .collect();
    let Some((_, environment)) = bearers.first().cloned() else { return out };
    let login = operations.list.iter().enumerate().find_map(|(i, o)| {
        let is =
            o.method == "POST" && o.step.request.auth == Auth::None && LOGINS.contains(&last(o).as_str());
        let path = token_in(o.sample()?, 0).filter(|_| is)?;
        Some((i, path, password_at(o)?))
    });
    let Some((login, path, password)) = login else { return out };

    let variable = finder.claim("authToken");
    finder.producers.push(Producer {
        operation: login,
        rule: LOGIN,
        from: From::Answer(Selector::Json(JsonPath(path))),
        variable,
        numeric: false,
        sample: String::new(),
        instead: Some(environment.clone()),
        users: Vec::new(),
    });
    let token = finder.producers.len() - 1;
    for (i, _) in bearers.iter().filter(|(_, v)| *v == environment) {
        if finder.wait(*i, login)
            && let Some(o) = operations.list.get(*i)
        {
            out.uses.push((*i, UseAt::Token, token));
            if let Some(p) = finder.producers.get_mut(token) {
                p.users.push(o.name.clone());
            }
        }
    }
    match registration(operations, login) {
        Some(from) if finder.wait(login, from) => register(operations, finder, login, from, &mut out),
        _ => ask(operations, login, &password, &mut out),
    }
    out
}

/// The same name and password in both requests.
fn register(
    operations: &Operations<'_>,
    finder: &mut Finder<'_, '_>,
    login: usize,
    from: usize,
    out: &mut LoggedIn,
) {
    let (Some(l), Some(r)) = (operations.list.get(login), operations.list.get(from)) else { return };
    let theirs = fields(r);
    for (path, key, _) in fields(l) {
        let wanted = NAMES.contains(&key.as_str()) || is_password(&key);
        let Some((at, _, text)) = theirs.iter().find(|(_, k, _)| *k == key).filter(|_| wanted) else {
            continue;
        };
        let variable = finder.claim(&format!(
            "login{}{}",
            key.get(..1).unwrap_or_default().to_uppercase(),
            key.get(1..).unwrap_or_default()
        ));
        finder.producers.push(Producer {
            operation: from,
            rule: LOGIN,
            from: From::Sent(at.clone(), text.clone()),
            variable,
            numeric: false,
            sample: String::new(),
            instead: None,
            users: vec![l.name.clone()],
        });
        out.uses.push((login, UseAt::Body(path), finder.producers.len() - 1));
    }
}

/// `LOGIN_EMAIL` and `LOGIN_PASSWORD`, with the samples as defaults.
fn ask(operations: &Operations<'_>, login: usize, password: &[JsonStep], out: &mut LoggedIn) {
    let Some(l) = operations.list.get(login) else { return };
    for (path, key, text) in fields(l) {
        if !NAMES.contains(&key.as_str()) && path != password {
            continue;
        }
        let name = format!("LOGIN_{}", key.to_ascii_uppercase());
        let variable = VarName::new(&name);
        out.variables.push(Variable {
            name: variable.clone(),
            source: VarSource::Environment {
                name,
                default: Some(Text::literal(text.as_literal().unwrap_or_default())),
            },
            lifetime: Lifetime::Iteration,
            secret: true,
            note: None,
            origin: l.origin.clone(),
        });
        out.given.push((login, path, variable));
    }
}

/// An open operation that takes the same name, and a password.
fn registration(operations: &Operations<'_>, login: usize) -> Option<usize> {
    let wanted: BTreeSet<String> = fields(operations.list.get(login)?)
        .into_iter()
        .map(|(_, k, _)| k)
        .filter(|k| NAMES.contains(&k.as_str()))
        .collect();
    operations.list.iter().enumerate().position(|(i, o)| {
        let own = fields(o);
        i != login
            && o.method == "POST"
            && o.step.request.auth == Auth::None
            && REGISTRATIONS.contains(&last(o).as_str())
            && own.iter().any(|(_, k, _)| wanted.contains(k))
            && own.iter().any(|(_, k, _)| is_password(k))
    })
}

fn last(o: &Operation<'_>) -> String {
    normal(o.shape.rsplit('/').find(|s| *s != "{}").unwrap_or_default())
}

fn is_password(key: &str) -> bool {
    matches!(key, "password" | "pass" | "passwd" | "secret" | "pwd")
}

fn password_at(o: &Operation<'_>) -> Option<Vec<JsonStep>> {
    fields(o).into_iter().find(|(_, k, _)| is_password(k)).map(|(path, ..)| path)
}

/// The texts of a JSON body with their places and plain names, two levels deep.
fn fields(o: &Operation<'_>) -> Vec<(Vec<JsonStep>, String, Text)> {
    let Body::Json { value, .. } = &o.step.request.body else { return Vec::new() };
    let mut out = Vec::new();
    let mut walk = |prefix: &[JsonStep], value: &Json| {
        let Json::Object(list) = value else { return };
        for (key, value) in list {
            let mut path = prefix.to_vec();
            path.push(JsonStep::Key(key.into()));
            if let Json::String(text) = value {
                out.push((path, normal(key), text.clone()));
            }
        }
    };
    walk(&[], value);
    if let Json::Object(list) = value {
        for (key, inner) in list {
            walk(&[JsonStep::Key(key.into())], inner);
        }
    }
    out
}

/// `token`, `user.token`, `data.access_token`
fn token_in(value: &Value, depth: usize) -> Option<Vec<JsonStep>> {
    let map = value.as_object()?;
    let own = TOKENS.iter().find_map(|t| map.iter().find(|(k, v)| normal(k) == *t && v.is_string()));
    if let Some((key, _)) = own {
        return Some(vec![JsonStep::Key(key.into())]);
    }
    map.iter().filter(|_| depth < 2).find_map(|(key, v)| {
        let mut path = vec![JsonStep::Key(key.into())];
        path.extend(token_in(v, depth + 1)?);
        Some(path)
    })
}
