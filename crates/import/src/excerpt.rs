use std::cell::Cell;

use loadwright_diagnostic::Place;

/// A piece of a line, to be shown with a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// Characters of the line before it.
    pub before: usize,
}

/// Longer lines are shown in part: a minified document is one line.
const LONG: usize = 160;
const SHOWN: usize = 120;
const BEFORE: usize = 40;

/// Cuts excerpts out of a text, and remembers where the last one stood: in a document of one line the way there is long.
#[derive(Debug, Default)]
pub(crate) struct Excerpts {
    last: Cell<Cursor>,
}

/// A known place: line and column from 0, and the byte there.
#[derive(Debug, Clone, Copy, Default)]
struct Cursor {
    line: usize,
    column: usize,
    at: usize,
}

impl Excerpts {
    /// Always of the same text, or of one that begins with it.
    pub fn get(&self, text: &str, place: Place) -> Option<Excerpt> {
        let line = place.line.checked_sub(1)?;
        let mut from = self.last.get();
        if from.line > line {
            from = Cursor::default();
        }
        while from.line < line {
            let feed = text.get(from.at..)?.find('\n')?;
            from = Cursor { line: from.line + 1, column: 0, at: from.at + feed + 1 };
        }
        let start = place.column.saturating_sub(BEFORE + 1);
        if from.column > start {
            let before = text.get(..from.at)?;
            from = Cursor { column: 0, at: before.rfind('\n').map_or(0, |i| i + 1), ..from };
        }
        // a short line is shown as a whole
        if from.column == 0 {
            let rest = beginning(text.get(from.at..)?, LONG + 1);
            if rest.len() <= LONG || rest.chars().nth(LONG).is_none() {
                self.last.set(from);
                return Some(Excerpt { text: rest.chars().take(SHOWN).collect(), before: 0 });
            }
        }
        let at = from.at + ahead(text.get(from.at..)?, start - from.column);
        self.last.set(Cursor { column: start, at, ..from });
        Some(Excerpt { text: beginning(text.get(at..)?, SHOWN), before: start })
    }
}

/// So many characters, or those up to the end of the line.
fn beginning(text: &str, most: usize) -> String {
    let line: String = text.chars().take_while(|c| *c != '\n').take(most).collect();
    line.strip_suffix('\r').map(str::to_owned).unwrap_or(line)
}

/// How many bytes so many characters take.
fn ahead(text: &str, characters: usize) -> usize {
    let mut left = characters;
    let mut at = 0;
    for chunk in text.as_bytes().chunks(1024) {
        // what is no continuation of a character begins one
        let begun = chunk.iter().map(|b| usize::from(*b as i8 >= -0x40)).sum::<usize>();
        if begun > left {
            break;
        }
        left -= begun;
        at += chunk.len();
    }
    // a character may begin in one chunk and end in the next
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + rest.char_indices().nth(left).map_or(rest.len(), |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, column: usize) -> Place {
        Place { line, column, length: 1 }
    }

    #[test]
    fn short_lines_are_whole_and_long_ones_cut_around_the_place() {
        let long: String = (0..5_000).map(|i| char::from_u32(0x4e00 + i).unwrap_or('x')).collect();
        let text = format!("first\n{long}\r\nlast");
        let excerpts = Excerpts::default();
        let at = |l, c| excerpts.get(&text, place(l, c)).map(|e| (e.before, e.text));
        let cut = |from: usize| (from, long.chars().skip(from).take(SHOWN).collect::<String>());
        // forward, back and forward again
        for column in [2_000, 4_990, 3_000, 3_001, 10] {
            assert_eq!(at(2, column), Some(cut(column.saturating_sub(41))), "{column}");
        }
        assert_eq!(at(3, 2), Some((0, "last".to_owned())));
        assert_eq!(at(1, 1), Some((0, "first".to_owned())));
        assert_eq!((at(4, 1), at(0, 1)), (None, None));
    }
}
