//! Owns work on all cores at once: what is made of a list is in the order of the list, whoever made it.
//! Must never know what is worked on.
//! Start at [`map`], then [`map_in_order`] and [`change`].

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

/// How many threads it pays to work with. Asked once: the answer is put together from several files of the system.
pub fn hands() -> usize {
    static HANDS: OnceLock<usize> = OnceLock::new();
    *HANDS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from).min(8))
}

/// Fewer items are done sooner than threads start.
const FEW: usize = 128;

/// Makes something of each item on all cores; the results are in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], make: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
    let hands = hands();
    if hands < 2 || items.len() < FEW {
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

/// Less work than this is done sooner than threads start: bytes to look through.
const WORTH_IT: usize = 512 * 1024;
/// Items that a thread takes at once.
const HANDFUL: usize = 16;

/// Makes something of each item on all cores, and takes the results in the order of the items while others are made.
///
/// `size` is the number of bytes that are looked through.
pub fn map_in_order<T: Sync, R: Send>(
    items: &[T],
    size: usize,
    make: &(dyn Fn(usize, &T) -> R + Sync),
    take: &mut dyn FnMut(usize, R),
) {
    let hands = hands();
    if hands < 2 || size < WORTH_IT {
        items.iter().enumerate().for_each(|(i, item)| take(i, make(i, item)));
        return;
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let from = next.fetch_add(HANDFUL, Ordering::Relaxed);
        let some = items.iter().enumerate().skip(from).take(HANDFUL);
        (from < items.len()).then(|| (from, some.map(|(i, item)| make(i, item)).collect::<Vec<R>>()))
    };
    let (send, done) = channel();
    std::thread::scope(|scope| {
        for _ in 1..hands {
            let send = send.clone();
            scope.spawn(move || {
                while let Some(some) = work() {
                    // nobody takes results any more when the taker has failed, which the scope tells
                    let _ = send.send(some);
                }
            });
        }
        drop(send);
        let mut waiting: BTreeMap<usize, Vec<R>> = BTreeMap::new();
        let mut taken = 0;
        loop {
            // own work as long as there is some, then what the others still have
            match work() {
                Some((from, some)) => waiting.extend([(from, some)]),
                None => match done.recv() {
                    Ok((from, some)) => waiting.extend([(from, some)]),
                    Err(_) => break,
                },
            }
            waiting.extend(done.try_iter());
            while let Some(some) = waiting.remove(&taken) {
                for result in some {
                    take(taken, result);
                    taken += 1;
                }
            }
        }
    });
}

/// Fewer items than this are changed sooner than threads start.
const MANY: usize = 1_000;

/// Changes each item on all cores; each hand has something of its own beside the items.
pub fn change<T: Send, H: Default>(items: &mut [T], change: &(dyn Fn(&mut T, &mut H) + Sync)) {
    let work = |items: &mut [T]| {
        let mut own = H::default();
        items.iter_mut().for_each(|item| change(item, &mut own));
    };
    let hands = hands();
    if hands < 2 || items.len() < MANY {
        return work(items);
    }
    let share = items.len().div_ceil(hands);
    std::thread::scope(|scope| {
        let (mine, others) = items.split_at_mut(share.min(items.len()));
        for some in others.chunks_mut(share) {
            scope.spawn(|| work(some));
        }
        work(mine);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_hands_change_each_item_once() {
        for count in [0, 1, MANY - 1, MANY, MANY + 3] {
            let mut items: Vec<usize> = (0..count).collect();
            change(&mut items, &|item, seen: &mut usize| {
                *seen += 1;
                *item = *item * 2 + usize::from(*seen == 0);
            });
            assert!(items.iter().enumerate().all(|(i, item)| *item == 2 * i), "{count}");
        }
    }

    #[test]
    fn many_hands_keep_the_order() {
        for count in [0, 1, HANDFUL, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            let made = |size| {
                let mut out = Vec::new();
                map_in_order(&items, size, &|i, n| i * 1_000 + n, &mut |i, made| out.push((i, made)));
                out
            };
            assert_eq!(made(0).len(), count);
            assert_eq!(made(0), made(WORTH_IT));
        }
    }

    #[test]
    fn what_is_made_on_all_cores_is_in_order() {
        for count in [0, 1, FEW - 1, FEW, 5 * FEW + 3] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, &|n| n + 1), (1..=count).collect::<Vec<_>>());
        }
    }
}
