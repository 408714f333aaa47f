use loadwright_scenario::{Check, Extraction, Json, Predicate, Selector};

use super::context::Context;
use super::scope::Home;
use crate::js::{JsExpr, JsIdent, Stmt};

impl Context<'_> {
    /// `const petId = createPet.status === 201 ? createPet.json('id') : undefined;`
    pub fn extraction(&mut self, response: &JsIdent, e: &Extraction, checks: &[Check]) -> Vec<Stmt> {
        let res = JsExpr::ident(response);
        let mut value = match (&e.from, expected_status(checks)) {
            (Selector::Json(path), Some(status)) => JsExpr::Conditional(
                Box::new(JsExpr::binary(res.clone().member("status"), "===", JsExpr::int(i64::from(status)))),
                Box::new(JsExpr::call(res.member("json"), vec![JsExpr::string(&super::check::gjson(path))])),
                Box::new(JsExpr::code("undefined")),
            ),
            (from, _) => self.selected_from(res, from),
        };
        if e.fallback.is_some() {
            if matches!(value, JsExpr::Conditional(..)) {
                value = self.selected_from(JsExpr::ident(response), &e.from);
            }
            if matches!(value, JsExpr::Conditional(..)) {
                value = super::check::parens(value);
            }
            value = self.or_fallback(value, e);
        }
        self.taken(e, value)
    }

    /// Several ways to the same value, the surest first: `json(res, 'id') ?? lastSegment(…) ?? 1`.
    pub fn extractions(&mut self, response: &JsIdent, list: &[Extraction], checks: &[Check]) -> Vec<Stmt> {
        let mut out = Vec::new();
        let mut i = 0;
        while let Some(e) = list.get(i) {
            let better = list.get(i + 1).filter(|n| {
                n.into == e.into
                    && n.fallback.as_ref().and_then(loadwright_scenario::Text::as_var) == Some(&e.into)
            });
            i += 1;
            let Some(better) = better.filter(|_| e.fallback.is_some()) else {
                out.extend(self.extraction(response, e, checks));
                continue;
            };
            i += 1;
            let first = self.selected_from(JsExpr::ident(response), &better.from);
            let second = self.selected_from(JsExpr::ident(response), &e.from);
            let value = self.or_fallback(JsExpr::binary(first, "??", second), e);
            out.extend(self.taken(e, value));
        }
        out
    }

    /// `value ?? fallback`. A number stays one: bodies that hold the value would else change their type.
    fn or_fallback(&mut self, value: JsExpr, e: &Extraction) -> JsExpr {
        let Some(fallback) = &e.fallback else { return value };
        let number = fallback.as_literal().filter(|t| {
            t.len() <= 15
                && !t.is_empty()
                && !(t.len() > 1 && t.starts_with('0'))
                && t.bytes().all(|b| b.is_ascii_digit())
        });
        let fallback = match number {
            Some(n) => JsExpr::number(n),
            None => self.text(fallback),
        };
        JsExpr::binary(value, "??", fallback)
    }

    fn taken(&mut self, e: &Extraction, value: JsExpr) -> Vec<Stmt> {
        let ident = self.var_ident(&e.into);
        let mut out = Vec::new();
        if let Some(reason) = &e.reason {
            out.push(Stmt::Comment(reason.clone()));
        }
        out.push(match self.homes.get(&e.into) {
            Some(Home::Here) => Stmt::Const(ident, value),
            _ => Stmt::Assign(ident, value),
        });
        out
    }
}

/// The one status that the step's checks demand, when bodies of that status are never empty.
fn expected_status(checks: &[Check]) -> Option<u16> {
    checks.iter().find_map(|c| match (&c.subject, &c.predicate) {
        (Selector::Status, Predicate::Equals(Json::Number(n))) => {
            n.parse().ok().filter(|s| (200..300).contains(s) && *s != 204)
        }
        _ => None,
    })
}
