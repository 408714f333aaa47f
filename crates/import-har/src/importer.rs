use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_import::{
    ImportError, ImportOptions, Imported, Importer, Match, Source, read as text_read, split_url,
};
use loadwright_scenario::{
    Evidence, Exchange, Group, HttpDefaults, Lifetime, ObservedResponse, Scenario, Step, TestPlan, Text,
    Timing, VarName, VarSource, Variable,
};
use loadwright_workload::{Executor, SharedIterations};
use serde_json::Value;

use crate::codes;
use crate::cookies::Jar;
use crate::entry::Entry;
use crate::request::{self, Around};
use crate::select::{is_static, select};
use crate::stream::Frame;
use crate::{extensions, pacing, websocket};

/// HTTP archives of browsers, proxies and test tools.
pub struct Har;

/// More hosts than this are written out where they are used.
const MOST_VARIABLES: usize = 8;

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
        let imported =
            Build { options, root, frame: &frame, entries: &entries, bases: IndexMap::new(), diagnostics }
                .run(&kept);
        Ok(imported)
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
    let keep = options.include_static;
    let (frame, list) = crate::crew::read_entries(reader, source.size(), &|index, raw| {
        let value = parsed(raw);
        let entry = value.as_ref().and_then(|v| Entry::new(index, v)).ok_or(value.is_some());
        // what is left out later takes no room until then
        if let Ok(entry) = &entry
            && !keep
            && is_static(entry)
        {
            entry.response.body.take();
        }
        entry
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

fn parsed(raw: &[u8]) -> Option<Value> {
    serde_json::from_slice(raw).ok().or_else(|| {
        let text = String::from_utf8_lossy(raw);
        text_read::json(&text).or_else(|_| text_read::json(&without_lone_surrogates(&text))).ok()
    })
}

/// Half a surrogate pair is no character: recorders write it for text that was cut in the middle.
fn without_lone_surrogates(text: &str) -> String {
    let unit = |at: usize| {
        text.get(at..at + 6).and_then(|s| s.strip_prefix("\\u")).and_then(|h| u16::from_str_radix(h, 16).ok())
    };
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while let Some(c) = text.get(i..).and_then(|s| s.chars().next()) {
        match unit(i) {
            Some(0xd800..=0xdbff) if matches!(unit(i + 6), Some(0xdc00..=0xdfff)) => {
                out.push_str(text.get(i..i + 12).unwrap_or_default());
                i += 12;
            }
            Some(0xd800..=0xdfff) => {
                out.push_str("\\ufffd");
                i += 6;
            }
            _ if c == '\\' => {
                let pair = text.get(i..).map_or(1, |s| s.chars().take(2).map(char::len_utf8).sum());
                out.push_str(text.get(i..i + pair).unwrap_or_default());
                i += pair;
            }
            _ => {
                out.push(c);
                i += c.len_utf8();
            }
        }
    }
    out
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

struct Build<'a> {
    options: &'a ImportOptions,
    root: Origin,
    frame: &'a Frame,
    entries: &'a [Entry],
    /// Scheme and host → the text that stands for them.
    bases: IndexMap<String, Text>,
    diagnostics: Diagnostics,
}

impl Build<'_> {
    fn run(mut self, kept: &[&Entry]) -> Imported {
        let variables = self.bases_of(kept);
        let names = extensions::declared(self.entries);
        let followed = if self.options.keep_order { Vec::new() } else { redirects(kept) };
        let mut evidence = Evidence { recorded: true, ..Evidence::default() };
        let mut jar = Jar::default();
        let mut steps: Vec<Step> = Vec::new();
        let mut browser = 0;
        let start = kept.iter().filter_map(|e| e.started).reduce(f64::min).unwrap_or(0.0);
        let mut group: Option<(String, Group)> = None;
        for (i, entry) in kept.iter().enumerate() {
            let origin = self.root.key("log").key("entries").index(entry.index);
            let step = if followed.iter().any(|(_, hop)| *hop == i) {
                jar.store(entry);
                continue;
            } else if entry.is_websocket() {
                self.diagnostics.push(Diagnostic::new(
                    &codes::WEBSOCKET,
                    format!("a WebSocket session of {} messages", entry.messages.len()),
                    origin.clone(),
                ));
                evidence.request_texts.insert(origin.clone(), texts(entry, &origin));
                Step::WebSocket(websocket::step(entry, origin))
            } else {
                let mut last = i;
                while let Some((_, hop)) = followed.iter().find(|(from, _)| *from == last) {
                    last = *hop;
                }
                let last = kept.get(last).copied().unwrap_or(entry);
                let around = Around {
                    options: self.options,
                    base: self.bases.get(&base_key(entry)).cloned().unwrap_or_default(),
                    bases: &self.bases,
                    jar: jar.cookies_for(entry),
                    last,
                    origin: origin.clone(),
                };
                let mut step = request::step(entry, &around, &mut browser, &mut self.diagnostics);
                extensions::apply(entry, &mut step, &origin, &mut self.diagnostics);
                extensions::fill(&mut step, &names);
                if !step.request.overrides.no_cookies {
                    jar.store(entry);
                }
                if last.index != entry.index {
                    evidence.final_urls.insert(origin.clone(), last.url.clone());
                }
                evidence.request_texts.insert(origin.clone(), texts(entry, &origin));
                evidence.exchanges.push(exchange(entry, last, start, origin));
                Step::Request(Box::new(step))
            };
            self.place(entry, step, &mut group, &mut steps);
        }
        steps.extend(group.map(|(_, g)| Step::Group(self.closed(g))));
        if browser > 0 {
            let message = format!("{browser} headers that browsers add by themselves were left out");
            self.diagnostics.push(Diagnostic::new(
                &codes::BROWSER_HEADER,
                message,
                self.root.key("log").key("entries"),
            ));
        }
        if !followed.is_empty() {
            let message =
                format!("{} redirect targets are reached by following the redirects", followed.len());
            self.diagnostics.push(Diagnostic::new(
                &codes::REDIRECT,
                message,
                self.root.key("log").key("entries"),
            ));
        }
        let mut variables = variables;
        variables.extend(names.iter().map(|n| Variable {
            name: VarName::new(n),
            source: VarSource::Captured { initial: None },
            lifetime: Lifetime::Iteration,
            secret: false,
            note: None,
            origin: self.root.clone(),
        }));
        let asked = self.frame.options.as_ref().map(pacing::load);
        if let Some(None) = asked {
            let at = self.root.key("log").key("options");
            let message = "the options of the recording are not those of k6";
            self.diagnostics.push(Diagnostic::new(&codes::EXTENSION, message, at));
        }
        let (asked, thresholds) = asked.flatten().unwrap_or_default();
        let main = variables
            .first()
            .filter(|v| matches!(v.source, VarSource::Environment { .. }))
            .map(|v| v.name.clone());
        let workload = Executor::SharedIterations(SharedIterations {
            vus: Some(1),
            iterations: Some(1),
            max_duration: None,
        });
        let title =
            kept.first().map_or_else(|| "recording".to_owned(), |e| format!("{} (recording)", e.host()));
        let plan = TestPlan {
            title,
            note: self.frame.comment.clone(),
            scenarios: vec![Scenario {
                name: "recording".to_owned(),
                workload: asked.unwrap_or_else(|| workload.into()),
                steps,
                weight: 1,
                tags: Vec::new(),
            }],
            variables,
            thresholds,
            datasets: self.options.data.iter().filter_map(crate::data::dataset).collect(),
            http: HttpDefaults { base: main, ..HttpDefaults::default() },
            ..TestPlan::default()
        };
        Imported { plan, evidence, diagnostics: self.diagnostics }
    }

    /// Consecutive entries of a page are a group; entries without a page stand alone.
    fn place(&self, entry: &Entry, step: Step, group: &mut Option<(String, Group)>, steps: &mut Vec<Step>) {
        let at = self.root.key("log").key("entries").index(entry.index);
        let mut steps_here: Vec<Step> = pacing::pauses(&entry.sleeps.before, &at).collect();
        steps_here.push(step);
        steps_here.extend(pacing::pauses(&entry.sleeps.after, &at));
        let page = entry.page.clone().unwrap_or_default();
        match group {
            Some((id, g)) if *id == page => g.steps.extend(steps_here),
            _ => {
                steps.extend(group.take().map(|(_, g)| Step::Group(self.closed(g))));
                let title = self.frame.pages.iter().enumerate().find_map(|(i, p)| {
                    (p.get("id").and_then(Value::as_str) == Some(page.as_str()) && !page.is_empty()).then(
                        || {
                            let title = ["title", "name"]
                                .iter()
                                .find_map(|k| p.get(k).and_then(Value::as_str).map(str::trim))
                                .filter(|t| !t.is_empty());
                            (i, title.map_or_else(|| page.clone(), |t| short_title(t, i)))
                        },
                    )
                });
                match title {
                    None => steps.extend(steps_here),
                    Some((i, name)) => {
                        let origin = self.root.key("log").key("pages").index(i);
                        let sleeps = self.frame.pages.get(i).map(|p| pacing::sleeps(p.get("sleep")));
                        let mut inside: Vec<Step> =
                            sleeps.iter().flat_map(|s| pacing::pauses(&s.before, &origin)).collect();
                        inside.extend(steps_here);
                        *group = Some((page, Group { name, note: None, steps: inside, origin }));
                    }
                }
            }
        }
    }

    /// The pauses behind a page stand at the end of its group.
    fn closed(&self, mut group: Group) -> Group {
        let index = group.origin.at.tokens().last().and_then(|t| t.parse::<usize>().ok());
        let sleeps = index.and_then(|i| self.frame.pages.get(i)).map(|p| pacing::sleeps(p.get("sleep")));
        let after: Vec<Step> = sleeps.iter().flat_map(|s| pacing::pauses(&s.after, &group.origin)).collect();
        group.steps.extend(after);
        group
    }

    /// One variable for each scheme and host, the busiest first; the rest is written out.
    fn bases_of(&mut self, kept: &[&Entry]) -> Vec<Variable> {
        let mut counts: IndexMap<String, usize> = IndexMap::new();
        for e in kept.iter().filter(|e| !e.is_websocket()) {
            *counts.entry(base_key(e)).or_default() += 1;
        }
        counts.sort_by(|_, a, _, b| b.cmp(a));
        let mut out: Vec<Variable> = Vec::new();
        for (i, base) in counts.into_keys().enumerate() {
            if i >= MOST_VARIABLES {
                self.bases.insert(base.clone(), Text::literal(base));
                continue;
            }
            let env = if i == 0 { "BASE_URL".to_owned() } else { env_name(&base) };
            let name = if i == 0 { "baseUrl".to_owned() } else { env.clone() };
            if out.iter().any(|v| v.name.as_str() == name) {
                self.bases.insert(base.clone(), Text::literal(base));
                continue;
            }
            self.bases.insert(base.clone(), Text::var(name.as_str()));
            out.push(Variable {
                name: VarName::new(name),
                source: VarSource::Environment { name: env, default: Some(Text::literal(base)) },
                lifetime: Lifetime::Iteration,
                secret: false,
                note: None,
                origin: self.root.clone(),
            });
        }
        out
    }
}

/// `https://host:port` as written, without credentials.
fn base_key(entry: &Entry) -> String {
    let url = split_url(&entry.url);
    let host = url.authority.rsplit('@').next().unwrap_or(url.authority);
    format!("{}://{host}", url.scheme.to_ascii_lowercase())
}

/// `https://api.shop.example:8443` → `API_SHOP_EXAMPLE_8443_URL`
fn env_name(base: &str) -> String {
    let host = base.split_once("://").map_or(base, |(_, h)| h);
    let mut out: String =
        host.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert_str(0, "HOST_");
    }
    if base.starts_with("http://") { format!("{out}_HTTP_URL") } else { format!("{out}_URL") }
}

/// Pages are often titled with their address.
fn short_title(title: &str, index: usize) -> String {
    let short: String = match split_url(title) {
        u if title.contains("://") => {
            format!("page {} {}", index + 1, if u.path.is_empty() { "/" } else { u.path })
        }
        _ => title.to_owned(),
    };
    short.chars().take(80).collect()
}

/// Pairs of positions: an entry that answers with a redirect, and the entry that is its target.
fn redirects(kept: &[&Entry]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, entry) in kept.iter().enumerate() {
        let Some(location) = entry
            .response
            .redirect
            .as_deref()
            .filter(|_| matches!(entry.response.status, 301 | 302 | 303 | 307 | 308))
        else {
            continue;
        };
        let Some(target) = url::Url::parse(&entry.url).ok().and_then(|u| u.join(location).ok()) else {
            continue;
        };
        let same = |e: &Entry| {
            url::Url::parse(&e.url).is_ok_and(|mut u| {
                let mut t = target.clone();
                u.set_fragment(None);
                t.set_fragment(None);
                u == t
            })
        };
        let taken = |j: usize| out.iter().any(|(_, hop)| *hop == j);
        let found = kept
            .iter()
            .enumerate()
            .skip(i + 1)
            .take(30)
            .find(|(j, e)| !taken(*j) && !e.is_websocket() && same(e));
        if let Some((j, _)) = found {
            out.push((i, j));
        }
    }
    out
}

fn texts(entry: &Entry, origin: &Origin) -> Vec<(Origin, String)> {
    let under = |at: &Pointer| at.tokens().fold(origin.clone(), |o, key| o.key(&key));
    entry.places.iter().map(|(at, text)| (under(at), text.clone())).collect()
}

fn exchange(entry: &Entry, last: &Entry, start: f64, origin: Origin) -> Exchange {
    let url = split_url(&entry.url);
    Exchange {
        origin,
        method: entry.method.clone(),
        base: base_key(entry),
        path: if url.path.is_empty() { "/".to_owned() } else { url.path.to_owned() },
        query: url.query.map(str::to_owned),
        request_body: entry.post.as_ref().and_then(|p| p.text.as_ref()).map(|t| t.clone().into_bytes()),
        responses: vec![ObservedResponse {
            links: Vec::new(),
            status: last.response.status,
            status_text: last.response.status_text.clone(),
            headers: headers_of(entry, last),
            body: last.response.body.take(),
            schema: None,
        }],
        contract: None,
        timing: entry.started.map(|s| Timing {
            start_ms: s - start,
            duration_ms: last.end().map_or(entry.duration_ms, |e| (e - s).max(entry.duration_ms)),
        }),
    }
}

/// The headers of the final answer; cookies that a redirect set on the way are there too.
fn headers_of(entry: &Entry, last: &Entry) -> Vec<(String, String)> {
    let mut out = last.response.headers.clone();
    if entry.index != last.index {
        let set = entry.response.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"));
        out.extend(set.cloned());
    }
    if !last.response.mime.is_empty() && !out.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type")) {
        out.push(("Content-Type".to_owned(), last.response.mime.clone()));
    }
    out
}
