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

/// Gives freed memory back at once: for commands that do one thing and end, not for runs.
pub fn thrifty() {
    give_back_after(0);
}

/// Gives it back a little later: a recording is taken to pieces while a plan is made of it, and pages that are wanted
/// again soon are a twentieth of the time.
pub fn relaxed() {
    give_back_after(1);
}

fn give_back_after(milliseconds: c_long) {
    // SAFETY: the function is part of the allocator that is linked in, and may be called at any time.
    unsafe { mi_option_set(PURGE_DELAY, milliseconds) };
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
