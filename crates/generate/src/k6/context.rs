use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use loadwright_diagnostic::{Origin, SourceId};
use loadwright_scenario::{TestPlan, VarName};
use rustc_hash::FxHashMap;

use super::helpers::Helper;
use crate::GeneratedFile;
use crate::js::{JsExpr, JsIdent, Names};

/// What the script needs at its head. Filled while the body is written, printed before it.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Named imports by module: `k6` → `check`, `group`.
    pub named: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Default imports: local name → module.
    pub default: BTreeMap<&'static str, &'static str>,
    pub helpers: BTreeSet<Helper>,
    /// Modules of `pm/` with what is imported from each.
    pub libraries: BTreeSet<(&'static str, String)>,
}

/// Everything that one script is written with.
pub(crate) struct Context<'a> {
    pub plan: &'a TestPlan,
    pub names: Names,
    pub vars: Arc<FxHashMap<VarName, JsIdent>>,
    /// Current row of each dataset.
    pub rows: BTreeMap<String, JsIdent>,
    /// Constants that hold opened files, by path.
    pub opened: Arc<BTreeMap<String, JsIdent>>,
    pub needs: Needs,
    pub files: Vec<GeneratedFile>,
    /// Where captured values are declared.
    pub homes: Arc<FxHashMap<VarName, super::scope::Home>>,
    /// Scripts that are functions.
    pub shared: Vec<super::shared::SharedScript>,
    pub credentials: Vec<super::postman::Credentials>,
    /// Scripts that stay as they are.
    pub beside: super::postman::Beside,
    /// The inputs as the script names them.
    pub inputs: BTreeMap<SourceId, String>,
    /// Bodies of more bytes than these go to files.
    pub long_bodies: Option<usize>,
    /// What responses would be called, by the names of their steps, which many steps of a recording share.
    pub wishes: FxHashMap<String, String>,
    /// Set for one of several that write at the same time.
    pub hand: Option<super::long::Hand>,
}

impl Needs {
    pub fn extend(&mut self, other: Self) {
        let Self { named, default, helpers, libraries } = other;
        for (module, names) in named {
            self.named.entry(module).or_default().extend(names);
        }
        self.default.extend(default);
        self.helpers.extend(helpers);
        self.libraries.extend(libraries);
    }
}

impl<'a> Context<'a> {
    pub fn new(plan: &'a TestPlan) -> Self {
        Self {
            plan,
            names: Names::default(),
            vars: Arc::default(),
            rows: BTreeMap::new(),
            opened: Arc::default(),
            needs: Needs::default(),
            files: Vec::new(),
            homes: Arc::default(),
            shared: Vec::new(),
            credentials: Vec::new(),
            beside: super::postman::Beside::default(),
            inputs: BTreeMap::new(),
            long_bodies: None,
            wishes: FxHashMap::default(),
            hand: None,
        }
    }

    /// `name` from `module`, imported.
    pub fn import(&mut self, module: &'static str, name: &'static str) -> JsExpr {
        self.needs.named.entry(module).or_default().insert(name);
        JsExpr::code(name)
    }

    /// The default export of `module` under its usual name.
    pub fn import_default(&mut self, local: &'static str, module: &'static str) -> JsExpr {
        self.needs.default.insert(local, module);
        JsExpr::code(local)
    }

    pub fn http(&mut self, function: &'static str) -> JsExpr {
        self.import_default("http", "k6/http");
        JsExpr::code(function)
    }

    /// A helper of ours, printed once at the head of the script.
    pub fn helper(&mut self, helper: Helper) -> JsExpr {
        for (module, name) in helper.imports() {
            if name.is_empty() {
                self.needs.default.insert(helper.default_name(), module);
            } else {
                self.needs.named.entry(module).or_default().insert(name);
            }
        }
        self.needs.helpers.extend(helper.uses());
        self.needs.helpers.insert(helper);
        JsExpr::code(helper.name())
    }

    /// The name of a library that code of the source uses; its files are written beside the script.
    pub fn library(&mut self, name: &str) -> Option<String> {
        let (local, file, export) = super::postman::library(name)?;
        if self.needs.libraries.insert((file, format!("{export} as {local}"))) {
            for (path, content) in super::postman::library_files(file) {
                self.add_file(&path, content);
            }
        }
        Some(local)
    }

    /// The identifier of a variable; a name that the plan does not declare gets one too, so that nothing is lost.
    pub fn var(&mut self, name: &VarName) -> JsExpr {
        JsExpr::ident(&self.var_ident(name))
    }

    pub fn var_ident(&mut self, name: &VarName) -> JsIdent {
        if let Some(ident) = self.vars.get(name) {
            return ident.clone();
        }
        self.strays();
        let ident = self.names.claim(&crate::js::camel_case(name.as_str()), "value");
        Arc::make_mut(&mut self.vars).insert(name.clone(), ident.clone());
        ident
    }

    /// The constant that holds a file's bytes, opened when the script starts.
    pub fn opened(&mut self, path: &str) -> JsExpr {
        if let Some(ident) = self.opened.get(path) {
            return JsExpr::ident(ident);
        }
        self.strays();
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file);
        let ident = self.names.claim(&crate::js::camel_case(&format!("{stem} file")), "file");
        Arc::make_mut(&mut self.opened).insert(path.to_owned(), ident.clone());
        JsExpr::ident(&ident)
    }

    /// `__ENV.NAME`, else the secret where the user's own file has it. The value itself never gets into the script.
    pub fn secret(&mut self, name: &str, origin: &Origin) -> JsExpr {
        let env = JsExpr::code("__ENV").member(name);
        let otherwise = self.kept(origin);
        JsExpr::binary(env, "||", otherwise)
    }

    /// The secret where the user's own file has it.
    pub fn kept(&mut self, origin: &Origin) -> JsExpr {
        match self.inputs.get(&origin.source).cloned() {
            Some(file) if !origin.at.as_str().is_empty() => {
                let kept = self.helper(Helper::Kept);
                JsExpr::call(kept, vec![JsExpr::string(&file), JsExpr::string(origin.at.as_str())])
            }
            _ => JsExpr::string(""),
        }
    }

    /// Adds a file beside the script, once.
    pub fn add_file(&mut self, path: &str, content: Vec<u8>) {
        self.strays();
        if !self.files.iter().any(|f| f.path == path) {
            self.files.push(GeneratedFile { path: path.to_owned(), content });
        }
    }
}
