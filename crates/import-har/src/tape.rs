/// Why a text was not read to the end of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The text ends first.
    Cut,
    /// This is no JSON by the book (RFC 8259).
    Odd,
}

/// A JSON value and everything in it, in the order of the text; one list is used for many values, so that reading one
/// asks for no memory.
#[derive(Debug, Default)]
pub(crate) struct Tape(Vec<Cell>);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub kind: Kind,
    /// Where it stands in the text; a string without its quotes.
    pub from: u32,
    pub to: u32,
    /// The first cell behind everything that is in this one.
    pub next: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    False,
    True,
    Number,
    /// A string that says what it looks like.
    Plain,
    /// A string with escapes.
    Escaped,
    Array,
    /// Names and values follow each other.
    Object,
}

/// As deep as values may stand in each other.
const DEPTH: usize = 128;

impl Tape {
    /// Reads the object that a text begins with, and says where it ends. Half a surrogate pair in a string is no problem.
    pub fn read(&mut self, text: &[u8]) -> Result<usize, Stop> {
        self.0.clear();
        if text.first() != Some(&b'{') || u32::try_from(text.len()).is_err() {
            return Err(Stop::Odd);
        }
        Reader { text, cells: &mut self.0 }.object(0, DEPTH)
    }

    pub fn cells(&self) -> &[Cell] {
        &self.0
    }
}

struct Reader<'a> {
    text: &'a [u8],
    cells: &'a mut Vec<Cell>,
}

type Next = Result<usize, Stop>;

impl Reader<'_> {
    #[inline]
    fn byte(&self, at: usize) -> Result<u8, Stop> {
        self.text.get(at).copied().ok_or(Stop::Cut)
    }

    /// The first byte from a place on that is no white space.
    #[inline]
    fn space(&self, mut at: usize) -> Next {
        loop {
            match self.byte(at)? {
                b' ' | b'\n' | b'\r' | b'\t' => at += 1,
                _ => return Ok(at),
            }
        }
    }

    fn push(&mut self, kind: Kind, from: usize, to: usize) -> usize {
        let at = self.cells.len();
        self.cells.push(Cell { kind, from: from as u32, to: to as u32, next: at as u32 + 1 });
        at
    }

    fn close(&mut self, cell: usize, to: usize) -> usize {
        let next = self.cells.len() as u32;
        if let Some(cell) = self.cells.get_mut(cell) {
            (cell.to, cell.next) = (to as u32, next);
        }
        to
    }

    fn value(&mut self, at: usize, depth: usize) -> Next {
        match self.byte(at)? {
            b'"' => self.string(at + 1),
            b'{' => self.object(at, depth),
            b'[' => self.array(at, depth),
            b'-' | b'0'..=b'9' => self.number(at),
            b't' => self.word(Kind::True, at, b"true"),
            b'f' => self.word(Kind::False, at, b"false"),
            b'n' => self.word(Kind::Null, at, b"null"),
            _ => Err(Stop::Odd),
        }
    }

    fn object(&mut self, from: usize, depth: usize) -> Next {
        let inside = depth.checked_sub(1).ok_or(Stop::Odd)?;
        let cell = self.push(Kind::Object, from, from);
        let mut at = self.space(from + 1)?;
        if self.byte(at)? == b'}' {
            return Ok(self.close(cell, at + 1));
        }
        loop {
            if self.byte(at)? != b'"' {
                return Err(Stop::Odd);
            }
            at = self.string(at + 1)?;
            at = self.space(at)?;
            if self.byte(at)? != b':' {
                return Err(Stop::Odd);
            }
            at = self.space(at + 1)?;
            at = self.value(at, inside)?;
            at = self.space(at)?;
            match self.byte(at)? {
                b',' => at = self.space(at + 1)?,
                b'}' => return Ok(self.close(cell, at + 1)),
                _ => return Err(Stop::Odd),
            }
        }
    }

    fn array(&mut self, from: usize, depth: usize) -> Next {
        let inside = depth.checked_sub(1).ok_or(Stop::Odd)?;
        let cell = self.push(Kind::Array, from, from);
        let mut at = self.space(from + 1)?;
        if self.byte(at)? == b']' {
            return Ok(self.close(cell, at + 1));
        }
        loop {
            at = self.value(at, inside)?;
            at = self.space(at)?;
            match self.byte(at)? {
                b',' => at = self.space(at + 1)?,
                b']' => return Ok(self.close(cell, at + 1)),
                _ => return Err(Stop::Odd),
            }
        }
    }

    fn word(&mut self, kind: Kind, from: usize, word: &[u8]) -> Next {
        let rest = self.text.get(from..).unwrap_or_default();
        if rest.starts_with(word) {
            let to = from + word.len();
            self.push(kind, from, to);
            return Ok(to);
        }
        Err(if word.starts_with(rest) { Stop::Cut } else { Stop::Odd })
    }

    fn number(&mut self, from: usize) -> Next {
        let mut at = from + usize::from(self.byte(from)? == b'-');
        at = match self.byte(at)? {
            b'0' => at + 1,
            b'1'..=b'9' => self.digits(at)?,
            _ => return Err(Stop::Odd),
        };
        if self.byte(at)? == b'.' {
            at = self.digits(at + 1)?;
        }
        if matches!(self.byte(at)?, b'e' | b'E') {
            at += 1 + usize::from(matches!(self.byte(at + 1)?, b'+' | b'-'));
            at = self.digits(at)?;
        }
        self.push(Kind::Number, from, at);
        Ok(at)
    }

    /// One digit or more.
    fn digits(&self, from: usize) -> Next {
        let mut at = from;
        while self.byte(at)?.is_ascii_digit() {
            at += 1;
        }
        if at > from { Ok(at) } else { Err(Stop::Odd) }
    }

    /// The string whose text begins here; where its last quote ends.
    fn string(&mut self, from: usize) -> Next {
        let (mut at, mut kind) = (from, Kind::Plain);
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            at += ordinary(rest);
            match self.byte(at)? {
                b'"' => {
                    self.push(kind, from, at);
                    return Ok(at + 1);
                }
                b'\\' => {
                    kind = Kind::Escaped;
                    at = self.escape(at + 1)?;
                }
                _ => return Err(Stop::Odd),
            }
        }
    }

    #[inline]
    fn escape(&self, at: usize) -> Next {
        match self.byte(at)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 1),
            b'u' => {
                for digit in at + 1..at + 5 {
                    if !self.byte(digit)?.is_ascii_hexdigit() {
                        return Err(Stop::Odd);
                    }
                }
                Ok(at + 5)
            }
            _ => Err(Stop::Odd),
        }
    }
}

/// How many bytes it is to the next quote, backslash or control character: few in a text that is JSON itself.
#[inline]
fn ordinary(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (mut at, mut rest) = (0, text);
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        // of each the lowest mark is exact, and so is the lowest of all
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | control;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
        rest = after;
    }
    at + rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<usize, Stop> {
        Tape::default().read(text.as_bytes())
    }

    #[test]
    fn what_is_json_is_read_to_its_end() {
        let text = r#"{"a" : [1, -2.5e+3, 0, true, false, null, "x\"\u00e9\ud800"], "b":{},"c":[ ], "": "long enough for words"}"#;
        assert_eq!(read(&format!("{text}, {{}}")), Ok(text.len()));
        // wherever it is cut, the rest is asked for
        for end in 1..text.len() {
            assert_eq!(Tape::default().read(&text.as_bytes()[..end]), Err(Stop::Cut), "{}", &text[..end]);
        }
    }

    #[test]
    fn what_is_not_json_is_odd() {
        for text in [
            "[]",
            "1",
            "{1:2}",
            "{\"a\":1,}",
            "{\"a\":[1,]}",
            "{\"a\" 1}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":+1}",
            "{\"a\":1e}",
            "{\"a\":nul}",
            "{\"a\":'b'}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u00g0\"}",
            "{\"a\":\"line\nline\"}",
            "{\"a\":\"exactly8\u{1}more\"}",
            "{\"a\":1 /* note */}",
        ] {
            assert_eq!(read(text), Err(Stop::Odd), "{text}");
            assert!(serde_json::from_str::<serde_json::Map<_, _>>(text).is_err(), "{text}");
        }
        let deep = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
        assert_eq!(read(&deep(DEPTH - 1)), Ok(deep(DEPTH - 1).len()));
        assert_eq!(read(&deep(DEPTH)), Err(Stop::Odd));
    }

    #[test]
    fn the_end_of_ordinary_text_is_found_wherever_it_is() {
        for special in ['"', '\\', '\u{0}', '\u{1f}', '\n'] {
            for at in 0..20 {
                let text = format!(
                    "{}{special}\"\\{}",
                    "é ~\u{7f}!#[]^".chars().cycle().take(at).collect::<String>(),
                    "x".repeat(9)
                );
                let expected = text.find(special);
                assert_eq!(Some(ordinary(text.as_bytes())), expected, "{text:?}");
            }
        }
        assert_eq!(ordinary(b"nothing at all"), 14);
    }
}
