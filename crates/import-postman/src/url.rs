//! A request's address. Postman joins its parts to one string, fills the placeholders and cuts the string again; here the
//! same is done around the holes. Literals stay as they are written: who fills the holes encodes them.

use loadwright_scenario::{Encoding, QueryField, Segment, Text, UrlTemplate};
use serde_json::Value;

use crate::encode::{Place, encode, encode_text};
use crate::template::{has_hole, next_hole, text};
use crate::value::{disabled, list, scalar, str_of};

/// Stands for a path variable between joining and cutting; never in a URL otherwise.
const MARK: char = '\u{f8ff}';

#[derive(Debug, Default)]
struct PathVariables(Vec<(String, String)>);

/// Reads a URL: text, or Postman's object. `raw` leaves every literal as it is (`disableUrlEncoding`).
pub fn read(value: &Value, raw: bool) -> UrlTemplate {
    let mut variables = PathVariables::default();
    let joined = match value {
        Value::String(s) => s.clone(),
        Value::Object(_) => join(value, &mut variables),
        _ => String::new(),
    };
    cut(&joined, &variables, raw)
}

/// The address as people write it, for evidence and messages.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Object(_) => {
            str_of(value, "raw").map_or_else(|| join(value, &mut PathVariables::default()), str::to_owned)
        }
        _ => String::new(),
    }
}

fn join(url: &Value, variables: &mut PathVariables) -> String {
    let mut out = String::new();
    if let Some(protocol) = str_of(url, "protocol").filter(|p| !p.is_empty()) {
        out.push_str(protocol);
        if !protocol.ends_with("://") {
            out.push_str("://");
        }
    }
    if let Some(auth) = url.get("auth") {
        let user = scalar(auth.get("user"));
        let password = scalar(auth.get("password"));
        if user.is_some() || password.is_some() {
            out.push_str(&user.unwrap_or_default());
            if let Some(password) = password {
                out.push(':');
                out.push_str(&password);
            }
            out.push('@');
        }
    }
    match url.get("host") {
        Some(Value::Array(parts)) => {
            let parts: Vec<String> = parts.iter().map(|p| scalar(Some(p)).unwrap_or_default()).collect();
            out.push_str(&parts.join("."));
        }
        Some(host) => out.push_str(&scalar(Some(host)).unwrap_or_default()),
        None => {}
    }
    if let Some(port) = scalar(url.get("port")) {
        out.push(':');
        out.push_str(&port);
    }
    let segments: Option<Vec<String>> = match url.get("path") {
        Some(Value::String(path)) if path == "/" => Some(vec![String::new()]),
        Some(Value::String(path)) if !path.is_empty() => Some(
            path.strip_prefix('/')
                .filter(|p| !p.is_empty())
                .unwrap_or(path)
                .split('/')
                .map(str::to_owned)
                .collect(),
        ),
        Some(Value::Array(parts)) => Some(
            parts
                .iter()
                .map(|p| {
                    if p.is_object() {
                        "[object Object]".to_owned()
                    } else {
                        scalar(Some(p)).unwrap_or_default()
                    }
                })
                .collect(),
        ),
        _ => None,
    };
    for segment in segments.unwrap_or_default() {
        out.push('/');
        out.push_str(&path_variable(url, &segment, variables).unwrap_or(segment));
    }
    if let Some(query) = join_query(url.get("query")) {
        out.push('?');
        out.push_str(&query);
    }
    if let Some(hash) = str_of(url, "hash") {
        out.push('#');
        out.push_str(hash);
    }
    out
}

/// `:id` or `:id.json` when the URL gives `id` a value.
fn path_variable(url: &Value, segment: &str, variables: &mut PathVariables) -> Option<String> {
    let name = segment.strip_prefix(':')?;
    let name = name.split('.').next().filter(|n| !n.is_empty())?;
    let variable = list(url, "variable")
        .iter()
        .rev()
        .filter(|v| !disabled(v))
        .find(|v| str_of(v, "key").or_else(|| str_of(v, "id")) == Some(name))?;
    let value = scalar(variable.get("value")).filter(|v| !v.is_empty())?;
    let tail = segment.get(name.len() + 1..).unwrap_or_default();
    // a value that changes the shape of the URL is joined as text
    if value.contains(['?', '#', '/']) && !has_hole(&value) {
        return Some(value + tail);
    }
    variables.0.push((name.to_owned(), value));
    Some(format!("{MARK}{}{MARK}{tail}", variables.0.len() - 1))
}

fn join_query(query: Option<&Value>) -> Option<String> {
    match query? {
        Value::String(s) => (!s.is_empty()).then(|| s.clone()),
        Value::Array(params) => {
            let on: Vec<&Value> = params.iter().filter(|p| !disabled(p)).collect();
            (!on.is_empty()).then(|| on.iter().map(|p| query_param(p)).collect::<Vec<_>>().join("&"))
        }
        Value::Object(params) => {
            let pairs: Vec<String> = params
                .iter()
                .map(|(k, v)| {
                    let value = v.as_str().map(|v| format!("={}", reserved(v, false))).unwrap_or_default();
                    reserved(k, true) + &value
                })
                .collect();
            (!pairs.is_empty()).then(|| pairs.join("&"))
        }
        _ => None,
    }
}

fn query_param(param: &Value) -> String {
    if let Value::String(whole) = param {
        return whole.clone();
    }
    let mut out = str_of(param, "key").map(|k| reserved(k, true)).unwrap_or_default();
    if let Some(value) = str_of(param, "value") {
        out.push('=');
        out.push_str(&reserved(value, false));
    }
    out
}

/// Escapes what would cut a parameter short, outside placeholders.
fn reserved(text: &str, equals: bool) -> String {
    let escape = |t: &str| {
        let t = t.replace('&', "%26").replace('#', "%23");
        if equals { t.replace('=', "%3D") } else { t }
    };
    outside(text, &escape)
}

/// Finds a character outside placeholders.
fn find(text: &str, wanted: &[char]) -> Option<usize> {
    find_by(text, &|t| t.find(wanted))
}

/// Finds a text outside placeholders.
fn find_text(text: &str, wanted: &str) -> Option<usize> {
    find_by(text, &|t| t.find(wanted))
}

fn find_by(text: &str, seek: &dyn Fn(&str) -> Option<usize>) -> Option<usize> {
    let mut offset = 0;
    let mut rest = text;
    while let Some((before, name, after)) = next_hole(rest) {
        if let Some(i) = seek(before) {
            return Some(offset + i);
        }
        offset += before.len() + name.len() + 4;
        rest = after;
    }
    seek(rest).map(|i| offset + i)
}

/// Backslashes outside placeholders are slashes.
fn slashes(text: &str) -> String {
    outside(text, &|t| t.replace('\\', "/"))
}

/// The text with everything outside placeholders changed.
fn outside(text: &str, change: &dyn Fn(&str) -> String) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, name, after)) = next_hole(rest) {
        out.push_str(&change(before));
        out.push_str(&format!("{{{{{name}}}}}"));
        rest = after;
    }
    out + &change(rest)
}

fn split(text: &str, at: char) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(i) = find(rest, &[at]) {
        out.push(rest.get(..i).unwrap_or_default());
        rest = rest.get(i + at.len_utf8()..).unwrap_or_default();
    }
    out.push(rest);
    out
}

fn cut(url: &str, variables: &PathVariables, raw: bool) -> UrlTemplate {
    let url = url.trim_start();
    let url = find(url, &['#']).and_then(|i| url.get(..i)).unwrap_or(url);
    let (url, query) = match find(url, &['?']) {
        Some(i) => (url.get(..i).unwrap_or_default(), url.get(i + 1..)),
        None => (url, None),
    };
    let url = slashes(url);
    let scheme = find_text(&url, "://").and_then(|i| Some((url.get(..i)?, url.get(i + 3..)?)));
    let (scheme, rest) = match scheme {
        Some((scheme, rest)) => (Some(scheme), rest.trim_start_matches('/')),
        None => (None, url.as_str()),
    };
    let (authority, path) = match find(rest, &['/']) {
        Some(i) => (rest.get(..i).unwrap_or_default(), rest.get(i + 1..)),
        None => (rest, None),
    };
    let mut base = Text::default();
    if let Some(scheme) = scheme {
        base.append(text(&lower_literals(scheme)));
        base.push_str("://");
    }
    let host = match split(authority, '@').last() {
        Some(host) if host.len() < authority.len() => {
            let i = authority.len() - host.len() - 1;
            let user = authority.get(..i).unwrap_or_default();
            let pieces = user.splitn(2, ':').map(|p| encode_text(text(p), Place::UserInfo));
            for (n, piece) in pieces.enumerate() {
                if n > 0 {
                    base.push_str(":");
                }
                base.append(piece);
            }
            base.push_str("@");
            host
        }
        _ => authority,
    };
    base.append(text(&crate::host::written_out(&lower_literals(host))));
    let encoding = if raw { Encoding::Raw } else { Encoding::Lenient };
    UrlTemplate {
        base,
        path: path
            .map(|p| split(p, '/').into_iter().map(|s| segment(s, variables, encoding)).collect())
            .unwrap_or_default(),
        query: query
            .map(|q| split(q, '&').into_iter().map(|p| parameter(p, encoding)).collect())
            .unwrap_or_default(),
    }
}

fn lower_literals(host: &str) -> String {
    outside(host, &str::to_lowercase)
}

fn segment(source: &str, variables: &PathVariables, encoding: Encoding) -> Segment {
    let mut value = Text::default();
    let mut label = String::new();
    for (i, piece) in source.split(MARK).enumerate() {
        if i % 2 == 1 {
            if let Some((name, filled)) = piece.parse::<usize>().ok().and_then(|i| variables.0.get(i)) {
                label.push_str(&format!("{{{name}}}"));
                value.append(text(filled));
            }
            continue;
        }
        let mut rest = piece;
        while let Some((before, name, after)) = next_hole(rest) {
            label.push_str(before);
            label.push_str(&format!("{{{name}}}"));
            rest = after;
        }
        label.push_str(rest);
        value.append(text(piece));
    }
    match value.as_literal() {
        Some(literal)
            if !source.contains(MARK)
                && (encoding != Encoding::Raw || encode(literal, Place::Path) == literal) =>
        {
            Segment::Literal(literal.into())
        }
        _ => Segment::Param { label: label.into(), value, encoding },
    }
}

fn parameter(piece: &str, encoding: Encoding) -> QueryField {
    let at = find(piece, &['=']);
    let name = at.and_then(|i| piece.get(..i)).unwrap_or(piece);
    let value = at.and_then(|i| piece.get(i + 1..));
    QueryField { name: text(name), value: value.map(text), encoding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(url: &UrlTemplate) -> String {
        let query: Vec<String> = url
            .query
            .iter()
            .map(|q| q.value.as_ref().map_or_else(|| q.name.to_string(), |v| format!("{}={v}", q.name)))
            .collect();
        let mark = if url.query.is_empty() { "" } else { "?" };
        format!(
            "{}{}{mark}{}",
            url.base,
            if url.path.is_empty() { String::new() } else { url.group() },
            query.join("&")
        )
    }

    #[test]
    fn a_string_is_cut_around_its_placeholders() {
        let url = read(&json!("{{base}}/a b/{{id}}/x?q={{v}} z&flag&e=#frag"), false);
        assert_eq!(shown(&url), "{base}/a b/{id}/x?q={v} z&flag&e=");
        assert_eq!(shown(&read(&json!("HTTP://Ex.COM:80//a\\b"), false)), "http://ex.com:80//a/b");
    }

    #[test]
    fn an_object_ignores_its_raw_text_and_disabled_parameters() {
        let url = read(
            &json!({"raw": "http://other", "protocol": "https", "host": ["api", "x", "io"], "port": "8443",
                "path": ["users", ":id", ":none"], "variable": [{"key": "id", "value": "{{uid}}"}, {"key": "none", "value": ""}],
                "query": [{"key": "a=b", "value": "c&d"}, {"key": "off", "value": "1", "disabled": true}, {"key": "k", "value": null}]}),
            false,
        );
        assert_eq!(shown(&url), "https://api.x.io:8443/users/{id}/:none?a%3Db=c%26d&k");
        assert!(matches!(&url.path[1], Segment::Param { value, .. } if value.as_var().is_some()));
    }

    #[test]
    fn raw_keeps_every_byte() {
        assert_eq!(shown(&read(&json!("http://h/a b?c=d e"), true)), "http://h/a b?c=d e");
        assert_eq!(shown(&read(&json!("http://h/?"), false)), "http://h/?");
    }
}
