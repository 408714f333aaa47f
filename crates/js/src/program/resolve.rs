//! From a specifier as written to the address of a module: built-in, file, `https://`, or a package in node_modules.

use serde_json::Value;

use super::files::{Files, dir_of, join};
use crate::modules::registry;

/// How a module asked for another one; it decides which `exports` condition of a package applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Import,
    Require,
}

/// Resolves `specifier` as seen from the module at `base`.
///
/// The error is the text k6 users know: it names the specifier and says what was tried.
pub fn resolve(files: &Files, base: &str, specifier: &str, asked: Asked) -> Result<String, String> {
    if specifier == "k6" || specifier.starts_with("k6/") {
        return registry::known(specifier).map(|()| specifier.to_owned());
    }
    if specifier.starts_with("http://") {
        return Err(format!(
            "the moduleSpecifier {specifier:?} uses plain http, only https:// modules can be loaded"
        ));
    }
    if specifier.starts_with("https://") {
        return Ok(specifier.to_owned());
    }
    if specifier.starts_with('.') || specifier.starts_with('/') || specifier.starts_with("file://") {
        return local(files, base, specifier);
    }
    package(files, base, specifier, asked)
}

fn local(files: &Files, base: &str, specifier: &str) -> Result<String, String> {
    if base.starts_with("https://") && !specifier.starts_with('.') {
        if specifier.starts_with('/') {
            let host = base.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
            return Ok(format!("{host}{specifier}"));
        }
        return Err(format!("origin ({base}) not allowed to load local file: {specifier}"));
    }
    let address = join(dir_of(base), specifier.strip_prefix("file://").unwrap_or(specifier));
    if address.starts_with("https://") || files.exists(&address) {
        return Ok(address);
    }
    if base.contains("/node_modules/")
        && let Some(found) = guess(files, &address)
    {
        return Ok(found);
    }
    Err(format!(
        "The moduleSpecifier {specifier:?} couldn't be found on local disk. Make sure that you've specified the right path to the file \
         (looked for {address})"
    ))
}

/// Extension and index guessing, only inside packages.
fn guess(files: &Files, address: &str) -> Option<String> {
    if files.exists(address) {
        return Some(address.to_owned());
    }
    for ending in [".js", ".mjs", ".cjs", ".json", ".ts"] {
        let candidate = format!("{address}{ending}");
        if files.exists(&candidate) {
            return Some(candidate);
        }
    }
    let manifest = format!("{address}/package.json");
    if files.exists(&manifest)
        && let Some(found) = main_of(files, address, Asked::Require)
    {
        return Some(found);
    }
    for name in ["index.js", "index.mjs", "index.cjs", "index.json"] {
        let candidate = format!("{address}/{name}");
        if files.exists(&candidate) {
            return Some(candidate);
        }
    }
    None
}

fn package(files: &Files, base: &str, specifier: &str, asked: Asked) -> Result<String, String> {
    let unknown = || {
        format!(
            "The moduleSpecifier {specifier:?} couldn't be recognised as something k6 supports: it is no built-in module, no path and no address, \
             and no package of that name is installed in a node_modules folder above {base}"
        )
    };
    if base.starts_with("https://") {
        return Err(unknown());
    }
    let mut parts = specifier.split('/');
    let mut name = parts.next().unwrap_or_default().to_owned();
    if name.starts_with('@') {
        name = format!("{name}/{}", parts.next().unwrap_or_default());
    }
    let sub = parts.collect::<Vec<_>>().join("/");
    let mut dir = dir_of(base);
    loop {
        let root = format!("{dir}/node_modules/{name}");
        if files.exists(&format!("{root}/package.json")) || files.is_dir(&root) {
            let found = if sub.is_empty() {
                main_of(files, &root, asked)
            } else {
                subpath(files, &root, &sub, asked)
            };
            return found
                .ok_or_else(|| format!("the package {name:?} in {root} has no file for {specifier:?}"));
        }
        match dir.rsplit_once('/') {
            Some((up, _)) if up.contains("//") && dir.len() > "file://".len() => dir = up,
            _ => return Err(unknown()),
        }
    }
}

fn manifest(files: &Files, root: &str) -> Option<Value> {
    let raw = files.read(&format!("{root}/package.json")).ok()?;
    serde_json::from_slice(&raw).ok()
}

fn main_of(files: &Files, root: &str, asked: Asked) -> Option<String> {
    let Some(manifest) = manifest(files, root) else { return guess(files, &format!("{root}/index")) };
    if let Some(exports) = manifest.get("exports") {
        let target = match exports {
            Value::Object(map) if map.keys().any(|k| k.starts_with('.')) => {
                map.get(".").and_then(|v| condition(v, asked))
            }
            other => condition(other, asked),
        };
        if let Some(found) = target.and_then(|t| guess(files, &join(root, &t))) {
            return Some(found);
        }
    }
    let fields: &[&str] = if asked == Asked::Import { &["module", "main"] } else { &["main", "module"] };
    for field in fields {
        if let Some(found) =
            manifest.get(*field).and_then(Value::as_str).and_then(|t| guess(files, &join(root, t)))
        {
            return Some(found);
        }
    }
    guess(files, &format!("{root}/index"))
}

fn subpath(files: &Files, root: &str, sub: &str, asked: Asked) -> Option<String> {
    if let Some(Value::Object(map)) = manifest(files, root).as_ref().and_then(|m| m.get("exports")) {
        let wanted = format!("./{sub}");
        if let Some(target) = map.get(&wanted).and_then(|v| condition(v, asked)) {
            return guess(files, &join(root, &target));
        }
        for (pattern, target) in map {
            let Some((head, tail)) = pattern.split_once('*') else { continue };
            let Some(middle) = wanted.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail)) else {
                continue;
            };
            if let Some(found) =
                condition(target, asked).and_then(|t| guess(files, &join(root, &t.replace('*', middle))))
            {
                return Some(found);
            }
        }
    }
    guess(files, &join(root, sub))
}

/// The first target whose condition holds, in the order of the package's author.
fn condition(value: &Value, asked: Asked) -> Option<String> {
    match value {
        Value::String(target) => Some(target.clone()),
        Value::Array(list) => list.iter().find_map(|v| condition(v, asked)),
        Value::Object(map) => map.iter().find_map(|(key, target)| {
            let holds = match key.as_str() {
                "default" | "k6" => true,
                "import" | "module" => asked == Asked::Import,
                "require" => asked == Asked::Require,
                _ => false,
            };
            holds.then(|| condition(target, asked)).flatten()
        }),
        _ => None,
    }
}
