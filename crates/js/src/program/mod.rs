//! A script as a program: every module it can reach, resolved, stripped of types and compiled once to bytecode.

mod compile;
mod files;
mod resolve;
mod source;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::vm::globals::mentioned;
pub use compile::CompileError;
pub use files::{Fetch, Files, address_of, dir_of, entry_address, join, path_of};
pub use resolve::{Asked, resolve};
pub use source::{Positions, analyse};

/// What the engine needs to load one module.
#[derive(Clone)]
pub enum Code {
    /// An ES module's bytecode.
    Esm(Arc<[u8]>),
    /// The bytecode of a function `(module, exports, require)`.
    CommonJs(Arc<[u8]>),
    /// A JSON document, required from a package.
    Json(Arc<[u8]>),
}

/// A script with everything it imports. Shared by all VUs.
pub struct Program {
    /// The address of the entry script.
    pub entry: String,
    pub files: Files,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    code: HashMap<String, Code>,
    resolved: HashMap<(String, String), String>,
    /// Names that importers ask of modules whose exports are not known before they run (built-ins, CommonJS).
    wanted: HashMap<String, BTreeSet<String>>,
    maps: HashMap<String, Arc<Positions>>,
    meta: HashSet<String>,
    mentioned: BTreeSet<&'static str>,
    sealed: bool,
}

impl Program {
    /// A program whose entry is at `entry`; nothing is read yet.
    pub fn new(entry: String, files: Files) -> Self {
        Self { entry, files, inner: Mutex::default() }
    }

    /// Reads, analyses and compiles `address` and everything it imports statically.
    pub fn add(&self, address: &str) -> Result<(), CompileError> {
        let mut queue = vec![address.to_owned()];
        while let Some(next) = queue.pop() {
            if registry_name(&next) || self.lock().code.contains_key(&next) {
                continue;
            }
            let imports = self.add_one(&next)?;
            queue.extend(imports);
        }
        Ok(())
    }

    fn add_one(&self, address: &str) -> Result<Vec<String>, CompileError> {
        let raw = self.files.read(address).map_err(CompileError::Missing)?;
        if address.ends_with(".json") && address.contains("/node_modules/") {
            self.lock().code.insert(address.to_owned(), Code::Json(raw));
            return Ok(Vec::new());
        }
        let text = String::from_utf8_lossy(raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw)).into_owned();
        let found = analyse(address, &text).map_err(CompileError::Syntax)?;
        let mut next = Vec::new();
        for import in &found.imports {
            let target = resolve(&self.files, address, &import.specifier, Asked::Import)
                .map_err(CompileError::Missing)?;
            let mut inner = self.lock();
            inner.resolved.insert((address.to_owned(), import.specifier.clone()), target.clone());
            inner.wanted.entry(target.clone()).or_default().extend(import.names.iter().cloned());
            next.push(target);
        }
        let code = if found.esm {
            Code::Esm(compile::module(address, &found.code)?)
        } else {
            Code::CommonJs(compile::common_js(address, &found.code)?)
        };
        let mut inner = self.lock();
        inner.mentioned.extend(mentioned(&found.code));
        if found.uses_meta {
            inner.meta.insert(address.to_owned());
        }
        if let Some(map) = found.map {
            inner.maps.insert(address.to_owned(), Arc::new(map));
        }
        inner.code.insert(address.to_owned(), code);
        Ok(next)
    }

    /// The compiled form of a module that was added.
    pub fn code(&self, address: &str) -> Option<Code> {
        self.lock().code.get(address).cloned()
    }

    /// Where a static import of `base` leads.
    pub fn resolved(&self, base: &str, specifier: &str) -> Option<String> {
        self.lock().resolved.get(&(base.to_owned(), specifier.to_owned())).cloned()
    }

    /// Resolves a `require` at run time; after the first VU only what was seen before.
    pub fn require(&self, base: &str, specifier: &str) -> Result<String, CompileError> {
        if let Some(hit) = self.resolved(base, specifier) {
            return Ok(hit);
        }
        if self.lock().sealed && !registry_name(specifier) {
            return Err(CompileError::Missing(format!(
                "the module {specifier:?} was not previously resolved during initialization (__VU==0)"
            )));
        }
        let target = resolve(&self.files, base, specifier, Asked::Require).map_err(CompileError::Missing)?;
        if !registry_name(&target) {
            self.add(&target)?;
        }
        self.lock().resolved.insert((base.to_owned(), specifier.to_owned()), target.clone());
        Ok(target)
    }

    /// The names that importers expect of `address`.
    pub fn wanted(&self, address: &str) -> BTreeSet<String> {
        self.lock().wanted.get(address).cloned().unwrap_or_default()
    }

    /// After the first VU's init nothing new may be opened or required.
    pub fn seal(&self) {
        self.lock().sealed = true;
    }

    /// Whether the first VU's init is over.
    pub fn is_sealed(&self) -> bool {
        self.lock().sealed
    }

    /// Globals that are not always there and that some module mentions.
    pub fn mentions(&self) -> Vec<&'static str> {
        self.lock().mentioned.iter().copied().collect()
    }

    /// Whether a module looks at `import.meta`.
    pub fn uses_meta(&self, address: &str) -> bool {
        self.lock().meta.contains(address)
    }

    /// Where a specifier would lead, without loading it.
    pub fn resolve_from(&self, base: &str, specifier: &str) -> Result<String, CompileError> {
        match resolve(&self.files, base, specifier, Asked::Import) {
            Err(_) if specifier.starts_with(['.', '/']) => Ok(join(dir_of(base), specifier)),
            found => found.map_err(CompileError::Missing),
        }
    }

    /// Maps a position in compiled text to the user's own text.
    pub fn original(&self, address: &str, line: u32, column: u32) -> (u32, u32) {
        let inner = self.lock();
        let wrapped = line == 1 && matches!(inner.code.get(address), Some(Code::CommonJs(_)));
        let column =
            if wrapped { column.saturating_sub(compile::WRAPPER.len() as u32).max(1) } else { column };
        inner.maps.get(address).map_or((line, column), |m| m.original(line, column))
    }

    /// The compiled modules by kind, for tests and `inspect`.
    pub fn addresses(&self) -> BTreeMap<String, &'static str> {
        self.lock()
            .code
            .iter()
            .map(|(k, v)| {
                let kind = match v {
                    Code::Esm(_) => "module",
                    Code::CommonJs(_) => "commonjs",
                    Code::Json(_) => "json",
                };
                (k.clone(), kind)
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn registry_name(specifier: &str) -> bool {
    specifier == "k6" || specifier.starts_with("k6/")
}

/// Compiles a script of this crate's own.
pub(crate) fn compile_internal(name: &str, code: &str) -> Result<Arc<[u8]>, CompileError> {
    compile::common_js(name, code)
}
