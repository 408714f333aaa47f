//! The coroutine core: a script blocks, its thread does not.
//!
//! Each VU is one stackful coroutine driven as one future. When a host call has to wait, the coroutine suspends and hands
//! the future it waits for to the driver, which polls it on the executor's own stack.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

/// Bytes of address space for one VU's stack; touched pages only are resident.
pub const STACK: usize = 1 << 20;
/// What scripts may use of it.
pub const SCRIPT_STACK: usize = 900 << 10;

/// The call was told to end.
#[derive(Debug, Clone, Copy)]
pub struct Cut;

/// Tells one VU from another thread that its running call must end.
#[derive(Default)]
pub struct Knife {
    down: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Knife {
    /// Ends the running call as soon as possible.
    pub fn cut(&self) {
        self.down.store(true, Ordering::Release);
        if let Some(waker) = &*self.waker.lock().unwrap_or_else(PoisonError::into_inner) {
            waker.wake_by_ref();
        }
    }

    /// Allows the next call.
    pub fn lift(&self) {
        self.down.store(false, Ordering::Release);
    }

    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::Acquire)
    }
}

enum Resume {
    Run,
    Cancel,
}

/// A future on the suspended coroutine's own frame.
type Suspended = *mut (dyn Future<Output = ()> + 'static);

/// The coroutine's side: waits for futures.
pub struct Bridge {
    yielder: Cell<Option<*const Yielder<Resume, Suspended>>>,
    cancelled: Cell<bool>,
    slice_start: Cell<Instant>,
    pub knife: Arc<Knife>,
}

impl Bridge {
    pub fn new(knife: Arc<Knife>) -> Rc<Self> {
        Rc::new(Self {
            yielder: Cell::new(None),
            cancelled: Cell::new(false),
            slice_start: Cell::new(Instant::now()),
            knife,
        })
    }

    /// Suspends the coroutine until `future` is done. Must be called inside of it.
    pub fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Cut> {
        if self.is_cancelled() {
            return Err(Cut);
        }
        let Some(yielder) = self.yielder.get() else { return Err(Cut) };
        let out = Cell::new(None);
        {
            let future = pin!(async {
                out.set(Some(future.await));
            });
            let future: Pin<&mut (dyn Future<Output = ()> + '_)> = future;
            // SAFETY: the future stays pinned in this frame until `suspend` returns, and the driver forgets the pointer
            // before it resumes; the yielder belongs to the coroutine that is running this very code
            let resumed = unsafe {
                let raw: *mut (dyn Future<Output = ()> + '_) = future.get_unchecked_mut();
                #[expect(
                    clippy::transmute_ptr_to_ptr,
                    reason = "only the lifetime of the trait object changes"
                )]
                let raw: Suspended = std::mem::transmute(raw);
                (*yielder).suspend(raw)
            };
            match resumed {
                Resume::Run => self.slice_start.set(Instant::now()),
                Resume::Cancel => self.cancelled.set(true),
            }
        }
        out.into_inner().ok_or(Cut)
    }

    /// Whether the running call was told to end.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.get() || self.knife.is_down()
    }

    /// Forgets a cancellation, before the next call.
    pub fn reset(&self) {
        self.cancelled.set(false);
    }

    /// Gives other VUs of the thread a turn when this one has run for `slice`.
    pub fn breathe(&self, slice: std::time::Duration) -> Result<(), Cut> {
        if self.slice_start.get().elapsed() < slice {
            return if self.is_cancelled() { Err(Cut) } else { Ok(()) };
        }
        self.block_on(tokio::task::yield_now())
    }
}

/// The executor's side: one task that drives one coroutine.
pub struct Task {
    coroutine: Option<Coroutine<Resume, Suspended, ()>>,
    pending: Option<Suspended>,
    knife: Arc<Knife>,
    registered: bool,
}

impl Task {
    /// A coroutine that runs `body`; the engine must be made inside of it.
    pub fn new(bridge: Rc<Bridge>, body: impl FnOnce() + 'static) -> std::io::Result<Self> {
        let stack = DefaultStack::new(STACK)?;
        let knife = Arc::clone(&bridge.knife);
        let coroutine =
            Coroutine::with_stack(stack, move |yielder: &Yielder<Resume, Suspended>, _: Resume| {
                bridge.yielder.set(Some(std::ptr::from_ref(yielder)));
                bridge.slice_start.set(Instant::now());
                // a panic must not leave the coroutine: it would take the whole thread with it
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
                bridge.yielder.set(None);
            });
        Ok(Self { coroutine: Some(coroutine), pending: None, knife, registered: false })
    }
}

impl Future for Task {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let me = self.get_mut();
        if !me.registered {
            me.registered = true;
            *me.knife.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        }
        loop {
            let mut resume = Resume::Run;
            if let Some(pending) = me.pending {
                if me.knife.is_down() {
                    resume = Resume::Cancel;
                } else {
                    // SAFETY: the pointed-to future lives in the suspended frame until the coroutine is resumed
                    let pinned = unsafe { Pin::new_unchecked(&mut *pending) };
                    if pinned.poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
                me.pending = None;
            }
            let Some(coroutine) = me.coroutine.as_mut() else { return Poll::Ready(()) };
            match coroutine.resume(resume) {
                CoroutineResult::Yield(future) => me.pending = Some(future),
                CoroutineResult::Return(()) => {
                    me.coroutine = None;
                    return Poll::Ready(());
                }
            }
        }
    }
}
