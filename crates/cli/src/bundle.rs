//! `--bundle`: one file out of a script and its modules, with the packages that are installed beside it.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use clap::Args;
use loadwright_generate::Generated;
use loadwright_generate::bundle::{PackageFile, bundle};

#[derive(Debug, Args, Default)]
pub struct BundleArgs {
    /// Write one file that needs no modules beside it: the script, its modules, and packages from node_modules
    #[arg(long, help_heading = "Output")]
    pub bundle: bool,
}

impl BundleArgs {
    pub fn apply(&self, generated: Generated, output: Option<&Path>) -> Result<Generated> {
        if !self.bundle {
            return Ok(generated);
        }
        let folder = output.and_then(Path::parent).filter(|p| !p.as_os_str().is_empty());
        let folder = std::path::absolute(folder.unwrap_or(Path::new(".")))?;
        Ok(bundle(generated, &|specifier, from| find(&folder, specifier, from))?)
    }
}

/// What a specifier means: a file of a package, by Node's rules for packages with a `main`.
fn find(folder: &Path, specifier: &str, from: Option<&str>) -> Option<PackageFile> {
    let here = from
        .map_or_else(|| folder.to_path_buf(), |id| folder.join(id).parent().unwrap_or(folder).to_path_buf());
    let path = if specifier.starts_with('.') {
        file(&clean(&here.join(specifier)))?
    } else {
        if specifier.starts_with('/') || specifier.contains(':') {
            return None;
        }
        here.ancestors().find_map(|dir| file(&dir.join("node_modules").join(specifier)))?
    };
    let id = path.strip_prefix(folder).map_or_else(|_| path.clone(), Path::to_path_buf);
    Some(PackageFile { id: id.to_str()?.replace('\\', "/"), code: std::fs::read_to_string(&path).ok()? })
}

/// The path without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The file that a path stands for: itself, with an extension, or the main file of a folder.
fn file(path: &Path) -> Option<PathBuf> {
    let with = |extension: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(extension);
        PathBuf::from(name)
    };
    if let Some(found) =
        [path.to_path_buf(), with(".js"), with(".json"), with(".cjs")].into_iter().find(|p| p.is_file())
    {
        return Some(found);
    }
    if !path.is_dir() {
        return None;
    }
    let manifest = std::fs::read_to_string(path.join("package.json")).ok();
    let main = manifest
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .and_then(|m| m.get("main").and_then(|m| m.as_str()).map(str::to_owned))
        .unwrap_or_else(|| "index.js".to_owned());
    let main = clean(&path.join(main));
    if main == path { None } else { file(&main).or_else(|| file(&path.join("index.js"))) }
}
