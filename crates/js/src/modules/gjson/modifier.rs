//! Modifiers: `@reverse`, `@keys` and the like turn one JSON text into another.

use std::borrow::Cow;

use serde_json::Value;

use super::scan::{Scan, end_of_brackets, rest_at};
use super::{Rest, join, string_of};

/// Applies the modifier at the start of `path`.
pub fn apply<'a, 'p>(json: &'a str, path: &'p str) -> Option<(Cow<'a, str>, Rest<'p>)> {
    let bytes = path.as_bytes();
    let mut at = 1;
    while bytes.get(at).is_some_and(|b| !b".|:".contains(b)) {
        at += 1;
    }
    let name = path.get(1..at)?;
    let mut argument = "";
    if bytes.get(at) == Some(&b':') {
        let start = at + 1;
        at = match bytes.get(start) {
            Some(b'{' | b'[' | b'(') => end_of_brackets(bytes, start),
            Some(b'"') => {
                let close = path.get(start + 1..)?.find('"')?;
                start + close + 2
            }
            _ => path.get(start..)?.find(['|', '.']).map_or(path.len(), |n| start + n),
        };
        argument = path.get(start..at)?;
    }
    Some((modify(json, name, argument)?, rest_at(path, at)))
}

fn modify<'a>(json: &'a str, name: &str, argument: &str) -> Option<Cow<'a, str>> {
    let is_array = json.starts_with('[');
    let is_object = json.starts_with('{');
    let out = match name {
        "this" => return Some(Cow::Borrowed(json)),
        "valid" => {
            return serde_json::from_str::<serde::de::IgnoredAny>(json)
                .is_ok()
                .then_some(Cow::Borrowed(json));
        }
        "reverse" if is_array => {
            let mut items: Vec<&str> = Scan::elements(json).collect();
            items.reverse();
            join(items.into_iter())
        }
        "reverse" if is_object => {
            let mut members: Vec<_> = Scan::members(json).collect();
            members.reverse();
            object(members.iter().map(|(k, v)| (k.as_ref(), *v)))
        }
        "reverse" => return Some(Cow::Borrowed(json)),
        "keys" if is_object => join(Scan::members(json).map(|(k, _)| quote(&k))),
        "keys" if is_array => join(Scan::elements(json).map(|_| "null")),
        "values" if is_object => join(Scan::members(json).map(|(_, v)| v)),
        "values" if is_array => return Some(Cow::Borrowed(json)),
        "keys" | "values" => format!("[{}]", if json == "null" { "" } else { json }),
        "flatten" if is_array => {
            let mut out = Vec::new();
            flatten(json, argument.contains("\"deep\":true"), &mut out);
            join(out.into_iter())
        }
        "join" if is_array => {
            let mut members: Vec<(String, String)> = Vec::new();
            let keep = argument.contains("\"preserve\":true");
            for element in Scan::elements(json).filter(|e| e.starts_with('{')) {
                for (key, value) in Scan::members(element) {
                    match members.iter_mut().find(|(k, _)| !keep && *k == key) {
                        Some((_, old)) => value.clone_into(old),
                        None => members.push((key.into_owned(), value.to_owned())),
                    }
                }
            }
            object(members.iter().map(|(k, v)| (k.as_str(), v.as_str())))
        }
        "flatten" | "join" => return Some(Cow::Borrowed(json)),
        "ugly" => serde_json::from_str::<Value>(json).ok()?.to_string(),
        "pretty" => serde_json::to_string_pretty(&serde_json::from_str::<Value>(json).ok()?).ok()?,
        "tostr" => quote(json),
        "fromstr" => string_of(json)?.into_owned(),
        "group" if is_object => {
            let columns: Vec<_> = Scan::members(json).collect();
            let rows = columns.iter().map(|(_, v)| Scan::elements(v).count()).max().unwrap_or(0);
            let row = |i: usize| {
                object(
                    columns
                        .iter()
                        .filter_map(|(k, v)| Scan::elements(v).nth(i).map(|item| (k.as_ref(), item))),
                )
            };
            join((0..rows).map(row))
        }
        "dig" => return dig(json, argument).map(Cow::Owned),
        _ => return None,
    };
    Some(Cow::Owned(out))
}

/// Every value of a name, at any depth.
fn dig(json: &str, path: &str) -> Option<String> {
    let mut out = Vec::new();
    walk(json, path, &mut out, 0);
    Some(join(out.into_iter()))
}

fn walk(json: &str, path: &str, out: &mut Vec<String>, depth: usize) {
    if depth > 200 {
        return;
    }
    if let Some(found) = super::get(json, path) {
        out.push(found.into_owned());
    }
    if json.starts_with('{') {
        Scan::members(json).for_each(|(_, v)| walk(v, path, out, depth + 1));
    } else if json.starts_with('[') {
        Scan::elements(json).for_each(|v| walk(v, path, out, depth + 1));
    }
}

fn flatten<'a>(json: &'a str, deep: bool, out: &mut Vec<&'a str>) {
    for element in Scan::elements(json) {
        if element.starts_with('[') {
            if deep {
                flatten(element, true, out);
            } else {
                out.extend(Scan::elements(element));
            }
        } else {
            out.push(element);
        }
    }
}

fn object<'m>(members: impl Iterator<Item = (&'m str, &'m str)>) -> String {
    let mut out = String::from("{");
    for (key, value) in members {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&quote(key));
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
    out
}

fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
