use std::collections::{BTreeMap, BTreeSet};

use loadwright_diagnostic::{CodeInfo, Diagnostic, Diagnostics, Origin, SourceId};
use loadwright_scenario::{TestPlan, VarName};

use super::helpers::Helper;
use crate::GeneratedFile;
use crate::py::{PyExpr, PyNames, snake_case};

/// Everything that one locustfile is written with.
pub(super) struct Context<'a> {
    pub plan: &'a TestPlan,
    /// Names of the module.
    pub names: PyNames,
    /// How a variable is read where the steps stand.
    pub vars: BTreeMap<VarName, PyExpr>,
    /// Current row of each dataset.
    pub rows: BTreeMap<String, PyExpr>,
    /// Where the rows of each dataset come from.
    pub row_sources: BTreeMap<String, PyExpr>,
    /// Constants that hold opened files, by path.
    pub opened: BTreeMap<String, PyExpr>,
    pub modules: BTreeSet<&'static str>,
    pub named: BTreeMap<&'static str, BTreeSet<&'static str>>,
    pub helpers: BTreeSet<Helper>,
    pub files: Vec<GeneratedFile>,
    pub inputs: BTreeMap<SourceId, String>,
    pub diagnostics: Diagnostics,
    /// `self.client.auth`, when every request has the same name and password.
    pub shared_auth: Option<PyExpr>,
}

impl<'a> Context<'a> {
    pub fn new(plan: &'a TestPlan, inputs: BTreeMap<SourceId, String>) -> Self {
        Self {
            plan,
            names: PyNames::default(),
            vars: BTreeMap::new(),
            rows: BTreeMap::new(),
            row_sources: BTreeMap::new(),
            opened: BTreeMap::new(),
            modules: BTreeSet::new(),
            named: BTreeMap::new(),
            helpers: BTreeSet::new(),
            files: Vec::new(),
            inputs,
            diagnostics: Diagnostics::new(),
            shared_auth: None,
        }
    }

    /// `import module`
    pub fn module(&mut self, module: &'static str) {
        self.modules.insert(module);
    }

    /// `from module import name`
    pub fn import(&mut self, module: &'static str, name: &'static str) -> PyExpr {
        self.named.entry(module).or_default().insert(name);
        PyExpr::code(name)
    }

    /// A function of ours, printed once at the head of the file.
    pub fn helper(&mut self, helper: Helper) -> PyExpr {
        for used in helper.uses() {
            self.helper(*used);
        }
        for module in helper.modules() {
            self.module(module);
        }
        for (module, name) in helper.imports() {
            self.import(module, name);
        }
        self.helpers.insert(helper);
        PyExpr::code(helper.name())
    }

    pub fn finding(&mut self, code: &'static CodeInfo, message: impl Into<String>, origin: &Origin) {
        self.diagnostics.push(Diagnostic::new(code, message, origin.clone()));
    }

    /// The constant that holds a file's bytes, read when the script starts.
    pub fn opened(&mut self, path: &str) -> PyExpr {
        if let Some(expr) = self.opened.get(path) {
            return expr.clone();
        }
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file);
        let ident = self.names.claim(&snake_case(&format!("{stem} file")).to_ascii_uppercase(), "FILE");
        let expr = PyExpr::ident(&ident);
        self.module("pathlib");
        self.opened.insert(path.to_owned(), expr.clone());
        expr
    }

    /// Adds a file beside the script, once.
    pub fn add_file(&mut self, path: &str, content: Vec<u8>) {
        if !self.files.iter().any(|f| f.path == path) {
            self.files.push(GeneratedFile { path: path.to_owned(), content });
        }
    }
}
