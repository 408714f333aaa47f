use std::io::Write as _;

/// Writes to standard output. A reader that has gone (`… | head`) is no error: there is nobody left to tell.
pub fn write(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
