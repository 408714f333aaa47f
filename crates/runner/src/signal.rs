//! Signals: the first asks for a graceful end, the second does not ask.

use std::sync::mpsc::Sender;

use crate::worker::Event;

/// Watches for SIGINT and SIGTERM; `now` is called for the second one and must not return control to the run.
pub fn watch(events: Sender<Event>, now: Box<dyn Fn() + Send>) {
    let watch = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async move {
            let mut seen = 0;
            loop {
                if wait().await.is_err() {
                    return;
                }
                seen += 1;
                if seen > 1 {
                    now();
                }
                if events.send(Event::Signal).is_err() {
                    return;
                }
            }
        });
    };
    // without the thread a signal ends the process at once, as the system does by default
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(watch);
}

#[cfg(unix)]
async fn wait() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn wait() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
