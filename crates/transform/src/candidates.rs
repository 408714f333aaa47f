use std::borrow::Cow;
use std::collections::HashMap;

use loadwright_scenario::{Exchange, JsonPath, JsonStep, ObservedResponse, Selector};

use crate::atoms::decoded;
use crate::dynamic::{is_dynamic, is_id_like};
use crate::jwt::claims;
use crate::leaves::{Step, leaves, path};
use crate::names::{camel, normal, singular};
use crate::page::{Surroundings, page_values};
use crate::replace::Scope;
use crate::select::{Page, cookies};
use crate::words::{Between, words};

/// A value of a response that later requests send.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub value: String,
    pub scope: Scope,
    pub from: Selector,
    /// What to call it.
    pub name: String,
    /// The response has it percent-encoded and the client sends it plain.
    pub coded: bool,
}

impl Candidate {
    /// What requests are asked for: the value, behind its path when it says nothing by itself.
    pub fn key(&self) -> Cow<'_, str> {
        key(&self.value, &self.scope)
    }
}

fn key<'v>(value: &'v str, scope: &Scope) -> Cow<'v, str> {
    match scope {
        Scope::Path(prefix) => Cow::Owned(format!("{prefix}/{value}")),
        Scope::Anywhere | Scope::Ids | Scope::Named(_) => Cow::Borrowed(value),
    }
}

/// Which values are looked for: those that later requests send and that nobody sent before.
pub(crate) struct Wanted<'a> {
    pub is: &'a dyn Fn(&str) -> bool,
    /// Two recordings differ in it: it is dynamic, whatever it looks like.
    pub varies: &'a dyn Fn(&str) -> bool,
    /// Whether short numbers are looked for behind this path at all.
    pub below: &'a dyn Fn(&str) -> bool,
}

/// The wanted values that the exchange gives, each with its most robust extraction.
pub(crate) fn candidates(exchange: &Exchange, url: Option<&str>, wanted: &Wanted<'_>) -> Vec<Candidate> {
    let Some(response) = exchange.responses.first() else { return Vec::new() };
    let resource =
        exchange.path.split('/').rfind(|s| !s.is_empty() && !is_id_like(s)).map(singular).unwrap_or_default();
    let mut found = Found { wanted, out: HashMap::new(), order: Vec::new() };
    let under = exchange.path.trim_end_matches('/');
    let around = Around { resource: &resource, under, has_below: (wanted.below)(under) };
    // addresses and pages inside the texts of a document: only a pattern gets at them
    let mut texts: Vec<String> = Vec::new();
    // tokens say things that clients read out of them
    let mut tokens: Vec<(Selector, String)> = Vec::new();
    let bytes = response.body.bytes();
    let body = std::str::from_utf8(&bytes).ok();
    let is_json = body.is_some_and(|body| {
        leaves(body, &mut |steps, text| {
            leaf(steps, text, &around, &mut found);
            if let Some(claims) = claims(text) {
                tokens.push((Selector::Json(path(steps)), claims));
            }
            if has_several(text.as_bytes()) && holds(text, wanted) {
                texts.push(text.to_owned());
            }
        })
    });
    if !is_json {
        found.out.clear();
        found.order.clear();
        tokens.clear();
    }
    headers(response, &resource, &mut found);
    for (name, value) in &response.headers {
        tokens.extend(claims(value).map(|c| (Selector::Header(name.to_string()), c)));
    }
    for (name, value) in cookies(response) {
        // a client that follows redirects shows the last answer's own cookies only
        let cookie = |name: &str| match url {
            Some(_) => Selector::JarCookie(name.to_owned()),
            None => Selector::Cookie(name.to_owned()),
        };
        tokens.extend(claims(value).map(|c| (cookie(name), c)));
        found.add(value, cookie(name), &camel(name), Scope::Anywhere, false);
        if value.contains('%') {
            found.add(&decoded(value), cookie(name), &camel(name), Scope::Anywhere, true);
        }
    }
    if let Some(url) = url {
        address(url, &|pattern| Selector::UrlRegex { pattern, group: 1 }, &resource, &mut found);
    }
    for (token, claims) in &tokens {
        leaves(claims, &mut |steps, text| claim(token, steps, text, &mut found));
    }
    if let Some(text) = body {
        if text.trim_start().starts_with('<') {
            let values = page_values(text, &|value| (wanted.is)(value));
            // what stands behind the last of them makes none of them the first
            let read = values.last().and_then(|v| text.get(..v.end));
            let mut page = None;
            for v in values {
                let page = page.get_or_insert_with(|| Page::new(read.unwrap_or(text)));
                // the first element of that description has to be the one
                if page.select(&v.query, Some(&v.attribute)).as_deref() == Some(v.value.as_str()) {
                    let from = Selector::Css { query: v.query, attribute: Some(v.attribute) };
                    found.add(&v.value, from, &camel(&v.name), Scope::Anywhere, false);
                }
            }
        }
        if is_json {
            texts.iter().for_each(|t| anywhere(t, text, &mut found));
        } else {
            anywhere(text, text, &mut found);
        }
    }
    found.order.into_iter().filter_map(|v| found.out.remove(&v)).collect()
}

struct Found<'a> {
    wanted: &'a Wanted<'a>,
    out: HashMap<String, Candidate>,
    order: Vec<String>,
}

impl Found<'_> {
    fn add(&mut self, value: &str, from: Selector, name: &str, scope: Scope, coded: bool) {
        // most values are not wanted: that is told without a copy
        if !matches!(scope, Scope::Path(_)) && !(self.wanted.is)(value) {
            return;
        }
        let key = key(value, &scope);
        if self.out.contains_key(key.as_ref()) || !(self.wanted.is)(&key) {
            return;
        }
        let scoped = matches!(scope, Scope::Path(_));
        if !scoped && !(self.wanted.varies)(value) && !is_dynamic(value, name) {
            return;
        }
        let scope = match scope {
            Scope::Anywhere if value.len() < 9 && value.bytes().all(|b| b.is_ascii_digit()) => Scope::Ids,
            scope => scope,
        };
        let candidate = Candidate { value: value.to_owned(), scope, from, name: name.to_owned(), coded };
        self.out.insert(key.to_string(), candidate);
        self.order.push(key.into_owned());
    }
}

struct Around<'a> {
    resource: &'a str,
    /// The path that was asked, for small numbers that name what is below it.
    under: &'a str,
    has_below: bool,
}

fn leaf(steps: &[Step<'_>], text: &str, around: &Around<'_>, found: &mut Found<'_>) {
    if (found.wanted.is)(text) {
        let path = path(steps);
        let name = leaf_name(&path, around.resource);
        found.add(text, Selector::Json(path), &name, Scope::Anywhere, false);
    }
    let digits =
        around.has_below && !text.is_empty() && text.len() <= 8 && text.bytes().all(|b| b.is_ascii_digit());
    if digits && (found.wanted.is)(&format!("{}/{text}", around.under)) && !found.out.contains_key(text) {
        let path = path(steps);
        let name = leaf_name(&path, around.resource);
        if normal(&name).ends_with("id") {
            let scope = Scope::Path(around.under.to_owned());
            found.add(text, Selector::Json(path), &name, scope, false);
        }
    }
}

fn claim(token: &Selector, steps: &[Step<'_>], text: &str, found: &mut Found<'_>) {
    if (found.wanted.is)(text) {
        let path = path(steps);
        // who the token is for (RFC 7519 section 4.1.2)
        let name = match leaf_name(&path, "token") {
            name if name == "sub" => "subjectId".to_owned(),
            name => name,
        };
        let from = Selector::Claim { from: Box::new(token.clone()), path };
        found.add(text, from, &name, Scope::Anywhere, false);
    }
}

fn leaf_name(path: &JsonPath, resource: &str) -> String {
    let keys: Vec<&str> = path
        .0
        .iter()
        .filter_map(|s| match s {
            JsonStep::Key(k) => Some(k.as_str()),
            JsonStep::Index(_) => None,
        })
        .collect();
    let last = keys.last().copied().unwrap_or("value");
    if !matches!(normal(last).as_str(), "id" | "uuid" | "key" | "value") {
        return camel(last);
    }
    let owner = keys.iter().rev().nth(1).map_or_else(|| resource.to_owned(), |k| singular(k));
    let owner = if matches!(owner.as_str(), "data" | "item" | "result" | "") { resource } else { &owner };
    camel(&format!("{owner} {last}"))
}

fn headers(response: &ObservedResponse, resource: &str, found: &mut Found<'_>) {
    for (name, value) in &response.headers {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "location" => {
                let of = |pattern| Selector::HeaderRegex { header: name.to_string(), pattern, group: 1 };
                address(value, &of, resource, found);
            }
            "set-cookie" | "date" | "expires" | "last-modified" | "content-length" | "age" => {}
            "link" | "content-location" => {
                let of = |pattern| Selector::HeaderRegex { header: name.to_string(), pattern, group: 1 };
                for piece in value.split(['<', '>', ',', ' ']).filter(|p| p.contains('/')) {
                    address(piece, &of, resource, found);
                }
            }
            // most are not wanted: that is told without a name for them
            _ if (found.wanted.is)(value) => {
                found.add(value, Selector::Header(name.to_string()), &camel(name), Scope::Anywhere, false);
            }
            _ => {}
        }
    }
}

/// The segments and parameters of an address that somebody was sent to.
fn address(url: &str, of: &dyn Fn(String) -> Selector, resource: &str, found: &mut Found<'_>) {
    let rest = url.split_once("://").map_or(url, |(_, r)| r.find('/').and_then(|i| r.get(i..)).unwrap_or(""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.split('#').next().unwrap_or(path);
    let mut prefix = String::new();
    let mut parent = resource.to_owned();
    let mut pattern = String::new();
    for segment in path.split('/').skip(1) {
        if is_id_like(segment) {
            let name = camel(&format!("{parent} id"));
            let from = of(format!("{pattern}/([^/?#]+)"));
            found.add(segment, from.clone(), &name, Scope::Anywhere, false);
            if segment.bytes().all(|b| b.is_ascii_digit()) && !found.out.contains_key(segment) {
                found.add(segment, from, &name, Scope::Path(prefix.clone()), false);
            }
            pattern.push_str("/[^/?#]+");
        } else {
            parent = singular(segment);
            pattern.push('/');
            pattern.push_str(&regex::escape(segment));
        }
        prefix.push('/');
        prefix.push_str(segment);
    }
    for (name, value) in query.split('#').next().unwrap_or(query).split('&').filter_map(|p| p.split_once('='))
    {
        let from = of(format!("[?&]{}=([^&#]+)", regex::escape(name)));
        found.add(value, from.clone(), &camel(name), Scope::Anywhere, false);
        if value.contains('%') {
            found.add(&decoded(value), from, &camel(name), Scope::Anywhere, true);
        }
    }
}

/// The last resort: a pattern made of what stands around the value.
///
/// `text` is a piece of `whole`.
fn anywhere(text: &str, whole: &str, found: &mut Found<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for between in [Between::Addresses, Between::Names] {
        words(text, between, &mut |start, word| {
            let new = (found.wanted.is)(word)
                && word.len() <= 4_096
                && !found.out.contains_key(word)
                && !seen.contains(&word)
                // the best that any name could make of it
                && ((found.wanted.varies)(word) || is_dynamic(word, "token"));
            if !new {
                return;
            }
            seen.push(word);
            let at = if text.len() == whole.len() {
                Some(start)
            } else {
                memchr::memmem::find(whole.as_bytes(), word.as_bytes())
            };
            let Some(at) = at else { return };
            let Some(around) = Surroundings::new(whole, at, word) else { return };
            let name = camel(around.name());
            if !(found.wanted.varies)(word) && !is_dynamic(word, &name) {
                return;
            }
            if let Some(pattern) = around.pattern() {
                found.add(word, Selector::Regex { pattern, group: 1 }, &name, Scope::Anywhere, false);
            }
        });
    }
}

/// Whether a text looks like an address, a field or a page: like more than one value.
fn has_several(text: &[u8]) -> bool {
    // most texts are shorter than what a search of many bytes at once is worth
    const SHORT: usize = 24;
    match text.len() {
        0..4 => false,
        4..SHORT => text.iter().any(|b| matches!(b, b'/' | b'=' | b':' | b'<' | b'"')),
        _ => memchr::memchr3(b'/', b'=', b':', text).or_else(|| memchr::memchr2(b'<', b'"', text)).is_some(),
    }
}

/// Whether one of the words of a text is wanted.
fn holds(text: &str, wanted: &Wanted<'_>) -> bool {
    let mut any = false;
    for between in [Between::Addresses, Between::Names] {
        words(text, between, &mut |_, word| any = any || (wanted.is)(word));
    }
    any
}
