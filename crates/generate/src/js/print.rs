use super::flat::{Fit, breakable, flat_onto, is_short, key_text, width};
use super::literal::is_one_comment;
use super::{ArrowBody, JsExpr, Prop, Stmt, comment_lines};

/// Columns that a line should not pass when it can be broken.
pub const WIDTH: usize = 100;

/// Prints statements with two spaces an indent, breaking what does not fit the way a formatter does.
#[derive(Debug, Default)]
pub struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    pub fn print(statements: &[Stmt]) -> String {
        let mut p = Self::default();
        p.block(statements);
        p.out
    }

    /// The same, one level in: the body of a function.
    pub fn print_indented(statements: &[Stmt]) -> String {
        let mut p = Self { out: String::new(), indent: 1 };
        p.block(statements);
        p.out
    }

    /// Prints some statements of a function's body: others stand before and behind them.
    pub fn print_slice(statements: &[Stmt]) -> String {
        let mut p = Self { out: String::with_capacity(statements.len() * 160), indent: 1 };
        p.statements(statements);
        p.out
    }

    /// `signature { … }`
    pub fn function(signature: &str, body: &[Stmt]) -> String {
        if body.is_empty() {
            return format!("{signature} {{}}\n");
        }
        let printed = |s: &Stmt| if let Stmt::Printed(text) = s { text.len() } else { 0 };
        let mut out = String::with_capacity(signature.len() + body.iter().map(printed).sum::<usize>() + 8);
        out.push_str(signature);
        out.push_str(" {\n");
        let mut p = Self { out, indent: 1 };
        p.block(body);
        if p.out.contains('\r') {
            p.out = p.out.lines().flat_map(|l| [l, "\n"]).collect();
        }
        if !p.out.ends_with('\n') {
            p.out.push('\n');
        }
        p.out.push_str("}\n");
        p.out
    }

    /// The same in pieces, so that long ones that are printed already are not copied.
    pub fn function_in_pieces(signature: &str, mut body: Vec<Stmt>) -> Vec<String> {
        let first = body.iter().position(|s| matches!(s, Stmt::Printed(_))).unwrap_or(body.len());
        let ready = |s: &Stmt| match s {
            Stmt::Printed(text) => !text.contains('\r'),
            other => matches!(other, Stmt::Blank),
        };
        let ends_well =
            matches!(body.last(), Some(Stmt::Printed(t)) if t.ends_with('\n') && !t.ends_with("\n\n"));
        if !ends_well || !body.iter().skip(first).all(ready) {
            return vec![Self::function(signature, &body)];
        }
        let rest = body.split_off(first);
        let mut head = Self { out: [signature, " {\n"].concat(), indent: 1 };
        head.statements(&body);
        let mut out = vec![head.out];
        out.extend(
            rest.into_iter().map(|s| if let Stmt::Printed(text) = s { text } else { "\n".to_owned() }),
        );
        out.push("}\n".to_owned());
        out
    }

    /// One expression as it stands in a statement that begins with `prefix` characters on its line.
    pub fn expr_text(expr: &JsExpr) -> String {
        let mut p = Self::default();
        p.expr(expr, 0);
        p.out
    }

    /// `export const options = …;` and the like: a line of the module that begins with `prefix`.
    pub fn declaration(prefix: &'static str, expr: &JsExpr) -> String {
        let mut p = Self::default();
        p.line(&[prefix], expr);
        p.out
    }

    fn block(&mut self, statements: &[Stmt]) {
        self.statements(statements);
        while self.out.ends_with("\n\n") {
            self.out.pop();
        }
    }

    fn statements(&mut self, statements: &[Stmt]) {
        let mut blank = true;
        for s in statements {
            if matches!(s, Stmt::Blank) {
                if !blank {
                    self.out.push('\n');
                }
                blank = true;
                continue;
            }
            self.statement(s);
            blank = false;
        }
    }

    fn statement(&mut self, s: &Stmt) {
        match s {
            Stmt::Expr(e) => self.line(&[], e),
            Stmt::Const(name, e) => self.line(&["const ", name.as_str(), " = "], e),
            Stmt::ConstList(names, e) => {
                let list: Vec<&str> = names.iter().map(|n| n.as_str()).collect();
                self.line(&["const [", &list.join(", "), "] = "], e);
            }
            Stmt::Let(name, Some(e)) => self.line(&["let ", name.as_str(), " = "], e),
            Stmt::Let(name, None) => self.raw_line(&format!("let {};", name.as_str())),
            Stmt::Assign(name, e) => self.line(&[name.as_str(), " = "], e),
            Stmt::Return(e) => self.line(&["return "], e),
            Stmt::If { test, then, otherwise } => {
                self.pad();
                self.out.push_str("if (");
                self.expr(test, 3);
                self.out.push_str(") {\n");
                self.indented(then);
                if !otherwise.is_empty() {
                    self.raw_line("} else {");
                    self.indented(otherwise);
                }
                self.raw_line("}");
            }
            Stmt::Block(body) => {
                self.raw_line("{");
                self.indented(body);
                self.raw_line("}");
            }
            Stmt::Comment(text) if is_one_comment(text, WIDTH - 2 * self.indent) => {
                self.pad();
                self.out.push_str("// ");
                self.out.push_str(text);
                self.out.push('\n');
            }
            Stmt::Comment(text) => {
                for line in comment_lines(text, WIDTH - 2 * self.indent) {
                    self.raw_line(&line);
                }
            }
            Stmt::Blank => {}
            Stmt::Printed(text) => self.out.push_str(text),
            Stmt::Verbatim(code) => {
                for line in code.lines() {
                    if line.trim().is_empty() {
                        self.out.push('\n');
                    } else {
                        self.raw_line(line);
                    }
                }
            }
        }
    }

    fn indented(&mut self, body: &[Stmt]) {
        self.indent += 1;
        self.block(body);
        self.indent -= 1;
    }

    fn pad(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
    }

    fn raw_line(&mut self, text: &str) {
        self.pad();
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn line(&mut self, prefix: &[&str], e: &JsExpr) {
        self.pad();
        prefix.iter().for_each(|piece| self.out.push_str(piece));
        if let JsExpr::Chain(parts) = e
            && prefix.last().is_some_and(|p| p.ends_with("= "))
        {
            let operator =
                |p: &JsExpr| matches!(p, JsExpr::Code(c) if [" || ", " ?? ", " && "].contains(&c.as_str()));
            if parts.iter().any(operator) && parts.iter().any(breakable) {
                let column = self.column();
                if !self.flat_width(e).is_some_and(|width| column + width < WIDTH) {
                    self.alternatives(parts, &operator);
                    return;
                }
            }
        }
        self.expr(e, 1);
        self.out.push_str(";\n");
    }

    /// The characters of the expression, when it can stand on one line.
    fn flat_width(&mut self, e: &JsExpr) -> Option<usize> {
        let start = self.out.len();
        let fit = flat_onto(&mut self.out, e, WIDTH);
        self.out.truncate(start);
        match fit? {
            Fit::Left(left) => Some(WIDTH - left),
            Fit::Several => None,
        }
    }

    /// One operand a line, the operator at its end.
    fn alternatives(&mut self, parts: &[JsExpr], operator: &dyn Fn(&JsExpr) -> bool) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.indent += 1;
        self.out.push('\n');
        self.pad();
        for part in parts {
            match part {
                JsExpr::Code(code) if operator(part) => {
                    self.out.push_str(code.as_str().trim_end());
                    self.out.push('\n');
                    self.pad();
                }
                part => self.expr(part, 3),
            }
        }
        self.out.push_str(";\n");
        self.indent -= 1;
    }

    fn column(&self) -> usize {
        let start = self.out.rfind('\n').map_or(0, |i| i + 1);
        self.out.get(start..).map_or(0, width)
    }

    /// Prints the expression; `tail` characters will follow it on its last line.
    fn expr(&mut self, e: &JsExpr, tail: usize) {
        if !breakable(e) {
            if flat_onto(&mut self.out, e, usize::MAX).is_some() {
                return;
            }
        } else if let Some(room) = WIDTH.checked_sub(self.column()) {
            let start = self.out.len();
            match flat_onto(&mut self.out, e, room) {
                // what follows stands on the last line
                Some(Fit::Several) => return,
                Some(Fit::Left(left)) if left >= tail => return,
                Some(Fit::Left(_)) => self.out.truncate(start),
                None => {}
            }
        }
        match e {
            JsExpr::Code(code) => self.out.push_str(code.as_str()),
            JsExpr::Object(props) => self.list('{', '}', props, |p, prop| match prop {
                Prop::Pair(key, value) => {
                    let key = key_text(key);
                    p.out.push_str(&key);
                    if !is_short(&key, value) {
                        p.out.push_str(": ");
                        p.expr(value, 1);
                    }
                    true
                }
                Prop::Spread(value) => {
                    p.out.push_str("...");
                    p.expr(value, 1);
                    true
                }
                Prop::Comment(text) => {
                    let lines = comment_lines(text, WIDTH - 2 * p.indent);
                    p.out.push_str(&lines.join(&format!("\n{}", "  ".repeat(p.indent))));
                    false
                }
            }),
            JsExpr::Array(items) => self.list('[', ']', items, |p, item| {
                p.expr(item, 1);
                true
            }),
            JsExpr::Call { callee, args } => {
                self.expr(callee, 1);
                self.arguments(args, tail);
            }
            JsExpr::Arrow { params, body } => {
                self.out.push_str(params);
                self.out.push_str(" => ");
                match body.as_ref() {
                    ArrowBody::Expr(e @ JsExpr::Object(_)) => {
                        self.out.push('(');
                        self.expr(e, tail + 1);
                        self.out.push(')');
                    }
                    ArrowBody::Expr(e) => {
                        // a body that fits on a line of its own is easier to read than one broken inside
                        let indent = 2 * (self.indent + 1);
                        let fits = self.flat_width(e).is_some_and(|w| w + indent + tail <= WIDTH);
                        let hugs = matches!(e, JsExpr::Call { .. }) && !fits;
                        if hugs || !fits {
                            self.expr(e, tail);
                        } else {
                            while self.out.ends_with(' ') {
                                self.out.pop();
                            }
                            self.indent += 1;
                            self.out.push('\n');
                            self.pad();
                            self.expr(e, tail);
                            self.indent -= 1;
                        }
                    }
                    ArrowBody::Block(body) => {
                        self.out.push_str("{\n");
                        self.indented(body);
                        self.pad();
                        self.out.push('}');
                    }
                }
            }
            JsExpr::Conditional(test, yes, no) => {
                self.expr(test, 0);
                self.indent += 1;
                for (mark, branch) in [("? ", yes), (": ", no)] {
                    self.out.push('\n');
                    self.pad();
                    self.out.push_str(mark);
                    self.expr(branch, tail);
                }
                self.indent -= 1;
            }
            JsExpr::Chain(parts) => {
                for part in parts {
                    self.expr(part, 0);
                }
            }
        }
    }

    /// Arguments of a call: the last one hugs the parentheses when it is an object, a list or a function.
    fn arguments(&mut self, args: &[JsExpr], tail: usize) {
        let hug = match args.split_last() {
            Some((JsExpr::Object(_) | JsExpr::Arrow { .. } | JsExpr::Array(_), rest)) => {
                let column = self.column();
                let flat = rest.iter().try_fold(0, |sum, arg| Some(sum + self.flat_width(arg)? + 2));
                flat.is_some_and(|width| column + width + 3 <= WIDTH)
            }
            Some((JsExpr::Call { .. }, [])) => true,
            _ => false,
        };
        if hug {
            self.out.push('(');
            for (i, arg) in args.iter().enumerate() {
                if i > 0 {
                    self.out.push_str(", ");
                }
                self.expr(arg, tail + 1);
            }
            self.out.push(')');
            return;
        }
        self.list('(', ')', args, |p, arg| {
            p.expr(arg, 1);
            true
        });
    }

    fn list<T>(&mut self, open: char, close: char, items: &[T], mut each: impl FnMut(&mut Self, &T) -> bool) {
        self.out.push(open);
        self.out.push('\n');
        self.indent += 1;
        for item in items {
            self.pad();
            if each(self, item) {
                self.out.push(',');
            }
            self.out.push('\n');
        }
        self.indent -= 1;
        self.pad();
        self.out.push(close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_things_stay_on_one_line_and_long_calls_hug_their_last_argument() {
        let params = JsExpr::Object(vec![
            Prop::pair(
                "headers",
                JsExpr::Object(vec![Prop::pair("Content-Type", JsExpr::string("application/json"))]),
            ),
            Prop::pair("tags", JsExpr::Object(vec![Prop::pair("name", JsExpr::string("POST /pets"))])),
        ]);
        let call = JsExpr::call_fn(
            "http.post",
            vec![JsExpr::code("`${BASE_URL}/pets`"), JsExpr::code("body"), params],
        );
        assert_eq!(
            Printer::print(&[Stmt::Expr(call)]),
            "http.post(`${BASE_URL}/pets`, body, {\n  headers: { 'Content-Type': 'application/json' },\n  tags: { name: 'POST /pets' },\n});\n"
        );
        let short = JsExpr::call_fn("sleep", vec![JsExpr::int(1)]);
        assert_eq!(Printer::print(&[Stmt::Expr(short)]), "sleep(1);\n");
    }
}
