use std::collections::BTreeSet;

/// A valid Python identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PyIdent(String);

impl PyIdent {
    /// A name of the generator's own.
    pub(crate) fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keywords, builtins that a script uses, and names of a generated locustfile.
const TAKEN: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "case",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "match",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "type",
    "while",
    "with",
    "yield",
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "dict",
    "enumerate",
    "filter",
    "float",
    "format",
    "getattr",
    "id",
    "input",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "ord",
    "print",
    "range",
    "repr",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "vars",
    "zip",
    "base64",
    "check",
    "client",
    "compact",
    "csv",
    "datetime",
    "environment",
    "events",
    "find",
    "claim",
    "found",
    "has",
    "has_keys",
    "host",
    "itertools",
    "json",
    "kept",
    "logging",
    "missing",
    "element",
    "on_start",
    "os",
    "pathlib",
    "pick",
    "quote",
    "r",
    "random",
    "random_text",
    "re",
    "requests",
    "response",
    "segment",
    "self",
    "string",
    "tag",
    "task",
    "tasks",
    "test",
    "thresholds",
    "time",
    "unique",
    "unique_int",
    "user",
    "uuid",
    "wait_time",
    "weight",
    "between",
    "constant",
    "constant_throughput",
    "counted",
    "stats",
    "HERE",
    "RUN",
    "CHECKS",
    "STAGES",
    "USERS",
    "RATE",
    "ITERATIONS",
    "HEADERS",
    "COUNT",
    "HttpUser",
    "LoadTestShape",
    "Load",
    "StopUser",
    "context",
    "wait",
    "run",
];

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `Get pet by-ID` → `get_pet_by_id`; empty when the text has no letter or digit.
pub fn snake_case(text: &str) -> String {
    crate::js::constant_case(text).to_ascii_lowercase()
}

/// `corner shop` → `CornerShop`
pub fn class_name(text: &str) -> String {
    let camel = crate::js::camel_case(text);
    let mut chars = camel.chars();
    chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// Gives out identifiers that are free in one script.
#[derive(Debug, Clone, Default)]
pub struct PyNames {
    used: BTreeSet<String>,
}

impl PyNames {
    /// A free identifier for the wish, numbered from 2 when it is taken; `fallback` when the wish has no letters.
    pub fn claim(&mut self, wish: &str, fallback: &str) -> PyIdent {
        let short: String = wish.chars().take(60).collect();
        let wish = if is_identifier(&short) { short.as_str() } else { fallback };
        let mut name = wish.to_owned();
        let mut n = 2;
        while TAKEN.contains(&name.as_str()) || self.used.contains(&name) {
            name = format!("{wish}_{n}");
            n += 1;
        }
        self.used.insert(name.clone());
        PyIdent(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_free_and_no_keywords() {
        let mut names = PyNames::default();
        let got: Vec<String> = ["Get pet by-ID", "get pet by id", "class", "日本", "2nd"]
            .map(|t| names.claim(&snake_case(t), "value").as_str().to_owned())
            .into();
        assert_eq!(got, ["get_pet_by_id", "get_pet_by_id_2", "class_2", "value", "_2nd"]);
        assert_eq!(class_name("corner shop"), "CornerShop");
    }
}
