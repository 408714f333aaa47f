//! Pages of `explain` that are about no finding.

/// Names and texts.
const TOPICS: [(&str, &str); 2] = [
    ("exit-codes", include_str!("topics/exit_codes.md")),
    ("runner/language", include_str!("topics/language.md")),
];

pub fn names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(name, _)| *name)
}

/// The page of this name.
pub fn page(name: &str) -> Option<&'static str> {
    TOPICS.iter().find(|(n, _)| *n == name).map(|(_, page)| *page)
}
