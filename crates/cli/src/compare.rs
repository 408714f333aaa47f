use std::io::{IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};
use loadwright_report::{ResultFile, TextStyle, Tolerance, compare, comparison_text};

use crate::args::CompareArgs;
use crate::exit::Exit;

/// Prints two results side by side; 99 when the second is worse.
pub fn run(args: &CompareArgs) -> Result<Exit> {
    let read = |path: &std::path::Path| -> Result<ResultFile> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        ResultFile::parse(&text).with_context(|| path.display().to_string())
    };
    let tolerance = Tolerance { slower: args.tolerance / 100.0, ..Tolerance::default() };
    let comparison = compare(&read(&args.before)?, &read(&args.after)?, tolerance);
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = comparison_text(&comparison, &TextStyle { color, ..TextStyle::default() });
    // a closed pipe is no reason to lose the verdict
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(if comparison.is_worse() { Exit::ThresholdsFailed } else { Exit::Success })
}
