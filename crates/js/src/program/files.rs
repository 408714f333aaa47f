//! The files a program may read: the disk, or the members of an archive, remembered once read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Fetches the text behind an `https://` specifier.
pub type Fetch = dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync;

/// A read-through cache over the disk (or over an archive, when `disk` is off), keyed by `file://` or `https://` address.
pub struct Files {
    cached: Mutex<BTreeMap<String, Arc<[u8]>>>,
    disk: bool,
    fetch: Option<Box<Fetch>>,
}

impl Files {
    /// Reads from the disk; `https://` addresses go through `fetch` when there is one.
    pub fn on_disk(fetch: Option<Box<Fetch>>) -> Self {
        Self { cached: Mutex::default(), disk: true, fetch }
    }

    /// Reads only what is given, as a run from an archive does.
    pub fn in_memory(members: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self { cached: Mutex::new(members), disk: false, fetch: None }
    }

    /// Adds a member, for example a script that came from standard input.
    pub fn insert(&self, address: &str, content: Vec<u8>) {
        self.lock().insert(address.to_owned(), content.into());
    }

    /// The content if it was read before.
    pub fn cached(&self, address: &str) -> Option<Arc<[u8]>> {
        self.lock().get(address).cloned()
    }

    /// Reads and remembers; the error is text in the words of the operating system.
    pub fn read(&self, address: &str) -> Result<Arc<[u8]>, String> {
        if let Some(hit) = self.cached(address) {
            return Ok(hit);
        }
        let content: Arc<[u8]> = self.read_uncached(address)?.into();
        self.lock().insert(address.to_owned(), Arc::clone(&content));
        Ok(content)
    }

    /// Whether the address names a readable file.
    pub fn exists(&self, address: &str) -> bool {
        if self.cached(address).is_some() {
            return true;
        }
        if address.starts_with("https://") {
            return self.fetch.is_some();
        }
        self.disk && Path::new(path_of(address)).is_file()
    }

    /// Whether the address names a directory.
    pub fn is_dir(&self, address: &str) -> bool {
        self.disk && Path::new(path_of(address)).is_dir()
    }

    /// Everything read so far, for archives.
    pub fn members(&self) -> BTreeMap<String, Arc<[u8]>> {
        self.lock().clone()
    }

    fn read_uncached(&self, address: &str) -> Result<Vec<u8>, String> {
        if address.starts_with("https://") {
            return match &self.fetch {
                Some(fetch) => fetch(address),
                None => Err("remote modules are not available here".to_owned()),
            };
        }
        let path = path_of(address);
        if !self.disk {
            return Err(format!("stat {path}: no such file or directory"));
        }
        std::fs::read(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => format!("stat {path}: no such file or directory"),
            std::io::ErrorKind::PermissionDenied => format!("open {path}: permission denied"),
            _ => format!("open {path}: {e}"),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<[u8]>>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path part of a `file://` address.
pub fn path_of(address: &str) -> &str {
    address.strip_prefix("file://").unwrap_or(address)
}

/// The `file://` address of an absolute path.
pub fn address_of(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Joins a relative specifier to the directory of `base`, removing `.` and `..`.
pub fn join(base_dir: &str, relative: &str) -> String {
    let (scheme, dir) = match base_dir.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("file", base_dir),
    };
    let mut out: Vec<&str> = Vec::new();
    let whole = if relative.starts_with('/') && scheme == "file" { String::new() } else { format!("{dir}/") };
    let whole = format!("{whole}{relative}");
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    let lead = if scheme == "file" { "/" } else { "" };
    format!("{scheme}://{lead}{}", out.join("/"))
}

/// The directory of an address, without the trailing slash.
pub fn dir_of(address: &str) -> &str {
    address.rsplit_once('/').map_or(address, |(dir, _)| dir)
}

/// The address of a script named on the command line, relative to the working directory.
pub fn entry_address(script: &str, cwd: &Path) -> String {
    if script.starts_with("https://") || script.starts_with("file://") {
        return script.to_owned();
    }
    let path = PathBuf::from(script);
    let path = if path.is_absolute() { path } else { cwd.join(path) };
    join("file://", &path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_relative_and_absolute() {
        assert_eq!(join("file:///a/b", "./c/../d.js"), "file:///a/b/d.js");
        assert_eq!(join("file:///a/b", "../d.js"), "file:///a/d.js");
        assert_eq!(join("file:///a/b", "/x/d.js"), "file:///x/d.js");
        assert_eq!(join("https://h/p", "./q.js"), "https://h/p/q.js");
    }
}
