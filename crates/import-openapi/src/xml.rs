use loadwright_import::Tree;
use serde_json::Value;

use crate::document::Document;
use crate::schema::Schema;

/// A sample as an XML document, by the `xml` hints of its schema (OpenAPI 3.0 section 4.7.26).
pub(crate) fn document_text<'a>(document: &Document<'a>, schema: &Schema<'a>, value: &Value) -> String {
    let resolved = resolve(document, schema);
    let fallback = schema.node.text("$ref").and_then(|r| r.rsplit('/').next()).unwrap_or("root");
    let name =
        resolved.get("xml").and_then(|x| x.get("name")).and_then(Tree::as_str).unwrap_or(fallback).to_owned();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(document, &resolved, &name, value, &mut out, 0);
    out
}

fn resolve<'a>(document: &Document<'a>, schema: &Schema<'a>) -> Schema<'a> {
    document.follow(&schema.node).map_or_else(|| schema.clone(), Schema::new)
}

fn element<'a>(
    document: &Document<'a>,
    schema: &Schema<'a>,
    name: &str,
    value: &Value,
    out: &mut String,
    depth: usize,
) {
    if depth > 30 {
        return;
    }
    let tag = prefixed(schema, name);
    match value {
        Value::Object(map) => {
            let properties = all_properties(document, schema, 0);
            let find =
                |key: &str| properties.iter().find(|(k, _)| *k == key).map(|(_, s)| resolve(document, s));
            out.push('<');
            out.push_str(&tag);
            if let Some(ns) = schema.get("xml").and_then(|x| x.get("namespace")).and_then(Tree::as_str) {
                let prefix = schema.get("xml").and_then(|x| x.get("prefix")).and_then(Tree::as_str);
                let attribute = prefix.map_or_else(|| "xmlns".to_owned(), |p| format!("xmlns:{p}"));
                out.push_str(&format!(" {attribute}=\"{}\"", escape(ns)));
            }
            let is_attribute = |s: &Schema<'a>| {
                s.get("xml").and_then(|x| x.get("attribute")).and_then(Tree::as_bool) == Some(true)
            };
            for (key, v) in map {
                if let Some(s) = find(key).filter(is_attribute) {
                    out.push_str(&format!(
                        " {}=\"{}\"",
                        xml_name(&s, key),
                        escape(&crate::parameter::plain(v))
                    ));
                }
            }
            out.push('>');
            for (key, v) in map {
                match find(key) {
                    Some(s) if is_attribute(&s) => {}
                    Some(s) => child(document, &s, key, v, out, depth),
                    None => out.push_str(&format!("<{key}>{}</{key}>", escape(&crate::parameter::plain(v)))),
                }
            }
            out.push_str(&format!("</{tag}>"));
        }
        Value::Array(_) => child(document, schema, name, value, out, depth),
        scalar => out.push_str(&format!("<{tag}>{}</{tag}>", escape(&crate::parameter::plain(scalar)))),
    }
}

fn child<'a>(
    document: &Document<'a>,
    schema: &Schema<'a>,
    key: &str,
    value: &Value,
    out: &mut String,
    depth: usize,
) {
    let name = xml_name(schema, key);
    let Value::Array(items) = value else {
        element(document, schema, &name, value, out, depth + 1);
        return;
    };
    let item = schema.child("items").map(|s| resolve(document, &s));
    let wrapped = schema.get("xml").and_then(|x| x.get("wrapped")).and_then(Tree::as_bool) == Some(true);
    let item_name = item.as_ref().map_or_else(|| name.clone(), |s| xml_name(s, &name));
    if wrapped {
        out.push_str(&format!("<{name}>"));
    }
    for v in items {
        match &item {
            Some(s) => element(document, s, &item_name, v, out, depth + 1),
            None => {
                out.push_str(&format!("<{item_name}>{}</{item_name}>", escape(&crate::parameter::plain(v))));
            }
        }
    }
    if wrapped {
        out.push_str(&format!("</{name}>"));
    }
}

fn all_properties<'a>(
    document: &Document<'a>,
    schema: &Schema<'a>,
    depth: usize,
) -> Vec<(&'a str, Schema<'a>)> {
    let schema = resolve(document, schema);
    let mut out = schema.properties();
    if depth < 10 {
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in schema.list(key) {
                out.extend(all_properties(document, &part, depth + 1));
            }
        }
    }
    out
}

fn xml_name(schema: &Schema<'_>, fallback: &str) -> String {
    schema.get("xml").and_then(|x| x.get("name")).and_then(Tree::as_str).unwrap_or(fallback).to_owned()
}

fn prefixed(schema: &Schema<'_>, name: &str) -> String {
    match schema.get("xml").and_then(|x| x.get("prefix")).and_then(Tree::as_str) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}:{name}"),
        _ => name.to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
