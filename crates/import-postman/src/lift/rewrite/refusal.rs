//! Why a script could not become plain code.

/// The first thing of a script that plain code has no words for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// One-based line of the script and what stands there, by the names in it; none when it is the script as a whole.
    pub place: Option<(usize, String)>,
}

impl Refusal {
    pub(super) fn at(code: &str, offset: Option<usize>) -> Self {
        let place = offset.and_then(|at| {
            let (before, after) = code.split_at_checked(at)?;
            let name: String =
                after.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.')).collect();
            Some((before.matches('\n').count() + 1, name.trim_end_matches('.').to_owned()))
        });
        Self { place }
    }

    /// At the first place where the name stands as a word.
    pub(super) fn named(code: &str, name: &str) -> Self {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
        let offset = code.match_indices(name).map(|(at, _)| at).find(|at| {
            let before = code.get(..*at).and_then(|t| t.chars().next_back());
            let after = code.get(at + name.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(word) && !after.is_some_and(|c| word(c) && c != '.')
        });
        Self::at(code, offset)
    }

    /// `line 3: pm.sendRequest`
    pub fn phrase(&self) -> Option<String> {
        match &self.place {
            Some((line, name)) if name.is_empty() => Some(format!("line {line}")),
            Some((line, name)) => Some(format!("`{name}` in its line {line}")),
            None => None,
        }
    }
}
