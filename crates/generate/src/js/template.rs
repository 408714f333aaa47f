use super::flat::flat_onto;
use super::literal::push_template_chunk;
use super::{JsExpr, TemplatePart, quote};

/// A template literal that is written piece by piece; a plain string when it gets no hole and few lines.
#[derive(Debug, Default)]
pub struct Template {
    /// Text since the last hole, as it is.
    text: String,
    /// What stands before it, as code.
    code: String,
    /// The code before that, and holes that do not stand on one line.
    before: Vec<JsExpr>,
    holed: bool,
}

impl Template {
    /// Text that runs on from the text before.
    pub fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn hole(&mut self, hole: &JsExpr) {
        self.open();
        if flat_onto(&mut self.code, hole, usize::MAX).is_none() {
            self.before.extend([JsExpr::owned(std::mem::take(&mut self.code)), hole.clone()]);
        }
        self.code.push('}');
    }

    /// A hole that a variable fills.
    pub fn ident(&mut self, ident: &super::JsIdent) {
        self.open();
        self.code.push_str(ident.as_str());
        self.code.push('}');
    }

    pub fn part(&mut self, part: &TemplatePart) {
        match part {
            TemplatePart::Text(text) => self.text(text),
            TemplatePart::Hole(hole) => self.hole(hole),
        }
    }

    pub fn finish(mut self) -> JsExpr {
        if !self.holed {
            return literal(&self.text);
        }
        push_template_chunk(&self.text, &mut self.code);
        self.code.push('`');
        if self.before.is_empty() {
            return JsExpr::owned(self.code);
        }
        self.before.push(JsExpr::owned(self.code));
        JsExpr::Chain(self.before)
    }

    fn open(&mut self) {
        if !self.holed {
            self.code.push('`');
        }
        self.holed = true;
        push_template_chunk(&self.text, &mut self.code);
        self.text.clear();
        self.code.push_str("${");
    }
}

/// Text without holes: a string, or a template literal when that spares many escaped line feeds.
pub(super) fn literal(text: &str) -> JsExpr {
    let several = text.bytes().filter(|b| *b == b'\n').nth(1).is_some();
    if !several || text.contains('\r') {
        return JsExpr::owned(quote(text));
    }
    let mut code = String::with_capacity(text.len() + 2);
    code.push('`');
    push_template_chunk(text, &mut code);
    code.push('`');
    JsExpr::owned(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::{ArrowBody, Printer, Stmt};

    #[test]
    fn holes_stand_between_texts_that_run_on() {
        let mut url = Template::default();
        url.ident(&crate::js::JsIdent::known("BASE_URL"));
        url.text("/a$");
        url.text("{b}/");
        url.hole(&JsExpr::call_fn("encodeURIComponent", vec![JsExpr::code("id")]));
        assert_eq!(Printer::expr_text(&url.finish()), "`${BASE_URL}/a\\${b}/${encodeURIComponent(id)}`");
        let mut plain = Template::default();
        plain.text("it's\n");
        plain.text("`${it}`");
        assert_eq!(Printer::expr_text(&plain.finish()), "\"it's\\n`${it}`\"");
        assert_eq!(Printer::expr_text(&literal("a\nb`\n")), "`a\nb\\`\n`");
        assert_eq!(Printer::expr_text(&Template::default().finish()), "''");
    }

    #[test]
    fn a_hole_may_have_several_lines() {
        let body = ArrowBody::Block(vec![Stmt::Return(JsExpr::code("1"))]);
        let mut text = Template::default();
        text.text("a");
        text.hole(&JsExpr::Arrow { params: "()", body: Box::new(body) });
        text.text("b");
        assert_eq!(Printer::expr_text(&text.finish()), "`a${() => {\n  return 1;\n}}b`");
    }
}
