use std::collections::{BTreeMap, BTreeSet};

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
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
        && !RESERVED.contains(&text)
}

/// Reserved words may follow a dot or stand as a key.
pub(super) fn is_reserved_property(text: &str) -> bool {
    RESERVED.contains(&text)
}

/// `get pet by-ID` → `getPetById`; empty when the text has no letter or digit.
pub fn camel_case(text: &str) -> String {
    let mut out = String::new();
    for (i, word) in words(text).iter().enumerate() {
        let mut chars = word.chars();
        let Some(first) = chars.next() else { continue };
        let rest: String = chars.collect();
        if i == 0 {
            out.push(first.to_ascii_lowercase());
            out.push_str(&if word.chars().all(|c| !c.is_ascii_lowercase()) {
                rest.to_ascii_lowercase()
            } else {
                rest
            });
        } else {
            out.push(first.to_ascii_uppercase());
            out.push_str(&if rest.chars().all(|c| !c.is_ascii_lowercase()) {
                rest.to_ascii_lowercase()
            } else {
                rest
            });
        }
    }
    start_with_letter(out)
}

/// `base url` → `BASE_URL`
pub fn constant_case(text: &str) -> String {
    start_with_letter(words(text).join("_").to_ascii_uppercase())
}

fn start_with_letter(text: String) -> String {
    if text.starts_with(|c: char| c.is_ascii_digit()) { format!("_{text}") } else { text }
}

/// Cuts at everything that is no ASCII letter or digit, and where camel case starts a new word.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut current = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if c != '\'' && !current.is_empty() {
                out.push(std::mem::take(&mut current));
            }
            continue;
        }
        let before = i.checked_sub(1).and_then(|j| chars.get(j)).copied().unwrap_or(' ');
        let after = chars.get(i + 1).copied().unwrap_or(' ');
        let starts = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && after.is_ascii_lowercase()));
        if starts && !current.is_empty() {
            out.push(std::mem::take(&mut current));
        }
        current.push(c);
    }
    if !current.is_empty() {
        out.push(current);
    }
    out
}

/// Gives out identifiers that are free in one script. The same wishes in the same order get the same names.
#[derive(Debug, Clone, Default)]
pub struct Names {
    used: BTreeSet<String>,
    /// By wish: the number to try next.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// A free identifier for the wish, numbered from 2 when it is taken; `fallback` when the wish has no letters.
    pub fn claim(&mut self, wish: &str, fallback: &str) -> JsIdent {
        let short: String = wish.chars().take(60).collect();
        let wish = if short.is_empty() { fallback } else { &short };
        let wish = if is_identifier(wish) { wish.to_owned() } else { format!("{wish}_") };
        // a constant that would hide something of the language says that it is a value
        let constant = wish.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let wish = if constant && TAKEN.contains(&wish.as_str()) { format!("{wish}_VALUE") } else { wish };
        let name = self.free(&wish, fallback, &Self::default());
        self.used.insert(name.clone());
        JsIdent(name)
    }

    /// The same for a name of an inner scope, which must hide none of the `outer` ones.
    pub fn claim_inside(&mut self, outer: &Self, wish: &str, fallback: &str) -> JsIdent {
        let short: String = wish.chars().take(60).collect();
        let wish = if short.is_empty() { fallback } else { &short };
        let wish = if is_identifier(wish) { wish.to_owned() } else { format!("{wish}_") };
        let name = self.free(&wish, fallback, outer);
        self.used.insert(name.clone());
        JsIdent(name)
    }

    fn free(&mut self, wish: &str, fallback: &str, outer: &Self) -> String {
        let taken = |name: &String| {
            TAKEN.contains(&name.as_str())
                || self.used.contains(name)
                || outer.used.contains(name)
                || !is_identifier(name)
        };
        let mut name = wish.to_owned();
        // the number that was free last time, so that the thousandth name is found as fast as the first
        let mut n = self.next.get(wish).copied().unwrap_or(2);
        while taken(&name) {
            name = if is_identifier(wish) { format!("{wish}{n}") } else { format!("{fallback}{n}") };
            n += 1;
        }
        if n > 2 {
            self.next.insert(wish.to_owned(), n);
        }
        name
    }

    /// Marks a name as used by something that was not claimed here.
    pub fn reserve(&mut self, name: &str) {
        self.used.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
