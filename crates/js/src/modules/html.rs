//! The native half of `k6/html`: a parsed document whose nodes go by numbers.

mod parse;
mod selector;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Array, Class, Ctx, Function, IntoJs, JsLifetime, Object, Result, Value};
use scraper::{ElementRef, Html, Node};

use selector::Selector;

type NodeId = ego_tree::NodeId;

/// One document. Numbers are given to nodes when they are first seen.
pub struct Document {
    html: Html,
    ids: RefCell<Vec<NodeId>>,
    numbers: RefCell<HashMap<NodeId, u32>>,
    selectors: RefCell<HashMap<String, Option<Rc<Selector>>>>,
}

// SAFETY: the type holds no JavaScript values
unsafe impl JsLifetime<'_> for Document {
    type Changed<'to> = Document;
}

impl<'js> Trace<'js> for Document {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Document {
    const NAME: &'static str = "HtmlDocument";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

type Doc<'js> = Class<'js, Document>;

/// What `prelude/html.js` builds on.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    macro_rules! native {
        ($name:literal, $f:expr) => {
            out.set($name, Function::new(ctx.clone(), $f)?)?;
        };
    }
    native!("parse", |ctx: Ctx<'js>, text: String| Class::instance(
        ctx,
        Document {
            html: Html::parse_document(&text),
            ids: RefCell::default(),
            numbers: RefCell::default(),
            selectors: RefCell::default(),
        }
    ));
    native!("root", |doc: Doc<'js>| doc.borrow().root());
    native!("find", |doc: Doc<'js>, nodes: Vec<u32>, selector: String| doc.borrow().find(&nodes, &selector));
    native!("matches", |doc: Doc<'js>, node: u32, selector: String| doc.borrow().matches(node, &selector));
    native!("text", |doc: Doc<'js>, node: u32| doc.borrow().text(node));
    native!("inner", |doc: Doc<'js>, node: u32| doc.borrow().inner(node));
    native!("kind", |doc: Doc<'js>, node: u32| doc.borrow().kind(node));
    native!("name", |doc: Doc<'js>, node: u32| doc.borrow().name(node));
    native!("value", |doc: Doc<'js>, node: u32| doc.borrow().value(node));
    native!("attr", |doc: Doc<'js>, node: u32, name: String| doc.borrow().attr(node, &name));
    native!("attrs", |ctx: Ctx<'js>, doc: Doc<'js>, node: u32| doc.borrow().attrs(&ctx, node));
    native!("parent", |doc: Doc<'js>, node: u32| doc.borrow().step(node, |n| n.parent().map(|p| p.id())));
    native!("next", |doc: Doc<'js>, node: u32| doc.borrow().step(node, |n| n.next_sibling().map(|p| p.id())));
    native!("prev", |doc: Doc<'js>, node: u32| doc.borrow().step(node, |n| n.prev_sibling().map(|p| p.id())));
    native!("children", |doc: Doc<'js>, node: u32| doc.borrow().children(node));
    Ok(out)
}

impl Document {
    fn number(&self, id: NodeId) -> u32 {
        if let Some(number) = self.numbers.borrow().get(&id) {
            return *number;
        }
        let mut ids = self.ids.borrow_mut();
        let number = ids.len() as u32;
        ids.push(id);
        self.numbers.borrow_mut().insert(id, number);
        number
    }

    fn node(&self, number: u32) -> Option<ego_tree::NodeRef<'_, Node>> {
        let id = *self.ids.borrow().get(number as usize)?;
        self.html.tree.get(id)
    }

    fn element(&self, number: u32) -> Option<ElementRef<'_>> {
        self.node(number).and_then(ElementRef::wrap)
    }

    fn root(&self) -> u32 {
        self.number(self.html.tree.root().id())
    }

    /// A selector that cannot be read finds nothing.
    fn selector(&self, text: &str) -> Option<Rc<Selector>> {
        if let Some(known) = self.selectors.borrow().get(text) {
            return known.clone();
        }
        let parsed = Selector::parse(text).map(Rc::new);
        self.selectors.borrow_mut().insert(text.to_owned(), parsed.clone());
        parsed
    }

    /// Matching descendants of the nodes, in document order, each once.
    fn find(&self, nodes: &[u32], selector: &str) -> Vec<u32> {
        let Some(selector) = self.selector(selector) else { return Vec::new() };
        let mut out = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for node in nodes {
            let Some(node) = self.node(*node) else { continue };
            for found in node.descendants().skip(1).filter_map(ElementRef::wrap) {
                if selector.matches(found) && seen.insert(found.id()) {
                    out.push(self.number(found.id()));
                }
            }
        }
        out
    }

    fn matches(&self, node: u32, selector: &str) -> bool {
        let Some(selector) = self.selector(selector) else { return false };
        self.element(node).is_some_and(|e| selector.matches(e))
    }

    fn text(&self, node: u32) -> String {
        let Some(node) = self.node(node) else { return String::new() };
        node.descendants().filter_map(|n| n.value().as_text().map(|t| t.to_string())).collect()
    }

    fn inner(&self, node: u32) -> Option<String> {
        if let Some(element) = self.element(node) {
            return Some(element.inner_html());
        }
        let node = self.node(node)?;
        if node.value().is_document() {
            return Some(node.children().filter_map(ElementRef::wrap).map(|e| e.html()).collect());
        }
        None
    }

    /// The DOM's node type number.
    fn kind(&self, node: u32) -> u32 {
        match self.node(node).map(|n| n.value()) {
            Some(Node::Element(_)) => 1,
            Some(Node::Text(_)) => 3,
            Some(Node::Comment(_)) => 8,
            Some(Node::Document | Node::Fragment) => 9,
            Some(Node::Doctype(_)) => 10,
            _ => 0,
        }
    }

    fn name(&self, node: u32) -> String {
        match self.node(node).map(|n| n.value()) {
            Some(Node::Element(e)) => e.name().to_owned(),
            Some(Node::Text(_)) => "#text".to_owned(),
            Some(Node::Comment(_)) => "#comment".to_owned(),
            Some(Node::Document) => "#document".to_owned(),
            _ => String::new(),
        }
    }

    /// The characters of a text or comment node.
    fn value(&self, node: u32) -> Option<String> {
        match self.node(node)?.value() {
            Node::Text(text) => Some(text.to_string()),
            Node::Comment(text) => Some(text.to_string()),
            _ => None,
        }
    }

    fn attr(&self, node: u32, name: &str) -> Option<String> {
        self.element(node)?.value().attr(name).map(str::to_owned)
    }

    fn attrs<'js>(&self, ctx: &Ctx<'js>, node: u32) -> Result<Value<'js>> {
        let out = Array::new(ctx.clone())?;
        if let Some(element) = self.element(node) {
            for (i, (name, value)) in element.value().attrs().enumerate() {
                out.set(i, vec![name, value])?;
            }
        }
        out.into_js(ctx)
    }

    fn step(&self, node: u32, go: impl Fn(ego_tree::NodeRef<'_, Node>) -> Option<NodeId>) -> Option<u32> {
        self.node(node).and_then(go).map(|id| self.number(id))
    }

    fn children(&self, node: u32) -> Vec<u32> {
        self.node(node).map(|n| n.children().map(|c| self.number(c.id())).collect()).unwrap_or_default()
    }
}
