use std::sync::atomic::{AtomicUsize, Ordering};

/// Less work than this is done sooner than threads start: bytes to look through.
const WORTH_IT: usize = 512 * 1024;
/// Items that a thread takes at once.
const HANDFUL: usize = 16;

/// Makes something of each item on all cores; the results are in the order of the items.
///
/// `size` is the number of bytes that are looked through.
pub(crate) fn each<T: Sync, R: Send>(
    items: &[T],
    size: usize,
    make: &(dyn Fn(usize, &T) -> R + Sync),
) -> Vec<R> {
    let hands = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if hands < 2 || size < WORTH_IT {
        return items.iter().enumerate().map(|(i, item)| make(i, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut out: Vec<(usize, Vec<R>)> = Vec::new();
        loop {
            let from = next.fetch_add(HANDFUL, Ordering::Relaxed);
            let some = items.iter().enumerate().skip(from).take(HANDFUL);
            if from >= items.len() {
                return out;
            }
            out.push((from, some.map(|(i, item)| make(i, item)).collect()));
        }
    };
    let mut all = std::thread::scope(|scope| {
        let crew: Vec<_> = (1..hands).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for hand in crew {
            match hand.join() {
                Ok(list) => all.extend(list),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(from, _)| *from);
    all.into_iter().flat_map(|(_, list)| list).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_hands_keep_the_order() {
        let items: Vec<usize> = (0..1_000).collect();
        let make = |i: usize, n: &usize| i * 1_000 + n;
        assert_eq!(each(&items, 0, &make), each(&items, WORTH_IT, &make));
    }
}
