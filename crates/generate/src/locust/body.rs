use loadwright_scenario::{Body, Field, FileRef, FormPart, PartContent};

use super::context::Context;
use super::helpers::Helper;
use crate::py::{Arg, PyExpr, TextPart};

/// What a body becomes: arguments of the call, and the media type that has to be said.
#[derive(Default)]
pub(super) struct BodyCode {
    pub args: Vec<Arg>,
    pub media_type: Option<String>,
}

impl Context<'_> {
    pub fn body(&mut self, body: &Body) -> BodyCode {
        let data = |value: PyExpr, media_type: Option<&str>| BodyCode {
            args: vec![Arg::named("data", value)],
            media_type: media_type.map(str::to_owned),
        };
        match body {
            Body::Empty => BodyCode::default(),
            Body::Json { value, indent: None } => {
                let value = self.json(value);
                data(self.compact(value), Some("application/json"))
            }
            Body::Json { value, indent: Some(indent) } => {
                self.module("json");
                let indent = if !indent.is_empty() && indent.bytes().all(|b| b == b' ') {
                    PyExpr::int(i64::try_from(indent.len()).unwrap_or(2))
                } else {
                    PyExpr::string(indent)
                };
                let args = vec![
                    Arg::from(self.json(value)),
                    Arg::named("indent", indent),
                    Arg::named("ensure_ascii", PyExpr::bool(false)),
                ];
                let text = PyExpr::call(PyExpr::code("json.dumps"), args);
                data(text.method("encode", Vec::new()), Some("application/json"))
            }
            Body::Raw { media_type, content } => {
                data(self.string(content).method("encode", Vec::new()), media_type.as_deref())
            }
            Body::Bytes { media_type, content } => data(self.bytes(content), media_type.as_deref()),
            Body::Form(fields) => self.form(fields),
            Body::Multipart(parts) => {
                let items = parts.iter().map(|p| self.part(p)).collect();
                BodyCode { args: vec![Arg::named("files", PyExpr::List(items))], media_type: None }
            }
            Body::File { media_type, file } => data(self.file(file), media_type.as_deref()),
            Body::GraphQl { query, operation, variables } => {
                let mut pairs = vec![(PyExpr::string("query"), self.string(query))];
                if let Some(operation) = operation {
                    pairs.push((PyExpr::string("operationName"), self.string(operation)));
                }
                if let Some(variables) = variables {
                    pairs.push((PyExpr::string("variables"), self.json(variables)));
                }
                data(self.compact(PyExpr::Dict(pairs)), Some("application/json"))
            }
        }
    }

    fn compact(&mut self, value: PyExpr) -> PyExpr {
        let f = self.helper(Helper::Compact);
        PyExpr::call(f, vec![value.into()])
    }

    fn bytes(&mut self, content: &[u8]) -> PyExpr {
        if let Ok(text) = std::str::from_utf8(content) {
            return PyExpr::string(text).method("encode", Vec::new());
        }
        self.module("base64");
        PyExpr::call_fn("base64.b64decode", vec![PyExpr::string(&crate::encode::base64(content))])
    }

    fn file(&mut self, file: &FileRef) -> PyExpr {
        if let Some(content) = &file.placeholder {
            self.add_file(&file.path, content.clone());
        }
        self.opened(&file.path)
    }

    /// A dictionary where requests encodes it as k6 does, else the encoded text.
    fn form(&mut self, fields: &[Field]) -> BodyCode {
        let names: Option<Vec<&str>> = fields.iter().map(|f| f.name.as_literal()).collect();
        let sorted = names.is_some_and(|n| n.windows(2).all(|w| matches!(w, [a, b] if a < b)));
        if sorted && !fields.is_empty() {
            let pairs = fields.iter().map(|f| (self.text(&f.name), self.text(&f.value))).collect();
            return BodyCode { args: vec![Arg::named("data", PyExpr::Dict(pairs))], media_type: None };
        }
        let mut parts = Vec::new();
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                parts.push(TextPart::Text("&".to_owned()));
            }
            parts.extend(self.encoded_parts(&field.name));
            parts.push(TextPart::Text("=".to_owned()));
            parts.extend(self.encoded_parts(&field.value));
        }
        BodyCode {
            args: vec![Arg::named("data", PyExpr::text(&parts))],
            media_type: Some("application/x-www-form-urlencoded".to_owned()),
        }
    }

    /// `("name", (file name, content, type))`; a part without a file name is a plain field.
    fn part(&mut self, part: &FormPart) -> PyExpr {
        let (file_name, content) = match &part.content {
            PartContent::Text(text) => (None, self.string(text)),
            PartContent::File { file, file_name } => {
                let fallback = file.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                let name = file_name.as_ref().map_or_else(|| PyExpr::string(&fallback), |n| self.text(n));
                (Some(name), self.file(file))
            }
            PartContent::Inline { file_name, bytes } => {
                let name = file_name.as_ref().map(|n| self.text(n));
                (name, self.bytes(bytes))
            }
        };
        let mut tuple = vec![file_name.unwrap_or_else(|| PyExpr::code("None")), content];
        tuple.extend(part.media_type.as_deref().map(PyExpr::string));
        PyExpr::Tuple(vec![self.text(&part.name), PyExpr::Tuple(tuple)])
    }
}
