use loadwright_scenario::{
    Auth, Body, Encoding, Field, FormPart, Generator, Json, Part, PartContent, Request, RequestStep, Script,
    Segment, Step, Text,
};

use super::{Table, credentials};
use crate::js::{JsExpr, Prop, TemplatePart, camel_case};

impl Table<'_, '_> {
    /// The array of steps, folders flattened: what comes next may be decided by a script.
    pub fn steps(&mut self) -> JsExpr {
        let mut out = Vec::new();
        let plan = self.cx.plan;
        for scenario in &plan.scenarios {
            self.walk(&scenario.steps, &mut out);
        }
        JsExpr::Array(out)
    }

    fn walk(&mut self, steps: &[Step], out: &mut Vec<JsExpr>) {
        for step in steps {
            match step {
                Step::Request(r) => out.push(self.step(r)),
                Step::Batch(list) => out.extend(list.iter().map(|r| self.step(r)).collect::<Vec<_>>()),
                Step::Group(g) => self.walk(&g.steps, out),
                // importers of Postman make none of these
                Step::Pause(_) | Step::Assign(_) | Step::Script(_) | Step::WebSocket(_) => {}
            }
        }
    }

    fn step(&mut self, step: &RequestStep) -> JsExpr {
        let mut props = vec![Prop::pair("name", JsExpr::string(&step.name))];
        if let Some(item) = self.carried.items.get(&step.origin) {
            if let Some(id) = &item.id {
                props.push(Prop::pair("id", JsExpr::string(id)));
            }
            if !item.folders.is_empty() {
                let list = item.folders.iter().map(|f| JsExpr::string(f)).collect();
                props.push(Prop::pair("folders", JsExpr::Array(list)));
            }
        }
        props.push(Prop::pair("group", JsExpr::string(&self.cx.group_name(step))));
        let before: Vec<JsExpr> =
            step.before.iter().filter_map(|s| self.function(s, step, "before")).collect();
        if !before.is_empty() {
            props.push(Prop::pair("before", JsExpr::Array(before)));
        }
        let own_auth = self.carried.items.get(&step.origin).is_none_or(|i| i.own_auth);
        props.push(Prop::pair("request", self.request(step, own_auth)));
        if !own_auth {
            props.extend(self.carried_auth(&step.request.auth).map(|a| Prop::pair("auth", a)));
        }
        let settings = settings(&step.request);
        if !settings.is_empty() {
            props.push(Prop::pair("settings", JsExpr::Object(settings)));
        }
        let after: Vec<JsExpr> = step.after.iter().filter_map(|s| self.function(s, step, "after")).collect();
        if !after.is_empty() {
            props.push(Prop::pair("after", JsExpr::Array(after)));
        }
        JsExpr::Object(props)
    }

    /// The function that holds a carried script; scripts of folders are written once.
    fn function(&mut self, script: &Script, step: &RequestStep, when: &str) -> Option<JsExpr> {
        if let Some(name) = self.functions.get(&script.origin) {
            return Some(JsExpr::ident(name));
        }
        let shared = !script.origin.at.as_str().starts_with(&format!("{}/", step.origin.at.as_str()));
        let what = if shared { "each" } else { step.name.as_str() };
        let wish = camel_case(&format!("{when} {what}"));
        let name = self.cx.names.claim(&wish, when);
        self.carrier.carry(&mut self.cx.names, &name, &script.code)?;
        self.functions.insert(script.origin.clone(), name.clone());
        Some(JsExpr::ident(&name))
    }

    fn request(&mut self, step: &RequestStep, own_auth: bool) -> JsExpr {
        let request = &step.request;
        let mut props = vec![
            Prop::pair("method", JsExpr::string(&request.method)),
            Prop::pair("url", JsExpr::string(&url(request))),
        ];
        if !request.headers.is_empty() {
            let headers =
                request.headers.iter().map(|f| Prop::pair(holes(&f.name), literal(&f.value))).collect();
            props.push(Prop::pair("headers", JsExpr::Object(headers)));
        }
        if let Some(body) = self.carried_body(&request.body) {
            props.push(Prop::pair("body", body));
        }
        if own_auth {
            props.extend(self.carried_auth(&request.auth).map(|a| Prop::pair("auth", a)));
        }
        if let (true, Some(note)) = (self.descriptions, &step.note) {
            props.push(Prop::pair("description", JsExpr::string(note)));
        }
        JsExpr::Object(props)
    }

    fn carried_body(&mut self, body: &Body) -> Option<JsExpr> {
        let mut props = Vec::new();
        let mut mode = |m: &str| props.push(Prop::pair("mode", JsExpr::string(m)));
        match body {
            Body::Empty | Body::Bytes { .. } => return None,
            Body::Json { value, indent } => {
                mode("raw");
                let mut args = vec![self.cx.json(value)];
                if let Some(indent) = indent {
                    args.push(JsExpr::code("null"));
                    args.push(JsExpr::string(indent));
                }
                props.push(Prop::pair("raw", JsExpr::call_fn("JSON.stringify", args)));
                props.push(Prop::pair("type", JsExpr::string("application/json")));
            }
            Body::Raw { media_type, content } => {
                mode("raw");
                props.push(Prop::pair("raw", literal(content)));
                if let Some(t) = media_type {
                    props.push(Prop::pair("type", JsExpr::string(t)));
                }
            }
            Body::Form(fields) => {
                mode("urlencoded");
                props.push(Prop::pair("urlencoded", JsExpr::Array(fields.iter().map(pair).collect())));
            }
            Body::Multipart(parts) => {
                mode("formdata");
                if parts.is_empty() {
                    props.push(Prop::pair("missing", JsExpr::bool(true)));
                }
                let list = parts.iter().map(|p| self.part(p)).collect();
                props.push(Prop::pair("formdata", JsExpr::Array(list)));
            }
            Body::File { media_type, file } => {
                mode("file");
                let content = self.cx.opened(&file.path);
                props.push(Prop::pair(
                    "file",
                    JsExpr::Object(vec![
                        Prop::pair("src", JsExpr::string(&file.path)),
                        Prop::pair("content", content),
                    ]),
                ));
                if let Some(t) = media_type {
                    props.push(Prop::pair("type", JsExpr::string(t)));
                }
            }
            Body::GraphQl { query, operation, variables } => {
                mode("graphql");
                let mut inner = vec![Prop::pair("query", literal(query))];
                inner.extend(operation.as_ref().map(|o| Prop::pair("operationName", literal(o))));
                match variables {
                    Some(Json::Hole(text)) => inner.push(Prop::pair("variables", literal(text))),
                    Some(json) => inner.push(Prop::pair("variables", self.cx.json(json))),
                    None => {}
                }
                props.push(Prop::pair("graphql", JsExpr::Object(inner)));
            }
        }
        Some(JsExpr::Object(props))
    }

    fn part(&mut self, part: &FormPart) -> JsExpr {
        let mut props = vec![Prop::pair("key", literal(&part.name))];
        match &part.content {
            PartContent::Text(text) => props.push(Prop::pair("value", literal(text))),
            PartContent::File { file, file_name } => {
                props.push(Prop::pair("type", JsExpr::string("file")));
                let content = self.cx.opened(&file.path);
                props.push(Prop::pair("content", content));
                props.extend(file_name.as_ref().map(|n| Prop::pair("fileName", literal(n))));
            }
            PartContent::Inline { file_name, bytes } => {
                props.push(Prop::pair("value", JsExpr::string(&String::from_utf8_lossy(bytes))));
                props.extend(file_name.as_ref().map(|n| Prop::pair("fileName", literal(n))));
            }
        }
        props.extend(part.media_type.as_ref().map(|t| Prop::pair("contentType", JsExpr::string(t))));
        JsExpr::Object(props)
    }

    fn carried_auth(&mut self, auth: &Auth) -> Option<JsExpr> {
        let props = credentials::props(auth, &mut literal)?;
        if credentials::is_signed(auth) {
            self.carrier.modules.sign();
        }
        if credentials::has_key(auth) {
            self.carrier.modules.keys();
        }
        Some(props)
    }
}

fn pair(field: &Field) -> JsExpr {
    JsExpr::Object(vec![Prop::pair("key", literal(&field.name)), Prop::pair("value", literal(&field.value))])
}

/// What a request wants other than Postman's defaults.
fn settings(request: &Request) -> Vec<Prop> {
    let mut out = Vec::new();
    let o = &request.overrides;
    let encodings = request
        .url
        .path
        .iter()
        .filter_map(|s| if let Segment::Param { encoding, .. } = s { Some(*encoding) } else { None })
        .chain(request.url.query.iter().map(|q| q.encoding));
    if encodings.into_iter().any(|e| e == Encoding::Raw) {
        out.push(Prop::pair("raw", JsExpr::bool(true)));
    }
    let bodiless = matches!(request.method.as_str(), "GET" | "COPY" | "HEAD" | "PURGE" | "UNLOCK");
    if bodiless && request.body != Body::Empty && !o.unsent_body {
        out.push(Prop::pair("keepBody", JsExpr::bool(true)));
    }
    if let Some(n) = o.max_redirects {
        out.push(Prop::pair("redirects", JsExpr::int(i64::from(n))));
    }
    if o.keep_method_on_redirect {
        out.push(Prop::pair("keepMethod", JsExpr::bool(true)));
    }
    if o.no_cookies {
        out.push(Prop::pair("noCookies", JsExpr::bool(true)));
    }
    if let Some(ms) = o.timeout_ms {
        out.push(Prop::pair("timeout", JsExpr::int(i64::try_from(ms).unwrap_or(i64::MAX))));
    }
    if !o.omit_headers.is_empty() {
        let list = o.omit_headers.iter().map(|h| JsExpr::string(h)).collect();
        out.push(Prop::pair("omit", JsExpr::Array(list)));
    }
    out
}

fn url(request: &Request) -> String {
    let url = &request.url;
    let mut out = holes(&url.base);
    for segment in &url.path {
        out.push('/');
        match segment {
            Segment::Literal(text) => out.push_str(text),
            Segment::Param { value, .. } => out.push_str(&holes(value)),
        }
    }
    for (i, field) in url.query.iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(&holes(&field.name));
        if let Some(value) = &field.value {
            out.push('=');
            out.push_str(&holes(value));
        }
    }
    out
}

/// The text with its holes as Postman writes them: they are filled when the step runs.
fn holes(text: &Text) -> String {
    let mut out = String::new();
    for part in &text.0 {
        match part {
            Part::Literal(t) => out.push_str(t),
            Part::Var(name) => out.push_str(&format!("{{{{{name}}}}}")),
            Part::Column(of) => out.push_str(&format!("{{{{{}}}}}", of.column)),
            Part::Generated(g) => out.push_str(&format!("{{{{{}}}}}", dynamic(g))),
        }
    }
    out
}

fn literal(text: &Text) -> JsExpr {
    JsExpr::template(vec![TemplatePart::Text(holes(text))])
}

fn dynamic(generator: &Generator) -> String {
    match generator {
        Generator::Uuid | Generator::Unique => "$guid".to_owned(),
        Generator::UnixSeconds | Generator::UnixMillis | Generator::UniqueInt => "$timestamp".to_owned(),
        Generator::IsoTimestamp | Generator::IsoDate => "$isoTimestamp".to_owned(),
        Generator::Int { .. } => "$randomInt".to_owned(),
        Generator::Boolean => "$randomBoolean".to_owned(),
        Generator::Alphanumeric { .. } => "$randomAlphaNumeric".to_owned(),
        Generator::Fake(kind) => {
            let mut chars = kind.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase().to_string()).unwrap_or_default();
            format!("$random{first}{}", chars.as_str())
        }
        // made by passes over recordings only, which carry no scripts
        Generator::Coded { text, coding: _ } => text.to_string(),
    }
}
