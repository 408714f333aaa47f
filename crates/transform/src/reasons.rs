use loadwright_scenario::{EcoString, Selector};

use crate::candidates::Candidate;
use crate::dynamic::{entropy, names_secret};
use crate::names::normal;
use crate::replace::Scope;
use crate::wants::{Want, Wants};

/// How sure it is that the value is made for one client: how random it is, what it is called, how often it is sent.
pub(crate) fn confidence(c: &Candidate, want: &Want, wants: &Wants) -> f64 {
    let bits = entropy(&c.value) * c.value.len() as f64;
    let random: f64 = match bits {
        b if b >= 60.0 => 0.55,
        b if b >= 30.0 => 0.45,
        _ => 0.3,
    };
    let name = normal(&c.name);
    let named = if names_secret(&name) || name.ends_with("id") { 0.2 } else { 0.0 };
    let same = wants.fields(want).any(|f| {
        let f = normal(f);
        f.len() >= 2 && (f.contains(&name) || name.contains(&f))
    });
    let placed = if matches!(c.scope, Scope::Path(_)) { 0.25 } else { 0.0 };
    let often = if wants.users(want).len() > 1 { 0.05 } else { 0.0 };
    let robust = if matches!(c.from, Selector::Regex { .. }) { 0.0 } else { 0.1 };
    (random + named + if same { 0.1 } else { 0.0 } + placed + often + robust).min(0.98)
}

/// Where a value is taken from, in words.
pub(crate) fn described(selector: &Selector) -> String {
    match selector {
        Selector::Json(path) => format!("from {path} of the answer"),
        Selector::Header(name) | Selector::HeaderRegex { header: name, .. } => {
            format!("from the header {name}")
        }
        Selector::Cookie(name) | Selector::JarCookie(name) => format!("from the cookie {name}"),
        Selector::Css { query, .. } => format!("from {query} of the page"),
        Selector::Fitting { from, .. } => described(from),
        Selector::Claim { from, path } => format!("from the claim {path} of the token {}", described(from)),
        Selector::UrlRegex { .. } => "from the address of the redirect's target".to_owned(),
        Selector::Regex { pattern, .. } => format!("from what matches {pattern}"),
        Selector::Status
        | Selector::StatusText
        | Selector::Duration
        | Selector::Size
        | Selector::Body
        | Selector::Var(_) => String::new(),
    }
}

/// `is sent by A, B, C and 2 more`
pub(crate) fn users_text(users: &[EcoString]) -> String {
    let mut some: Vec<&str> = Vec::new();
    for u in users {
        if !some.contains(&u.as_str()) {
            some.push(u);
        }
    }
    let more = some.len().saturating_sub(3);
    some.truncate(3);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("is sent by {}{tail}", some.join(", "))
}
