/// What a byte is between words. Bytes beyond ASCII are parts of words.
const FIELD: u8 = 1;
const ADDRESS: u8 = 2;
const NAME: u8 = 4;
const WORD: u8 = 8;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut b = 0;
    while b < 128 {
        let byte = b as u8;
        let field = matches!(
            byte,
            b'\t'
                ..=b'\r'
                    | b' '
                    | b'"'
                    | b'\''
                    | b'`'
                    | b','
                    | b';'
                    | b'&'
                    | b'?'
                    | b'('
                    | b')'
                    | b'{'
                    | b'}'
                    | b'<'
                    | b'>'
                    | b'['
                    | b']'
                    | b'|'
                    | b'\\'
        );
        let address = field || matches!(byte, b'=' | b':' | b'/' | b'#');
        let alphanumeric = byte.is_ascii_alphanumeric();
        let name = !(alphanumeric || matches!(byte, b'_' | b'-'));
        table[b] = ((field as u8) * FIELD)
            | ((address as u8) * ADDRESS)
            | ((name as u8) * NAME)
            | ((!alphanumeric as u8) * WORD);
        b += 1;
    }
    table
}

/// Separators from the widest to the narrowest: those of fields, of addresses, of names, of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Between {
    Fields,
    Addresses,
    Names,
    Words,
}

impl Between {
    pub const ALL: [Self; 4] = [Self::Fields, Self::Addresses, Self::Names, Self::Words];

    fn bit(self) -> u8 {
        match self {
            Self::Fields => FIELD,
            Self::Addresses => ADDRESS,
            Self::Names => NAME,
            Self::Words => WORD,
        }
    }
}

/// Calls `f` with each run between separators that has at least three bytes, and where it starts.
pub(crate) fn words<'a>(text: &'a str, between: Between, f: &mut dyn FnMut(usize, &'a str)) {
    let bit = between.bit();
    let mut start = 0;
    let bytes = text.as_bytes();
    let mut give = |from: usize, to: usize| {
        if to - from >= 3
            && let Some(word) = text.get(from..to)
        {
            f(from, word);
        }
    };
    for (i, b) in bytes.iter().enumerate() {
        if CLASSES[*b as usize] & bit != 0 {
            give(start, i);
            start = i + 1;
        }
    }
    give(start, bytes.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, between: Between) -> Vec<&str> {
        let mut out = Vec::new();
        words(text, between, &mut |_, w| out.push(w));
        out
    }

    #[test]
    fn each_kind_of_separator_cuts_finer() {
        let text = "Bearer a.b-c=/é-1x, {next:\"/o/t_k-9\"}";
        assert_eq!(of(text, Between::Fields), ["Bearer", "a.b-c=/é-1x", "next:", "/o/t_k-9"]);
        assert_eq!(of(text, Between::Addresses), ["Bearer", "a.b-c", "é-1x", "next", "t_k-9"]);
        assert_eq!(of(text, Between::Names), ["Bearer", "b-c", "é-1x", "next", "t_k-9"]);
        assert_eq!(of("a_b-c99", Between::Words), ["c99"]);
    }
}
