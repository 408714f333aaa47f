use loadwright_scenario::{Body, Field, FileRef, FormPart, PartContent};

use super::context::Context;
use super::helpers::Helper;
pub(super) use crate::encode::encode_component;
use crate::encode::{base64, encode_form};
use crate::js::{JsExpr, Prop, Template, TemplatePart};

/// What a request's body becomes: the argument, the media type that has to be said, a statement to run before.
pub(crate) struct BodyCode {
    pub expr: Option<JsExpr>,
    pub media_type: Option<MediaTypeCode>,
}

pub(crate) enum MediaTypeCode {
    Text(String),
    /// Only known when the body is made.
    Expr(JsExpr),
}

impl Context<'_> {
    pub fn body(&mut self, body: &Body) -> BodyCode {
        if let Some(long) = self.long_body(body) {
            return long;
        }
        let text = |t: &str| Some(MediaTypeCode::Text(t.to_owned()));
        let (expr, media_type) = match body {
            Body::Empty => (None, None),
            Body::Json { value, indent } => {
                let mut args = vec![self.json(value)];
                if let Some(indent) = indent {
                    args.push(JsExpr::code("null"));
                    args.push(indent_expr(indent));
                }
                (Some(JsExpr::call_fn("JSON.stringify", args)), text("application/json"))
            }
            Body::Raw { media_type, content } => {
                (Some(self.text_string(content)), media_type.as_deref().and_then(text))
            }
            Body::Bytes { media_type, content } => {
                (Some(self.bytes(content)), media_type.as_deref().and_then(text))
            }
            Body::Form(fields) => self.form(fields),
            Body::Multipart(parts) => self.multipart(parts),
            Body::File { media_type, file } => (Some(self.file(file)), media_type.as_deref().and_then(text)),
            Body::GraphQl { query, operation, variables } => {
                let mut props = vec![Prop::pair("query", self.text_string(query))];
                if let Some(operation) = operation {
                    props.push(Prop::pair("operationName", self.text_string(operation)));
                }
                if let Some(variables) = variables {
                    props.push(Prop::pair("variables", self.json(variables)));
                }
                (
                    Some(JsExpr::call_fn("JSON.stringify", vec![JsExpr::Object(props)])),
                    text("application/json"),
                )
            }
        };
        BodyCode { expr, media_type }
    }

    /// A long body without holes as a file beside the script, when that was asked for.
    fn long_body(&mut self, body: &Body) -> Option<BodyCode> {
        let limit = self.long_bodies?;
        let (content, media_type, extension) = match body {
            Body::Raw { media_type, content } => {
                let kind = media_type.as_deref().unwrap_or_default();
                let extension =
                    ["json", "xml", "html", "csv"].into_iter().find(|e| kind.contains(e)).unwrap_or("txt");
                (content.as_literal()?.as_bytes().to_vec(), media_type.clone(), extension)
            }
            Body::Json { value, indent: None } => {
                (compact(value)?.into_bytes(), Some("application/json".to_owned()), "json")
            }
            Body::Bytes { media_type, content } => (content.clone(), media_type.clone(), "bin"),
            _ => return None,
        };
        if content.len() <= limit {
            return None;
        }
        let number = self.files.iter().filter(|f| f.path.starts_with("bodies/")).count() + 1;
        let path = format!("bodies/body-{number}.{extension}");
        self.add_file(&path, content);
        let expr = Some(self.opened(&path));
        Some(BodyCode { expr, media_type: media_type.map(MediaTypeCode::Text) })
    }

    fn bytes(&mut self, content: &[u8]) -> JsExpr {
        self.import_default("encoding", "k6/encoding");
        JsExpr::call_fn("encoding.b64decode", vec![JsExpr::string(&base64(content))])
    }

    fn file(&mut self, file: &FileRef) -> JsExpr {
        if let Some(content) = &file.placeholder {
            self.add_file(&file.path, content.clone());
        }
        self.opened(&file.path)
    }

    /// An object where k6 sends the same bytes for it, else the encoded text.
    fn form(&mut self, fields: &[Field]) -> (Option<JsExpr>, Option<MediaTypeCode>) {
        let names: Option<Vec<&str>> = fields.iter().map(|f| f.name.as_literal()).collect();
        let sorted = names.is_some_and(|n| n.windows(2).all(|w| matches!(w, [a, b] if a < b)));
        if sorted && !fields.is_empty() {
            let props = fields
                .iter()
                .map(|f| Prop::pair(f.name.as_literal().unwrap_or_default().to_owned(), self.text(&f.value)))
                .collect();
            return (Some(JsExpr::Object(props)), None);
        }
        let mut out = Template::default();
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                out.text("&");
            }
            self.put_form(&field.name, &mut out);
            out.text("=");
            self.put_form(&field.value, &mut out);
        }
        let expr = out.finish();
        (Some(expr), Some(MediaTypeCode::Text("application/x-www-form-urlencoded".to_owned())))
    }

    /// The text as a form has it, which escapes more than a URL.
    fn put_form(&mut self, text: &loadwright_scenario::Text, out: &mut Template) {
        for part in self.template_parts(text) {
            match part {
                TemplatePart::Text(t) => out.text(&encode_form(&t)),
                TemplatePart::Hole(e) => out.hole(&JsExpr::call(self.helper(Helper::FormEncode), vec![e])),
            }
        }
    }

    /// Literals encoded now, variables encoded when the script runs.
    pub fn encoded_parts(&mut self, text: &loadwright_scenario::Text) -> Vec<TemplatePart> {
        self.template_parts(text)
            .into_iter()
            .map(|p| match p {
                TemplatePart::Text(t) => TemplatePart::Text(encode_form(&t)),
                TemplatePart::Hole(e) => TemplatePart::Hole(JsExpr::call_fn("encodeURIComponent", vec![e])),
            })
            .collect()
    }

    /// k6's object form when that says the same; else our own writer, which keeps order, repeats and part types.
    fn multipart(&mut self, parts: &[FormPart]) -> (Option<JsExpr>, Option<MediaTypeCode>) {
        let mut names: Vec<&str> = parts.iter().filter_map(|p| p.name.as_literal()).collect();
        names.sort_unstable();
        names.dedup();
        let has_file = parts.iter().any(|p| !matches!(p.content, PartContent::Text(_)));
        let plain_texts =
            parts.iter().all(|p| !matches!(p.content, PartContent::Text(_)) || p.media_type.is_none());
        // k6 makes a name up where a file has an empty one
        let named = parts.iter().all(|p| match &p.content {
            PartContent::Inline { file_name: Some(name), .. } => !name.is_empty(),
            PartContent::Inline { .. } | PartContent::Text(_) | PartContent::File { .. } => true,
        });
        if has_file && plain_texts && named && names.len() == parts.len() {
            let props = parts
                .iter()
                .map(|p| {
                    let name = p.name.as_literal().unwrap_or_default().to_owned();
                    Prop::pair(name, self.k6_part(p))
                })
                .collect();
            return (Some(JsExpr::Object(props)), None);
        }
        let items = parts.iter().map(|p| self.own_part(p)).collect();
        let f = self.helper(Helper::Multipart);
        let form = JsExpr::call(f, vec![JsExpr::Array(items)]);
        (Some(form), Some(MediaTypeCode::Expr(JsExpr::code("form.type"))))
    }

    fn k6_part(&mut self, part: &FormPart) -> JsExpr {
        let (data, file_name) = match &part.content {
            PartContent::Text(text) => return self.text(text),
            PartContent::File { file, file_name } => {
                let fallback = file.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                let name = file_name.as_ref().map_or_else(|| JsExpr::string(&fallback), |n| self.text(n));
                (self.file(file), name)
            }
            PartContent::Inline { file_name, bytes } => {
                let data = match std::str::from_utf8(bytes) {
                    Ok(text) => JsExpr::string(text),
                    Err(_) => self.bytes(bytes),
                };
                let name = file_name.as_ref().map_or_else(|| JsExpr::string("file"), |n| self.text(n));
                (data, name)
            }
        };
        let mut args = vec![data, file_name];
        if let Some(media_type) = &part.media_type {
            args.push(JsExpr::string(media_type));
        }
        let f = self.http("http.file");
        JsExpr::call(f, args)
    }

    fn own_part(&mut self, part: &FormPart) -> JsExpr {
        let mut props = vec![Prop::pair("name", self.text(&part.name))];
        match &part.content {
            PartContent::Text(text) => props.push(Prop::pair("value", self.text_string(text))),
            PartContent::File { file, file_name } => {
                let fallback = file.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                let name = file_name.as_ref().map_or_else(|| JsExpr::string(&fallback), |n| self.text(n));
                props.push(Prop::pair("value", self.file(file)));
                props.push(Prop::pair("filename", name));
            }
            PartContent::Inline { file_name, bytes } => {
                let data = match std::str::from_utf8(bytes) {
                    Ok(text) => JsExpr::string(text),
                    Err(_) => self.bytes(bytes),
                };
                props.push(Prop::pair("value", data));
                if let Some(name) = file_name {
                    props.push(Prop::pair("filename", self.text(name)));
                }
            }
        }
        if let Some(media_type) = &part.media_type {
            props.push(Prop::pair("type", JsExpr::string(media_type)));
        }
        JsExpr::Object(props)
    }
}

fn indent_expr(indent: &str) -> JsExpr {
    if !indent.is_empty() && indent.len() <= 10 && indent.bytes().all(|b| b == b' ') {
        JsExpr::int(i64::try_from(indent.len()).unwrap_or(2))
    } else {
        JsExpr::string(indent)
    }
}

/// JSON without spaces; `None` when it has holes.
fn compact(value: &loadwright_scenario::Json) -> Option<String> {
    use loadwright_scenario::Json;
    let quoted = |t: &str| serde_json::to_string(t).ok();
    Some(match value {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(n) => n.clone(),
        Json::String(text) => quoted(text.as_literal()?)?,
        Json::Hole(_) => return None,
        Json::Array(items) => {
            format!("[{}]", items.iter().map(compact).collect::<Option<Vec<_>>>()?.join(","))
        }
        Json::Object(fields) => {
            let pairs = fields.iter().map(|(k, v)| Some(format!("{}:{}", quoted(k)?, compact(v)?)));
            format!("{{{}}}", pairs.collect::<Option<Vec<_>>>()?.join(","))
        }
    })
}
