use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use loadwright_crew::hands;
use loadwright_import::Bytes;

use crate::frame::Frame;
use crate::guess::next_entry;
use crate::stream::{self, End, Raw, Scan};

/// Smaller files are read faster than threads start.
const WORTH_IT: u64 = 1024 * 1024;
/// Bytes that one hand reads before it asks for more, at least; and parts of a file, at most.
const PART: u64 = 1024 * 1024;
const PARTS: u64 = 64;

/// Reads a recording and makes something of each entry, several at a time; the results are in the order of the file.
/// Each worker has a state of its own.
pub(crate) fn read_entries<T: Send, S: Default>(
    bytes: &Bytes<'_>,
    size: u64,
    make: &(dyn Fn(&mut S, Raw<'_>) -> T + Sync),
) -> io::Result<(Frame, Vec<T>)> {
    let mut out = Vec::new();
    let frame = stream::read_lists(bytes, &mut |scan| {
        scan.space()?;
        let start = scan.window.place();
        if hands() < 2 || size.saturating_sub(start) < WORTH_IT {
            let mut state = S::default();
            return scan.entries(None, &mut |raw| out.push(make(&mut state, raw)));
        }
        Parts { bytes, start, size }.read(scan, make, &mut out)
    })?;
    Ok((frame, out))
}

/// A list of entries in parts that are read at the same time.
///
/// Where the first entry of a part begins is a guess. Whether it was right is known when the part before it has been
/// read; a part with a wrong one is read again.
struct Parts<'s> {
    bytes: &'s Bytes<'s>,
    start: u64,
    size: u64,
}

/// What was read of a part.
struct Part<T> {
    first: u64,
    list: Vec<T>,
    end: End,
}

impl Parts<'_> {
    fn count(&self) -> u64 {
        ((self.size - self.start) / PART).clamp(1, PARTS)
    }

    /// Where a part ends; the last one goes on to the end of the list.
    fn end(&self, part: u64) -> Option<u64> {
        let count = self.count();
        (part + 1 < count).then(|| self.start + (self.size - self.start) / count * (part + 1))
    }

    fn read<T: Send, S: Default>(
        &self,
        scan: &mut Scan<'_>,
        make: &(dyn Fn(&mut S, Raw<'_>) -> T + Sync),
        out: &mut Vec<T>,
    ) -> io::Result<End> {
        let next = AtomicUsize::new(0);
        let mut parts: Vec<(u64, Part<T>)> = std::thread::scope(|scope| {
            let crew: Vec<_> = (1..hands()).map(|_| scope.spawn(|| self.work(&next, make))).collect();
            let mut parts = self.work(&next, make)?;
            for hand in crew {
                parts.extend(hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok::<_, io::Error>(parts)
        })?;
        parts.sort_by_key(|(n, _)| *n);
        let mut parts = parts.into_iter().peekable();
        let mut end = End::Entry(self.start);
        let mut state = S::default();
        for n in 0..self.count() {
            let End::Entry(here) = end else { break };
            let read = parts.next_if(|(part, _)| *part == n).map(|(_, part)| part);
            if self.end(n).is_some_and(|end| here >= end) {
                continue;
            }
            end = match read.filter(|part| part.first == here) {
                Some(part) => {
                    out.extend(part.list);
                    part.end
                }
                None => {
                    scan.window.go_to(here);
                    scan.entries(self.end(n), &mut |raw| out.push(make(&mut state, raw)))?
                }
            };
        }
        Ok(end)
    }

    /// Reads parts until there are no more.
    fn work<T, S: Default>(
        &self,
        next: &AtomicUsize,
        make: &(dyn Fn(&mut S, Raw<'_>) -> T + Sync),
    ) -> io::Result<Vec<(u64, Part<T>)>> {
        let mut out = Vec::new();
        let mut state = S::default();
        let mut scan = Scan::new(self.bytes, self.start);
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed) as u64;
            if n >= self.count() {
                return Ok(out);
            }
            let from = n.checked_sub(1).and_then(|before| self.end(before)).unwrap_or(self.start);
            scan.window.go_to(from);
            let end = self.end(n);
            let first = if n == 0 { Some(self.start) } else { next_entry(&mut scan, end)? };
            let Some(first) = first else { continue };
            let mut list = Vec::new();
            let end = scan.entries(end, &mut |raw| list.push(make(&mut state, raw)))?;
            out.push((n, Part { first, list, end }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the same text on one core and on all.
    fn both(entries: &[String], separator: &str, end: &str) -> Vec<(u64, String)> {
        let text = format!("{{\"log\": {{\"entries\": [{}{end}", entries.join(separator));
        let bytes = Bytes::Text(text.as_bytes());
        let make = |(): &mut (), raw: Raw<'_>| {
            let at = raw.at as usize;
            assert_eq!(text.as_bytes().get(at..at + raw.bytes.len()), Some(raw.bytes));
            (raw.at, String::from_utf8_lossy(raw.bytes).into_owned())
        };
        let one = read_entries(&bytes, 0, &make).expect("entries");
        let many = read_entries(&bytes, text.len() as u64, &make).expect("entries");
        assert_eq!((one.0.truncated, one.0.comment), (many.0.truncated, many.0.comment));
        assert!(one.1 == many.1, "{} and {} entries", one.1.len(), many.1.len());
        many.1
    }

    #[test]
    fn many_hands_keep_the_order() {
        let list: Vec<String> = (0..1500)
            .map(|i| format!("{{\"startedDateTime\": {i}, \"x\": \"{}\"}}", "y".repeat(4_000)))
            .collect();
        assert_eq!(both(&list, ", ", "], \"comment\": \"behind\"}}").len(), 1500);
        assert_eq!(both(&list, ",\n  ", "").len(), 1500);
    }

    #[test]
    fn a_wrong_guess_costs_time_and_nothing_else() {
        // what looks like the beginning of an entry stands in texts and in lists of entries too
        let list: Vec<String> = (0..40)
            .map(|i| match i % 4 {
                0 => format!(
                    "{{\"startedDateTime\": {i}, \"x\": [{}]}}",
                    vec!["{\"startedDateTime\": 1}, {\"startedDateTime\": 2}"; 8_000].join(",")
                ),
                1 => format!("{{\"startedDateTime\": {i}, \"x\": \"{}\"}}", "z".repeat(300_000)),
                2 => format!(
                    "{{\"startedDateTime\": {i}, \"x\": '{{\"startedDateTime\": {}}}', }}",
                    "z".repeat(90_000)
                ),
                _ => format!("{{\"m\": {i}, \"x\": \"{}\"}}", "z".repeat(2_500_000 / (i + 1))),
            })
            .collect();
        let read = both(&list, ", ", "]}}");
        assert_eq!(read.len(), 40);
        assert!(read.iter().map(|(_, text)| text).eq(&list));
    }
}
