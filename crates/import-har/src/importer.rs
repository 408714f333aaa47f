use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_import::{Bytes, ImportError, ImportOptions, Imported, Importer, Match, Source};
use loadwright_scenario::Content;

use crate::archive::{self, Recording};
use crate::build::Build;
use crate::codes;
use crate::entry::{Entry, is_base64};
use crate::frame::Frame;
use crate::intern::Words;
use crate::node::Node;
use crate::parse::lenient;
use crate::places::places;
use crate::select::select;
use crate::sent::Texts;
use crate::stream::Raw;
use crate::tape::Tape;

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
    let bytes = bytes(source)?;
    let recording = match &bytes {
        Bytes::File(file) if options.leave_answers => {
            Some(Recording::new(Bytes::File(file.try_clone().map_err(fail)?)))
        }
        _ => None,
    };
    let keep = options.include_static;
    let (frame, list) = crate::crew::read_entries(&bytes, source.size() as u64, &|hand: &mut Hand, raw| {
        hand.entry(raw, recording.as_ref(), keep)
    })
    .map_err(fail)?;
    let mut out = Vec::with_capacity(list.len());
    for (index, entry) in list.into_iter().enumerate() {
        match entry {
            Ok(entry) => out.push(Entry { index, ..entry }),
            Err(why) => diagnostics.push(Diagnostic::new(
                &codes::BAD_ENTRY,
                why,
                root.key("log").key("entries").index(index),
            )),
        }
    }
    Ok((frame, out))
}

/// The content of a recording; UTF-16 is decoded first.
pub(crate) fn bytes(source: &Source) -> Result<Bytes<'_>, ImportError> {
    let fail = |e: std::io::Error| ImportError::new(format!("failed to read {}: {e}", source.name));
    let bytes = source.bytes().map_err(fail)?;
    let mut mark = [0u8; 2];
    let marked = bytes.read_exact_at(0, &mut mark).is_ok() && matches!(mark, [0xff, 0xfe] | [0xfe, 0xff]);
    if marked || source.head().is_ok_and(|h| h.contains('\0')) {
        return Ok(Bytes::Text(source.text()?.as_bytes()));
    }
    Ok(bytes)
}

/// What one thread has to make entries with.
#[derive(Default)]
struct Hand {
    words: Words,
    tape: Tape,
}

impl Hand {
    /// One entry, also when it is only nearly JSON, or why there is none. Answers of what is replayed only on request are
    /// left out with it.
    fn entry(
        &mut self,
        raw: Raw<'_>,
        recording: Option<&Recording>,
        keep_static: bool,
    ) -> Result<Entry, &'static str> {
        const NOT_JSON: &str = "the entry is not valid JSON";
        let repaired;
        let (node, recording) = match raw.node {
            Some(node) => (Some(node), recording),
            None => {
                // of a repaired entry nothing stands in the file as it is
                repaired = lenient(raw.bytes).ok_or(NOT_JSON)?.to_string();
                let read = self.tape.read(repaired.as_bytes());
                (read.ok().and_then(|_| Node::of(&self.tape, &repaired)), None)
            }
        };
        let node = node.ok_or(NO_REQUEST)?;
        let mut entry = Entry::new(node, &mut self.words).ok_or(NO_REQUEST)?;
        entry.texts = match recording {
            Some(recording) => recording.texts(raw.bytes, raw.at).unwrap_or_default(),
            None => Texts::Here(places(node, &mut self.words)),
        };
        if keep_static || !entry.is_static {
            entry.response.body = answer(node, raw.at, recording);
        }
        Ok(entry)
    }
}

const NO_REQUEST: &str = "the entry has no request with a method and an address";

/// The answer of an entry that stands at a place of the file: left there when it may be.
fn answer(node: Node<'_>, at: u64, recording: Option<&Recording>) -> Content {
    let content = node.get("response").and_then(|r| r.get("content"));
    let text = content.and_then(|c| c.get("text")).and_then(Node::quoted);
    let (Some(content), Some((inside, text))) = (content, text) else { return Content::default() };
    let base64 = is_base64(content, &["encoding"]);
    match recording {
        Some(recording) => recording.content(text, at + inside as u64, base64),
        None => archive::content(text, base64),
    }
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
