//! Names that mean something in Postman's sandbox.

/// What the sandbox gives to scripts.
pub const SPECIAL: &[&str] = &[
    "pm",
    "postman",
    "tests",
    "environment",
    "globals",
    "data",
    "iteration",
    "request",
    "responseBody",
    "responseTime",
    "responseCode",
    "responseHeaders",
    "responseCookies",
];

/// What the language gives to everybody, on k6 as in Postman.
pub const BUILTIN: &[&str] = &[
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Math",
    "JSON",
    "Date",
    "RegExp",
    "Map",
    "Set",
    "WeakMap",
    "Symbol",
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "encodeURIComponent",
    "decodeURIComponent",
    "encodeURI",
    "decodeURI",
    "escape",
    "unescape",
    "undefined",
    "NaN",
    "Infinity",
    "console",
];

/// Functions of the emitted script that rewritten code calls.
pub const AIDS: &[&str] =
    &["runScript", "runTest", "must", "same", "kind", "isEmpty", "asText", "bodyAt", "cookie", "cookies"];

/// Methods that the sandbox adds to the language's own objects.
pub const SUGAR: &[&str] = &[
    "has",
    "none",
    "any",
    "average",
    "once",
    "hex",
    "isEven",
    "isOdd",
    "ordinalize",
    "format",
    "camelize",
    "spacify",
    "each",
    "first",
    "last",
    "sum",
    "min",
    "max",
    "unique",
    "compact",
    "isEmpty",
    "clone",
    "count",
    "intersect",
    "union",
    "subtract",
    "sample",
    "groupBy",
    "sortBy",
    "capitalize",
    "titleize",
    "underscore",
    "dasherize",
    "isBlank",
    "words",
    "lines",
    "chars",
    "truncate",
    "times",
    "upto",
    "downto",
    "round",
    "ceil",
    "floor",
    "abs",
    "pad",
    "delay",
    "debounce",
    "remove",
    "insert",
    "add",
    "contains",
    "stripTags",
    "escapeHTML",
    "unescapeHTML",
    "encodeBase64",
    "decodeBase64",
    "toNumber",
    "isMultipleOf",
];

/// Whether a header is spelled as k6 files it.
pub fn is_canonical(name: &str) -> bool {
    canonical(name) == name
}

/// `x-request-ID` → `X-Request-Id`, the spelling under which k6 files a header.
pub fn canonical(name: &str) -> String {
    let mut upper = true;
    name.chars()
        .map(|c| {
            let out = if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            upper = c == '-';
            out
        })
        .collect()
}

/// A JavaScript string.
pub fn quote(text: &str) -> String {
    let json = serde_json::Value::String(text.to_owned()).to_string();
    let plain = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
    let plain = plain.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    if plain.contains('\'') { format!("\"{plain}\"") } else { format!("'{}'", plain.replace("\\\"", "\"")) }
}

/// `.name` or `['odd name']`
pub fn property(name: &str) -> String {
    let mut chars = name.chars();
    let start = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$');
    if start && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$') {
        format!(".{name}")
    } else {
        format!("[{}]", quote(name))
    }
}

/// Libraries that scripts find without `require`.
pub const LIBRARIES: &[&str] =
    &["_", "CryptoJS", "cheerio", "xml2Json", "tv4", "atob", "btoa", "Buffer", "URL", "URLSearchParams"];
