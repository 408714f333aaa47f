use loadwright_diagnostic::Diagnostics;
use loadwright_import::{MediaType, Object, Tree};
use loadwright_scenario::ObservedResponse;
use serde_json::Value;

use crate::document::{Document, Node, Version};
use crate::operation::required_keys;
use crate::parameter::example_of;
use crate::sample::Sampler;
use crate::schema::Schema;
use crate::valid::Direction;

/// A declared success of an operation.
pub(crate) struct Declared<'a> {
    /// The status as the document writes it: `200`, `2XX`, `default`.
    pub key: &'a str,
    pub node: Node<'a>,
    /// Media type and schema of the body that is checked and mocked; JSON where there is a choice.
    pub content: Option<(String, Option<Schema<'a>>, Node<'a>)>,
    /// How many media types it may come in.
    pub media_types: usize,
}

impl Declared<'_> {
    /// The status that the mock sends.
    pub fn status(&self) -> u16 {
        self.key.parse().unwrap_or(200)
    }
}

/// The successes that the document promises, lowest first; `default` only when there is no success, and redirects only when
/// there is neither.
pub(crate) fn successes<'a>(
    document: &Document<'a>,
    operation: &Node<'a>,
    diagnostics: &mut Diagnostics,
) -> Vec<Declared<'a>> {
    let mut all: Vec<Declared<'a>> = Vec::new();
    for (key, node) in operation.get("responses").iter().flat_map(|r| r.fields().collect::<Vec<_>>()) {
        let success = key.starts_with(['2', '3']) && key.len() == 3;
        if !success && key != "default" {
            continue;
        }
        let Some(node) = document.resolve(&node, diagnostics) else { continue };
        let content = content(document, operation, &node);
        let produces = || operation.get("produces").or_else(|| document.root().get("produces"));
        let media_types = match node.get("content") {
            Some(c) => c.object().map_or(0, Object::len),
            None => produces().and_then(|p| p.value.as_array()).map_or(0, <[Tree<'_>]>::len),
        };
        all.push(Declared { key, node, content, media_types });
    }
    // a redirect is what is promised only where nothing else is
    for worse in ["3", "default"] {
        if all.iter().any(|d| !d.key.starts_with(worse)) {
            all.retain(|d| !d.key.starts_with(worse));
        }
    }
    all.sort_by_key(|d| d.key);
    all
}

fn content<'a>(
    document: &Document<'a>,
    operation: &Node<'a>,
    response: &Node<'a>,
) -> Option<(String, Option<Schema<'a>>, Node<'a>)> {
    if document.version == Version::Swagger2 {
        let schema = response.get("schema").map(Schema::new);
        let produces = operation.get("produces").or_else(|| document.root().get("produces"));
        let media: Vec<&str> = produces
            .and_then(|p| p.value.as_array())
            .into_iter()
            .flatten()
            .filter_map(Tree::as_str)
            .collect();
        let media_type =
            media.iter().copied().find(|m| MediaType::parse(m).is_json()).or_else(|| media.first().copied());
        schema.as_ref()?;
        return Some((media_type.unwrap_or("application/json").to_owned(), schema, response.clone()));
    }
    let content = response.get("content")?;
    let list: Vec<(&str, Node<'a>)> = content.fields().collect();
    let (media_type, node) = list
        .iter()
        .min_by_key(|(m, _)| match MediaType::parse(m) {
            m if m.as_str() == "application/json" => 0,
            m if m.is_json() => 1,
            _ => 2,
        })
        .cloned()?;
    let node = document.follow(&node).unwrap_or(node);
    Some((media_type.to_owned(), node.get("schema").map(Schema::new), node))
}

/// An example often lacks what its own schema demands: that is added.
fn completed<'a>(document: &Document<'a>, schema: &Schema<'a>, mut value: Value, seed: u64) -> Value {
    let Value::Object(map) = &mut value else { return value };
    let missing: Vec<String> =
        required_keys(document, schema).into_iter().filter(|k| !map.contains_key(k)).collect();
    if missing.is_empty() {
        return value;
    }
    let mut silent = Diagnostics::new();
    let least = Sampler::new(document, Direction::Response, false, seed).sample(schema, "value", &mut silent);
    for key in missing {
        if let Some(more) = least.get(&key) {
            map.insert(key, more.clone());
        }
    }
    value
}

/// An answer that keeps the document's promise: its example, else a value made from the schema.
pub(crate) fn observed<'a>(document: &Document<'a>, declared: &Declared<'a>, seed: u64) -> ObservedResponse {
    let mut headers = Vec::new();
    let mut body = Vec::new();
    let mut silent = Diagnostics::new();
    let status = declared.status();
    if let (Some((media_type, schema, media)), true) = (&declared.content, status != 204 && status != 304) {
        let media = media.clone();
        let swagger = document.version == Version::Swagger2;
        let given = if swagger {
            media
                .get("examples")
                .and_then(|e| e.get(media_type).or_else(|| e.fields().next().map(|(_, n)| n)))
                .map(|n| n.value)
        } else {
            example_of(&media, document)
        };
        let value = given.map(Tree::to_value).or_else(|| {
            let schema = schema.as_ref()?;
            Some(Sampler::brief(document, seed).sample(schema, "value", &mut silent))
        });
        let value = value.map(|v| match schema {
            Some(schema) => completed(document, schema, v, seed),
            None => v,
        });
        if let Some(value) = value {
            let parsed = MediaType::parse(media_type);
            let concrete = if media_type.contains('*') { "application/json" } else { media_type.as_str() };
            headers.push(("Content-Type".into(), concrete.into()));
            body = match (&value, schema) {
                (Value::String(s), _) if !parsed.is_json() => s.clone().into_bytes(),
                (value, Some(schema)) if parsed.is_xml() => {
                    crate::xml::document_text(document, schema, value).into_bytes()
                }
                // an example that is the JSON text itself
                (Value::String(s), schema)
                    if schema.as_ref().is_some_and(|s| s.kind() != crate::schema::Kind::String)
                        && serde_json::from_str::<Value>(s).is_ok() =>
                {
                    s.clone().into_bytes()
                }
                (value, _) => value.to_string().into_bytes(),
            };
        }
    }
    for (name, header) in declared.node.get("headers").iter().flat_map(|h| h.fields().collect::<Vec<_>>()) {
        let Some(header) = document.follow(&header) else { continue };
        let schema =
            if document.version == Version::Swagger2 { Some(header.clone()) } else { header.get("schema") };
        let value = example_of(&header, document).map(Tree::to_value).or_else(|| {
            let schema = Schema::new(schema?);
            Some(Sampler::new(document, Direction::Response, false, seed).sample(&schema, name, &mut silent))
        });
        let framing = ["content-type", "content-length", "transfer-encoding", "connection"];
        if let Some(value) = value.filter(|_| !framing.contains(&name.to_ascii_lowercase().as_str())) {
            let text = crate::parameter::plain(&value);
            if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
                headers.push((name.into(), text.into()));
            }
        }
    }
    let links = crate::link::links(document, &declared.node);
    ObservedResponse { status, status_text: String::new(), headers, body: body.into(), schema: None, links }
}
