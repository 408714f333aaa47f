use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;

use loadwright_diagnostic::{Diagnostic, Fate, Place, Severity};
use loadwright_import::{ImportError, Source};

/// How many findings of one kind are shown before the rest is only counted.
const SHOWN_PER_CODE: usize = 3;

/// Findings for people, each with its place in the user's own file, then nothing lost in the count.
pub fn findings(list: &[Diagnostic], sources: &[&Source], all: bool) -> String {
    let paint = Paint::for_stderr();
    let mut out = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown: Vec<&Diagnostic> = Vec::new();
    for d in list {
        let n = counts.entry(d.code.as_str()).or_default();
        *n += 1;
        if all || *n <= SHOWN_PER_CODE {
            shown.push(d);
        }
    }
    let places = places(&shown, sources);
    for (d, place) in shown.into_iter().zip(places) {
        finding(&mut out, d, sources, place, paint);
    }
    for (code, n) in counts {
        if !all && n > SHOWN_PER_CODE {
            let _ = writeln!(out, "… and {} more {code} (-v shows them)\n", n - SHOWN_PER_CODE);
        }
    }
    out
}

/// Where findings stand in their sources: each source is read once for all of its findings.
pub fn places(list: &[&Diagnostic], sources: &[&Source]) -> Vec<Option<Place>> {
    let mut out = vec![None; list.len()];
    for source in sources {
        let own = list.iter().enumerate().filter(|(_, d)| d.origin.source == source.id);
        let (slots, pointers): (Vec<usize>, Vec<_>) = own.map(|(i, d)| (i, &d.origin.at)).unzip();
        if pointers.is_empty() {
            continue;
        }
        for (i, place) in slots.into_iter().zip(source.locate_all(&pointers)) {
            if let Some(slot) = out.get_mut(i) {
                *slot = place;
            }
        }
    }
    out
}

fn finding(out: &mut String, d: &Diagnostic, sources: &[&Source], place: Option<Place>, paint: Paint) {
    let color = match d.severity {
        Severity::Error => "31",
        Severity::Warning => "33",
        Severity::Note => "36",
    };
    let head = paint.wrap(&format!("1;{color}"), &format!("{}[{}]", d.severity.as_str(), d.code));
    let _ = writeln!(out, "{head}: {}", d.message);
    if let Some(source) = sources.iter().find(|s| s.id == d.origin.source) {
        excerpt(out, source, place, d.origin.at.as_str(), paint);
    }
    if let Some(help) = &d.help {
        let _ = writeln!(out, "help: {help}");
    }
    out.push('\n');
}

fn excerpt(out: &mut String, source: &Source, place: Option<Place>, pointer: &str, paint: Paint) {
    let arrow = paint.wrap("34", "-->");
    let Some(place) = place else {
        let _ = writeln!(out, "   {arrow} {}   {pointer}", source.name);
        return;
    };
    let _ = writeln!(out, "   {arrow} {}:{}:{}   {pointer}", source.name, place.line, place.column);
    let Some(around) = source.excerpt(place) else { return };
    let shown: String = around.text.chars().map(shown_character).collect();
    let number = place.line.to_string();
    let pad = " ".repeat(number.len());
    let bar = paint.wrap("34", "|");
    let under = " ".repeat(place.column.saturating_sub(1).saturating_sub(around.before));
    let length = place.length.min(120usize.saturating_sub(under.len())).max(1);
    let marks = paint.wrap("33", &"^".repeat(length));
    let _ = writeln!(out, "{pad} {bar}\n{number} {bar} {shown}\n{pad} {bar} {under}{marks}");
}

/// Control characters would steer the terminal.
fn shown_character(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{b7}',
        c => c,
    }
}

/// Why a source could not be read at all.
pub fn import_error(source: &Source, e: &ImportError) -> String {
    let mut out = format!("{}: {}\n", source.name, e.message);
    if e.place.is_some() {
        excerpt(&mut out, source, e.place, "", Paint::for_stderr());
    }
    if let Some(help) = &e.help {
        let _ = writeln!(out, "help: {help}");
    }
    out.trim_end().to_owned()
}

/// `2 dropped, 6 approximated, 3 stubbed, 11 assumed`, or nothing when the conversion lost nothing.
pub fn fates(list: &[Diagnostic]) -> String {
    let count = |fate: Fate| list.iter().filter(|d| d.fate == fate).count();
    let parts: Vec<String> = [Fate::Dropped, Fate::Approximated, Fate::Stubbed, Fate::Assumed]
        .into_iter()
        .map(|f| (count(f), f.as_str()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{n} {name}"))
        .collect();
    if parts.is_empty() { "nothing lost".to_owned() } else { parts.join(", ") }
}

#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn for_stderr() -> Self {
        Self(std::env::var_os("NO_COLOR").is_none() && std::io::stderr().is_terminal())
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
