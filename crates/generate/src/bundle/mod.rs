//! One file out of a script, the modules beside it and the packages that it asks for.
//!
//! Each module becomes a function that gives back its exports, in the order in which they need each other; modules of k6
//! and addresses stay imports. Packages of npm keep their own `require`.

mod esm;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::js::quote;
use crate::{Generated, GeneratedFile};

/// A file of a package: where it stands, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    pub id: String,
    pub code: String,
}

/// Finds what a specifier means in a file (`None`: in the script itself).
pub type FindPackage<'a> = dyn Fn(&str, Option<&str>) -> Option<PackageFile> + 'a;

#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("failed to bundle {0}: it is no JavaScript module")]
    Syntax(String),
    #[error("failed to bundle {0}: it needs itself")]
    Cycle(String),
}

/// Puts the modules into the script; other files stay beside it.
///
/// # Errors
/// When a module does not parse or needs itself.
pub fn bundle(generated: Generated, find: &FindPackage<'_>) -> Result<Generated, BundleError> {
    let diagnostics = generated.diagnostics;
    let mut files = generated.files.into_iter();
    let Some(entry) = files.next() else { return Ok(Generated::default()) };
    let (modules, others): (Vec<GeneratedFile>, Vec<GeneratedFile>) =
        files.partition(|f| f.path.rsplit('.').next() == Some("js"));
    let mut bundle = Bundle {
        sources: modules
            .into_iter()
            .map(|f| (f.path, String::from_utf8_lossy(&f.content).into_owned()))
            .collect(),
        find,
        done: BTreeSet::new(),
        externals: BTreeMap::new(),
        out: String::new(),
        packages: BTreeMap::new(),
    };
    let name = entry.path.clone();
    let code = String::from_utf8_lossy(&entry.content).into_owned();
    let read = bundle.module("", &code, true, &mut vec![name.clone()])?;
    // the comment at the head stays at the head
    let head: String =
        read.code.lines().take_while(|l| l.starts_with("//")).fold(String::new(), |o, l| o + l + "\n");
    let rest = read.code.get(head.len()..).unwrap_or_default();
    let mut text = head + "\n";
    for (module, local) in &bundle.externals {
        let _ = writeln!(text, "import * as {local} from {};", quote(module));
    }
    text.push_str(&bundle.package_code());
    if !bundle.done.is_empty() {
        text.push_str("\nconst bundled = {};\n");
    }
    text.push_str(&bundle.out);
    text.push_str(rest);
    let mut out = vec![GeneratedFile { path: name, content: text.into_bytes() }];
    out.extend(others);
    Ok(Generated { files: out, diagnostics, ..Generated::default() })
}

struct Bundle<'a> {
    /// The modules beside the script, by path.
    sources: BTreeMap<String, String>,
    find: &'a FindPackage<'a>,
    done: BTreeSet<String>,
    /// Modules that stay imports, with the name that the others know them by.
    externals: BTreeMap<String, String>,
    out: String,
    /// Files of packages: code, and what their specifiers mean.
    packages: BTreeMap<String, (String, BTreeMap<String, String>)>,
}

impl Bundle<'_> {
    /// Reads a module and, before it, everything that it needs.
    fn module(
        &mut self,
        id: &str,
        code: &str,
        entry: bool,
        stack: &mut Vec<String>,
    ) -> Result<esm::Module, BundleError> {
        let parsed = esm::read(code).ok_or_else(|| BundleError::Syntax(id.to_owned()))?;
        let mut names = BTreeMap::new();
        for specifier in &parsed.specifiers {
            if let Some(path) = inside(id, specifier).filter(|p| self.sources.contains_key(p)) {
                self.need(&path, stack)?;
                names.insert(specifier.clone(), format!("bundled[{}]", quote(&path)));
            } else if let Some(file) = self.package(specifier) {
                names.insert(specifier.clone(), format!("packaged({})", quote(&file)));
            } else if !entry {
                let n = self.externals.len() + 1;
                let local = self.externals.entry(specifier.clone()).or_insert_with(|| format!("k6Module{n}"));
                names.insert(specifier.clone(), local.clone());
            }
        }
        for name in &parsed.required {
            if let Some(file) = self.package(name) {
                names.insert(name.clone(), format!("packaged({})", quote(&file)));
            }
        }
        Ok(parsed.write(code, &names, entry))
    }

    fn need(&mut self, path: &str, stack: &mut Vec<String>) -> Result<(), BundleError> {
        if self.done.contains(path) {
            return Ok(());
        }
        if stack.iter().any(|s| s == path) {
            return Err(BundleError::Cycle(path.to_owned()));
        }
        stack.push(path.to_owned());
        let code = self.sources.get(path).cloned().unwrap_or_default();
        let module = self.module(path, &code, false, stack)?;
        stack.pop();
        let _ = write!(
            self.out,
            "\n// {path}\nbundled[{}] = (() => {{\n{}\nreturn {{ {} }};\n}})();\n",
            quote(path),
            module.code.trim(),
            module
                .exports
                .iter()
                .map(|(name, local)| format!("{name}: {local}"))
                .collect::<Vec<_>>()
                .join(", "),
        );
        self.done.insert(path.to_owned());
        Ok(())
    }

    /// Takes a package and all that it requires; answers with its file.
    fn package(&mut self, specifier: &str) -> Option<String> {
        if specifier == "k6" || specifier.starts_with("k6/") || specifier.contains("://") {
            return None;
        }
        let file = (self.find)(specifier, None)?;
        let id = file.id.clone();
        let mut left = vec![file];
        while let Some(file) = left.pop() {
            if self.packages.contains_key(&file.id) {
                continue;
            }
            if file.id.rsplit('.').next() == Some("json") {
                self.packages
                    .insert(file.id, (format!("module.exports = {};", file.code.trim()), BTreeMap::new()));
                continue;
            }
            let mut means = BTreeMap::new();
            for name in esm::required(&file.code) {
                if let Some(found) = (self.find)(&name, Some(&file.id)) {
                    means.insert(name, found.id.clone());
                    left.push(found);
                }
            }
            self.packages.insert(file.id, (file.code, means));
        }
        Some(id)
    }

    fn package_code(&self) -> String {
        if self.packages.is_empty() {
            return String::new();
        }
        let mut out = String::from(
            "\n// Packages, each file as a function; `require` finds what they ask for.\nconst packages = {\n",
        );
        for (id, (code, means)) in &self.packages {
            let means: Vec<String> =
                means.iter().map(|(n, f)| format!("{}: {}", quote(n), quote(f))).collect();
            let _ = write!(
                out,
                "{}: [{{ {} }}, function (module, exports, require) {{\n{}\n}}],\n",
                quote(id),
                means.join(", "),
                code.trim()
            );
        }
        out.push_str(
            "};\nfunction packaged(id) {\n  const [means, run, loaded] = packages[id];\n  if (loaded) return loaded.exports;\n  \
             const module = { exports: {} };\n  packages[id][2] = module;\n  run.call(module.exports, module, module.exports, (name) => {\n    \
             if (!means[name]) throw new Error(`Cannot find module '${name}'`);\n    return packaged(means[name]);\n  });\n  \
             return module.exports;\n}\n",
        );
        out
    }
}

/// The file that a relative specifier names, seen from a module; both inside the script's folder.
fn inside(from: &str, specifier: &str) -> Option<String> {
    if !specifier.starts_with("./") && !specifier.starts_with("../") {
        return None;
    }
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for piece in specifier.split('/') {
        match piece {
            "." => {}
            ".." => {
                path.pop()?;
            }
            piece => path.push(piece),
        }
    }
    Some(path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, code: &str) -> GeneratedFile {
        GeneratedFile { path: path.to_owned(), content: code.as_bytes().to_vec() }
    }

    #[test]
    fn modules_come_before_who_needs_them_and_k6_stays() {
        let files = vec![
            file(
                "s.js",
                "// head\nimport http from 'k6/http';\nimport { a as x } from './pm/a.js';\nexport default () => x(http);\n",
            ),
            file(
                "pm/a.js",
                "import { b } from './b.js';\nimport k6, { check } from 'k6';\nexport const a = (h) => b(h, check, k6);\n",
            ),
            file("pm/b.js", "export function b() {}\nclass C {}\nexport { C as D };\n"),
            file("rows.json", "[]"),
        ];
        let out = bundle(Generated { files, ..Generated::default() }, &|_, _| None).unwrap_or_default();
        let script = out.script();
        assert!(script.starts_with("// head\n"), "{script}");
        assert_eq!(out.files.len(), 2, "data stays beside the script");
        assert!(!script.contains("./"), "{script}");
        let at = |what: &str| script.find(what).unwrap_or_else(|| panic!("{what} in {script}"));
        assert!(at("bundled['pm/b.js'] =") < at("bundled['pm/a.js'] ="));
        assert!(at("import * as k6Module1 from 'k6';") < at("const bundled"));
        at("const { default: k6, check } = k6Module1;");
        at("return { b: b, D: C };");
        at("const { a: x } = bundled['pm/a.js'];");
        at("export default () => x(http);");
    }

    #[test]
    fn packages_bring_what_they_require() {
        let files = vec![file("s.js", "const d = npm('dep');\nexport default () => d;\n")];
        let find = |name: &str, from: Option<&str>| match (name, from) {
            ("dep", None) => Some(PackageFile {
                id: "dep/index.js".into(),
                code: "module.exports = require('./x');".into(),
            }),
            ("./x", Some("dep/index.js")) => {
                Some(PackageFile { id: "dep/x.json".into(), code: "{\"v\": 1}".into() })
            }
            _ => None,
        };
        let out = bundle(Generated { files, ..Generated::default() }, &find).unwrap_or_default();
        assert!(out.script().contains("const d = packaged('dep/index.js');"), "{}", out.script());
        assert!(out.script().contains("module.exports = {\"v\": 1};"), "{}", out.script());
    }
}
