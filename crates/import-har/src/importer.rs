use std::borrow::Cow;

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_import::{ImportError, ImportOptions, Imported, Importer, Match, Source, Tree};
use loadwright_scenario::Content;

use crate::archive::{self, Recording};
use crate::build::Build;
use crate::codes;
use crate::entry::Entry;
use crate::intern::Words;
use crate::parse::{Parsed, parsed};
use crate::select::{is_static, select};
use crate::stream::{Frame, Raw};

/// HTTP archives of browsers, proxies and test tools.
pub struct Har;

impl Importer for Har {
    fn name(&self) -> &'static str {
        "har"
    }

    fn sniff(&self, source: &Source) -> Match {
        let Ok(head) = source.head() else { return Match::No };
        let start = head.trim_start();
        let opens = start.starts_with('{') || start.get(..60).unwrap_or(start).contains("({");
        let has = |key: &str| head.contains(&format!("\"{key}\""));
        match () {
            () if !opens => Match::No,
            () if has("log") && (has("entries") || has("creator")) => Match::Yes,
            () if has("entries") && has("startedDateTime") => Match::Yes,
            () if has("log") && has("pages") => Match::Maybe,
            () => Match::No,
        }
    }

    fn import(&self, source: &Source, options: &ImportOptions) -> Result<Imported, ImportError> {
        let mut diagnostics = Diagnostics::new();
        let root = Origin::new(source.id, Pointer::root());
        let (frame, mut entries) = entries(source, options, &root, &mut diagnostics)?;
        if !frame.has_entries {
            return Err(ImportError::new("the file has no log.entries: this is no HTTP archive"));
        }
        if frame.truncated {
            let message = format!("the recording breaks off after {} entries", entries.len());
            diagnostics.push(Diagnostic::new(&codes::TRUNCATED, message, root.key("log").key("entries")));
        }
        if !options.keep_order && entries.iter().all(|e| e.started.is_some()) {
            entries.sort_by(|a, b| a.started.partial_cmp(&b.started).unwrap_or(std::cmp::Ordering::Equal));
        }
        sanitized(&entries, &root, &mut diagnostics);
        let kept = select(&entries, options, source.id, &mut diagnostics);
        Ok(Build::new(options, root, &frame, diagnostics).run(entries, &kept))
    }
}

fn entries(
    source: &Source,
    options: &ImportOptions,
    root: &Origin,
    diagnostics: &mut Diagnostics,
) -> Result<(Frame, Vec<Entry>), ImportError> {
    let fail = |e: std::io::Error| ImportError::new(format!("failed to read {}: {e}", source.name));
    let wide = source.head().is_ok_and(|h| h.contains('\0')) || is_utf16(source);
    let reader: Box<dyn std::io::Read + '_> =
        if wide { Box::new(source.text()?.as_bytes()) } else { source.reader().map_err(fail)? };
    let recording =
        if options.leave_answers { source.open_again().map_err(fail)?.map(Recording::new) } else { None };
    let keep = options.include_static;
    let (frame, list) =
        crate::crew::read_entries(reader, source.size(), &|words: &mut Words, raw: Raw<'_>| {
            let Some(parsed) = parsed(raw.bytes) else { return Err(false) };
            let mut entry = Entry::new(raw.index, &parsed.tree, words).ok_or(true)?;
            // what is left out takes no room
            if keep || !is_static(&entry) {
                entry.response.body = answer(&parsed, &raw, recording.as_ref());
            }
            Ok(entry)
        })
        .map_err(fail)?;
    let mut out = Vec::with_capacity(list.len());
    for (index, entry) in list.into_iter().enumerate() {
        match entry {
            Ok(entry) => out.push(entry),
            Err(json) => diagnostics.push(Diagnostic::new(
                &codes::BAD_ENTRY,
                if json {
                    "the entry has no request with a method and an address"
                } else {
                    "the entry is not valid JSON"
                },
                root.key("log").key("entries").index(index),
            )),
        }
    }
    Ok((frame, out))
}

/// The answer of an entry: left in the file when it stands there as it is.
fn answer(parsed: &Parsed<'_>, raw: &Raw<'_>, recording: Option<&Recording>) -> Content {
    let Some(text) = &parsed.answer else { return Content::default() };
    let encoding = parsed.tree.get("response").and_then(|r| r.get("content")).and_then(|c| c.get("encoding"));
    let base64 = encoding.and_then(Tree::as_str).is_some_and(|e| e.eq_ignore_ascii_case("base64"));
    match (text, recording) {
        (Cow::Borrowed(text), Some(recording)) => {
            // a piece of the entry's own bytes
            let inside = text.as_ptr().addr().wrapping_sub(raw.bytes.as_ptr().addr());
            recording.content(text, raw.at + inside as u64, base64)
        }
        (text, _) => archive::content(text, base64),
    }
}

fn is_utf16(source: &Source) -> bool {
    let mut mark = [0u8; 2];
    source.reader().is_ok_and(|mut r| std::io::Read::read_exact(&mut r, &mut mark).is_ok())
        && matches!(mark, [0xff, 0xfe] | [0xfe, 0xff])
}

/// Chrome's default export has neither cookies nor credentials, however many answers set them.
fn sanitized(entries: &[Entry], root: &Origin, diagnostics: &mut Diagnostics) {
    let chrome = entries.iter().any(|e| !e.resource_type.is_empty());
    let any = |name: &str| {
        entries.iter().any(|e| {
            e.header(name).is_some() || e.response.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
        })
    };
    if chrome && entries.len() >= 5 && !any("cookie") && !any("set-cookie") && !any("authorization") {
        diagnostics.push(
            Diagnostic::new(
                &codes::SANITIZED,
                "the recording has no cookies and no credentials at all",
                root.key("log").key("entries"),
            )
            .with_help("export it again with sensitive data; `loadwright explain har/sanitized` says how"),
        );
    }
}
