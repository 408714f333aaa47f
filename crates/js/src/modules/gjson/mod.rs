//! Selectors over raw JSON text: the path language of `res.json(selector)`, without building values on the way.
//!
//! ```text
//! path      = part { ("." | "|") part }
//! part      = key-pattern | index | "#" | "#(" query ")" [ "#" ] | "@" modifier [ ":" argument ]
//!           | "[" path { "," path } "]" | "{" [ name ":" ] path { "," … } "}" | "!" json
//! query     = [ path ] [ operator value ]
//! operator  = "==" "=" "!=" "<" "<=" ">" ">=" "%" "!%"
//! ```
//! In keys `*` and `?` match any text and any character, `\` takes the next character as it is.

mod modifier;
mod query;
mod scan;

use std::borrow::Cow;

use rquickjs::{Ctx, IntoJs, Result, Value};

use scan::{Part, Scan, split_part};

/// The value at `path` as raw JSON text. `json` must be valid.
pub fn get<'a>(json: &'a str, path: &str) -> Option<Cow<'a, str>> {
    let path = path.trim_start_matches(' ');
    if let Some(rest) = path.strip_prefix("..") {
        let lines =
            format!("[{}]", json.lines().filter(|l| !l.trim().is_empty()).collect::<Vec<_>>().join(","));
        return get(&lines, rest).map(|found| Cow::Owned(found.into_owned()));
    }
    if path.is_empty() {
        return None;
    }
    let json = json.trim();
    match path.as_bytes().first() {
        Some(b'@') => {
            let (modified, rest) = modifier::apply(json, path)?;
            return then(modified, rest);
        }
        Some(b'!') => {
            let (literal, rest) = scan::literal(path.get(1..)?);
            return then(Cow::Owned(literal.to_owned()), rest);
        }
        Some(b'[' | b'{') => {
            let (built, rest) = several(json, path)?;
            return then(Cow::Owned(built), rest);
        }
        _ => {}
    }
    let (part, rest) = split_part(path);
    match json.as_bytes().first() {
        Some(b'{') => {
            let value = Scan::members(json).find(|(key, _)| part.matches(key)).map(|(_, value)| value)?;
            then(Cow::Borrowed(value), rest)
        }
        Some(b'[') => of_array(json, &part, rest),
        _ => None,
    }
}

/// What follows a part: nothing, `.path` or `|path`.
#[derive(Clone, Copy)]
pub(super) struct Rest<'p> {
    pub path: &'p str,
    pub piped: bool,
}

fn then<'a>(value: Cow<'a, str>, rest: Rest<'_>) -> Option<Cow<'a, str>> {
    if rest.path.is_empty() {
        return Some(value);
    }
    match value {
        Cow::Borrowed(text) => get(text, rest.path),
        Cow::Owned(text) => get(&text, rest.path).map(|found| Cow::Owned(found.into_owned())),
    }
}

fn of_array<'a>(json: &'a str, part: &Part<'_>, rest: Rest<'_>) -> Option<Cow<'a, str>> {
    if let Some(query) = part.query() {
        let mut found = Scan::elements(json).filter(|element| query::holds(element, query.text));
        if !query.all {
            return then(Cow::Borrowed(found.next()?), rest);
        }
        if rest.piped || rest.path.is_empty() {
            return then(Cow::Owned(join(found)), rest);
        }
        return Some(Cow::Owned(each(found, rest.path)));
    }
    if part.raw == "#" {
        let elements = Scan::elements(json);
        if rest.piped || rest.path.is_empty() {
            return then(Cow::Owned(elements.count().to_string()), rest);
        }
        return Some(Cow::Owned(each(elements, rest.path)));
    }
    let index: usize = part.raw.parse().ok()?;
    then(Cow::Borrowed(Scan::elements(json).nth(index)?), rest)
}

/// The path's value in each element that has one; a pipe in the path works on the list.
fn each<'a>(elements: impl Iterator<Item = &'a str>, path: &str) -> String {
    let (own, piped) = scan::split_pipe(path);
    let list = join(elements.filter_map(|element| get(element, own)));
    match piped {
        Some(piped) => get(&list, piped).map(Cow::into_owned).unwrap_or_default(),
        None => list,
    }
}

fn join<T: AsRef<str>>(items: impl Iterator<Item = T>) -> String {
    let mut out = String::from("[");
    for item in items {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(item.as_ref());
    }
    out.push(']');
    out
}

/// `[a,b]` and `{a,"name":b}`: several paths at once.
fn several<'p>(json: &str, path: &'p str) -> Option<(String, Rest<'p>)> {
    let as_object = path.starts_with('{');
    let (items, rest) = scan::selectors(path)?;
    let mut out = String::from(if as_object { "{" } else { "[" });
    for item in items {
        let (name, sub) = if as_object { scan::named(item) } else { (None, item) };
        let Some(value) = get(json, sub) else { continue };
        if out.len() > 1 {
            out.push(',');
        }
        if as_object {
            let name = name.unwrap_or_else(|| scan::last_name(sub));
            out.push_str(&serde_json::to_string(&name).unwrap_or_default());
            out.push(':');
        }
        out.push_str(&value);
    }
    out.push(if as_object { '}' } else { ']' });
    Some((out, rest))
}

/// The text of a JSON string, or `None` for other values.
pub(super) fn string_of(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(raw).ok().map(Cow::Owned)
}

/// The value at `path` for the script, or undefined.
pub fn select<'js>(ctx: &Ctx<'js>, json: &[u8], path: &str) -> Result<Value<'js>> {
    let text = String::from_utf8_lossy(json);
    let Some(found) = get(&text, path) else { return Ok(Value::new_undefined(ctx.clone())) };
    let found = found.trim();
    match found.as_bytes().first() {
        None => Ok(Value::new_undefined(ctx.clone())),
        Some(b'"') => match string_of(found) {
            Some(text) => text.as_ref().into_js(ctx),
            None => ctx.json_parse(found),
        },
        Some(b't') => true.into_js(ctx),
        Some(b'f') => false.into_js(ctx),
        Some(b'n') => Ok(Value::new_null(ctx.clone())),
        Some(b'0'..=b'9' | b'-') => match found.parse::<f64>() {
            Ok(n)
                if n.fract() == 0.0
                    && n.abs() < f64::from(i32::MAX)
                    && !(n == 0.0 && n.is_sign_negative()) =>
            {
                (n as i32).into_js(ctx)
            }
            Ok(n) => n.into_js(ctx),
            Err(_) => ctx.json_parse(found),
        },
        Some(_) => ctx.json_parse(found),
    }
}

/// Whether the text is JSON.
pub fn is_valid(json: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(json).is_ok()
}

/// Where and why a text is not JSON, in Go's words.
pub fn describe_error(json: &[u8]) -> String {
    match serde_json::from_slice::<serde::de::IgnoredAny>(json) {
        Ok(_) => "line 1, character 1 , error: unknown".to_owned(),
        Err(e) if e.is_eof() => {
            format!("line {}, character {} , error: unexpected end of JSON input", e.line(), e.column())
        }
        Err(e) => {
            let line = json.split(|b| *b == b'\n').nth(e.line().saturating_sub(1)).unwrap_or_default();
            // the reader may have gone on into a word that only began like a literal
            let mut column = e.column().max(1);
            if e.line() == 1 && json.iter().take(column).all(|b| b.is_ascii_alphabetic()) {
                column = 1;
            }
            let found = String::from_utf8_lossy(line).chars().nth(column - 1).unwrap_or(' ');
            format!(
                "line {}, character {column} , error: invalid character '{found}' looking for beginning of value",
                e.line()
            )
        }
    }
}

#[cfg(test)]
mod tests;
