use std::io::{self, Read};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

use crate::stream::{self, Frame};

/// Smaller files are read faster than threads start.
const WORTH_IT: usize = 2 * 1024 * 1024;
/// Entries that wait to be parsed, at most: what bounds the memory of a long file.
const WAITING: usize = 32;

/// Reads a recording and makes something of each entry, several at a time; the results are in the order of the file.
pub(crate) fn read_entries<T: Send>(
    reader: impl Read,
    size: usize,
    make: &(dyn Fn(usize, &[u8]) -> T + Sync),
) -> io::Result<(Frame, Vec<T>)> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    if size < WORTH_IT || workers < 2 {
        let mut out = Vec::new();
        let frame = stream::read(reader, &mut |i, raw| out.push(make(i, raw)))?;
        return Ok((frame, out));
    }
    let (send, receive) = sync_channel::<(usize, Vec<u8>)>(WAITING);
    let receive = Mutex::new(receive);
    let (frame, mut made) = std::thread::scope(|scope| {
        let crew: Vec<_> = (0..workers).map(|_| scope.spawn(|| work(&receive, make))).collect();
        let frame = stream::read(reader, &mut |i, raw| {
            // the workers are gone only when one of them failed, which joining tells
            let _ = send.send((i, raw.to_vec()));
        });
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
    Ok((frame?, made.into_iter().map(|(_, t)| t).collect()))
}

fn work<T>(
    receive: &Mutex<Receiver<(usize, Vec<u8>)>>,
    make: &(dyn Fn(usize, &[u8]) -> T + Sync),
) -> Vec<(usize, T)> {
    let mut out = Vec::new();
    loop {
        let next = match receive.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return out,
        };
        let Ok((i, raw)) = next else { return out };
        out.push((i, make(i, &raw)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_hands_keep_the_order() {
        let list: Vec<String> = (0..500).map(|i| format!("{{\"n\": {i}}}")).collect();
        let text = format!("{{\"log\": {{\"entries\": [{}]}}}}", list.join(","));
        let make = |i: usize, raw: &[u8]| (i, String::from_utf8_lossy(raw).into_owned());
        let (_, one) = read_entries(text.as_bytes(), 0, &make).unwrap_or_default();
        let (_, many) = read_entries(text.as_bytes(), WORTH_IT, &make).unwrap_or_default();
        assert_eq!(one.len(), 500);
        assert_eq!(one, many);
    }
}
