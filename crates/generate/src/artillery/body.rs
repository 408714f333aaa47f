use loadwright_scenario::{Body, Field, FileRef, FormPart, Json, PartContent};

use super::context::Context;
use super::yaml::Yaml;
use crate::js::{JsExpr, Prop, TemplatePart};
use crate::k6::helpers::Helper;

/// What a body becomes: keys of the request, and the media type that has to be said.
#[derive(Default)]
pub(super) struct BodyCode {
    pub pairs: Vec<(String, Yaml)>,
    pub media_type: Option<String>,
}

impl Context<'_> {
    pub fn body(&mut self, body: &Body) -> BodyCode {
        let said = |pairs: Vec<(&str, Yaml)>, media_type: Option<&str>| BodyCode {
            pairs: pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            media_type: media_type.map(str::to_owned),
        };
        match body {
            Body::Empty => BodyCode::default(),
            Body::Json { value, indent } => self.json_body(value, indent.as_deref()),
            Body::Raw { media_type, content } => {
                let text = self.text(content, "body");
                said(vec![("body", Yaml::Text(text))], media_type.as_deref())
            }
            Body::Bytes { media_type, content } => {
                let value = JsExpr::call_fn(
                    "Buffer.from",
                    vec![JsExpr::string(&crate::encode::base64(content)), JsExpr::string("base64")],
                );
                said(vec![("body", self.made_body(value))], media_type.as_deref())
            }
            Body::Form(fields) => self.form(fields),
            Body::Multipart(parts) => self.multipart(parts),
            Body::File { media_type, file } => {
                let value = self.file(file);
                said(vec![("body", self.made_body(value))], media_type.as_deref())
            }
            Body::GraphQl { query, operation, variables } => {
                let mut fields = vec![("query".to_owned(), Json::String(query.clone()))];
                fields.extend(operation.clone().map(|o| ("operationName".to_owned(), Json::String(o))));
                fields.extend(variables.clone().map(|v| ("variables".to_owned(), v)));
                self.json_body(&Json::Object(fields), None)
            }
        }
    }

    fn made_body(&mut self, value: JsExpr) -> Yaml {
        Yaml::Text(self.made("body", value))
    }

    fn json_body(&mut self, value: &Json, indent: Option<&str>) -> BodyCode {
        let media_type = Some("application/json".to_owned());
        // an empty list or object, and what is neither, is no `json` for Artillery
        let filled = match value {
            Json::Object(fields) => !fields.is_empty(),
            Json::Array(items) => !items.is_empty(),
            _ => false,
        };
        if filled && indent.is_none() {
            let before = self.pending.len();
            if let Some(yaml) = self.json(value) {
                return BodyCode { pairs: vec![("json".to_owned(), yaml)], media_type };
            }
            self.pending.truncate(before);
        }
        let mut args = vec![self.js.json(value)];
        if let Some(indent) = indent {
            args.push(JsExpr::code("null"));
            args.push(JsExpr::string(indent));
        }
        let value = JsExpr::call_fn("JSON.stringify", args);
        BodyCode { pairs: vec![("body".to_owned(), self.made_body(value))], media_type }
    }

    fn file(&mut self, file: &FileRef) -> JsExpr {
        if let Some(content) = &file.placeholder {
            self.js.add_file(&file.path, content.clone());
        }
        self.needs_fs = true;
        let path = JsExpr::call_fn("path.join", vec![JsExpr::code("__dirname"), JsExpr::string(&file.path)]);
        JsExpr::call_fn("fs.readFileSync", vec![path])
    }

    fn form(&mut self, fields: &[Field]) -> BodyCode {
        let names: Option<Vec<&str>> = fields.iter().map(|f| f.name.as_literal()).collect();
        let sorted = names.is_some_and(|n| n.windows(2).all(|w| matches!(w, [a, b] if a < b)));
        if sorted && !fields.is_empty() {
            let pairs = fields
                .iter()
                .map(|f| {
                    let name = f.name.as_literal().unwrap_or_default();
                    (name.to_owned(), Yaml::Text(self.text(&f.value, name)))
                })
                .collect();
            return BodyCode { pairs: vec![("form".to_owned(), Yaml::Map(pairs))], media_type: None };
        }
        let mut parts = Vec::new();
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                parts.push(TemplatePart::Text("&".to_owned()));
            }
            parts.extend(self.js.encoded_parts(&field.name));
            parts.push(TemplatePart::Text("=".to_owned()));
            parts.extend(self.js.encoded_parts(&field.value));
        }
        let body = self.made_body(JsExpr::template(parts));
        BodyCode {
            pairs: vec![("body".to_owned(), body)],
            media_type: Some("application/x-www-form-urlencoded".to_owned()),
        }
    }

    /// `formData` where names are unique, else a body that the processor writes.
    fn multipart(&mut self, parts: &[FormPart]) -> BodyCode {
        let mut names: Vec<&str> = parts.iter().filter_map(|p| p.name.as_literal()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() == parts.len() && !parts.is_empty() {
            let pairs: Option<Vec<(String, Yaml)>> =
                parts.iter().map(|p| Some((p.name.as_literal()?.to_owned(), self.part(p)?))).collect();
            if let Some(pairs) = pairs {
                return BodyCode { pairs: vec![("formData".to_owned(), Yaml::Map(pairs))], media_type: None };
            }
        }
        let items = parts.iter().map(|p| self.written_part(p)).collect();
        let f = self.js.helper(Helper::Multipart);
        let form = JsExpr::call(f, vec![JsExpr::Array(items)]);
        let placeholder = self.made("form", form);
        let name = placeholder.trim_matches(['{', '}', ' ']).to_owned();
        BodyCode {
            pairs: vec![("body".to_owned(), Yaml::Text(format!("{{{{ {name}.buffer }}}}")))],
            media_type: Some(format!("{{{{ {name}.type }}}}")),
        }
    }

    fn part(&mut self, part: &FormPart) -> Option<Yaml> {
        let value = match &part.content {
            PartContent::Text(text) => {
                let text = Yaml::Text(self.text(text, "part"));
                return Some(match &part.media_type {
                    Some(t) => Yaml::map([("value", text), ("contentType", Yaml::text(t.clone()))]),
                    None => text,
                });
            }
            PartContent::File { file, file_name } => {
                let own = file.path.rsplit(['/', '\\']).next().unwrap_or_default();
                if file_name.as_ref().is_some_and(|n| n.as_literal() != Some(own)) {
                    return None;
                }
                if let Some(content) = &file.placeholder {
                    self.js.add_file(&file.path, content.clone());
                }
                file.path.clone()
            }
            PartContent::Inline { file_name, bytes } => {
                let name = file_name.as_ref().and_then(|n| n.as_literal())?;
                if name.is_empty() || name.contains(['/', '\\']) || name == ".." {
                    return None;
                }
                self.js.add_file(name, bytes.clone());
                name.to_owned()
            }
        };
        let mut pairs = vec![("fromFile".to_owned(), Yaml::Text(value))];
        pairs.extend(part.media_type.clone().map(|t| ("contentType".to_owned(), Yaml::Text(t))));
        Some(Yaml::Map(pairs))
    }

    fn written_part(&mut self, part: &FormPart) -> JsExpr {
        let mut props = vec![Prop::pair("name", self.js.text(&part.name))];
        let inline = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(text) => JsExpr::string(text),
            Err(_) => JsExpr::call_fn(
                "Buffer.from",
                vec![JsExpr::string(&crate::encode::base64(bytes)), JsExpr::string("base64")],
            ),
        };
        match &part.content {
            PartContent::Text(text) => {
                let value = JsExpr::template(self.js.template_parts(text));
                props.push(Prop::pair("value", value));
            }
            PartContent::File { file, file_name } => {
                let own = file.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                let name = file_name.as_ref().map_or_else(|| JsExpr::string(&own), |n| self.js.text(n));
                props.push(Prop::pair("value", self.file(file)));
                props.push(Prop::pair("filename", name));
            }
            PartContent::Inline { file_name, bytes } => {
                props.push(Prop::pair("value", inline(bytes)));
                if let Some(name) = file_name {
                    props.push(Prop::pair("filename", self.js.text(name)));
                }
            }
        }
        if let Some(media_type) = &part.media_type {
            props.push(Prop::pair("type", JsExpr::string(media_type)));
        }
        JsExpr::Object(props)
    }
}
