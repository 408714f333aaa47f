use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_import::{MediaType, json_from_text};
use loadwright_scenario::{Body, Field, FormPart, PartContent, Text};

use crate::codes;
use crate::entry::{Entry, Param, Post, from_base64};

/// The body as recorded, in the most readable form that still gives the same bytes.
pub(crate) fn body(entry: &Entry, origin: &Origin, diagnostics: &mut Diagnostics) -> Body {
    let Some(post) = &entry.post else {
        if entry.body_size > 0.0 {
            diagnostics.push(Diagnostic::new(
                &codes::BODY_MISSING,
                "the recorded body has no content",
                origin.key("request"),
            ));
        }
        return Body::Empty;
    };
    let declared = entry.header("content-type").map_or_else(|| post.mime.clone(), str::to_owned);
    let media_type = Some(post.mime.clone()).filter(|m| !m.trim().is_empty());
    match &post.text {
        Some(text) if !text.is_empty() || post.params.is_empty() => {
            if post.base64 {
                return match from_base64(text) {
                    Some(bytes) => match String::from_utf8(bytes) {
                        Ok(text) => Body::Raw { media_type, content: Text::literal(text) },
                        Err(e) => Body::Bytes { media_type, content: e.into_bytes() },
                    },
                    None => Body::Raw { media_type, content: Text::literal(text.as_str()) },
                };
            }
            let text = without_header_lines(text);
            if text.is_empty() {
                return Body::Empty;
            }
            if MediaType::parse(&declared).is_json()
                && let Some((value, indent)) = json_from_text(text)
            {
                return Body::Json { value, indent };
            }
            if MediaType::parse(&declared).is_form()
                && let Some(fields) = form_of(text)
            {
                return Body::Form(fields);
            }
            Body::Raw { media_type, content: Text::literal(text) }
        }
        _ if post.params.is_empty() => Body::Empty,
        _ if MediaType::parse(&declared).is_multipart() => {
            Body::Multipart(post.params.iter().map(|p| part(p, origin, diagnostics)).collect())
        }
        _ if post.mime.is_empty() || MediaType::parse(&declared).is_form() => Body::Form(form(post)),
        // a list of parameters under some other type: the only form that lists have
        _ => Body::Raw { media_type, content: Text::literal(joined(post)) },
    }
}

fn form(post: &Post) -> Vec<Field> {
    post.params
        .iter()
        .map(|p| Field::new(decoded(&p.name), decoded(p.value.as_deref().unwrap_or_default())))
        .collect()
}

/// The fields of a form text, when a form that is written from them has the same bytes.
fn form_of(text: &str) -> Option<Vec<Field>> {
    let pairs: Vec<(&str, &str)> = text.split('&').map(|p| p.split_once('=')).collect::<Option<_>>()?;
    let names: Vec<String> = pairs.iter().map(|(n, _)| decoded(n)).collect();
    // sorted names are sent as k6 writes objects, others as `encodeURIComponent` does
    let sorted = names.windows(2).all(|w| matches!(w, [a, b] if a < b));
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.~".contains(&c) || !sorted && b"!*'()".contains(&c);
    let written = |plain_text: &str| -> String {
        let mut out = String::new();
        for b in plain_text.bytes() {
            match b {
                b if plain(b) => out.push(b as char),
                b' ' if sorted => out.push('+'),
                b => out.push_str(&format!("%{b:02X}")),
            }
        }
        out
    };
    let same = |raw: &str| written(&decoded(raw)) == raw;
    let lossless = pairs.iter().all(|(n, v)| !n.is_empty() && same(n) && same(v));
    lossless.then(|| pairs.iter().map(|(n, v)| Field::new(decoded(n), decoded(v))).collect())
}

fn joined(post: &Post) -> String {
    post.params
        .iter()
        .map(|p| format!("{}={}", p.name, p.value.as_deref().unwrap_or_default()))
        .collect::<Vec<_>>()
        .join("&")
}

/// Recorders write parameters encoded or plain; what decodes without error and has escapes was encoded.
fn decoded(text: &str) -> String {
    if text.contains(' ') || !(text.contains('%') || text.contains('+')) {
        return text.to_owned();
    }
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        match b {
            b'+' => out.push(b' '),
            b'%' => match text.get(i + 1..i + 3).and_then(|h| u8::from_str_radix(h, 16).ok()) {
                Some(v) => {
                    out.push(v);
                    i += 2;
                }
                None => return text.to_owned(),
            },
            b => out.push(b),
        }
        i += 1;
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn part(p: &Param, origin: &Origin, diagnostics: &mut Diagnostics) -> FormPart {
    let content = match (&p.file_name, &p.value) {
        (None, value) => PartContent::Text(Text::literal(value.as_deref().unwrap_or_default())),
        (Some(name), Some(value)) => PartContent::Inline {
            file_name: Some(Text::literal(name.as_str())),
            bytes: value.clone().into_bytes(),
        },
        (Some(name), None) => {
            diagnostics.push(Diagnostic::new(
                &codes::FILE_PART,
                format!("the bytes of the uploaded file `{name}` are not in the recording"),
                origin.key("request").key("postData"),
            ));
            PartContent::Inline {
                file_name: Some(Text::literal(name.as_str())),
                bytes: b"placeholder".to_vec(),
            }
        }
    };
    FormPart {
        name: Text::literal(p.name.as_str()),
        content,
        media_type: p.content_type.clone().filter(|t| !t.is_empty()),
    }
}

/// Old Firebug files put the header lines of the body in front of it.
fn without_header_lines(text: &str) -> &str {
    let Some((head, rest)) = text.split_once("\r\n\r\n") else { return text };
    let header = |l: &str| l.strip_prefix("Content-").is_some_and(|r| r.split_once(": ").is_some());
    if !head.is_empty() && head.split("\r\n").all(header) { rest } else { text }
}
