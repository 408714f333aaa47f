//! Large sections go around the template engine: it would copy each of them several times.

/// Bytes from which on a section is set aside.
const LARGE: usize = 64 * 1024;
/// No section has this character: strings have it escaped.
const MARK: char = '\u{1}';

/// A part of the page in pieces that follow each other.
pub(super) struct Section(pub Vec<String>);

impl Section {
    fn len(&self) -> usize {
        self.0.iter().map(String::len).sum()
    }

    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|piece| piece.trim().is_empty())
    }

    fn ends_line(&self) -> bool {
        self.0.last().is_some_and(|piece| piece.ends_with('\n'))
    }
}

impl From<String> for Section {
    fn from(text: String) -> Self {
        Self(vec![text])
    }
}

/// Puts a mark in the place of each large section.
pub(super) fn set_aside(sections: Vec<Section>) -> (Vec<String>, Vec<Section>) {
    let marked = |section: &Section| section.0.iter().any(|piece| piece.contains(MARK));
    let small = sections.iter().all(|s| s.len() < LARGE) || sections.iter().any(marked);
    let mut large = Vec::new();
    let mut page = Vec::new();
    for section in sections {
        if small || section.len() < LARGE || !section.ends_line() {
            page.push(section.0.concat());
        } else {
            page.push(format!("{MARK}{}{MARK}\n", large.len()));
            large.push(section);
        }
    }
    (page, large)
}

/// Puts the sections where their marks are now.
pub(super) fn put_back(page: String, large: &[Section]) -> String {
    if large.is_empty() {
        return page;
    }
    let mut out = String::with_capacity(page.len() + large.iter().map(Section::len).sum::<usize>());
    // outside and inside of marks take turns
    for (i, piece) in page.split(MARK).enumerate() {
        match piece.parse::<usize>().ok().filter(|_| i % 2 == 1).and_then(|n| large.get(n)) {
            Some(section) => {
                section.0.iter().for_each(|piece| out.push_str(piece));
                // the line feed that it ends with stands behind the mark
                out.pop();
            }
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
        let pieces = |list: &[String]| -> Vec<Section> {
            let halves = list.iter().map(|s| s.split_at(s.len() / 2));
            halves.map(|(a, b)| Section(vec![a.to_owned(), b.to_owned()])).collect()
        };
        let (marked, large) = set_aside(pieces(&sections));
        assert!(marked.concat().len() < 100);
        assert_eq!(put_back(marked.concat(), &large), sections.concat());
        let odd = vec![format!("{MARK}"), "b".repeat(LARGE)];
        let (page, large) = set_aside(pieces(&odd));
        assert!(page == odd && large.is_empty());
    }
}
