//! Large sections go around the template engine: it would copy each of them several times.

/// Bytes from which on a section is set aside.
const LARGE: usize = 64 * 1024;
/// No section has this character: strings have it escaped.
const MARK: char = '\u{1}';

/// Puts a mark in the place of each large section.
pub(super) fn set_aside(sections: Vec<String>) -> (Vec<String>, Vec<String>) {
    if sections.iter().all(|s| s.len() < LARGE) || sections.iter().any(|s| s.contains(MARK)) {
        return (sections, Vec::new());
    }
    let mut large = Vec::new();
    let mut marked = Vec::new();
    for section in sections {
        if section.len() < LARGE || !section.ends_with('\n') {
            marked.push(section);
        } else {
            marked.push(format!("{MARK}{}{MARK}\n", large.len()));
            large.push(section);
        }
    }
    (marked, large)
}

/// Puts the sections where their marks are now.
pub(super) fn put_back(page: String, large: &[String]) -> String {
    if large.is_empty() {
        return page;
    }
    let mut out = String::with_capacity(page.len() + large.iter().map(String::len).sum::<usize>());
    // outside and inside of marks take turns
    for (i, piece) in page.split(MARK).enumerate() {
        match piece.parse::<usize>().ok().filter(|_| i % 2 == 1).and_then(|n| large.get(n)) {
            // the line feed that it ends with stands behind the mark
            Some(section) => out.push_str(section.strip_suffix('\n').unwrap_or(section)),
            None => out.push_str(piece),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_aside_stands_where_it_stood() {
        let sections =
            vec!["a\n".to_owned(), "b".repeat(LARGE) + "\n", "c\n".to_owned(), "d".repeat(LARGE) + "\n"];
        let (marked, large) = set_aside(sections.clone());
        assert!(marked.concat().len() < 100);
        assert_eq!(put_back(marked.concat(), &large), sections.concat());
        let odd = vec![format!("{MARK}"), "b".repeat(LARGE)];
        assert_eq!(set_aside(odd.clone()), (odd, Vec::new()));
    }
}
