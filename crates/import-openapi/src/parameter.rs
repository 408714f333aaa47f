use loadwright_diagnostic::Diagnostics;
use loadwright_import::Tree;
use loadwright_scenario::{Encoding, ParameterPlace, QueryField, Text};
use serde_json::Value;

use crate::document::{Document, Node, Version};
use crate::sample::Sampler;
use crate::schema::Schema;
use crate::valid::Direction;

/// A parameter in its 3.0 meaning.
#[derive(Debug, Clone)]
pub(crate) struct Parameter<'a> {
    pub name: &'a str,
    pub place: Place,
    pub required: bool,
    pub style: Style,
    pub explode: bool,
    pub node: Node<'a>,
    pub schema: Option<Schema<'a>>,
    /// The value is a document of this media type instead of a styled value.
    pub media_type: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
    /// 3.2: the whole query at once.
    QueryString,
    /// 2.0 only.
    Body,
    FormData,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    Space,
    Pipe,
    Tab,
    DeepObject,
}

/// The parameters of an operation: the path's own first, replaced by the operation's where both have one.
pub(crate) fn parameters<'a>(
    document: &Document<'a>,
    path_item: &Node<'a>,
    operation: &Node<'a>,
    diagnostics: &mut Diagnostics,
) -> Vec<Parameter<'a>> {
    let mut out: Vec<Parameter<'a>> = Vec::new();
    for list in [path_item.get("parameters"), operation.get("parameters")].into_iter().flatten() {
        for node in list.items() {
            let Some(node) = document.resolve(&node, diagnostics) else { continue };
            if let Some(p) = parameter(document, node) {
                out.retain(|o| o.name != p.name || o.place != p.place);
                out.push(p);
            }
        }
    }
    out
}

fn parameter<'a>(document: &Document<'a>, node: Node<'a>) -> Option<Parameter<'a>> {
    let place = match node.text("in")?.to_ascii_lowercase().as_str() {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Header,
        "cookie" => Place::Cookie,
        "querystring" => Place::QueryString,
        "body" => Place::Body,
        "formdata" => Place::FormData,
        _ => return None,
    };
    let swagger = document.version == Version::Swagger2;
    let content = node.get("content").and_then(|c| c.fields().next());
    let schema = match (&content, swagger) {
        (Some((_, media)), _) => media.get("schema").map(Schema::new),
        (None, true) if place != Place::Body => Some(Schema::new(node.clone())),
        (None, _) => node.get("schema").map(Schema::new),
    };
    let style = if swagger {
        match node.text("collectionFormat") {
            Some("ssv") => Style::Space,
            Some("tsv") => Style::Tab,
            Some("pipes") => Style::Pipe,
            _ if matches!(place, Place::Query | Place::FormData) => Style::Form,
            _ => Style::Simple,
        }
    } else {
        match node.text("style") {
            Some("label") => Style::Label,
            Some("matrix") => Style::Matrix,
            Some("spaceDelimited") => Style::Space,
            Some("pipeDelimited") => Style::Pipe,
            Some("deepObject") => Style::DeepObject,
            Some("form") => Style::Form,
            Some("simple") => Style::Simple,
            _ if matches!(place, Place::Query | Place::Cookie) => Style::Form,
            _ => Style::Simple,
        }
    };
    let explode = if swagger {
        node.text("collectionFormat") == Some("multi")
    } else {
        node.value.get("explode").and_then(Tree::as_bool).unwrap_or(style == Style::Form)
    };
    Some(Parameter {
        name: node.text("name").unwrap_or_default(),
        place,
        required: node.flag("required") || place == Place::Path,
        style,
        explode,
        media_type: content.map(|(k, _)| k),
        schema,
        node,
    })
}

impl<'a> Parameter<'a> {
    /// Whether the script sends it: required ones, and those for which the document has an example.
    pub fn is_sent(&self, all: bool) -> bool {
        let has = |n: &Node<'_>| {
            n.value.get("example").is_some()
                || n.value.get("examples").is_some()
                || n.value.get("x-example").is_some()
        };
        self.required || all || has(&self.node)
    }

    /// Whether the document gives no value: no example, default, constant or enumeration.
    pub fn is_made_up(&self, document: &Document<'a>) -> bool {
        example_of(&self.node, document).is_none() && self.schema.as_ref().is_none_or(|s| !s.gives(document))
    }

    pub fn contract_place(&self) -> Option<ParameterPlace> {
        Some(match self.place {
            Place::Path => ParameterPlace::Path,
            Place::Query => ParameterPlace::Query,
            Place::Header => ParameterPlace::Header,
            Place::Cookie => ParameterPlace::Cookie,
            Place::QueryString | Place::Body | Place::FormData => return None,
        })
    }

    /// The value to send: the parameter's own examples first, then the schema's.
    pub fn sample(&self, document: &Document<'a>, seed: u64, diagnostics: &mut Diagnostics) -> Value {
        let own = example_of(&self.node, document).or_else(|| {
            let (_, media) = self.node.get("content")?.fields().next()?;
            example_of(&media, document)
        });
        if let Some(value) = own.map(Tree::to_value) {
            let fine = self.schema.as_ref().is_none_or(|s| {
                crate::valid::Validator::new(document, Direction::Request).accepts(s, &coerced(s, &value))
            });
            if fine && !(self.place == Place::Path && plain(&value).is_empty()) {
                return value;
            }
        }
        let value = match &self.schema {
            Some(schema) => {
                Sampler::new(document, Direction::Request, false, seed).sample(schema, self.name, diagnostics)
            }
            None => Value::String(crate::scalar::string(&[], self.name, seed)),
        };
        let empty = match &value {
            Value::Null => true,
            Value::Object(map) => map.is_empty() && self.media_type.is_none(),
            _ => self.place == Place::Path && plain(&value).is_empty(),
        };
        // where the schema says nothing, the name does
        if empty && (self.required || self.place == Place::Path) {
            let text = crate::scalar::string(&[], self.name, seed);
            return if text.is_empty() { Value::from(1) } else { Value::String(text) };
        }
        value
    }

    /// One string: path segments, headers, cookies.
    pub fn styled(&self, value: &Value) -> String {
        if self.media_type.is_some() {
            return value.to_string();
        }
        let (prefix, separator) = match self.style {
            Style::Label => (".", if self.explode { "." } else { "," }),
            Style::Matrix => (";", ","),
            Style::Space => ("", " "),
            Style::Tab => ("", "\t"),
            Style::Pipe => ("", "|"),
            Style::Simple | Style::Form | Style::DeepObject => ("", ","),
        };
        let body = match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(plain).collect();
                if self.style == Style::Matrix && self.explode {
                    return items.iter().map(|i| format!(";{}={i}", self.name)).collect();
                }
                items.join(separator)
            }
            Value::Object(map) => {
                let pairs: Vec<String> = if self.explode {
                    map.iter().map(|(k, v)| format!("{k}={}", plain(v))).collect()
                } else {
                    map.iter().map(|(k, v)| format!("{k},{}", plain(v))).collect()
                };
                if self.style == Style::Matrix && self.explode {
                    return pairs.iter().map(|p| format!(";{p}")).collect();
                }
                pairs.join(separator)
            }
            scalar => plain(scalar),
        };
        if self.style == Style::Matrix { format!(";{}={body}", self.name) } else { format!("{prefix}{body}") }
    }

    /// The pieces of a query.
    pub fn query(&self, value: &Value) -> Vec<QueryField> {
        let field = |name: String, value: String| QueryField {
            name: Text::literal(name),
            value: Some(Text::literal(value)),
            encoding: Encoding::Component,
        };
        if self.media_type.is_some() {
            return vec![field(self.name.to_owned(), value.to_string())];
        }
        match value {
            Value::Array(items) if self.explode || self.style == Style::DeepObject => {
                items.iter().map(|i| field(self.name.to_owned(), plain(i))).collect()
            }
            Value::Object(map) if self.style == Style::DeepObject => {
                let mut out = Vec::new();
                for (k, v) in map {
                    deep(&format!("{}[{k}]", self.name), v, &mut |n, v| out.push(field(n, v)));
                }
                out
            }
            Value::Object(map) if self.explode => {
                map.iter().map(|(k, v)| field(k.clone(), plain(v))).collect()
            }
            Value::Array(items) if matches!(self.style, Style::Form | Style::Simple) => {
                // the commas are delimiters: encoded items, bare commas
                let items: Vec<String> = items.iter().map(|i| encode(&plain(i))).collect();
                vec![QueryField {
                    name: Text::literal(encode(self.name)),
                    value: Some(Text::literal(items.join(","))),
                    encoding: Encoding::Raw,
                }]
            }
            value => vec![field(self.name.to_owned(), self.styled(value))],
        }
    }
}

fn deep(name: &str, value: &Value, out: &mut dyn FnMut(String, String)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| deep(&format!("{name}[{k}]"), v, out)),
        Value::Array(items) => items.iter().for_each(|v| deep(&format!("{name}[]"), v, out)),
        scalar => out(name.to_owned(), plain(scalar)),
    }
}

/// The value of `example`, else of the first of `examples`.
pub(crate) fn example_of<'a>(node: &Node<'a>, document: &Document<'a>) -> Option<&'a Tree<'a>> {
    if let Some(v) = node.value.get("example").or_else(|| node.value.get("x-example")) {
        return Some(v);
    }
    let examples = node.get("examples")?;
    if examples.value.is_array() {
        return examples.value.item(0);
    }

    examples.fields().find_map(|(_, n)| {
        let n = document.follow(&n)?;
        ["value", "dataValue", "serializedValue"].iter().find_map(|k| n.value.get(k))
    })
}

fn coerced(schema: &Schema<'_>, value: &Value) -> Value {
    use crate::schema::Kind;
    match (value, schema.kind()) {
        (Value::String(s), Kind::Integer | Kind::Number | Kind::Boolean) => {
            serde_json::from_str(s).unwrap_or_else(|_| value.clone())
        }
        (Value::Number(n), Kind::String) => Value::String(n.to_string()),
        (Value::Bool(b), Kind::String) => Value::String(b.to_string()),
        _ => value.clone(),
    }
}

pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

pub(crate) fn encode(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}
