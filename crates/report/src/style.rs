//! Colours for terminals.

use loadwright_workload::TimeUnit;

use crate::SummaryMode;

#[derive(Clone, Copy, Debug, Default)]
pub struct TextStyle {
    pub mode: SummaryMode,
    pub color: bool,
    pub time_unit: Option<TimeUnit>,
}

impl TextStyle {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn value(&self, text: &str) -> String {
        self.paint("36", text)
    }

    pub(crate) fn faint(&self, text: &str) -> String {
        self.paint("2;37", text)
    }

    /// `✓` in green or `✗` in red.
    pub(crate) fn mark(&self, ok: bool) -> String {
        if ok { self.paint("32", "✓") } else { self.paint("31", "✗") }
    }

    pub(crate) fn bad(&self, text: &str) -> String {
        self.paint("31", text)
    }
}

/// How many columns a text takes; combining and double-width characters are not known to it.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The text and as many spaces as are missing to `columns`; `shown` is the text with colours.
pub(crate) fn pad(text: &str, shown: &str, columns: usize) -> String {
    format!("{shown}{}", " ".repeat(columns.saturating_sub(width(text))))
}
