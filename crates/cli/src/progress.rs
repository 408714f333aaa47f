use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

/// After this long somebody who waits wants to know what for.
const PATIENCE: Duration = Duration::from_secs(1);

/// What long work is at: one line on standard error when it takes its time and somebody watches, and with `-v` what each
/// part of it took.
pub struct Progress {
    last: Instant,
    verbose: bool,
    /// Says what the work is at; the line goes when this is dropped.
    line: Option<(Sender<String>, std::thread::JoinHandle<()>)>,
}

impl Progress {
    pub fn new(quiet: bool, verbose: bool) -> Self {
        let watched = !quiet && !verbose && std::io::stderr().is_terminal();
        let plain = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "false");
        let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb");
        let line = (watched && !plain("CI") && !dumb).then(line).flatten();
        Self { last: Instant::now(), verbose: verbose && !quiet, line }
    }

    /// What comes next.
    pub fn begin(&mut self, what: &str) {
        self.last = Instant::now();
        if let Some((line, _)) = &self.line {
            // nobody listens any more: nobody is told
            let _ = line.send(what.to_owned());
        }
    }

    /// What was done and decided, and how long it took.
    pub fn done(&mut self, what: &str) {
        if self.verbose {
            let took = self.last.elapsed().as_secs_f64() * 1000.0;
            eprintln!("{took:8.1} ms  {what}");
        }
        self.last = Instant::now();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((line, thread)) = self.line.take() {
            drop(line);
            let _ = thread.join();
        }
    }
}

fn line() -> Option<(Sender<String>, std::thread::JoinHandle<()>)> {
    let (sender, receiver) = channel::<String>();
    let show = move || {
        let start = Instant::now();
        let (mut what, mut shown) = (String::new(), 0);
        loop {
            let wait = PATIENCE.saturating_sub(start.elapsed()).max(Duration::from_millis(250));
            match receiver.recv_timeout(wait) {
                Ok(next) => what = next,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            }
            if start.elapsed() >= PATIENCE {
                let text = format!("{what} … {:.0} s", start.elapsed().as_secs_f64());
                let length = text.chars().count();
                eprint!("\r{text}{}", " ".repeat(shown.max(length) - length));
                let _ = std::io::stderr().flush();
                shown = length;
            }
        }
        if shown > 0 {
            eprint!("\r{}\r", " ".repeat(shown));
            let _ = std::io::stderr().flush();
        }
    };
    let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(show).ok()?;
    Some((sender, thread))
}
