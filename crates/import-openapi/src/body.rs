use loadwright_diagnostic::{Diagnostic, Diagnostics};
use loadwright_import::{MediaType, Tree, json_from_value};
use loadwright_scenario::{Body, Field, FormPart, PartContent, Text};
use serde_json::Value;

use crate::codes;
use crate::document::{Document, Node, Version};
use crate::parameter::{Parameter, Place, example_of, plain};
use crate::sample::Sampler;
use crate::schema::{Kind, Schema};
use crate::valid::{Direction, Validator};

/// A request body in its 3.0 meaning: media types with their schemas.
pub(crate) struct RequestBody<'a> {
    pub required: bool,
    pub content: Vec<Content<'a>>,
}

pub(crate) struct Content<'a> {
    pub media_type: String,
    pub schema: Option<Schema<'a>>,
    /// The media type object: examples and encodings. 2.0 has none.
    pub node: Option<Node<'a>>,
    /// 2.0: the form's fields, each with a schema of its own.
    pub fields: Vec<Parameter<'a>>,
}

impl<'a> RequestBody<'a> {
    /// Required fields of the body that is sent for which the document gives no value.
    pub fn made_up(&self, document: &Document<'a>) -> Vec<String> {
        let Some(content) = chosen(&self.content) else { return Vec::new() };
        if content.node.as_ref().is_some_and(|n| example_of(n, document).is_some()) {
            return Vec::new();
        }
        if !content.fields.is_empty() {
            let fields = content.fields.iter().filter(|f| f.required && f.is_made_up(document));
            return fields.map(|f| f.name.to_owned()).collect();
        }
        let mut out: Vec<String> = Vec::new();
        let mut queue: Vec<Schema<'a>> = content.schema.iter().cloned().collect();
        let mut steps = 0;
        while let Some(s) = queue.pop() {
            steps += 1;
            let Some(node) = document.follow(&s.node).filter(|_| steps < 30) else { continue };
            let s = Schema::new(node);
            if s.get("example").is_some() || s.get("examples").is_some() {
                return Vec::new();
            }
            let required = s.required();
            for (name, property) in s.properties() {
                if required.contains(&name) && !property.gives(document) && !out.iter().any(|n| n == name) {
                    out.push(name.to_owned());
                }
            }
            queue.extend(s.list("allOf"));
            queue.extend(s.list("oneOf").into_iter().take(1));
            queue.extend(s.list("anyOf").into_iter().take(1));
        }
        out
    }
}

/// Reads the body of an operation, whatever the version calls it.
pub(crate) fn request_body<'a>(
    document: &Document<'a>,
    operation: &Node<'a>,
    parameters: &[Parameter<'a>],
    diagnostics: &mut Diagnostics,
) -> Option<RequestBody<'a>> {
    if document.version == Version::Swagger2 {
        return swagger_body(document, operation, parameters);
    }
    let body = document.resolve(&operation.get("requestBody")?, diagnostics)?;
    let content = body
        .get("content")?
        .fields()
        .map(|(media_type, node)| {
            let node = document.follow(&node).unwrap_or(node);
            Content {
                media_type: media_type.to_owned(),
                schema: node.get("schema").or_else(|| node.get("itemSchema")).map(Schema::new),
                node: Some(node),
                fields: Vec::new(),
            }
        })
        .collect();
    Some(RequestBody { required: body.flag("required"), content })
}

fn swagger_body<'a>(
    document: &Document<'a>,
    operation: &Node<'a>,
    parameters: &[Parameter<'a>],
) -> Option<RequestBody<'a>> {
    let consumes = operation.get("consumes").or_else(|| document.root().get("consumes"));
    let media: Vec<String> = consumes
        .map(|c| c.items().filter_map(|i| i.value.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    if let Some(body) = parameters.iter().find(|p| p.place == Place::Body) {
        let media = if media.is_empty() { vec!["application/json".to_owned()] } else { media };
        let content = media
            .into_iter()
            .map(|m| Content {
                media_type: m,
                schema: body.schema.clone(),
                node: Some(body.node.clone()),
                fields: Vec::new(),
            })
            .collect();
        return Some(RequestBody { required: body.required, content });
    }
    let fields: Vec<Parameter<'a>> =
        parameters.iter().filter(|p| p.place == Place::FormData).cloned().collect();
    if fields.is_empty() {
        return None;
    }
    let file = fields.iter().any(|f| f.node.text("type") == Some("file"));
    let multipart = file
        || media.iter().any(|m| m.starts_with("multipart/"))
            && !media.iter().any(|m| m.contains("urlencoded"));
    let media_type = if multipart { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
    let required = fields.iter().any(|f| f.required);
    Some(RequestBody {
        required,
        content: vec![Content { media_type: media_type.to_owned(), schema: None, node: None, fields }],
    })
}

/// What to sample with and how.
pub(crate) struct BodyPlan<'d, 'a> {
    pub document: &'d Document<'a>,
    pub all: bool,
    pub seed: u64,
    /// Whether names have to differ from iteration to iteration: requests that create something.
    pub unique: bool,
    /// Whether a body that says nothing makes no sense: requests that change something.
    pub changes: bool,
}

impl<'a> BodyPlan<'_, 'a> {
    /// The body to send and, when the plan's own default for it would be another, its media type.
    pub fn body(
        &self,
        body: &RequestBody<'a>,
        origin: &Node<'a>,
        diagnostics: &mut Diagnostics,
    ) -> (Body, Option<String>) {
        let Some(content) = chosen(&body.content) else { return (Body::Empty, None) };
        if body.content.len() > 1 {
            let message = format!(
                "{} media types are accepted; the script sends {}",
                body.content.len(),
                content.media_type
            );
            diagnostics.push(Diagnostic::new(
                &codes::MEDIA_TYPE,
                message,
                origin.origin().key("requestBody"),
            ));
        }
        let media = MediaType::parse(&content.media_type);
        let concrete = if content.media_type.contains('*') {
            "application/json".to_owned()
        } else {
            content.media_type.clone()
        };
        if media.is_form() {
            return (Body::Form(self.form(content, diagnostics)), None);
        }
        if media.is_multipart() {
            return (Body::Multipart(self.multipart(content, origin, diagnostics)), None);
        }
        let value = self.value(content, diagnostics);
        let value = self.changing(content, value);
        if media.is_json() || content.media_type.contains('*') {
            let json = self.with_unique(json_from_value(&value), content);
            let own = (concrete != "application/json").then_some(concrete);
            return (Body::Json { value: json, indent: None }, own);
        }
        if media.is_xml() {
            let text = match (&value, &content.schema) {
                (Value::String(s), _) => s.clone(),
                (value, Some(schema)) => crate::xml::document_text(self.document, schema, value),
                (value, None) => plain(value),
            };
            return (Body::Raw { media_type: Some(concrete), content: Text::literal(text) }, None);
        }
        let text = match (&value, media.as_str()) {
            (_, m)
                if m.starts_with("image/") || m == "application/octet-stream" || m == "application/pdf" =>
            {
                diagnostics.push(Diagnostic::new(
                    &codes::FILE_BODY,
                    format!("the body of {concrete} is a few placeholder bytes"),
                    origin.origin().key("requestBody"),
                ));
                "placeholder".to_owned()
            }
            (Value::String(s), _) => s.clone(),
            (value, _) if value.is_object() || value.is_array() => value.to_string(),
            (value, _) => plain(value),
        };
        (Body::Raw { media_type: Some(concrete), content: Text::literal(text) }, None)
    }

    fn value(&self, content: &Content<'a>, diagnostics: &mut Diagnostics) -> Value {
        let given = content.node.as_ref().and_then(|n| example_of(n, self.document));
        if let Some(value) = given.map(Tree::to_value) {
            let Some(schema) = &content.schema else { return value };
            let fine = Validator::new(self.document, Direction::Request).accepts(schema, &value);
            if fine {
                return value;
            }
            let is_json = MediaType::parse(&content.media_type).is_json();
            if !is_json && value.is_string() {
                return value;
            }
            // an example as text, as many documents have it
            if let Some(parsed) = value.as_str().and_then(|s| serde_json::from_str::<Value>(s).ok())
                && Validator::new(self.document, Direction::Request).accepts(schema, &parsed)
            {
                return parsed;
            }
            let origin = content.node.as_ref().map(|n| n.origin()).unwrap_or_default();
            diagnostics.push(Diagnostic::new(
                &codes::SAMPLE_INVALID,
                "the example of this body does not satisfy its schema; a made-up value is sent".to_owned(),
                origin,
            ));
        }
        match &content.schema {
            Some(schema) => Sampler::new(self.document, Direction::Request, self.all, self.seed).sample(
                schema,
                "body",
                diagnostics,
            ),
            None => Value::Object(serde_json::Map::new()),
        }
    }

    fn form(&self, content: &Content<'a>, diagnostics: &mut Diagnostics) -> Vec<Field> {
        if !content.fields.is_empty() {
            let nothing = !content.fields.iter().any(|f| f.is_sent(self.all));
            return content
                .fields
                .iter()
                .filter(|f| nothing || f.is_sent(self.all))
                .flat_map(|f| f.query(&f.sample(self.document, self.seed, diagnostics)))
                .map(|q| Field { name: q.name, value: q.value.unwrap_or_default() })
                .collect();
        }
        let mut out = Vec::new();
        if let Value::Object(map) = self.value(content, diagnostics) {
            for (key, value) in map {
                flatten_form(&key, &value, &mut out);
            }
        }
        out
    }

    fn multipart(
        &self,
        content: &Content<'a>,
        origin: &Node<'a>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<FormPart> {
        let text = |name: &str, value: String, media_type: Option<String>| FormPart {
            name: Text::literal(name),
            content: PartContent::Text(Text::literal(value)),
            media_type,
        };
        let file = |name: &str, media_type: Option<String>| FormPart {
            name: Text::literal(name),
            content: PartContent::Inline {
                file_name: Some(Text::literal(format!("{name}.bin"))),
                bytes: b"placeholder".to_vec(),
            },
            media_type: media_type.or_else(|| Some("application/octet-stream".to_owned())),
        };
        let mut out = Vec::new();
        if content.fields.is_empty() {
            let encoding = content.node.as_ref().and_then(|n| n.get("encoding"));
            let properties = content.schema.as_ref().map(|s| self.all_properties(s)).unwrap_or_default();
            if let Value::Object(map) = self.value(content, diagnostics) {
                for (key, value) in map {
                    let schema = properties.iter().find(|(k, _)| *k == key).map(|(_, s)| s);
                    let declared = encoding
                        .as_ref()
                        .and_then(|e| e.get(&key)?.text("contentType"))
                        .map(|t| t.split(',').next().unwrap_or(t).trim().to_owned());
                    let parts: Vec<Value> = match value {
                        Value::Array(items) => items,
                        other => vec![other],
                    };
                    for part in parts {
                        out.push(match part {
                            _ if schema.is_some_and(|s| self.is_file(s)) => {
                                file(&key, declared.clone().filter(|t| !t.contains('*')))
                            }
                            part if part.is_object() || part.is_array() => text(
                                &key,
                                part.to_string(),
                                Some(declared.clone().unwrap_or_else(|| "application/json".to_owned())),
                            ),
                            part => text(&key, plain(&part), declared.clone()),
                        });
                    }
                }
            }
        } else {
            // an upload without a part uploads nothing
            let nothing = !content.fields.iter().any(|f| f.is_sent(self.all));
            for f in content.fields.iter().filter(|f| nothing || f.is_sent(self.all)) {
                if f.node.text("type") == Some("file") {
                    out.push(file(f.name, None));
                } else {
                    let value = f.sample(self.document, self.seed, diagnostics);
                    out.push(text(f.name, f.styled(&value), None));
                }
            }
        }
        if out.iter().any(|p| !matches!(p.content, PartContent::Text(_))) {
            diagnostics.push(Diagnostic::new(
                &codes::FILE_BODY,
                "the file that is uploaded is a few placeholder bytes".to_owned(),
                origin.origin(),
            ));
        }
        out
    }

    fn all_properties(&self, schema: &Schema<'a>) -> Vec<(&'a str, Schema<'a>)> {
        let mut out = Vec::new();
        let mut queue = vec![schema.clone()];
        let mut steps = 0;
        while let Some(s) = queue.pop() {
            steps += 1;
            let Some(node) = self.document.follow(&s.node).filter(|_| steps < 50) else { continue };
            let s = Schema::new(node);
            out.extend(s.properties());
            for list in ["allOf", "oneOf", "anyOf"] {
                queue.extend(s.list(list));
            }
        }
        out
    }

    fn is_file(&self, schema: &Schema<'a>) -> bool {
        let Some(node) = self.document.follow(&schema.node) else { return false };
        let s = Schema::new(node);
        let s = match s.kind() {
            Kind::Array => match s.child("items").and_then(|i| self.document.follow(&i.node)) {
                Some(items) => Schema::new(items),
                None => return false,
            },
            _ => s,
        };
        s.node.text("format") == Some("binary")
            || s.node.text("type") == Some("file")
            || s.get("contentMediaType").is_some()
            || s.node.text("contentEncoding") == Some("binary")
    }
}

/// JSON first, then forms, then what is left in the document's order.
fn chosen<'c, 'a>(content: &'c [Content<'a>]) -> Option<&'c Content<'a>> {
    let rank = |c: &Content<'_>| {
        let m = MediaType::parse(&c.media_type);
        match () {
            () if m.as_str() == "application/json" => 0,
            () if m.is_json() && m.as_str() != "application/json-patch+json" => 1,
            () if m.is_form() => 2,
            () if m.is_multipart() => 3,
            () if m.is_json() => 4,
            () if c.media_type.contains("*/*") => 5,
            () => 6,
        }
    };
    content.iter().min_by_key(|c| rank(c))
}

fn flatten_form(name: &str, value: &Value, out: &mut Vec<Field>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| flatten_form(&format!("{name}[{k}]"), v, out)),
        Value::Array(items) if items.iter().any(|i| i.is_object() || i.is_array()) => {
            items.iter().enumerate().for_each(|(i, v)| flatten_form(&format!("{name}[{i}]"), v, out));
        }
        Value::Array(items) => items.iter().for_each(|v| out.push(Field::new(name, plain(v)))),
        scalar => out.push(Field::new(name, plain(scalar))),
    }
}
