//! Reads selectors.

use super::selector::{Complex, Joint, Selector, Simple, State, Test};

/// Deepest nesting of selectors in selectors.
const DEEPEST: usize = 32;

impl Selector {
    /// `None` when the text is no selector.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text, depth: 0 };
        let list = reader.list()?;
        reader.rest.is_empty().then_some(list)
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Skips white space; whether there was any.
    fn space(&mut self) -> bool {
        let rest = self.rest.trim_start();
        let some = rest.len() < self.rest.len();
        self.rest = rest;
        some
    }

    fn list(&mut self) -> Option<Selector> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut out = Vec::new();
        loop {
            out.push(self.complex()?);
            self.space();
            if !self.skip(',') {
                break;
            }
        }
        self.depth -= 1;
        Some(Selector(out))
    }

    fn complex(&mut self) -> Option<Complex> {
        self.space();
        let mut out = vec![(self.compound()?, None)];
        loop {
            let space = self.space();
            let joint = match self.peek() {
                Some('>') => Joint::Child,
                Some('+') => Joint::Next,
                Some('~') => Joint::Later,
                Some(c) if space && c != ',' && c != ')' => Joint::Descendant,
                _ => break,
            };
            if joint != Joint::Descendant {
                self.rest = &self.rest[1..];
                self.space();
            }
            out.push((self.compound()?, Some(joint)));
        }
        out.reverse();
        Some(out)
    }

    fn compound(&mut self) -> Option<Vec<Simple>> {
        let mut out = Vec::new();
        loop {
            match self.peek() {
                Some('*') if out.is_empty() => {
                    self.skip('*');
                    out.push(Simple::Any);
                }
                Some('#') => {
                    self.skip('#');
                    out.push(Simple::Id(self.name()?));
                }
                Some('.') => {
                    self.skip('.');
                    out.push(Simple::Class(self.name()?));
                }
                Some('[') => {
                    self.skip('[');
                    out.push(self.attribute()?);
                }
                Some(':') => {
                    self.skip(':');
                    self.skip(':');
                    out.push(self.pseudo()?);
                }
                Some(c) if out.is_empty() && name_char(c) => {
                    out.push(Simple::Type(self.name()?.to_ascii_lowercase()));
                }
                _ => break,
            }
        }
        (!out.is_empty()).then_some(out)
    }

    fn name(&mut self) -> Option<String> {
        let mut out = String::new();
        while let Some(c) = self.peek() {
            if c == '\\' {
                self.rest = &self.rest[1..];
                let escaped = self.peek()?;
                let digits: String = self.rest.chars().take(6).take_while(char::is_ascii_hexdigit).collect();
                if digits.is_empty() {
                    out.push(escaped);
                    self.rest = &self.rest[escaped.len_utf8()..];
                } else {
                    out.push(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)?);
                    self.rest = &self.rest[digits.len()..];
                    self.skip(' ');
                }
            } else if name_char(c) {
                out.push(c);
                self.rest = &self.rest[c.len_utf8()..];
            } else {
                break;
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// A quoted text or a name.
    fn value(&mut self) -> Option<String> {
        let quote = self.peek().filter(|c| *c == '"' || *c == '\'');
        let Some(quote) = quote else { return self.name() };
        self.skip(quote);
        let mut out = String::new();
        loop {
            let c = self.peek()?;
            self.rest = &self.rest[c.len_utf8()..];
            if c == quote {
                return Some(out);
            }
            if c == '\\' {
                let escaped = self.peek()?;
                self.rest = &self.rest[escaped.len_utf8()..];
                out.push(escaped);
            } else {
                out.push(c);
            }
        }
    }

    fn attribute(&mut self) -> Option<Simple> {
        self.space();
        let name = self.name()?.to_ascii_lowercase();
        self.space();
        if self.skip(']') {
            return Some(Simple::Attribute { name, test: Test::Present, value: String::new(), fold: false });
        }
        let test = match self.peek()? {
            '=' => Test::Equal,
            '!' => Test::Unequal,
            '~' => Test::Word,
            '|' => Test::Dash,
            '^' => Test::Prefix,
            '$' => Test::Suffix,
            '*' => Test::Within,
            _ => return None,
        };
        if test != Test::Equal {
            self.rest = &self.rest[1..];
        }
        if !self.skip('=') {
            return None;
        }
        self.space();
        let value = self.value()?;
        self.space();
        let fold = self.skip('i') || self.skip('I');
        self.space();
        self.skip(']').then_some(Simple::Attribute { name, test, value, fold })
    }

    fn pseudo(&mut self) -> Option<Simple> {
        let name = self.name()?.to_ascii_lowercase();
        let nth = |start, last, same_type| Some(Simple::Nth { step: 0, start, last, same_type });
        match name.as_str() {
            "first-child" => return nth(1, false, false),
            "last-child" => return nth(1, true, false),
            "first-of-type" => return nth(1, false, true),
            "last-of-type" => return nth(1, true, true),
            "only-child" => return Some(Simple::OnlyChild { same_type: false }),
            "only-of-type" => return Some(Simple::OnlyChild { same_type: true }),
            "input" => return Some(Simple::State(State::Input)),
            "empty" => return Some(Simple::State(State::Empty)),
            "root" => return Some(Simple::State(State::Root)),
            "link" | "any-link" => return Some(Simple::State(State::Link)),
            "enabled" => return Some(Simple::State(State::Enabled)),
            "disabled" => return Some(Simple::State(State::Disabled)),
            "checked" => return Some(Simple::State(State::Checked)),
            _ => {}
        }
        if !self.skip('(') {
            return None;
        }
        self.space();
        let out = match name.as_str() {
            "not" => Simple::Not(self.list()?),
            "is" | "where" => Simple::Is(self.list()?),
            "has" => Simple::Has(self.list()?),
            "haschild" => Simple::HasChild(self.list()?),
            "contains" => Simple::Contains(self.text()?.to_lowercase()),
            "containsown" => Simple::ContainsOwn(self.text()?.to_lowercase()),
            "lang" => Simple::Lang(self.value()?),
            "nth-child" => self.nth(false, false)?,
            "nth-last-child" => self.nth(true, false)?,
            "nth-of-type" => self.nth(false, true)?,
            "nth-last-of-type" => self.nth(true, true)?,
            _ => return None,
        };
        self.space();
        self.skip(')').then_some(out)
    }

    /// The argument of `:contains`: quoted, or everything up to the bracket.
    fn text(&mut self) -> Option<String> {
        if self.rest.starts_with(['"', '\'']) {
            return self.value();
        }
        let end = self.rest.find(')')?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(text.trim().to_owned())
    }

    /// `odd`, `even`, `3`, `2n+1`, `-n + 3`.
    fn nth(&mut self, last: bool, same_type: bool) -> Option<Simple> {
        let end = self.rest.find(')')?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let (step, start) = match text.as_str() {
            "odd" => (2, 1),
            "even" => (2, 0),
            text => match text.split_once('n') {
                None => (0, text.parse().ok()?),
                Some((step, start)) => {
                    let step = match step {
                        "" | "+" => 1,
                        "-" => -1,
                        number => number.parse().ok()?,
                    };
                    (step, if start.is_empty() { 0 } else { start.parse().ok()? })
                }
            },
        };
        Some(Simple::Nth { step, start, last, same_type })
    }
}

fn name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '\\' || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use scraper::{ElementRef, Html};

    use super::Selector;

    fn found(selector: &str) -> Option<Vec<String>> {
        let html = Html::parse_document(
            "<ul id=u><li class='a b'>One</li><li lang=de-CH>Two</li><li>Three <b>four</b></li></ul>\
             <form><input name=x type=checkbox checked><input name=y disabled><select><option selected>o</option></select></form>\
             <a href='/p?q=1' id=l>link</a><p></p>",
        );
        let selector = Selector::parse(selector)?;
        let all = html.tree.root().descendants().filter_map(ElementRef::wrap);
        Some(
            all.filter(|e| selector.matches(*e))
                .map(|e| format!("{} {}", e.value().name(), e.text().collect::<String>()).trim().to_owned())
                .collect(),
        )
    }

    #[test]
    fn selectors_find_what_they_say() {
        for (selector, wanted) in [
            ("li:contains('t')", &["li Two", "li Three four"][..]),
            ("li:contains(four)", &["li Three four"]),
            ("li:containsOwn(four)", &[]),
            ("li:has(b)", &["li Three four"]),
            ("li:not(.a):not(:has(b))", &["li Two"]),
            ("li.a.b, b", &["li One", "b four"]),
            ("ul > li:nth-child(2n+1)", &["li One", "li Three four"]),
            ("li:nth-child(-n + 2)", &["li One", "li Two"]),
            ("li:nth-last-child(1)", &["li Three four"]),
            ("li + li", &["li Two", "li Three four"]),
            ("li.a ~ li:last-of-type", &["li Three four"]),
            ("[name!=x]:input", &["input", "select o"]),
            ("input:checked, option:checked", &["input", "option o"]),
            ("input:disabled", &["input"]),
            ("[href^='/p'][href$=\"1\"][href*=q]", &["a link"]),
            ("[CLASS~=b]", &["li One"]),
            ("[lang|=de]", &["li Two"]),
            ("li:lang(de)", &["li Two"]),
            ("a[href='/P?Q=1' i]", &["a link"]),
            ("p:empty", &["p"]),
            ("body > *:first-child", &["ul OneTwoThree four"]),
            ("#u b:only-child", &["b four"]),
            ("a:link", &["a link"]),
        ] {
            assert_eq!(found(selector).unwrap_or_else(|| panic!("{selector} is read")), wanted, "{selector}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        for wrong in ["", "[[", "li:", "a >", "a,,b", ":nope", "[x=", "li)", ":not(", ":nth-child(x)"] {
            assert!(found(wrong).is_none(), "{wrong}");
        }
        assert!(found(&format!("{}a{}", ":not(".repeat(100_000), ")".repeat(100_000))).is_none());
    }
}
