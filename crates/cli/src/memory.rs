//! The allocator. A conversion makes and drops many small values: the system's allocator takes a quarter to two fifths of
//! its time. QuickJS keeps to the system's, so what a virtual user costs does not change.

use std::ffi::{c_int, c_long};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc's list of options: milliseconds until freed pages go back to the system.
const PURGE_DELAY: c_int = 15;

unsafe extern "C" {
    fn mi_option_set(option: c_int, value: c_long);
}

/// Gives freed memory back soon: for commands that do one thing and end, not for runs.
///
/// `input` is what is known to be read, in bytes. At once costs a conversion of 20 MB a twentieth of its time, and saves it nothing worth having; in one of 170 MB what
/// waits to be given back is two fifths of the memory.
pub fn thrifty(input: u64) {
    const LARGE: u64 = 64 * 1024 * 1024;
    // SAFETY: the function is part of the allocator that is linked in, and may be called at any time.
    unsafe { mi_option_set(PURGE_DELAY, if input < LARGE { 1 } else { 0 }) };
}

/// Pages of the usual size: with huge ones the smallest conversion holds ten megabytes more.
#[cfg(target_os = "linux")]
extern "C" fn small_pages() {
    // SAFETY: the call only sets a flag of this process; where it fails, nothing changes.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
}

/// Runs before the allocator asks for its first pages, which is before `main`.
#[cfg(target_os = "linux")]
#[used]
// SAFETY: the loader calls each function of this section once, with arguments that the function may ignore.
#[unsafe(link_section = ".init_array.00101")]
static BEFORE_MAIN: extern "C" fn() = small_pages;
