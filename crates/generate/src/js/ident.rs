use rustc_hash::{FxHashMap, FxHashSet};

/// A valid JavaScript identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JsIdent(String);

impl JsIdent {
    /// `None` when the text is no identifier.
    pub fn new(text: &str) -> Option<Self> {
        is_identifier(text).then(|| Self(text.to_owned()))
    }

    /// A name of the generator's own.
    pub(crate) fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// `state.petId`: a field that is used like a variable.
    pub(crate) fn member(&self, field: &Self) -> Self {
        Self(format!("{}.{}", self.0, field.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In alphabetical order.
const RESERVED: &[&str] = &[
    "abstract",
    "arguments",
    "async",
    "await",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "function",
    "get",
    "goto",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "int",
    "interface",
    "let",
    "long",
    "native",
    "new",
    "null",
    "of",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "set",
    "short",
    "static",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "volatile",
    "while",
    "with",
    "yield",
];

/// Names that a generated script already uses for something else.
const TAKEN: &[&str] = &[
    "http",
    "check",
    "group",
    "sleep",
    "fail",
    "options",
    "setup",
    "teardown",
    "open",
    "console",
    "exec",
    "encoding",
    "crypto",
    "ws",
    "data",
    "res",
    "r",
    "v",
    "pm",
    "global",
    "globalThis",
    "require",
    "module",
    "exports",
    "JSON",
    "Math",
    "Date",
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Error",
    "Promise",
    "RegExp",
    "Symbol",
    "Map",
    "Set",
    "URL",
    "NaN",
    "Infinity",
    "isNaN",
    "parseInt",
    "encodeURIComponent",
    "decodeURIComponent",
    "escape",
    "__ENV",
    "__VU",
    "__ITER",
    "SharedArray",
    "parseHTML",
    "handleSummary",
    "json",
    "claim",
    "multipart",
    "randomInt",
    "unique",
    "uniqueInt",
    "pick",
    "parseCsv",
    "RUN",
    "BASE",
    "HEADERS",
    "constructor",
    "main",
];

/// Whether the text may stand as an identifier in a module (ASCII only: what a colleague would type).
pub fn is_identifier(text: &str) -> bool {
    is_property(text) && !is_reserved(text)
}

/// Whether the text may follow a dot or stand as a key: reserved words may.
pub(super) fn is_property(text: &str) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$');
    text.bytes().next().is_some_and(|b| !b.is_ascii_digit()) && text.as_bytes().iter().all(part)
}

fn is_reserved(text: &str) -> bool {
    // nearly all names have a capital or are longer
    text.len() <= 12 && text.bytes().all(|b| b.is_ascii_lowercase()) && RESERVED.binary_search(&text).is_ok()
}

/// Whether a generated script uses the name for something else.
fn is_taken(name: &str) -> bool {
    let numbered = name.bytes().next_back().is_some_and(|b| b.is_ascii_digit());
    name.len() <= 18 && !numbered && TAKEN.contains(&name)
}

/// `get pet by-ID` → `getPetById`; empty when the text has no letter or digit.
pub fn camel_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for_each_word(text, |word| {
        let (first, rest) = word.split_at(1);
        let is_first = out.is_empty();
        let start = out.len();
        out.push_str(word);
        // a word that shouts has no case of its own
        let quiet = !(if is_first { word } else { rest }).bytes().any(|b| b.is_ascii_lowercase());
        if let (true, Some(shouted)) = (quiet, out.get_mut(start + first.len()..)) {
            shouted.make_ascii_lowercase();
        }
        if let Some(first) = out.get_mut(start..=start) {
            if is_first {
                first.make_ascii_lowercase();
            } else {
                first.make_ascii_uppercase();
            }
        }
    });
    start_with_letter(out)
}

/// `base url` → `BASE_URL`
pub fn constant_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for_each_word(text, |word| {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(word);
    });
    out.make_ascii_uppercase();
    start_with_letter(out)
}

fn start_with_letter(text: String) -> String {
    if text.starts_with(|c: char| c.is_ascii_digit()) { format!("_{text}") } else { text }
}

/// Cuts at everything that is no ASCII letter or digit, and where camel case starts a new word. Words are ASCII.
fn for_each_word(text: &str, mut f: impl FnMut(&str)) {
    let mut current = String::new();
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let last = std::mem::replace(&mut before, c);
        if !c.is_ascii_alphanumeric() {
            if c != '\'' && !current.is_empty() {
                f(&current);
                current.clear();
            }
            continue;
        }
        let after = chars.peek().copied().unwrap_or(' ');
        let starts = c.is_ascii_uppercase()
            && (last.is_ascii_lowercase() || (last.is_ascii_uppercase() && after.is_ascii_lowercase()));
        if starts && !current.is_empty() {
            f(&current);
            current.clear();
        }
        current.push(c);
    }
    if !current.is_empty() {
        f(&current);
    }
}

/// Gives out identifiers that are free in one script. The same wishes in the same order get the same names.
#[derive(Debug, Clone, Default)]
pub struct Names {
    used: FxHashSet<String>,
    /// By wish: the number to try next.
    next: FxHashMap<String, usize>,
}

impl Names {
    /// A free identifier for the wish, numbered from 2 when it is taken; `fallback` when the wish has no letters.
    pub fn claim(&mut self, wish: &str, fallback: &str) -> JsIdent {
        let wish = wished(wish, fallback);
        // a constant that would hide something of the language says that it is a value
        let constant = wish.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let wish = if constant && is_taken(&wish) { format!("{wish}_VALUE") } else { wish };
        let name = self.free(&wish, fallback, &Self::default());
        self.used.insert(name.clone());
        JsIdent(name)
    }

    /// The same for a name of an inner scope, which must hide none of the `outer` ones.
    pub fn claim_inside(&mut self, outer: &Self, wish: &str, fallback: &str) -> JsIdent {
        let wish = wished(wish, fallback);
        let name = self.free(&wish, fallback, outer);
        self.used.insert(name.clone());
        JsIdent(name)
    }

    fn free(&mut self, wish: &str, fallback: &str, outer: &Self) -> String {
        let taken = |name: &String| {
            self.used.contains(name) || outer.used.contains(name) || is_taken(name) || !is_identifier(name)
        };
        // the number that was free last time, so that the thousandth name is found as fast as the first
        let known = self.next.get(wish).copied();
        let mut n = known.unwrap_or(2);
        let plain = is_identifier(wish);
        let numbered = |n: usize| format!("{}{n}", if plain { wish } else { fallback });
        let mut name = wish.to_owned();
        if known.is_some() {
            name = numbered(n);
            n += 1;
        }
        while taken(&name) {
            name = numbered(n);
            n += 1;
        }
        match self.next.get_mut(wish) {
            Some(next) => *next = n,
            None if n > 2 => {
                self.next.insert(wish.to_owned(), n);
            }
            None => {}
        }
        name
    }

    /// Marks a name as used by something that was not claimed here.
    pub fn reserve(&mut self, name: &str) {
        self.used.insert(name.to_owned());
    }
}

/// The wish as an identifier of a length that people can read.
fn wished(wish: &str, fallback: &str) -> String {
    let end = wish.char_indices().nth(60).map_or(wish.len(), |(at, _)| at);
    let wish = if wish.is_empty() { fallback } else { wish.get(..end).unwrap_or(wish) };
    if is_identifier(wish) { wish.to_owned() } else { format!("{wish}_") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_found() {
        assert!(TAKEN.iter().all(|w| is_taken(w)));
        assert!(RESERVED.is_sorted() && RESERVED.iter().all(|w| w.len() <= 12 && !is_identifier(w)));
        for (text, is) in [("a1", true), ("$", true), ("_", true), ("1a", false), ("", false), ("ü", false)]
        {
            assert_eq!(is_identifier(text), is, "{text}");
        }
    }

    #[test]
    fn words_become_the_case_that_javascript_uses() {
        for (text, camel, constant) in [
            ("Get pet by-ID", "getPetById", "GET_PET_BY_ID"),
            ("createHTTPClient", "createHttpClient", "CREATE_HTTP_CLIENT"),
            ("API_KEY", "apiKey", "API_KEY"),
            ("2nd user's cart", "_2ndUsersCart", "_2ND_USERS_CART"),
            ("日本", "", ""),
        ] {
            assert_eq!(camel_case(text), camel);
            assert_eq!(constant_case(text), constant);
        }
    }

    #[test]
    fn names_are_given_once_and_are_never_reserved_words() {
        let mut names = Names::default();
        let got: Vec<_> = ["pet", "pet", "delete", "http", "", "pet2"]
            .map(|w| names.claim(w, "value"))
            .iter()
            .map(|i| i.as_str().to_owned())
            .collect();
        assert_eq!(got, ["pet", "pet2", "delete_", "http2", "value", "pet22"]);
    }
}
