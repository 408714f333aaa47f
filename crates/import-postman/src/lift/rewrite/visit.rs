//! What becomes of each place of a script that asks Postman for something.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, AssignmentExpression, AssignmentTarget, AwaitExpression,
    BindingPattern, CallExpression, ComputedMemberExpression, Expression, ExpressionStatement, Function,
    IdentifierReference, ImportExpression, ObjectProperty, StaticMemberExpression, TemplateElement,
    ThisExpression, UnaryExpression, UpdateExpression, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::operator::UnaryOperator;
use oxc_syntax::scope::ScopeFlags;

use super::super::symbol::{dotted, string};
use super::{Piece, Rewriter, calls, names};

impl<'a> Visit<'a> for Rewriter<'_> {
    fn visit_expression_statement(&mut self, it: &ExpressionStatement<'a>) {
        if let Expression::CallExpression(call) = &it.expression
            && self.effect(call, true)
        {
            // nothing is left of it: its semicolon goes as well
            if self.edits.get(&call.span.start).is_some_and(|(_, pieces)| pieces.is_empty()) {
                self.edit(it.span, Vec::new());
            }
            return;
        }
        if let Some(pieces) = self.sentence(&it.expression) {
            self.edit(it.expression.span(), pieces);
            return;
        }
        walk::walk_expression_statement(self, it);
    }

    fn visit_arrow_function_body(&mut self, it: &ArrowFunctionBody<'a>) {
        if let Some(e) = it.as_expression() {
            if let Expression::CallExpression(call) = e
                && self.effect(call, false)
            {
                return;
            }
            if let Some(pieces) = self.sentence(e) {
                self.edit(e.span(), pieces);
                return;
            }
        }
        walk::walk_arrow_function_body(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let (Some(Expression::CallExpression(call)), BindingPattern::BindingIdentifier(id)) =
            (&it.init, &it.id)
            && self.required(call).is_some()
        {
            self.libraries.insert(id.name.to_string());
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let Some(name) = self.required(call) {
            self.edit(call.span, vec![Piece::Library(name)]);
            return;
        }
        if let Some(pieces) = self.value(call) {
            self.edit(call.span, pieces);
            return;
        }
        if call.optional && dotted(&call.callee).is_some_and(|n| n.starts_with("pm.")) {
            self.refuse(call.span);
        }
        if let Expression::StaticMemberExpression(m) = &call.callee {
            let name = m.property.name.as_str();
            // `has` is what the sandbox calls `includes` of a text
            let of_body = self.is_body(&m.object);
            if name == "has" && of_body {
                self.edit(m.property.span, vec![Piece::Code("includes".to_owned())]);
            } else if names::SUGAR.contains(&name) && !self.is_not_sugar(&m.object) {
                self.refuse(m.property.span);
            }
            if let Expression::CallExpression(inner) = &m.object
                && let Some(n) = self.postman(&inner.callee)
                && (n == "pm.test" || n.ends_with(".set"))
            {
                self.refuse(inner.span);
            }
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_static_member_expression(&mut self, m: &StaticMemberExpression<'a>) {
        if let Some(pieces) = self.member(m) {
            self.edit(m.span, pieces);
            return;
        }
        walk::walk_static_member_expression(self, m);
    }

    fn visit_computed_member_expression(&mut self, m: &ComputedMemberExpression<'a>) {
        let of = self.postman(&m.object);
        match (of.as_deref(), string(&m.expression)) {
            (Some("tests"), _) if self.test => {
                self.visit_expression(&m.expression);
                return;
            }
            (Some("responseHeaders"), Some(name)) if self.test && names::is_canonical(&name) => {
                self.edit(m.span, calls::header(&name));
                return;
            }
            (Some("data"), Some(name)) => {
                if let Some(pieces) = self.column(&name) {
                    self.edit(m.span, pieces);
                    return;
                }
            }
            (Some("environment"), Some(name)) => {
                if let Some(pieces) = self.read(&name, Some(1)) {
                    self.edit(m.span, pieces);
                    return;
                }
            }
            (Some("globals"), Some(name)) => {
                if let Some(pieces) = self.read(&name, Some(3)) {
                    self.edit(m.span, pieces);
                    return;
                }
            }
            _ => {}
        }
        walk::walk_computed_member_expression(self, m);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        let root = match &it.left {
            AssignmentTarget::StaticMemberExpression(m) => dotted(&m.object),
            AssignmentTarget::ComputedMemberExpression(m) => dotted(&m.object),
            AssignmentTarget::AssignmentTargetIdentifier(id) => Some(id.name.to_string()),
            _ => None,
        };
        if let Some(root) = root {
            let first = root.split('.').next().unwrap_or_default();
            if names::SPECIAL.contains(&first) && self.is_postman(first) && !(root == "tests" && self.test) {
                self.refuse(it.span);
                return;
            }
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, id: &IdentifierReference<'a>) {
        let name = id.name.as_str();
        if names::LIBRARIES.contains(&name) && self.is_postman(name) {
            self.edit(id.span, vec![Piece::Library(name.to_owned())]);
            return;
        }
        if name == "require" && self.is_postman(name) {
            self.refuse(id.span);
        }
        if !names::SPECIAL.contains(&name) || !self.is_postman(name) {
            return;
        }
        match name {
            "responseBody" if self.test => {
                self.edit(id.span, vec![Piece::Response, Piece::Code(".body".into())]);
            }
            "responseTime" if self.test => self.edit(id.span, calls::duration()),
            "tests" if self.test => {}
            _ => self.refuse(id.span),
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.shorthand
            && let Expression::Identifier(id) = &it.value
            && (names::SPECIAL.contains(&id.name.as_str()) || names::LIBRARIES.contains(&id.name.as_str()))
            && self.is_postman(&id.name)
        {
            self.refuse(it.span);
        }
        walk::walk_object_property(self, it);
    }

    fn visit_unary_expression(&mut self, it: &UnaryExpression<'a>) {
        if it.operator == UnaryOperator::Delete {
            self.refuse(it.span);
        }
        walk::walk_unary_expression(self, it);
    }

    fn visit_template_element(&mut self, it: &TemplateElement<'a>) {
        // the code is indented to where it stands, so a text must not go over lines
        if it.value.raw.contains('\n') {
            self.refuse(it.span);
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        if it.r#async || it.generator {
            self.refuse(it.span);
        }
        walk::walk_function(self, it, flags);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        if it.r#async {
            self.refuse(it.span);
        }
        walk::walk_arrow_function_expression(self, it);
    }

    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.refuse(it.span);
    }

    fn visit_this_expression(&mut self, it: &ThisExpression) {
        self.refuse(it.span);
    }

    fn visit_update_expression(&mut self, it: &UpdateExpression<'a>) {
        let text = self.text(it.argument.span());
        let root = text.split(['.', '[']).next().unwrap_or_default().trim();
        if names::SPECIAL.contains(&root) && self.is_postman(root) {
            self.refuse(it.span);
        }
        walk::walk_update_expression(self, it);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.refuse(it.span);
    }
}
