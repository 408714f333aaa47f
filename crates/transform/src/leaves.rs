use std::borrow::Cow;

use loadwright_scenario::{JsonPath, JsonStep};

/// A key or an index on the way to a value.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    /// As it stands between its quotes: hardly anybody asks what it says.
    Key(&'a str),
    Index(usize),
}

/// The way to the value that is looked at.
pub(crate) fn path(steps: &[Step<'_>]) -> JsonPath {
    JsonPath(
        steps
            .iter()
            .map(|s| match s {
                Step::Key(k) if k.contains('\\') => JsonStep::Key(
                    serde_json::from_str::<String>(&format!("\"{k}\"")).unwrap_or_default().into(),
                ),
                Step::Key(k) => JsonStep::Key((*k).into()),
                Step::Index(i) => JsonStep::Index(*i),
            })
            .collect(),
    )
}

/// Calls `f` with each text and whole number of a JSON document (RFC 8259) and the way to it, without building the
/// document in memory. `false` when the text is no JSON; `f` has then seen what stands before the mistake.
///
/// Every answer of a recording is walked through: this takes half of the time that a general reader takes, which makes
/// numbers of digits and asks what each value is wanted for.
pub(crate) fn leaves<'a>(body: &'a str, f: &mut dyn FnMut(&[Step<'a>], &str)) -> bool {
    let mut walk = Walk { text: body, at: 0, steps: Vec::new(), f };
    walk.value().is_some() && {
        walk.space();
        walk.at == body.len()
    }
}

/// As deep as serde_json goes.
const DEEPEST: usize = 127;

struct Walk<'w, 'a> {
    text: &'a str,
    at: usize,
    steps: Vec<Step<'a>>,
    f: &'w mut dyn FnMut(&[Step<'a>], &str),
}

impl<'a> Walk<'_, 'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn value(&mut self) -> Option<()> {
        self.space();
        match self.peek()? {
            b'"' => {
                let text = self.string()?;
                (self.f)(&self.steps, &text);
                Some(())
            }
            b'{' if self.steps.len() < DEEPEST => self.object(),
            b'[' if self.steps.len() < DEEPEST => self.array(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn object(&mut self) -> Option<()> {
        self.at += 1;
        self.space();
        if self.takes(b'}') {
            return Some(());
        }
        let depth = self.steps.len();
        loop {
            self.space();
            let key = self.key()?;
            self.space();
            self.takes(b':').then_some(())?;
            self.steps.truncate(depth);
            self.steps.push(Step::Key(key));
            self.value()?;
            self.space();
            if !self.takes(b',') {
                self.steps.truncate(depth);
                return self.takes(b'}').then_some(());
            }
        }
    }

    fn array(&mut self) -> Option<()> {
        self.at += 1;
        self.space();
        if self.takes(b']') {
            return Some(());
        }
        let depth = self.steps.len();
        for i in 0.. {
            self.steps.truncate(depth);
            self.steps.push(Step::Index(i));
            self.value()?;
            self.space();
            if !self.takes(b',') {
                break;
            }
        }
        self.steps.truncate(depth);
        self.takes(b']').then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// Fractions and exponents are no values that anybody sends back.
    fn number(&mut self) -> Option<()> {
        let start = self.at;
        self.takes(b'-');
        let zero = self.peek() == Some(b'0');
        let digits = self.digits()?;
        (digits == 1 || !zero).then_some(())?;
        let mut whole = true;
        if self.takes(b'.') {
            whole = false;
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            whole = false;
            let _ = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        let text = self.text.get(start..self.at)?;
        if !whole || text.len() > 300 {
            // beyond the range of numbers is no JSON for readers that make some of it
            return (text.len() < 16 && !text.contains(['e', 'E'])
                || text.parse::<f64>().is_ok_and(f64::is_finite))
            .then_some(());
        }
        let fits = text.len() < 19 || text.parse::<u64>().is_ok() || text.parse::<i64>().is_ok();
        if fits && text != "-0" {
            (self.f)(&self.steps, text);
        }
        Some(())
    }

    fn digits(&mut self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(count)
    }

    /// What stands between the quotes of a string.
    fn key(&mut self) -> Option<&'a str> {
        self.takes(b'"').then_some(())?;
        let start = self.at;
        loop {
            self.at += plain(self.text.as_bytes().get(self.at..)?);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return self.text.get(start..self.at - 1);
                }
                b'\\' => {
                    self.escape()?;
                }
                // a control character
                _ => return None,
            }
        }
    }

    /// The text of a string; as it stands there when it has no escapes.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.takes(b'"').then_some(())?;
        let start = self.at;
        self.at += plain(self.text.as_bytes().get(start..)?);
        if self.takes(b'"') {
            return self.text.get(start..self.at - 1).map(Cow::Borrowed);
        }
        let mut out = self.text.get(start..self.at)?.to_owned();
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(Cow::Owned(out));
                }
                b'\\' => out.push(self.escape()?),
                _ => {
                    let run = plain(self.text.as_bytes().get(self.at..)?);
                    // a control character
                    (run > 0).then_some(())?;
                    out.push_str(self.text.get(self.at..self.at + run)?);
                    self.at += run;
                }
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let kind = *self.text.as_bytes().get(self.at + 1)?;
        self.at += 2;
        Some(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => match self.unit()? {
                high @ 0xd800..=0xdbff => {
                    (self.takes(b'\\') && self.takes(b'u')).then_some(())?;
                    let low = self.unit()?.checked_sub(0xdc00).filter(|l| *l < 0x400)?;
                    char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)?
                }
                unit => char::from_u32(unit)?,
            },
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

/// How many bytes stand before the next quote, backslash or control character.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    // the lowest byte that is found is one; those above it may be wrong
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut at = 0;
    let mut rest = text;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = control | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
        rest = after;
    }
    at + rest.iter().take_while(|b| !matches!(b, b'"' | b'\\' | 0..0x20)).count()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn seen(body: &str) -> (Vec<String>, bool) {
        let mut seen = Vec::new();
        let whole = leaves(body, &mut |steps, text| seen.push(format!("{} {text}", path(steps))));
        (seen, whole)
    }

    #[test]
    fn every_text_and_number_is_seen_with_the_way_to_it() {
        let body = r#"{"a": [1, {"b\u0020c": "x\"y"}], "n": null, "t": true, "f": 1.5, "z": -7}"#;
        let list = ["$.a[0] 1", "$.a[1]['b c'] x\"y", "$.z -7"];
        assert_eq!(seen(body), (list.map(str::to_owned).to_vec(), true));
        assert!(!leaves("<html>", &mut |_, _| {}));
        assert!(!leaves("{\"a\": 1} x", &mut |_, _| {}));
    }

    /// What the general reader sees.
    fn known<'a>(value: &'a Value, at: &mut Vec<Step<'a>>, out: &mut Vec<String>) {
        match value {
            Value::String(s) => out.push(format!("{} {s}", path(at))),
            Value::Number(n) if !n.is_f64() => out.push(format!("{} {n}", path(at))),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    at.push(Step::Index(i));
                    known(item, at, out);
                    at.pop();
                }
            }
            Value::Object(map) => {
                for (key, item) in map {
                    at.push(Step::Key(key));
                    known(item, at, out);
                    at.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    #[test]
    fn what_serde_reads_is_read_and_what_it_refuses_is_refused() {
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        let mut texts: Vec<String> = [
            "0",
            "-0",
            "-1",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "1e5",
            "1E+2",
            "1.0",
            "1e999",
            "1.e5",
            "1.",
            ".5",
            "01",
            "-",
            "+1",
            "1e",
            "0x1",
            "\"\"",
            "\"é\u{1f600}\"",
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83dA""#,
            r#""\u12g4""#,
            r#""\u+123""#,
            r#""\x""#,
            r#""a\"#,
            "\"a\nb\"",
            "\"a\u{7f}b\"",
            r#""twelve bytes\n and more\/\b\f\r\t""#,
            "[]",
            "{}",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":}",
            "{,}",
            "nul",
            "nulls",
            "true",
            "truefalse",
            "",
            "  ",
            " [ 1 , { \"k\" : [ ] } ] ",
            "[1]]",
            "\u{feff}1",
            "[tru]",
            "[\"x\", 1.5e300, 1.5e400]",
        ]
        .map(str::to_owned)
        .to_vec();
        texts.extend([deep(126), deep(127), deep(128), deep(200_000), "[".repeat(200_000), "9".repeat(400)]);
        for text in texts {
            let value: Option<Value> = serde_json::from_str(&text).ok();
            let (list, whole) = seen(&text);
            assert_eq!(whole, value.is_some(), "{}", text.get(..80).unwrap_or(&text));
            if let Some(value) = value {
                let mut expected = Vec::new();
                known(&value, &mut Vec::new(), &mut expected);
                assert_eq!(list, expected, "{}", text.get(..80).unwrap_or(&text));
            }
        }
    }
}
