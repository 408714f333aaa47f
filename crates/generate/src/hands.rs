use std::sync::OnceLock;

/// How many threads it pays to work with. Asked once: the answer is put together from several files of the system.
pub(crate) fn hands() -> usize {
    static HANDS: OnceLock<usize> = OnceLock::new();
    *HANDS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from).min(8))
}
