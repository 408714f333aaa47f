use std::io::{self, Read};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use crate::stream::{self, Frame, Raw};

/// Smaller files are read faster than threads start.
const WORTH_IT: usize = 1024 * 1024;
/// Bytes of entries that go to a worker at once.
const BATCH: usize = 256 * 1024;
/// Batches that wait to be parsed, at most: what bounds the memory of a long file.
const WAITING: usize = 2;

/// Reads a recording and makes something of each entry, several at a time; the results are in the order of the file.
/// Each worker has a state of its own.
pub(crate) fn read_entries<T: Send, S: Default>(
    reader: impl Read,
    size: usize,
    make: &(dyn Fn(&mut S, Raw<'_>) -> T + Sync),
) -> io::Result<(Frame, Vec<T>)> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    if size < WORTH_IT || workers < 2 {
        let mut out = Vec::new();
        let mut state = S::default();
        let frame = stream::read(reader, &mut |raw| out.push(make(&mut state, raw)))?;
        return Ok((frame, out));
    }
    let (send, receive) = sync_channel::<Batch>(WAITING);
    // what was read goes back to be filled again
    let (give_back, used) = channel::<Batch>();
    let receive = Mutex::new(receive);
    let (frame, mut made) = std::thread::scope(|scope| {
        let crew: Vec<_> = (0..workers)
            .map(|_| {
                let give_back = give_back.clone();
                let receive = &receive;
                scope.spawn(move || work(receive, &give_back, make))
            })
            .collect();
        let mut batch = Batch::default();
        let frame = stream::read(reader, &mut |raw| {
            batch.push(&raw);
            if batch.bytes.len() >= BATCH {
                let mut next = used.try_recv().unwrap_or_default();
                next.clear();
                // the workers are gone only when one of them failed, which joining tells
                let _ = send.send(std::mem::replace(&mut batch, next));
            }
        });
        let _ = send.send(batch);
        drop(send);
        let mut made = Vec::new();
        for worker in crew {
            match worker.join() {
                Ok(list) => made.extend(list),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (frame, made)
    });
    made.sort_by_key(|(i, _)| *i);
    Ok((frame?, made.into_iter().flat_map(|(_, list)| list).collect()))
}

/// Fewer items are done sooner than threads start.
const MANY: usize = 128;

/// Makes something of each item on all cores; the results are in the order of the items.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], make: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
    let hands = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    if hands < 2 || items.len() < MANY {
        return items.iter().map(make).collect();
    }
    let (mine, others) = items.split_at(items.len() / hands);
    std::thread::scope(|scope| {
        let share = others.len().div_ceil(hands - 1);
        let crew: Vec<_> = others
            .chunks(share)
            .map(|some| scope.spawn(move || some.iter().map(make).collect::<Vec<R>>()))
            .collect();
        let mut out: Vec<R> = mine.iter().map(make).collect();
        for hand in crew {
            match hand.join() {
                Ok(list) => out.extend(list),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        out
    })
}

/// Entries that follow each other.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    /// Number, place in the file, and where the bytes end.
    entries: Vec<(usize, u64, usize)>,
}

impl Batch {
    fn push(&mut self, raw: &Raw<'_>) {
        self.bytes.extend_from_slice(raw.bytes);
        self.entries.push((raw.index, raw.at, self.bytes.len()));
    }

    fn clear(&mut self) {
        self.bytes.clear();
        // one long entry is no reason to hold on to its room
        self.bytes.shrink_to(2 * BATCH);
        self.entries.clear();
    }

    fn iter(&self) -> impl Iterator<Item = Raw<'_>> {
        let mut from = 0;
        self.entries.iter().map(move |(index, at, to)| {
            let bytes = self.bytes.get(from..*to).unwrap_or_default();
            from = *to;
            Raw { index: *index, at: *at, bytes }
        })
    }
}

/// The results of each batch, and the number of its first entry.
fn work<T, S: Default>(
    receive: &Mutex<Receiver<Batch>>,
    give_back: &Sender<Batch>,
    make: &(dyn Fn(&mut S, Raw<'_>) -> T + Sync),
) -> Vec<(usize, Vec<T>)> {
    let mut out = Vec::new();
    let mut state = S::default();
    loop {
        let next = match receive.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return out,
        };
        let Ok(batch) = next else { return out };
        let first = batch.entries.first().map_or(0, |(index, _, _)| *index);
        out.push((first, batch.iter().map(|raw| make(&mut state, raw)).collect()));
        let _ = give_back.send(batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_on_all_cores_is_in_order() {
        for count in [0, 1, MANY - 1, MANY, 5 * MANY + 3] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(each(&items, &|n| n + 1), (1..=count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn many_hands_keep_the_order() {
        let list: Vec<String> =
            (0..500).map(|i| format!("{{\"n\": {i}, \"x\": \"{}\"}}", "y".repeat(2_000))).collect();
        let text = format!("{{\"log\": {{\"entries\": [{}]}}}}", list.join(", "));
        let make = |(): &mut (), raw: Raw<'_>| {
            let at = raw.at as usize;
            assert_eq!(text.as_bytes().get(at..at + raw.bytes.len()), Some(raw.bytes));
            (raw.index, String::from_utf8_lossy(raw.bytes).into_owned())
        };
        let (_, one) = read_entries(text.as_bytes(), 0, &make).unwrap_or_default();
        let (_, many) = read_entries(text.as_bytes(), WORTH_IT, &make).unwrap_or_default();
        assert_eq!(one.len(), 500);
        assert_eq!(one, many);
    }
}
