use loadwright_scenario::{ColumnOrder, Part, Text, VarSource};

use super::context::Context;
use crate::findings;
use crate::js::{JsExpr, Printer, Prop, Stmt};
use crate::k6::helpers::Helper;

const JSON: &str = "\
// The value at a path of a JSON body; undefined when the body is no JSON or has no such value.
const json = (r, path) => {
  if (path === '@this') return r.json;
  const steps = path.match(/(\\\\.|[^.\\\\])+/g) || [];
  const read = (value, step) => (value == null ? undefined : value[step.replace(/\\\\(.)/g, '$1')]);
  return steps.reduce(read, r.json);
};";

const SEEN: &str = "\
// A response as the tests look at it.
const seen = (response) => {
  const header = (name) => name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase());
  const cookies = {};
  for (const line of response.headers['set-cookie'] || []) {
    const [, name, value] = /^([^=]*)=([^;]*)/.exec(line) || [];
    if (name) cookies[name] = [{ value }];
  }
  const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch (e) {
      return undefined;
    }
  };
  return {
    status: response.statusCode,
    status_text: `${response.statusCode} ${response.statusMessage}`,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [header(name), String(value)]),
    ),
    cookies,
    body,
    url: response.url,
    json: parsed(body),
    timings: { duration: ((response.timings || {}).phases || {}).total },
  };
};";

const CHECK: &str = "\
// Counts tests beside the expectations of the script.
const check = (r, events, tests) => {
  for (const [name, test] of Object.entries(tests)) {
    let passed = false;
    try {
      passed = Boolean(test(r));
    } catch (e) {
      passed = false;
    }
    events.emit('counter', passed ? 'plugins.expect.ok' : 'plugins.expect.failed', 1);
    if (!passed) events.emit('counter', `check failed: ${name}`, 1);
  }
};";

const KEPT: &str = "\
// A secret stays in the file that it came from; the environment variable wins over it.
const kept = (file, pointer) => {
  const headers = (text) => Object.fromEntries(text.split('\\n').map((l) => l.split(/:(.*)/).map((s) => s.trim())));
  const opened = (v) => (typeof v !== 'string' ? v : v.trim()[0] === '{' ? JSON.parse(v) : headers(v));
  try {
    const text = fs.readFileSync(path.join(__dirname, file), 'utf8').replace(/^\\uFEFF/, '');
    const step = (v, key) =>
      typeof v === 'string' && /^\\d+\\.\\.\\d+$/.test(key)
        ? v.slice(...key.split('..').map(Number))
        : opened(v)[key.replace(/~1/g, '/').replace(/~0/g, '~')];
    return pointer.split('/').slice(1).reduce(step, JSON.parse(text));
  } catch (e) {
    return '';
  }
};";

const ENCODING: &str = "\
const encoding = {
  b64encode: (text) => Buffer.from(text).toString('base64'),
  b64decode: (text) => Buffer.from(text, 'base64').toString(),
};";

const UNIQUE: &str = "\
let made = 0;
const unique = () => `${RUN}-${process.pid}-${(made += 1)}`;";

const UNIQUE_INT: &str = "\
let numbers = (Date.now() % 1e6) * 1e4;
const uniqueInt = () => (numbers += 1);";

impl Context<'_> {
    /// `const ACCESS_TOKEN = process.env.ACCESS_TOKEN || '…';`, then what every virtual user starts with.
    pub fn constants(&mut self) -> Vec<Stmt> {
        let mut out = Vec::new();
        let address = self.address.clone();
        for v in crate::declare::ordered(&self.plan.variables)
            .into_iter()
            .filter(|v| Some(&v.name) != address.as_ref())
        {
            let ident = self.js.var_ident(&v.name);
            let value = match &v.source {
                VarSource::Captured { .. } => continue,
                VarSource::Constant(text) => self.js.text(text),
                VarSource::Environment { name, default } => {
                    let env = JsExpr::code("process.env").member(name);
                    let otherwise = match default {
                        Some(text) => self.js.text(text),
                        None if v.secret => self.kept(&v.origin),
                        None => JsExpr::string(""),
                    };
                    JsExpr::binary(env, "||", otherwise)
                }
                VarSource::Switched { name, cases } => {
                    let first = cases.first().map_or("", |c| c.environment.as_str());
                    let mut props = Vec::new();
                    for case in cases {
                        let value =
                            if case.secret { self.kept(&case.origin) } else { self.js.text(&case.value) };
                        props.push(Prop::pair(case.environment.clone(), value));
                    }
                    let chosen =
                        JsExpr::binary(JsExpr::code("process.env.ENVIRONMENT"), "||", JsExpr::string(first));
                    let value = JsExpr::chain(vec![
                        JsExpr::code("("),
                        JsExpr::Object(props),
                        JsExpr::code(")["),
                        chosen,
                        JsExpr::code("]"),
                    ]);
                    match name {
                        Some(env) => JsExpr::binary(JsExpr::code("process.env").member(env), "||", value),
                        None => value,
                    }
                }
            };
            out.push(Stmt::Const(ident, value));
        }
        for d in self.plan.datasets.iter().filter(|d| is_json(&d.path)) {
            self.needs_fs = true;
            if let Some(content) = &d.content {
                self.js.add_file(&d.path, content.clone());
            }
            if let JsExpr::Code(_) = self.js.names_of(&d.name) {
                let list = self.js.var_ident(&crate::k6::dataset_key(&d.name));
                let path =
                    JsExpr::call_fn("path.join", vec![JsExpr::code("__dirname"), JsExpr::string(&d.path)]);
                let text = JsExpr::call_fn("fs.readFileSync", vec![path, JsExpr::string("utf8")]);
                out.push(Stmt::Const(list, JsExpr::call_fn("JSON.parse", vec![text])));
            }
        }
        out
    }

    /// A secret where the user's own file has it.
    fn kept(&mut self, origin: &loadwright_diagnostic::Origin) -> JsExpr {
        match self.js.inputs.get(&origin.source).cloned() {
            Some(file) if !origin.at.as_str().is_empty() => {
                self.needs_fs = true;
                let kept = self.js.helper(Helper::Kept);
                JsExpr::call(kept, vec![JsExpr::string(&file), JsExpr::string(origin.at.as_str())])
            }
            _ => JsExpr::string(""),
        }
    }

    /// The function that fills a user's variables: constants, initial values, rows of JSON data.
    pub fn set_up(&mut self) -> Option<String> {
        let mut props = Vec::new();
        let plan = self.plan;
        for v in &plan.variables {
            if Some(&v.name) == self.address.as_ref() {
                continue;
            }
            let ident = self.js.var_ident(&v.name);
            match &v.source {
                VarSource::Captured { initial: None } => {}
                // a value that holds its own placeholder would be filled with itself, and that again
                VarSource::Captured { initial: Some(text) } if has_placeholder(text) => {
                    let message = format!("`{}` is empty until an answer sets it", v.name);
                    self.finding(&findings::APPROXIMATED, message, &v.origin);
                    props.push(Prop::pair(ident.as_str().to_owned(), JsExpr::string("")));
                }
                VarSource::Captured { initial: Some(text) } => {
                    props.push(Prop::pair(ident.as_str().to_owned(), self.js.text(text)));
                }
                VarSource::Constant(_) | VarSource::Environment { .. } | VarSource::Switched { .. } => {
                    props.push(Prop::pair(ident.as_str().to_owned(), JsExpr::ident(&ident)));
                }
            }
        }
        for d in self.plan.datasets.iter().filter(|d| is_json(&d.path)) {
            let list = self.js.names_of(&d.name);
            let index = match d.order {
                ColumnOrder::Random => JsExpr::chain(vec![
                    JsExpr::code("Math.floor(Math.random() * "),
                    list.clone().member("length"),
                    JsExpr::code(")"),
                ]),
                ColumnOrder::Sequential | ColumnOrder::PerVirtualUser => {
                    JsExpr::chain(vec![JsExpr::code("(turn++) % "), list.clone().member("length")])
                }
            };
            props.push(Prop::Spread(JsExpr::chain(vec![list, JsExpr::code("["), index, JsExpr::code("]")])));
        }
        if props.is_empty() {
            return None;
        }
        let args = vec![JsExpr::code("context.vars"), JsExpr::Object(props)];
        let body =
            vec![Stmt::Expr(JsExpr::call_fn("Object.assign", args)), Stmt::Verbatim("next();".to_owned())];
        Some(self.function("set up", "context, events, next", body).as_str().to_owned())
    }

    /// The function that counts failed requests for a condition.
    pub fn count_failures(&mut self) -> Option<String> {
        if !self.counts_failures && !self.counts_checks {
            return None;
        }
        let mut body = vec![Stmt::Comment("conditions need a number also when nothing failed".to_owned())];
        let counters: &[&'static str] = if self.counts_checks {
            &[
                "events.emit('counter', 'plugins.expect.ok', 0);",
                "events.emit('counter', 'plugins.expect.failed', 0);",
            ]
        } else {
            &[]
        };
        body.extend(counters.iter().map(|c| Stmt::Verbatim((*c).to_owned())));
        if self.counts_failures {
            let code = "events.emit('counter', 'http.failed', response.statusCode >= 400 ? 1 : 0);";
            body.push(Stmt::Verbatim(code.to_owned()));
        }
        body.push(Stmt::Verbatim("next();".to_owned()));
        let name = self.function("count failures", "request, response, context, events, next", body);
        Some(name.as_str().to_owned())
    }

    /// The blocks of the processor; none when the script needs no processor.
    pub fn processor(&mut self, constants: &[Stmt]) -> Option<Vec<String>> {
        if self.functions.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        let fs = "const fs = require('fs');\nconst path = require('path');\n";
        if self.needs_fs || self.js.needs.helpers.contains(&Helper::Kept) {
            out.push(fs.to_owned());
        }
        let mut lets = String::new();
        if self.functions.iter().any(|f| f.name.as_str() == "goesOn") {
            lets.push_str("const STARTED = Date.now();\n");
        }
        if self.plan.datasets.iter().any(|d| is_json(&d.path)) {
            lets.push_str("let turn = 0;\n");
        }
        if !lets.is_empty() {
            out.push(lets);
        }
        let mut helpers: Vec<&str> = Vec::new();
        for helper in &self.js.needs.helpers {
            helpers.push(match helper {
                Helper::Json => JSON,
                Helper::Kept => KEPT,
                Helper::Unique => UNIQUE,
                Helper::UniqueInt => UNIQUE_INT,
                Helper::Multipart => MULTIPART,
                other => other.code(),
            });
        }
        if self.js.needs.default.contains_key("encoding") {
            helpers.push(ENCODING);
        }
        if self.needs_response {
            helpers.push(SEEN);
        }
        if self.needs_checks {
            helpers.push(CHECK);
        }
        out.extend(helpers.into_iter().map(|h| format!("{h}\n")));
        if !constants.is_empty() {
            out.push(Printer::print(constants));
        }
        for f in &self.functions {
            out.push(format!(
                "function {}({}) {{\n{}}}\n",
                f.name.as_str(),
                f.params,
                Printer::print_indented(&f.body)
            ));
        }
        let names = self
            .functions
            .iter()
            .map(|f| Prop::pair(f.name.as_str().to_owned(), JsExpr::ident(&f.name)))
            .collect();
        let exports = JsExpr::binary(JsExpr::code("module.exports"), "=", JsExpr::Object(names));
        out.push(Printer::print(&[Stmt::Expr(exports)]));
        Some(out)
    }
}

pub(super) fn is_json(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".json")
}

const MULTIPART: &str = "\
// A multipart body from parts in their order: { name, value, filename, type }.
const multipart = (parts) => {
  const boundary = `----loadwright${Math.random().toString(16).slice(2)}`;
  const chunks = [];
  for (const part of parts) {
    const file = part.filename === undefined ? '' : `; filename=\"${part.filename}\"`;
    const type = part.type ? `\\r\\nContent-Type: ${part.type}` : '';
    chunks.push(
      Buffer.from(
        `--${boundary}\\r\\nContent-Disposition: form-data; name=\"${part.name}\"${file}${type}\\r\\n\\r\\n`,
      ),
      Buffer.from(part.value),
      Buffer.from('\\r\\n'),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\\r\\n`));
  return { buffer: Buffer.concat(chunks), type: `multipart/form-data; boundary=${boundary}` };
};";

/// Whether a text has what Artillery takes for a placeholder.
fn has_placeholder(text: &Text) -> bool {
    text.0.iter().any(|p| matches!(p, Part::Literal(t) if t.contains("{{")))
}
