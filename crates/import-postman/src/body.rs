//! What a request carries, and the `Content-Type` that Postman adds to it.

use std::path::Path;

use loadwright_import::json_from_text;
use loadwright_scenario::{Body, Field, FileRef, FormPart, Json, PartContent, Text};
use serde_json::Value;

use crate::template::{has_hole, text};
use crate::value::{disabled, lines, list, scalar, str_of};

/// What reading a body found out beside the body.
#[derive(Debug, Default)]
pub struct BodyFacts {
    /// Keys of the body object that name files that do not exist.
    pub missing_files: Vec<String>,
}

/// Reads `request.body`. `content_type` is the value of the request's own header, when it has one.
pub fn read(body: &Value, content_type: Option<&str>, folder: Option<&Path>) -> (Body, BodyFacts) {
    let mut facts = BodyFacts::default();
    if let Value::String(raw) = body {
        return (raw_body(raw, None, content_type), facts);
    }
    if body.get("disabled") == Some(&Value::Bool(true)) {
        return (Body::Empty, facts);
    }
    let read = match str_of(body, "mode").map(str::to_lowercase).as_deref() {
        None => Body::Empty,
        Some("urlencoded") => form(body),
        Some("formdata") => multipart(body, folder, &mut facts),
        Some("file") => file(body, folder, &mut facts),
        Some("graphql") => graphql(body.get("graphql").unwrap_or(&Value::Null)),
        Some(_) => {
            let language = body.pointer("/options/raw/language").and_then(Value::as_str);
            let raw = match body.get("raw") {
                Some(Value::Object(o)) => Value::Object(o.clone()).to_string(),
                raw => lines(raw).unwrap_or_default(),
            };
            raw_body(&raw, language, content_type)
        }
    };
    (read, facts)
}

fn raw_body(raw: &str, language: Option<&str>, content_type: Option<&str>) -> Body {
    if raw.is_empty() {
        return Body::Empty;
    }
    let json_header = content_type.is_some_and(|c| {
        c.starts_with("application/json") || c.starts_with("application/") && c.contains("+json")
    });
    let is_json = language == Some("json") || language.is_none() && json_header;
    let stripped;
    let raw = if is_json && (raw.contains("//") || raw.contains("/*")) {
        stripped = without_comments(raw);
        stripped.as_str()
    } else {
        raw
    };
    let media_type = match language {
        Some("json") => "application/json",
        Some("html") => "text/html",
        Some("javascript") => "application/javascript",
        Some("xml") => "application/xml",
        _ => "text/plain",
    };
    let sends_json = content_type.map_or(media_type == "application/json", |c| c == "application/json");
    if sends_json
        && !has_hole(raw)
        && let Some((value, indent)) = json_from_text(raw)
    {
        return Body::Json { value, indent };
    }
    Body::Raw { media_type: Some(media_type.to_owned()), content: text(raw) }
}

/// Takes `//` and `/* */` comments out of JSON text; strings are left alone, line feeds after `//` stay.
fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut chars = source.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(_)) if quoted => {
                out.push(c);
                out.extend(chars.next());
            }
            ('"', _) => {
                quoted = !quoted;
                out.push(c);
            }
            ('/', Some('/')) if !quoted => {
                let mut last = None;
                while let Some(&next) = chars.peek() {
                    if next == '\n' {
                        break;
                    }
                    last = chars.next();
                }
                if last == Some('\r') {
                    out.push('\r');
                }
            }
            ('/', Some('*')) if !quoted => {
                chars.next();
                let mut star = false;
                for next in chars.by_ref() {
                    if star && next == '/' {
                        break;
                    }
                    star = next == '*';
                }
            }
            _ => out.push(c),
        }
    }
    out
}

fn form(body: &Value) -> Body {
    let fields: Vec<Field> = match body.get("urlencoded") {
        Some(Value::String(whole)) => whole
            .split('&')
            .map(|p| p.split_once('=').unwrap_or((p, "")))
            .map(|(k, v)| Field::new(text(k), text(v)))
            .collect(),
        _ => {
            let mut fields: Vec<Field> = Vec::new();
            for param in list(body, "urlencoded").iter().filter(|p| !disabled(p)) {
                let name = text(&scalar(param.get("key")).unwrap_or_default());
                let field = Field::new(name, text(&scalar(param.get("value")).unwrap_or_default()));
                // a repeated name goes on the wire right after its first use
                match fields.iter().rposition(|f| f.name == field.name) {
                    Some(i) => fields.insert(i + 1, field),
                    None => fields.push(field),
                }
            }
            fields
        }
    };
    if fields.is_empty() { Body::Empty } else { Body::Form(fields) }
}

fn multipart(body: &Value, folder: Option<&Path>, facts: &mut BodyFacts) -> Body {
    let mut parts = Vec::new();
    for param in list(body, "formdata").iter().filter(|p| !disabled(p)) {
        let name = text(&scalar(param.get("key")).unwrap_or_default());
        let media_type = str_of(param, "contentType").filter(|t| !t.is_empty()).map(str::to_owned);
        let file_name = str_of(param, "fileName").map(text);
        if str_of(param, "type") == Some("file") {
            let sources: Vec<&str> = match param.get("src") {
                Some(Value::String(s)) => vec![s],
                Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            for src in &sources {
                match file_ref(src, folder) {
                    Some(file) => parts.push(FormPart {
                        name: name.clone(),
                        content: PartContent::File {
                            file,
                            file_name: file_name.clone().or_else(|| Some(Text::literal(base_name(src)))),
                        },
                        media_type: media_type.clone().or_else(|| Some(media_type_of(src).to_owned())),
                    }),
                    None => facts.missing_files.push((*src).to_owned()),
                }
            }
            if sources.is_empty() {
                let inline = scalar(param.get("value")).filter(|v| !v.is_empty());
                parts.push(FormPart {
                    name,
                    content: match inline {
                        Some(value) if file_name.is_none() => PartContent::Text(text(&value)),
                        value => PartContent::Inline {
                            file_name: Some(file_name.unwrap_or_default()),
                            bytes: value.unwrap_or_default().into_bytes(),
                        },
                    },
                    media_type,
                });
            }
            continue;
        }
        let value = match param.get("value") {
            Some(Value::String(s)) => s.clone(),
            None | Some(Value::Null) => param.get("value").map_or_else(String::new, ToString::to_string),
            Some(other) => other.to_string(),
        };
        parts.push(FormPart {
            name,
            content: match file_name {
                Some(file_name) => {
                    PartContent::Inline { file_name: Some(file_name), bytes: value.into_bytes() }
                }
                None => PartContent::Text(text(&value)),
            },
            media_type,
        });
    }
    if parts.is_empty() { Body::Empty } else { Body::Multipart(parts) }
}

fn file(body: &Value, folder: Option<&Path>, facts: &mut BodyFacts) -> Body {
    let source = match body.get("file") {
        Some(Value::String(s)) => Some(s.as_str()),
        Some(Value::Object(o)) => o.get("src").and_then(Value::as_str),
        _ => None,
    };
    let content = body.pointer("/file/content").and_then(Value::as_str);
    match (source.filter(|s| !s.is_empty()), content) {
        (Some(src), _) => match file_ref(src, folder) {
            Some(file) => Body::File { media_type: Some(media_type_of(src).to_owned()), file },
            None => {
                facts.missing_files.push(src.to_owned());
                Body::Empty
            }
        },
        (None, Some(content)) => Body::Raw { media_type: None, content: Text::literal(content) },
        (None, None) => Body::Empty,
    }
}

/// The file as the script finds it, when it exists.
fn file_ref(src: &str, folder: Option<&Path>) -> Option<FileRef> {
    let path = Path::new(src);
    let found = folder.map_or_else(|| path.to_path_buf(), |f| f.join(path));
    found.is_file().then(|| FileRef { path: src.to_owned(), placeholder: None })
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn graphql(graphql: &Value) -> Body {
    let query = str_of(graphql, "query");
    let operation = str_of(graphql, "operationName");
    let variables = graphql.get("variables");
    if query.is_none() && operation.is_none() && variables.is_none() {
        return Body::Empty;
    }
    let hole = query.is_some_and(has_hole) || operation.is_some_and(has_hole);
    let variables = match variables {
        None | Some(Value::Null) => None,
        Some(Value::String(s)) if s.is_empty() => None,
        Some(Value::String(s)) => Some(s.clone()),
        Some(other) => Some(other.to_string()),
    };
    if hole {
        return Body::GraphQl {
            query: text(query.unwrap_or_default()),
            operation: operation.map(text),
            variables: variables.map(|v| Json::Hole(text(&v))),
        };
    }
    // the bytes are known, whatever the variables are: Postman copies them as they are written
    let quote = |s: &str| Value::String(s.to_owned()).to_string();
    let mut pairs = Vec::new();
    pairs.extend(query.map(|q| format!("\"query\":{}", quote(q))));
    pairs.extend(operation.map(|o| format!("\"operationName\":{}", quote(o))));
    let mut content = Text::literal(format!("{{{}", pairs.join(",")));
    if let Some(variables) = variables {
        content.push_str(if pairs.is_empty() { "\"variables\":" } else { ",\"variables\":" });
        content.append(text(&variables));
    }
    content.push_str("}");
    Body::Raw { media_type: Some("application/json".to_owned()), content }
}

/// By the file's extension, as Postman's form library finds it.
pub fn media_type_of(name: &str) -> &'static str {
    let extension = base_name(name).rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    match extension.as_str() {
        "txt" | "text" | "log" | "conf" | "ini" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "js" | "mjs" => "application/javascript",
        "json" | "map" => "application/json",
        "xml" => "application/xml",
        "yaml" | "yml" => "text/yaml",
        "md" => "text/markdown",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(value: &Value) -> Body {
        read(value, None, None).0
    }

    #[test]
    fn raw_bodies_have_the_media_type_of_their_language() {
        let raw = body(&json!({"mode": "raw", "raw": "<a/>", "options": {"raw": {"language": "xml"}}}));
        assert_eq!(raw, Body::Raw { media_type: Some("application/xml".into()), content: "<a/>".into() });
        assert_eq!(
            body(&json!({"mode": "raw", "raw": "{\"a\":1}"})),
            Body::Raw { media_type: Some("text/plain".into()), content: "{\"a\":1}".into() }
        );
        assert_eq!(body(&json!({"mode": "raw", "raw": ""})), Body::Empty);
    }

    #[test]
    fn comments_leave_json_bodies_and_nothing_else() {
        let source = "{\"u\":\"http://x\", // why\n\"b\":/* c */1}";
        assert_eq!(without_comments(source), "{\"u\":\"http://x\", \n\"b\":1}");
    }

    #[test]
    fn forms_keep_repeats_together_and_drop_disabled_fields() {
        let form = body(
            &json!({"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"},
            {"key": "a", "value": "3"}, {"key": "c", "value": "4", "disabled": true}]}),
        );
        let Body::Form(fields) = form else { panic!("a form") };
        let shown: Vec<String> = fields.iter().map(|f| format!("{}={}", f.name, f.value)).collect();
        assert_eq!(shown, ["a=1", "a=3", "b=2"]);
    }

    #[test]
    fn graphql_variables_stay_an_object() {
        let value =
            body(&json!({"mode": "graphql", "graphql": {"query": "{ a }", "variables": "{\"id\": {{id}}}"}}));
        let Body::Raw { content, .. } = value else { panic!("raw") };
        assert_eq!(content.to_string(), "{\"query\":\"{ a }\",\"variables\":{\"id\": {id}}}");
    }
}
