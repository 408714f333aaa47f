use super::{Arg, PyExpr, PyStmt, comment_lines, quote};

/// Columns that a line should not pass when it can be broken.
const WIDTH: usize = 88;

/// Prints a module: two blank lines around functions and classes, one between methods.
pub fn print_module(statements: &[PyStmt]) -> String {
    let mut p = Printer::default();
    p.block(statements);
    p.out
}

#[derive(Debug, Default)]
struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    fn block(&mut self, statements: &[PyStmt]) {
        let big = |s: &PyStmt| match s {
            PyStmt::Def { .. } | PyStmt::Class { .. } => true,
            PyStmt::Verbatim(code) => {
                code.starts_with("def ") || code.starts_with('@') || code.starts_with("class ")
            }
            _ => false,
        };
        let mut first = true;
        let mut after_big = false;
        let mut blank = false;
        for s in statements {
            if matches!(s, PyStmt::Blank) {
                blank = !first;
                continue;
            }
            let apart =
                if big(s) || after_big { if self.indent == 0 { 2 } else { 1 } } else { usize::from(blank) };
            if !first {
                for _ in 0..apart {
                    self.out.push('\n');
                }
            }
            self.statement(s);
            after_big = big(s);
            blank = false;
            first = false;
        }
    }

    fn inner(&mut self, body: &[PyStmt]) {
        self.indent += 1;
        let empty = body.iter().all(|s| matches!(s, PyStmt::Blank | PyStmt::Comment(_)));
        self.block(body);
        if empty {
            self.raw_line("pass");
        }
        self.indent -= 1;
    }

    fn statement(&mut self, s: &PyStmt) {
        match s {
            PyStmt::Expr(e) => self.line("", e, ""),
            PyStmt::Assign(target, value) => {
                let prefix = format!("{} = ", flat(target).unwrap_or_default());
                self.line(&prefix, value, "");
            }
            PyStmt::Return(e) => self.line("return ", e, ""),
            PyStmt::If { test, then, otherwise } => {
                self.line("if ", test, ":");
                self.inner(then);
                if !otherwise.is_empty() {
                    self.raw_line("else:");
                    self.inner(otherwise);
                }
            }
            PyStmt::With { value, name, body } => {
                self.line("with ", value, &format!(" as {}:", name.as_str()));
                self.inner(body);
            }
            PyStmt::Def { decorators, name, params, doc, body } => {
                for d in decorators {
                    self.line("@", d, "");
                }
                self.raw_line(&format!("def {}({params}):", name.as_str()));
                self.documented(doc.as_deref(), body, false);
            }
            PyStmt::Class { name, base, doc, body } => {
                self.raw_line(&format!("class {}({base}):", name.as_str()));
                self.documented(doc.as_deref(), body, true);
            }
            PyStmt::Comment(text) => {
                for line in comment_lines(text, WIDTH - 4 * self.indent) {
                    self.raw_line(&line);
                }
            }
            PyStmt::Blank => {}
            PyStmt::Verbatim(code) => {
                for line in code.lines() {
                    if line.is_empty() {
                        self.out.push('\n');
                    } else {
                        self.raw_line(line);
                    }
                }
            }
        }
    }

    fn documented(&mut self, doc: Option<&str>, body: &[PyStmt], class: bool) {
        self.indent += 1;
        if let Some(doc) = doc {
            let quoted = quote(doc);
            let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
            self.raw_line(&format!("\"\"\"{}\"\"\"", inner.replace("\"\"", "\\\"\\\"")));
            if class && !body.is_empty() {
                self.out.push('\n');
            }
        }
        self.indent -= 1;
        if doc.is_none() || !body.is_empty() {
            self.inner(body);
        }
    }

    fn pad(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
    }

    fn raw_line(&mut self, text: &str) {
        self.pad();
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn line(&mut self, prefix: &str, e: &PyExpr, end: &str) {
        self.pad();
        self.out.push_str(prefix);
        self.expr(e, end.chars().count());
        self.out.push_str(end);
        self.out.push('\n');
    }

    fn column(&self) -> usize {
        let start = self.out.rfind('\n').map_or(0, |i| i + 1);
        self.out.get(start..).map_or(0, |l| l.chars().count())
    }

    /// Prints the expression; `tail` characters follow it on its last line.
    fn expr(&mut self, e: &PyExpr, tail: usize) {
        if let Some(flat) = flat(e)
            && (self.column() + flat.chars().count() + tail <= WIDTH || !breakable(e))
        {
            self.out.push_str(&flat);
            return;
        }
        match e {
            PyExpr::Code(code) => self.out.push_str(code.as_str()),
            PyExpr::Call { callee, args } => {
                self.expr(callee, 2);
                if args.is_empty() {
                    self.out.push_str("()");
                } else {
                    self.list('(', ')', args, Self::arg);
                }
            }
            PyExpr::Dict(pairs) => self.list('{', '}', pairs, |p, (k, v)| {
                p.expr(k, 2);
                p.out.push_str(": ");
                p.expr(v, 1);
            }),
            PyExpr::List(items) => self.list('[', ']', items, |p, i| p.expr(i, 1)),
            PyExpr::Tuple(items) => self.list('(', ')', items, |p, i| p.expr(i, 1)),
            PyExpr::Lambda(params, body) => {
                self.out.push_str(&format!("lambda {params}: "));
                self.expr(body, tail);
            }
            PyExpr::Chain(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    match part {
                        // a line breaks before an operator
                        PyExpr::Code(code) if i > 0 && code.as_str().starts_with(' ') && self.indent > 0 => {
                            self.out.push('\n');
                            self.pad();
                            self.out.push_str(code.as_str().trim_start());
                        }
                        part => self.expr(part, 0),
                    }
                }
            }
            PyExpr::Lines(lines) => {
                self.out.push_str("(\n");
                self.indent += 1;
                for line in lines {
                    self.pad();
                    self.expr(line, 0);
                    self.out.push('\n');
                }
                self.indent -= 1;
                self.pad();
                self.out.push(')');
            }
        }
    }

    fn arg(&mut self, arg: &Arg) {
        if let Some(name) = arg.name {
            self.out.push_str(name);
            self.out.push('=');
        }
        self.expr(&arg.value, 1);
    }

    /// All items on a line of their own together when they fit there, else one a line.
    fn list<T: FlatItem>(
        &mut self,
        open: char,
        close: char,
        items: &[T],
        mut each: impl FnMut(&mut Self, &T),
    ) {
        self.out.push(open);
        self.out.push('\n');
        self.indent += 1;
        let flat: Option<Vec<String>> = items.iter().map(FlatItem::flat_item).collect();
        let joined = flat.map(|f| f.join(", ")).filter(|j| 4 * self.indent + j.chars().count() <= WIDTH);
        match joined {
            // a dictionary or a list is read item by item
            Some(joined) if open == '(' => self.raw_line(&joined),
            _ => {
                for item in items {
                    self.pad();
                    each(self, item);
                    self.out.push_str(",\n");
                }
            }
        }
        self.indent -= 1;
        self.pad();
        self.out.push(close);
    }
}

trait FlatItem {
    fn flat_item(&self) -> Option<String>;
}

impl FlatItem for PyExpr {
    fn flat_item(&self) -> Option<String> {
        flat(self)
    }
}

impl FlatItem for Arg {
    fn flat_item(&self) -> Option<String> {
        let value = flat(&self.value)?;
        Some(self.name.map_or_else(|| value.clone(), |n| format!("{n}={value}")))
    }
}

impl FlatItem for (PyExpr, PyExpr) {
    fn flat_item(&self) -> Option<String> {
        Some(format!("{}: {}", flat(&self.0)?, flat(&self.1)?))
    }
}

fn breakable(e: &PyExpr) -> bool {
    match e {
        PyExpr::Code(_) => false,
        PyExpr::Call { callee, args } => !args.is_empty() || breakable(callee),
        PyExpr::Dict(items) => !items.is_empty(),
        PyExpr::List(items) | PyExpr::Tuple(items) => !items.is_empty(),
        PyExpr::Lambda(_, body) => breakable(body),
        PyExpr::Chain(parts) => parts.iter().any(breakable),
        PyExpr::Lines(_) => true,
    }
}

/// The expression on one line, when it can stand on one.
pub(super) fn flat(e: &PyExpr) -> Option<String> {
    fn join<T: FlatItem>(items: &[T]) -> Option<String> {
        items.iter().map(FlatItem::flat_item).collect::<Option<Vec<_>>>().map(|v| v.join(", "))
    }
    Some(match e {
        PyExpr::Code(code) => code.as_str().to_owned(),
        PyExpr::Call { callee, args } => format!("{}({})", flat(callee)?, join(args)?),
        PyExpr::Dict(pairs) => format!("{{{}}}", join(pairs)?),
        PyExpr::List(items) => format!("[{}]", join(items)?),
        PyExpr::Tuple(items) => match items.as_slice() {
            [only] => format!("({},)", flat(only)?),
            items => format!("({})", join(items)?),
        },
        PyExpr::Lambda(params, body) => format!("lambda {params}: {}", flat(body)?),
        PyExpr::Chain(parts) => parts.iter().map(flat).collect::<Option<Vec<_>>>()?.concat(),
        PyExpr::Lines(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_calls_break_one_argument_a_line() {
        let call = PyExpr::call(
            PyExpr::code("self.client.post"),
            vec![
                PyExpr::string("/products/of/a/shop").into(),
                Arg::named("data", PyExpr::Dict(vec![(PyExpr::string("a"), PyExpr::int(1))])),
                Arg::named("name", PyExpr::string("POST /products/of/a/shop")),
                Arg::named("catch_response", PyExpr::bool(true)),
            ],
        );
        assert_eq!(
            print_module(&[PyStmt::Expr(call)]),
            "self.client.post(\n    \"/products/of/a/shop\",\n    data={\"a\": 1},\n    name=\"POST /products/of/a/shop\",\n    catch_response=True,\n)\n"
        );
    }
}
