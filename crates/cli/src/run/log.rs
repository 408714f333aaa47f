//! Log lines: key=value, JSON, raw, or the short form on a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use loadwright_runner::{Level, Log};

use super::command::Command;

enum Sink {
    Stderr,
    Stdout,
    File(File),
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Raw,
    Terminal { color: bool },
}

/// Writes the runner's and the script's lines.
pub struct Logger {
    sink: Mutex<Sink>,
    console: Mutex<Option<File>>,
    format: Format,
    least: Level,
    /// Texts that must not be seen.
    secrets: Vec<String>,
    started: Instant,
}

impl Logger {
    /// Key=value lines on standard error.
    pub fn plain() -> Self {
        Self {
            sink: Mutex::new(Sink::Stderr),
            console: Mutex::new(None),
            format: Format::Text,
            least: Level::Info,
            secrets: Vec::new(),
            started: Instant::now(),
        }
    }

    /// The log that the command asks for.
    pub fn open(command: &Command) -> Result<Self, String> {
        let mut logger = Self::plain();
        let output = command.log_output.as_deref().unwrap_or("stderr");
        let sink = match output {
            "stderr" => Sink::Stderr,
            "stdout" => Sink::Stdout,
            "none" => Sink::Nothing,
            other => match other.strip_prefix("file=") {
                Some(rest) => {
                    let path = rest.split(',').next().unwrap_or(rest);
                    let file = File::options()
                        .create(true)
                        .append(true)
                        .open(path)
                        .map_err(|e| format!("failed to open logfile {path}: {e}"))?;
                    Sink::File(file)
                }
                None => return Err(format!("unsupported log output '{other}'")),
            },
        };
        let terminal = matches!(sink, Sink::Stderr) && std::io::stderr().is_terminal();
        logger.format = match command.log_format.as_deref().unwrap_or("") {
            "json" => Format::Json,
            "raw" => Format::Raw,
            _ if terminal => Format::Terminal { color: !command.no_color },
            _ => Format::Text,
        };
        logger.sink = Mutex::new(sink);
        if command.verbose {
            logger.least = Level::Debug;
        }
        Ok(logger)
    }

    /// Blots these texts out of everything that is written.
    pub fn hide(&mut self, secrets: Vec<String>) {
        self.secrets = secrets;
    }

    fn blotted(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***SECRET_REDACTED***"))
    }

    /// Sends what scripts print to a file of its own.
    pub fn redirect_console(&self, path: Option<&str>) -> Result<(), String> {
        let Some(path) = path.filter(|p| !p.is_empty()) else { return Ok(()) };
        let file = File::options()
            .create(true)
            .append(true)
            .open(path)
            .map_err(|e| format!("cannot open the console output {path}: {e}"))?;
        *self.console.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        Ok(())
    }

    fn line(&self, level: Level, message: &str, fields: &[(&str, &str)]) -> String {
        let mut fields: Vec<_> = fields.to_vec();
        fields.sort_unstable();
        match self.format {
            Format::Raw => message.to_owned(),
            Format::Json => {
                let time = timestamp();
                let mut map: BTreeMap<&str, &str> = fields.into_iter().collect();
                map.extend([("level", level.name()), ("msg", message), ("time", time.as_str())]);
                serde_json::to_string(&map).unwrap_or_default()
            }
            Format::Text => {
                let mut out = format!("time=\"{}\" level={}", timestamp(), level.name());
                if !message.is_empty() {
                    let _ = write!(out, " msg={}", value_text(message));
                }
                for (key, value) in fields {
                    let _ = write!(out, " {key}={}", value_text(value));
                }
                out
            }
            Format::Terminal { color } => {
                let short = &level.name().to_uppercase()[..4];
                let seconds = self.started.elapsed().as_secs();
                let paint = match level {
                    Level::Debug => "37",
                    Level::Info => "36",
                    Level::Warning => "33",
                    Level::Error => "31",
                };
                let head = if color { format!("\x1b[{paint}m{short}\x1b[0m") } else { short.to_owned() };
                let mut out = format!("{head}[{seconds:04}] {message:<44}");
                for (key, value) in fields {
                    let key = if color { format!("\x1b[{paint}m{key}\x1b[0m") } else { key.to_owned() };
                    let _ = write!(out, " {key}={}", value_text(value));
                }
                out
            }
        }
    }
}

impl Log for Logger {
    fn enabled(&self, level: Level) -> bool {
        level >= self.least
    }

    fn write(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        if !self.enabled(level) {
            return;
        }
        let (blotted, values): (String, Vec<String>);
        let (message, fields) = if self.secrets.is_empty() {
            (message, fields.to_vec())
        } else {
            blotted = self.blotted(message);
            values = fields.iter().map(|(_, value)| self.blotted(value)).collect();
            (blotted.as_str(), fields.iter().zip(&values).map(|((k, _), v)| (*k, v.as_str())).collect())
        };
        let fields = fields.as_slice();
        if fields.contains(&("source", "console"))
            && let Some(file) = &mut *self.console.lock().unwrap_or_else(PoisonError::into_inner)
        {
            let rest: Vec<_> = fields.iter().copied().filter(|(k, _)| *k != "source").collect();
            // a full disk must not end the run
            let _ = writeln!(file, "{}", self.line(level, message, &rest));
            return;
        }
        let line = self.line(level, message, fields);
        let _ = match &mut *self.sink.lock().unwrap_or_else(PoisonError::into_inner) {
            Sink::Stderr => writeln!(std::io::stderr().lock(), "{line}"),
            Sink::Stdout => writeln!(std::io::stdout().lock(), "{line}"),
            Sink::File(file) => writeln!(file, "{line}"),
            Sink::Nothing => Ok(()),
        };
    }
}

/// Whether standard output is a terminal.
pub fn stdout_is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Go's quoting, only where it is needed.
fn value_text(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/@^+".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// UTC, to the second, RFC 3339.
pub fn timestamp() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // days since 0000-03-01, the calendar whose leap day is its last
    let z = days as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest % 3600 / 60, rest % 60)
}
