//! Buffers that the connections of a thread share: an idle connection keeps none.

use std::cell::RefCell;

/// More than this many are not kept.
const KEPT: usize = 64;
/// Larger ones are given back to the allocator.
const LARGEST: usize = 32 * 1024;

thread_local! {
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer, with capacity if one is at hand.
pub(crate) fn take() -> Vec<u8> {
    POOL.with(|pool| pool.borrow_mut().pop()).unwrap_or_default()
}

/// Takes a buffer back and leaves an empty one without capacity.
pub(crate) fn give(buffer: &mut Vec<u8>) {
    let mut buffer = std::mem::take(buffer);
    if buffer.capacity() == 0 || buffer.capacity() > LARGEST {
        return;
    }
    buffer.clear();
    POOL.with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < KEPT {
            pool.push(buffer);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_empty_and_are_not_hoarded() {
        let mut buffer = take();
        buffer.extend_from_slice(b"secret");
        give(&mut buffer);
        assert_eq!(buffer.capacity(), 0);
        let again = take();
        assert!(again.is_empty() && again.capacity() >= 6);
        give(&mut Vec::with_capacity(LARGEST + 1));
        assert_eq!(take().capacity(), 0);
    }
}
