use loadwright_diagnostic::{CodeInfo, Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{Step, TestPlan, Text, VarName, for_each_step_mut, for_each_text_mut};

use crate::js::{JsExpr, JsIdent, Names, Stmt};
use crate::k6::context::Context as Script;

/// Everything that one Artillery script and its processor are written with.
pub(super) struct Context<'a> {
    pub plan: &'a TestPlan,
    /// Expressions of the processor: the same JavaScript as in a k6 script.
    pub js: Script<'a>,
    /// Functions of the processor, in the order in which they are used.
    pub functions: Vec<Function>,
    pub function_names: Names,
    /// Values that the request at hand needs and YAML cannot say: variable and expression.
    pub pending: Vec<(JsIdent, JsExpr)>,
    pub values: Names,
    /// Headers of every request that hold variables.
    pub every: Vec<(String, String)>,
    /// The variable of the target's address, when nothing but the target needs it.
    pub address: Option<VarName>,
    pub needs_checks: bool,
    pub needs_response: bool,
    /// The step at hand takes something that capture cannot.
    pub uses_response: bool,
    /// Whether failed requests are counted for a condition.
    pub counts_failures: bool,
    pub counts_checks: bool,
    pub needs_fs: bool,
    pub diagnostics: Diagnostics,
}

/// The variable of the plan's base when it stands nowhere but before paths: there the target stands for it.
fn address_only(plan: &TestPlan) -> Option<VarName> {
    let base = plan.http.base.clone()?;
    let mut probe = plan.clone();
    let mut used = false;
    for_each_step_mut(&mut probe, &mut |step| {
        let list = match step {
            Step::Request(r) => std::slice::from_mut(&mut **r),
            Step::Batch(list) => list.as_mut_slice(),
            Step::Script(s) => {
                used |= s.reads.contains(&base);
                return;
            }
            Step::Group(_) | Step::Pause(_) | Step::Assign(_) | Step::WebSocket(_) => return,
        };
        for r in list {
            used |= r.before.iter().chain(&r.after).any(|s| s.reads.contains(&base));
            if r.request.url.base.as_var() == Some(&base) {
                r.request.url.base = Text::default();
            }
        }
    });
    for_each_text_mut(&mut probe, &mut |text| used |= text.vars().any(|v| *v == base));
    (!used).then_some(base)
}

/// One exported function.
pub(super) struct Function {
    pub name: JsIdent,
    pub params: &'static str,
    pub body: Vec<Stmt>,
}

impl<'a> Context<'a> {
    pub fn new(plan: &'a TestPlan, js: Script<'a>) -> Self {
        let values = js.names.clone();
        Self {
            plan,
            js,
            functions: Vec::new(),
            function_names: Names::default(),
            pending: Vec::new(),
            values,
            every: Vec::new(),
            address: address_only(plan),
            needs_checks: false,
            needs_response: false,
            uses_response: false,
            counts_failures: false,
            counts_checks: false,
            needs_fs: false,
            diagnostics: Diagnostics::new(),
        }
    }

    pub fn finding(&mut self, code: &'static CodeInfo, message: impl Into<String>, origin: &Origin) {
        self.diagnostics.push(Diagnostic::new(code, message, origin.clone()));
    }

    /// Adds a function and gives its name.
    pub fn function(&mut self, wish: &str, params: &'static str, body: Vec<Stmt>) -> JsIdent {
        let name = self.function_names.claim(&crate::js::camel_case(wish), "step");
        self.functions.push(Function { name: name.clone(), params, body });
        name
    }

    /// A value that the processor makes before the request, as a placeholder.
    pub fn made(&mut self, wish: &str, value: JsExpr) -> String {
        if let Some((name, _)) = self.pending.iter().find(|(_, v)| *v == value) {
            return format!("{{{{ {} }}}}", name.as_str());
        }
        let name = self.values.claim(&crate::js::camel_case(wish), "value");
        let placeholder = format!("{{{{ {} }}}}", name.as_str());
        self.pending.push((name, value));
        placeholder
    }
}
