use base64::Engine as _;
use loadwright_scenario::{
    Body, Coding, Encoding, Field, Frame, Generator, Json, Part, PartContent, RequestStep, Segment, Text,
    VarName, WebSocketStep,
};

use crate::atoms::{decoded, encoded, from_base64, is_form};
use crate::names::normal;

/// Where a value may be put in place of a recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Anywhere,
    /// A short number: path segments, and fields that are named like ids.
    Ids,
    /// A number that says nothing by itself: the path segment behind this prefix.
    Path(String),
    /// Fields of this meaning only.
    Named(String),
}

/// A recorded value and what stands for it.
#[derive(Debug, Clone)]
pub(crate) struct Swap {
    pub value: String,
    pub scope: Scope,
    pub name: VarName,
    pub part: Part,
}

/// Puts the variable where the recorded value stands; says whether it stood anywhere.
pub(crate) fn replace(step: &mut RequestStep, swap: &Swap) -> bool {
    let mut found = path(step, swap);
    if let Scope::Path(prefix) = &swap.scope {
        // the page that the client came from
        let address = format!("{prefix}/{}", swap.value);
        let mut with = Text::literal(format!("{prefix}/"));
        with.push(swap.part.clone());
        for f in step.request.headers.iter_mut().filter(|f| is(f, "referer")) {
            found |= bounded(&mut f.value, &address, &with);
        }
        return found;
    }
    let by_id = |name: &str| match &swap.scope {
        Scope::Anywhere => true,
        Scope::Named(column) => crate::data::means(column, name),
        Scope::Ids | Scope::Path(_) => is_id_name(name),
    };
    for q in &mut step.request.url.query {
        let Some(name) = q.name.as_literal().map(str::to_owned) else { continue };
        if let Some(v) = q.value.as_mut().filter(|_| by_id(&name)) {
            found |= query(&name, v, &mut q.encoding, swap);
        }
    }
    for f in step.request.headers.iter_mut().chain(&mut step.request.cookies) {
        let here = match &swap.scope {
            Scope::Anywhere => true,
            Scope::Named(name) => is(f, name),
            Scope::Ids | Scope::Path(_) => is(f, "referer"),
        };
        if here {
            found |= text(&mut f.value, swap);
        }
    }
    found | body(&mut step.request.body, swap, &by_id)
}

/// The same for a socket: its address, its handshake and its messages.
pub(crate) fn replace_in_socket(socket: &mut WebSocketStep, swap: &Swap) -> bool {
    let mut found = false;
    if swap.scope == Scope::Anywhere {
        found |= bounded(&mut socket.url, &swap.value, &swap.one());
        for header in &mut socket.headers {
            found |= text(&mut header.value, swap);
        }
        for frame in &mut socket.frames {
            if let Frame::Send { text: message, .. } = frame {
                found |= text(message, swap);
            }
        }
    }
    found
}

fn is(field: &Field, name: &str) -> bool {
    field.name.as_literal().is_some_and(|n| n.eq_ignore_ascii_case(name))
}

fn is_id_name(name: &str) -> bool {
    let n = normal(name);
    ["id", "ids", "uuid", "key", "code", "no", "number"].iter().any(|e| n.ends_with(e))
}

fn path(step: &mut RequestStep, swap: &Swap) -> bool {
    let value = swap.value.as_str();
    let mut found = false;
    let mut prefix = String::new();
    let behind = matches!(swap.scope, Scope::Path(_));
    for segment in &mut step.request.url.path {
        let here = match &swap.scope {
            Scope::Path(p) => *p == prefix,
            Scope::Anywhere | Scope::Ids => true,
            Scope::Named(_) => false,
        };
        let mut passed = |text: &str| {
            if behind {
                prefix.push('/');
                prefix.push_str(text);
            }
        };
        match segment {
            Segment::Literal(text) => {
                passed(text);
                if here && says(text, value) {
                    let value = Text::from(swap.part.clone());
                    let label = format!("{{{}}}", swap.name);
                    *segment = Segment::Param { label: label.into(), value, encoding: encoding(&swap.value) };
                    found = true;
                } else if swap.scope == Scope::Anywhere && text.contains(value) {
                    let mut with = Text::literal(text.clone());
                    if bounded(&mut with, value, &Text::from(swap.part.clone())) {
                        let label = text.replace(value, &format!("{{{}}}", swap.name));
                        *segment = Segment::Param { label, value: with, encoding: Encoding::Raw };
                        found = true;
                    }
                }
            }
            Segment::Param { value: text, encoding: how, .. } => {
                let Some(literal) = text.as_literal().map(str::to_owned) else { continue };
                passed(&literal);
                if here && says(&literal, value) {
                    *text = Text::from(swap.part.clone());
                    *how = encoding(value);
                    found = true;
                } else if swap.scope == Scope::Anywhere {
                    found |= bounded(text, value, &Text::from(swap.part.clone()));
                }
            }
        }
    }
    found
}

/// Whether a text is a value, plain or with percent escapes.
fn says(text: &str, value: &str) -> bool {
    text == value || decoded(text) == value
}

fn query(name: &str, v: &mut Text, how: &mut Encoding, swap: &Swap) -> bool {
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let Some(literal) = v.as_literal().map(str::to_owned) else { return text(v, swap) };
    if says(&literal, &swap.value) || literal.contains('+') && says(&literal.replace('+', " "), &swap.value) {
        *v = Text::from(swap.part.clone());
        // names are wire text already: only the variable needs encoding, and plain names survive it
        if plain(name) {
            *how = encoding(&swap.value);
        }
        return true;
    }
    if swap.scope != Scope::Anywhere {
        return false;
    }
    let says = decoded(&literal);
    let mut inner = Text::literal(says.as_ref());
    if encoded(&says) == literal && plain(name) && bounded(&mut inner, &swap.value, &swap.one()) {
        *v = inner;
        *how = Encoding::Component;
        return true;
    }
    text(v, swap)
}

fn body(body: &mut Body, swap: &Swap, by_id: &dyn Fn(&str) -> bool) -> bool {
    let mut found = false;
    match body {
        Body::Json { value, .. } => found |= json("", value, swap, by_id),
        Body::Form(fields) => {
            for f in fields {
                if by_id(&f.name.to_string()) {
                    found |= text(&mut f.value, swap);
                }
            }
        }
        Body::Multipart(parts) => {
            for part in parts {
                if let PartContent::Text(value) = &mut part.content
                    && by_id(&part.name.to_string())
                {
                    found |= text(value, swap);
                }
            }
        }
        Body::Raw { content, media_type: _ } => {
            let form = content.as_literal().filter(|t| is_form(t)).map(str::to_owned);
            let Some(form) = form else { return swap.scope == Scope::Anywhere && text(content, swap) };
            let mut fields = Vec::new();
            for piece in form.split('&') {
                let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
                let plain = |t: &str| decoded(&t.replace('+', " ")).into_owned();
                let mut value = Text::literal(plain(value));
                if by_id(name) {
                    found |= text(&mut value, swap);
                }
                fields.push(Field::new(plain(name), value));
            }
            if found {
                *body = Body::Form(fields);
            }
        }
        Body::GraphQl { variables, .. } => {
            if let Some(v) = variables {
                found |= json("", v, swap, by_id);
            }
        }
        Body::Empty | Body::Bytes { .. } | Body::File { .. } => {}
    }
    found
}

fn json(name: &str, value: &mut Json, swap: &Swap, by_id: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Json::String(t) => by_id(name) && text(t, swap),
        Json::Number(n) if *n == swap.value && by_id(name) => {
            *value = Json::Hole(swap.one());
            true
        }
        Json::Array(items) => items.iter_mut().fold(false, |found, i| json(name, i, swap, by_id) | found),
        Json::Object(fields) => {
            fields.iter_mut().fold(false, |found, (k, v)| json(k, v, swap, by_id) | found)
        }
        Json::Number(_) | Json::Null | Json::Bool(_) | Json::Hole(_) => false,
    }
}

impl Swap {
    fn one(&self) -> Text {
        Text::from(self.part.clone())
    }
}

/// Whole, between separators, or inside base64.
fn text(t: &mut Text, swap: &Swap) -> bool {
    // no spelling of a value is shorter than the value
    let longest = |p: &Part| if let Part::Literal(text) = p { text.len() } else { 0 };
    if t.0.iter().map(longest).max().unwrap_or(0) < swap.value.len() {
        return false;
    }
    if t.as_literal() == Some(swap.value.as_str()) {
        *t = swap.one();
        return true;
    }
    if matches!(swap.scope, Scope::Named(_)) {
        return false;
    }
    if swap.scope != Scope::Anywhere {
        // a short number inside an address, as in `Referer`
        let address = Text([Part::Literal("/".into()), swap.part.clone()].into_iter().collect());
        return bounded(t, &format!("/{}", swap.value), &address);
    }
    if bounded(t, &swap.value, &swap.one()) {
        return true;
    }
    let Some(literal) = t.as_literal() else { return false };
    let (head, token) = literal.rsplit_once(' ').map_or(("", literal), |(h, t)| (h, t));
    // what it says is a quarter shorter
    if token.len() / 4 * 3 < swap.value.len() {
        return false;
    }
    let Some(says) = from_base64(token) else { return false };
    let mut inner = Text::literal(says.as_str());
    if base64::engine::general_purpose::STANDARD.encode(&says) != token
        || !bounded(&mut inner, &swap.value, &swap.one())
    {
        return false;
    }
    let mut out = Text::literal(if head.is_empty() { String::new() } else { format!("{head} ") });
    out.push(Part::Generated(Generator::Coded { coding: Coding::Base64, text: Box::new(inner) }));
    *t = out;
    true
}

/// Replaces the needle where it is not a part of a longer word.
pub(crate) fn bounded(text: &mut Text, needle: &str, with: &Text) -> bool {
    // most texts do not have it: nothing is built anew for them
    let has = |p: &Part| matches!(p, Part::Literal(t) if t.contains(needle));
    if needle.is_empty() || !text.0.iter().any(has) {
        return false;
    }
    let mut found = false;
    let mut out = Text::default();
    for part in std::mem::take(&mut text.0) {
        let Part::Literal(literal) = part else {
            out.push(part);
            continue;
        };
        let mut done = 0;
        for (at, _) in literal.match_indices(needle) {
            if at >= done && stands_alone(&literal, at, needle) {
                out.push_str(literal.get(done..at).unwrap_or_default());
                out.append(with.clone());
                done = at + needle.len();
                found = true;
            }
        }
        out.push_str(literal.get(done..).unwrap_or_default());
    }
    *text = out;
    found
}

pub(crate) fn stands_alone(text: &str, at: usize, needle: &str) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + needle.len()..).unwrap_or_default();
    // the digits of a percent escape are no part of a word
    let escape = before.len() >= 3
        && before.get(before.len() - 3..).is_some_and(|e| {
            e.starts_with('%') && e.get(1..).is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))
        });
    let left = word(needle.chars().next()) && word(before.chars().last()) && !escape;
    let right = word(needle.chars().last()) && word(after.chars().next());
    !left && !right
}

/// A value of plain characters needs no encoding when it is sent again.
fn encoding(value: &str) -> Encoding {
    if value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b)) {
        Encoding::Raw
    } else {
        Encoding::Component
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swap(value: &str) -> Swap {
        let name = VarName::new("v");
        Swap { value: value.to_owned(), scope: Scope::Anywhere, part: Part::Var(name.clone()), name }
    }

    #[test]
    fn values_are_replaced_between_separators_only() {
        let mut t = Text::literal("TOK-999x 999 a%3A999");
        assert!(text(&mut t, &swap("999")));
        assert_eq!(t.to_string(), "TOK-999x {v} a%3A{v}");
        let mut t = Text::literal("Basic dXNlcjo5OWU3");
        assert!(text(&mut t, &swap("99e7")));
        assert!(t.to_string().starts_with("Basic {"), "{t}");
        assert_eq!(t.vars().count(), 1);
    }
}
