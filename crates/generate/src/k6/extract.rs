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
        if let Some(fallback) = &e.fallback {
            // a number stays one: bodies that hold the value would else change their type
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
            if matches!(value, JsExpr::Conditional(..)) {
                value = self.selected_from(JsExpr::ident(response), &e.from);
            }
            if matches!(value, JsExpr::Conditional(..)) {
                value = super::check::parens(value);
            }
            value = JsExpr::binary(value, "??", fallback);
        }
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
