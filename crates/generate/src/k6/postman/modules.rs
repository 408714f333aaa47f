//! The `pm` modules that are written beside a script, and which of them a script needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::GeneratedFile;
use crate::js::{JsExpr, JsIdent, Prop};

/// Modules that every carried script runs over.
const CORE: &[(&str, &str)] = &[
    ("run.js", include_str!("pm/run.js")),
    ("assertion.js", include_str!("pm/assertion.js")),
    ("auth.js", include_str!("pm/auth.js")),
    ("body.js", include_str!("pm/body.js")),
    ("changed.js", include_str!("pm/changed.js")),
    ("cookies.js", include_str!("pm/cookies.js")),
    ("fresh.js", include_str!("pm/fresh.js")),
    ("expect.js", include_str!("pm/expect.js")),
    ("given.js", include_str!("pm/given.js")),
    ("host.js", include_str!("pm/host.js")),
    ("json.js", include_str!("pm/json.js")),
    ("list.js", include_str!("pm/list.js")),
    ("lists.js", include_str!("pm/lists.js")),
    ("pm.js", include_str!("pm/pm.js")),
    ("prepared.js", include_str!("pm/prepared.js")),
    ("reasons.js", include_str!("pm/reasons.js")),
    ("request.js", include_str!("pm/request.js")),
    ("response.js", include_str!("pm/response.js")),
    ("same.js", include_str!("pm/same.js")),
    ("scope.js", include_str!("pm/scope.js")),
    ("send.js", include_str!("pm/send.js")),
    ("show.js", include_str!("pm/show.js")),
    ("tasks.js", include_str!("pm/tasks.js")),
    ("tests.js", include_str!("pm/tests.js")),
    ("turn.js", include_str!("pm/turn.js")),
    ("url.js", include_str!("pm/url.js")),
    ("words.js", include_str!("pm/words.js")),
];

/// The module for scripts beside plain code.
const BESIDE: (&str, &str) = ("script.js", include_str!("pm/script.js"));

/// One library: what `require` calls it, the global name, the file and the export.
struct Library {
    names: &'static [&'static str],
    /// Names that scripts use without `require`.
    global: &'static [&'static str],
    file: &'static str,
    export: &'static str,
    code: &'static str,
}

macro_rules! library {
    ($names:expr, $global:expr, $file:literal, $export:literal) => {
        Library {
            names: $names,
            global: $global,
            file: $file,
            export: $export,
            code: include_str!(concat!("pm/", $file)),
        }
    };
}

const LIBRARIES: &[Library] = &[
    library!(&["lodash"], &["_"], "lodash.js", "lodash"),
    library!(&["crypto-js"], &["CryptoJS"], "crypto-js.js", "CryptoJS"),
    library!(&[], &[], "des.js", "des"),
    library!(&[], &[], "keccak.js", "keccak"),
    library!(&[], &[], "rabbit.js", "rabbit"),
    library!(&[], &[], "sha224.js", "sha224"),
    library!(&["moment"], &[], "moment.js", "moment"),
    library!(&["cheerio"], &["cheerio"], "cheerio.js", "cheerio"),
    library!(&["tv4"], &["tv4"], "schema.js", "tv4"),
    library!(&["ajv"], &[], "schema.js", "Ajv"),
    library!(&["xml2js"], &[], "xml.js", "xml2js"),
    library!(&[], &["xml2Json"], "xml.js", "xml2Json"),
    library!(&["uuid"], &[], "uuid.js", "uuid"),
    library!(&["csv-parse/lib/sync", "csv-parse/sync"], &[], "csv.js", "parse"),
    library!(&["csv-parse"], &[], "csv.js", "csv"),
    library!(&["atob"], &["atob"], "bytes.js", "atob"),
    library!(&["btoa"], &["btoa"], "bytes.js", "btoa"),
    library!(&[], &["Buffer"], "bytes.js", "Buffer"),
    library!(&["buffer"], &[], "bytes.js", "buffer"),
    library!(&["url"], &[], "weburl.js", "url"),
    library!(&[], &["URL"], "weburl.js", "URL"),
    library!(&[], &["URLSearchParams"], "weburl.js", "URLSearchParams"),
    library!(&["querystring"], &[], "weburl.js", "querystring"),
    library!(&["chai"], &[], "chai.js", "chai"),
    library!(&["assert"], &[], "node.js", "assert"),
    library!(&["util"], &[], "node.js", "util"),
    library!(&["path"], &[], "node.js", "path"),
    library!(&["events"], &[], "node.js", "events"),
    library!(&["timers"], &[], "node.js", "timers"),
    library!(&["string_decoder"], &[], "node.js", "decoder"),
    library!(&["postman-collection"], &[], "sdk.js", "sdk"),
];

/// Names that every script is given.
const OWN: &[&str] = &[
    "pm",
    "require",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "clearTimeout",
    "clearInterval",
    "clearImmediate",
];

/// Postman's old names, of `legacy.js`.
const LEGACY: &[&str] = &[
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

/// Whether scripts find this name without declaring it.
pub(super) fn is_given(name: &str) -> bool {
    OWN.contains(&name) || LEGACY.contains(&name) || LIBRARIES.iter().any(|l| l.global.contains(&name))
}

/// Name, file and export of a library, by what `require` or scripts call it.
pub(in crate::k6) fn library(name: &str) -> Option<(String, &'static str, &'static str)> {
    let found = LIBRARIES.iter().find(|l| l.names.contains(&plain(name)) || l.global.contains(&name))?;
    Some((local(found.export), found.file, found.export))
}

/// Modules that a script imports for what they do to others.
const EXTRAS: &[(&str, &str)] = &[
    ("sign.js", include_str!("pm/sign.js")),
    ("keys.js", include_str!("pm/keys.js")),
    ("legacy.js", include_str!("pm/legacy.js")),
    ("sugar.js", include_str!("pm/sugar.js")),
    ("signed.js", include_str!("pm/signed.js")),
    ("random.js", include_str!("pm/random.js")),
    ("dynamic.js", super::DYNAMIC),
    BESIDE,
];

/// The file of a library and those that it imports itself.
pub(in crate::k6) fn library_files(file: &str) -> Vec<(String, Vec<u8>)> {
    files_of(&[file])
}

/// These files and those that they import.
fn files_of(start: &[&str]) -> Vec<(String, Vec<u8>)> {
    let all = || CORE.iter().chain(EXTRAS).copied().chain(LIBRARIES.iter().map(|l| (l.file, l.code)));
    let mut wanted: BTreeMap<&str, &str> = all().filter(|(name, _)| start.contains(name)).collect();
    loop {
        let more: Vec<(&str, &str)> = all()
            .filter(|(name, _)| !wanted.contains_key(name))
            .filter(|(name, _)| wanted.values().any(|code| code.contains(&format!("'./{name}'"))))
            .collect();
        if more.is_empty() {
            break;
        }
        wanted.extend(more);
    }
    wanted.into_iter().map(|(name, code)| (format!("pm/{name}"), code.as_bytes().to_vec())).collect()
}

#[derive(Default)]
pub(in crate::k6) struct Modules {
    used: BTreeSet<usize>,
    signs: bool,
    /// Whether a private key signs.
    keys: bool,
    schemas: bool,
    sloppy: bool,
    sugar: bool,
    legacy: bool,
    /// Dynamic variables that are made of lists of words.
    random: bool,
    /// Packages that are not among the libraries: name as required, and as npm knows it with its version.
    packages: BTreeMap<String, (String, String)>,
}

impl Modules {
    pub fn sign(&mut self) {
        self.signs = true;
    }

    pub fn keys(&mut self) {
        self.keys = true;
    }

    pub fn schemas(&mut self) {
        self.schemas = true;
    }

    /// Methods that Postman's sandbox adds to the language's own objects.
    pub fn sugar(&mut self) {
        self.sugar = true;
    }

    /// Takes what makes `$random…` when a text names one of them.
    pub fn random(&mut self, text: &str) {
        self.random |= text.contains("$random");
    }

    /// Scripts that only run outside strict mode.
    pub fn sloppy(&mut self) {
        self.sloppy = true;
    }

    pub fn global(&mut self, name: &str) {
        self.legacy |= LEGACY.contains(&name);
        self.used.extend(LIBRARIES.iter().position(|l| l.global.contains(&name)));
    }

    /// Takes the library that a script requires; says whether there is one.
    pub fn require(&mut self, name: &str) -> bool {
        let found = LIBRARIES.iter().position(|l| l.names.contains(&plain(name)));
        self.used.extend(found);
        if found.is_none() && !name.starts_with('.') && !name.starts_with('@')
            || name.starts_with("npm:") && found.is_none()
        {
            let package = plain(name);
            let version = name.strip_prefix("npm:").and_then(|n| n.strip_prefix(package)?.strip_prefix('@'));
            let bare = package.split('/').next().unwrap_or(package);
            let valid = |c: char| c.is_ascii_alphanumeric() || "-_.@/".contains(c);
            if !bare.is_empty() && package.chars().all(valid) {
                let wanted =
                    version.filter(|v| v.chars().all(|c| c.is_ascii_alphanumeric() || "^~.-".contains(c)));
                self.packages.insert(package.to_owned(), (bare.to_owned(), wanted.unwrap_or("*").to_owned()));
            }
        }
        found.is_some()
    }

    /// The list of packages for npm, when a script needs any.
    pub fn manifest(&self) -> Option<GeneratedFile> {
        let dependencies: BTreeMap<&String, &String> = self.packages.values().map(|(n, v)| (n, v)).collect();
        let text = serde_json::json!({ "private": true, "dependencies": dependencies });
        let content = serde_json::to_vec_pretty(&text).ok()?;
        (!dependencies.is_empty()).then(|| GeneratedFile { path: "package.json".to_owned(), content })
    }

    fn libraries(&self) -> impl Iterator<Item = &'static Library> {
        self.used.iter().filter_map(|i| LIBRARIES.get(*i))
    }

    /// The lines of imports behind that of the entry; without what `known` imports already.
    pub fn imports(&self, entry: &str, known: &BTreeSet<(&'static str, String)>) -> String {
        let mut by_file: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        for l in self.libraries() {
            let names = format!("{} as {}", l.export, local(l.export));
            if !known.contains(&(l.file, names.clone())) {
                by_file.entry(l.file).or_default().insert(names);
            }
        }
        if self.schemas {
            by_file.entry("schema.js").or_default().insert("validate".to_owned());
            by_file.entry("words.js").or_default().insert("useSchemas".to_owned());
        }
        let mut out = format!("{entry}\n");
        for file in self.extras() {
            out.push_str(&format!("import './pm/{file}';\n"));
        }
        for (file, names) in by_file {
            let names: Vec<String> = names.into_iter().collect();
            out.push_str(&format!("import {{ {} }} from './pm/{file}';\n", names.join(", ")));
        }
        if self.schemas {
            out.push_str("\nuseSchemas(validate);\n");
        }
        if !self.packages.is_empty() {
            out.push_str(
                "\n// A package that npm installed beside the script; a script that needs one that is missing says so.\n\
                 const npm = (name) => {\n  try {\n    return require(name);\n  } catch (e) {\n    \
                 return undefined;\n  }\n};\n",
            );
        }
        if self.sloppy {
            out.push_str(
                "\n// Code that only runs outside strict mode, as Postman runs it.\n\
                 const sloppy = (names, code) => {\n  const f = new Function(...names, code);\n  \
                 return (given) => f(...names.map((name) => given[name]));\n};\n",
            );
        }
        out
    }

    /// `modules` and `names` of the collection.
    pub fn props(&self) -> Vec<Prop> {
        let mut modules = Vec::new();
        let mut names = Vec::new();
        for l in self.libraries() {
            let value =
                || JsIdent::new(&local(l.export)).map_or(JsExpr::code("undefined"), |i| JsExpr::ident(&i));
            modules.extend(l.names.iter().map(|n| Prop::pair(*n, value())));
            names.extend(l.global.iter().map(|n| Prop::pair(*n, value())));
        }
        for name in self.packages.keys() {
            modules.push(Prop::pair(name.clone(), JsExpr::call_fn("npm", vec![JsExpr::string(name)])));
        }
        let mut out = Vec::new();
        if !modules.is_empty() {
            out.push(Prop::pair("modules", JsExpr::Object(modules)));
        }
        if !names.is_empty() {
            out.push(Prop::pair("names", JsExpr::Object(names)));
        }
        out
    }

    /// Modules that are imported for what they do to others.
    fn extras(&self) -> impl Iterator<Item = &'static str> {
        [
            ("sign.js", self.signs),
            ("keys.js", self.keys),
            ("legacy.js", self.legacy),
            ("sugar.js", self.sugar),
            ("random.js", self.random),
        ]
        .into_iter()
        .filter_map(|(file, used)| used.then_some(file))
    }

    /// Every module beside a script that runs over a whole collection.
    pub fn files(&self) -> Vec<GeneratedFile> {
        self.files_from(&CORE.iter().map(|(name, _)| *name).collect::<Vec<_>>())
    }

    /// Those modules that plain code with scripts in it needs.
    pub fn files_beside(&self) -> Vec<GeneratedFile> {
        self.files_from(&[BESIDE.0])
    }

    fn files_from(&self, start: &[&'static str]) -> Vec<GeneratedFile> {
        let mut start = start.to_vec();
        start.extend(self.extras());
        start.extend(self.libraries().map(|l| l.file));
        if self.schemas {
            start.push("schema.js");
        }
        files_of(&start).into_iter().map(|(path, content)| GeneratedFile { path, content }).collect()
    }
}

/// The name under which an export is imported: never one that a script may use.
fn local(export: &str) -> String {
    format!("{}Library", export.strip_prefix('_').unwrap_or(export))
}

/// `npm:lodash@4.17.21` is `lodash`.
fn plain(name: &str) -> &str {
    let name = name.strip_prefix("npm:").unwrap_or(name);
    match name.rfind('@') {
        Some(i) if i > 0 => name.get(..i).unwrap_or(name),
        _ => name,
    }
}
