/// One compound selector: `input[name="csrf"]`, `#token`, `form .hidden` (its last part).
pub(super) struct Compound {
    /// Empty stands for any.
    pub tag: String,
    pub attributes: Vec<(String, String)>,
    /// Whether more was asked for than this says: a combinator, a pseudo-class, another operator than `=`.
    pub partial: bool,
}

/// Reads what a standard-library parser can look for.
pub(super) fn compound(query: &str) -> Compound {
    let mut depth = 0usize;
    let mut start = 0;
    for (i, c) in query.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ' ' | '>' | '+' | '~' if depth == 0 => start = i + 1,
            _ => {}
        }
    }
    let last = query.get(start..).unwrap_or(query);
    let mut out = Compound { tag: String::new(), attributes: Vec::new(), partial: start > 0 };
    let mut rest = last;
    let name_end = |t: &str| t.find(['#', '.', '[', ':']).unwrap_or(t.len());
    let (tag, tail) = rest.split_at(name_end(rest));
    tag.trim_matches('*').clone_into(&mut out.tag);
    rest = tail;
    while let Some(mark) = rest.chars().next() {
        let after = rest.get(mark.len_utf8()..).unwrap_or_default();
        match mark {
            '#' | '.' => {
                let (value, tail) = after.split_at(name_end(after));
                out.attributes.push((if mark == '#' { "id" } else { "class" }.to_owned(), value.to_owned()));
                rest = tail;
            }
            '[' => {
                let (inside, tail) = after.split_once(']').unwrap_or((after, ""));
                match inside.split_once('=') {
                    Some((name, value)) if !name.ends_with(['~', '|', '^', '$', '*']) => {
                        let value = value.trim().trim_matches(['"', '\'']);
                        out.attributes.push((name.trim().to_owned(), value.replace("\\\"", "\"")));
                    }
                    _ => out.partial = true,
                }
                rest = tail;
            }
            _ => {
                out.partial = true;
                rest = after.get(name_end(after)..).unwrap_or_default();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_keep_tag_id_class_and_attributes() {
        let c = compound("form > input[name=\"csrf token\"].hidden#a");
        assert_eq!(c.tag, "input");
        let expected = [("name", "csrf token"), ("class", "hidden"), ("id", "a")];
        assert_eq!(c.attributes, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert!(c.partial);
        assert!(!compound("meta[name=x]").partial);
    }
}
