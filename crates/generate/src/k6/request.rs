use loadwright_scenario::{Body, Encoding, Field, Request, RequestStep, Segment, Text};

use super::auth::AuthCode;
use super::body::{BodyCode, MediaTypeCode, encode_component};
use super::context::Context;
use super::helpers::Helper;
use crate::js::{JsExpr, Prop, TemplatePart};

/// The pieces of one `http` call.
pub(crate) struct RequestCode {
    /// `const form = multipart([...]);` has to come first.
    pub form: Option<JsExpr>,
    pub call: JsExpr,
    /// The same request for `http.batch`.
    pub item: JsExpr,
}

impl Context<'_> {
    pub fn request(&mut self, step: &RequestStep) -> RequestCode {
        let request = &step.request;
        let signature = self.signature(request);
        let auth = if signature.is_some() { AuthCode::default() } else { self.auth(&request.auth) };
        let url = self.url(request, &auth);
        let BodyCode { expr, media_type } = self.body(&request.body);
        let (form, body) = match (&media_type, expr) {
            (Some(MediaTypeCode::Expr(_)), Some(form)) => (Some(form), Some(JsExpr::code("form.body"))),
            (_, body) => (None, body),
        };
        let params = self.params(step, &auth, media_type);
        let call = match signature {
            Some(auth) => {
                let [body, params] =
                    [body.clone(), params.clone()].map(|e| e.unwrap_or_else(|| JsExpr::code("null")));
                let args = vec![JsExpr::string(&request.method), url.clone(), body, params, auth];
                JsExpr::call_fn("signed", args)
            }
            None => self.call(&request.method, &url, body.clone(), params.clone()),
        };
        let mut item = vec![JsExpr::string(&request.method), url];
        if body.is_some() || params.is_some() {
            item.push(body.unwrap_or_else(|| JsExpr::code("null")));
        }
        item.extend(params);
        RequestCode { form, call, item: JsExpr::Array(item) }
    }

    fn call(&mut self, method: &str, url: &JsExpr, body: Option<JsExpr>, params: Option<JsExpr>) -> JsExpr {
        let short = match (method, &body) {
            ("GET", None) => Some(("http.get", false)),
            ("HEAD", None) => Some(("http.head", false)),
            ("POST", _) => Some(("http.post", true)),
            ("PUT", _) => Some(("http.put", true)),
            ("PATCH", _) => Some(("http.patch", true)),
            ("DELETE", _) => Some(("http.del", true)),
            ("OPTIONS", _) => Some(("http.options", true)),
            _ => None,
        };
        let (function, with_body, mut args) = match short {
            Some((function, with_body)) => (function, with_body, vec![url.clone()]),
            None => ("http.request", true, vec![JsExpr::string(method), url.clone()]),
        };
        if with_body && (body.is_some() || params.is_some()) {
            args.push(body.unwrap_or_else(|| JsExpr::code("null")));
        }
        args.extend(params);
        let f = self.http(function);
        JsExpr::call(f, args)
    }

    /// Base, path and query as one template literal.
    pub fn url(&mut self, request: &Request, auth: &AuthCode) -> JsExpr {
        let mut parts = self.base(&request.url.base, auth);
        for segment in &request.url.path {
            parts.push(TemplatePart::Text("/".to_owned()));
            match segment {
                Segment::Literal(text) => parts.push(TemplatePart::Text(text.to_string())),
                Segment::Param { label: _, value, encoding } => {
                    parts.extend(self.url_parts(value, *encoding));
                }
            }
        }
        let mut mark = "?";
        for field in &request.url.query {
            parts.push(TemplatePart::Text(mark.to_owned()));
            mark = "&";
            parts.extend(self.url_parts(&field.name, field.encoding));
            if let Some(value) = &field.value {
                parts.push(TemplatePart::Text("=".to_owned()));
                parts.extend(self.url_parts(value, field.encoding));
            }
        }
        if !auth.query.is_empty() {
            parts.push(TemplatePart::Text(mark.to_owned()));
            parts.extend(auth.query.iter().cloned());
        }
        JsExpr::template(merged(parts))
    }

    fn base(&mut self, base: &Text, auth: &AuthCode) -> Vec<TemplatePart> {
        let Some((userinfo, _)) = &auth.userinfo else { return self.template_parts(base) };
        if let Some((scheme, rest)) = base.as_literal().and_then(|b| b.split_once("://")) {
            let mut parts = vec![TemplatePart::Text(format!("{scheme}://"))];
            parts.extend(userinfo.iter().cloned());
            parts.push(TemplatePart::Text(rest.to_owned()));
            return parts;
        }
        let mut with = vec![TemplatePart::Text("://".to_owned())];
        with.extend(userinfo.iter().cloned());
        let base = self.text(base);
        let call =
            JsExpr::call(base.member("replace"), vec![JsExpr::string("://"), JsExpr::template(merged(with))]);
        vec![TemplatePart::Hole(call)]
    }

    fn url_parts(&mut self, text: &Text, encoding: Encoding) -> Vec<TemplatePart> {
        match encoding {
            Encoding::Raw => self.template_parts(text),
            Encoding::Lenient => {
                let mut parts = self.template_parts(text);
                for (part, of) in parts.iter_mut().zip(&text.0) {
                    let free = matches!(of, loadwright_scenario::Part::Column(_))
                        || matches!(of, loadwright_scenario::Part::Generated(_)) && !url_safe(of);
                    if let (true, TemplatePart::Hole(hole)) = (free, &*part) {
                        let hole = hole.clone();
                        let f = self.helper(Helper::InUrl);
                        *part = TemplatePart::Hole(JsExpr::call(f, vec![hole]));
                    }
                }
                parts
            }
            Encoding::Component => text
                .0
                .iter()
                .map(|part| match part {
                    loadwright_scenario::Part::Literal(t) => TemplatePart::Text(encode_component(t)),
                    part => {
                        let hole = self.hole(part);
                        TemplatePart::Hole(if url_safe(part) {
                            hole
                        } else {
                            JsExpr::call_fn("encodeURIComponent", vec![hole])
                        })
                    }
                })
                .collect(),
        }
    }

    fn params(
        &mut self,
        step: &RequestStep,
        auth: &AuthCode,
        media_type: Option<MediaTypeCode>,
    ) -> Option<JsExpr> {
        let mut props = Vec::new();
        if let Some(headers) = self.headers(&step.request, auth, media_type) {
            props.push(Prop::pair("headers", headers));
        }
        let cookies: Vec<Prop> = step
            .request
            .cookies
            .iter()
            .map(|f| (f.name.clone(), f.value.clone()))
            .chain(auth.cookies.iter().cloned())
            .map(|(n, v)| Prop::pair(n.to_string(), self.text(&v)))
            .collect();
        if !cookies.is_empty() {
            props.push(Prop::pair("cookies", JsExpr::Object(cookies)));
        }
        let mut tags = vec![Prop::pair("name", JsExpr::string(&self.group_name(step)))];
        tags.extend(
            step.tags
                .iter()
                .filter(|(k, _)| k != "name")
                .map(|(k, v)| Prop::pair(k.clone(), JsExpr::string(v))),
        );
        props.push(Prop::pair("tags", JsExpr::Object(tags)));
        if let Some((_, kind)) = auth.userinfo {
            props.push(Prop::pair("auth", JsExpr::string(kind)));
        }
        let o = &step.request.overrides;
        if let Some(n) = o.max_redirects {
            props.push(Prop::pair("redirects", JsExpr::int(i64::from(n))));
        }
        if let Some(ms) = o.timeout_ms {
            props.push(Prop::pair("timeout", JsExpr::int(i64::try_from(ms).unwrap_or(i64::MAX))));
        }
        if o.no_cookies {
            self.http("http");
            props.push(Prop::pair("jar", JsExpr::code("new http.CookieJar()")));
        }
        if o.discard_body {
            props.push(Prop::pair("responseType", JsExpr::string("none")));
        }
        if !o.expected_statuses.is_empty() {
            let mut args = vec![JsExpr::code("{ min: 200, max: 399 }")];
            args.extend(o.expected_statuses.iter().map(|s| JsExpr::int(i64::from(*s))));
            let f = self.http("http.expectedStatuses");
            props.push(Prop::pair("responseCallback", JsExpr::call(f, args)));
        }
        Some(JsExpr::Object(props))
    }

    fn headers(
        &mut self,
        request: &Request,
        auth: &AuthCode,
        media_type: Option<MediaTypeCode>,
    ) -> Option<JsExpr> {
        let is =
            |name: &str, field: &Field| field.name.as_literal().is_some_and(|n| n.eq_ignore_ascii_case(name));
        let mut props: Vec<Prop> = Vec::new();
        let shared =
            !self.plan.http.headers.is_empty() || self.plan.http.auth != loadwright_scenario::Auth::None;
        if shared {
            props.push(Prop::Spread(JsExpr::code("HEADERS")));
        }
        let says_type = request.headers.iter().any(|f| is("content-type", f));
        let carries = !matches!(request.body, Body::Empty);
        if carries && (!says_type || matches!(request.body, Body::Multipart(_))) {
            match media_type {
                Some(MediaTypeCode::Text(t)) => props.push(Prop::pair("Content-Type", JsExpr::string(&t))),
                Some(MediaTypeCode::Expr(e)) => props.push(Prop::pair("Content-Type", e)),
                None => {}
            }
        }
        for (_, name, value) in &auth.headers {
            if !request.headers.iter().any(|f| is(name, f)) {
                let pair = Prop::pair(name.clone(), value.clone());
                props.push(match self.token_to_come(&request.auth) {
                    Some(token) => {
                        let header = JsExpr::binary(token, "&&", JsExpr::Object(vec![pair]));
                        Prop::Spread(JsExpr::chain(vec![JsExpr::code("("), header, JsExpr::code(")")]))
                    }
                    None => pair,
                });
            }
        }
        let own_type = matches!(request.body, Body::Multipart(_));
        let mut seen: Vec<(String, Text)> = Vec::new();
        for field in &request.headers {
            if own_type && is("content-type", field) {
                continue;
            }
            let name = field.name.to_string();
            match seen.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(&name)) {
                // one value a name is all that k6 can send: several are joined as RFC 9110 section 5.3 allows
                Some((_, value)) => {
                    value.push_str(if name.eq_ignore_ascii_case("cookie") { "; " } else { ", " });
                    value.append(field.value.clone());
                }
                None => seen.push((name, field.value.clone())),
            }
        }
        for (name, value) in seen {
            let value = self.text(&value);
            props.push(Prop::pair(name, value));
        }
        match props.as_slice() {
            [] => None,
            [Prop::Spread(only)] if shared => Some(only.clone()),
            _ => Some(JsExpr::Object(props)),
        }
    }

    /// `GET /pets/{petId}`: the operation under which k6 counts the request.
    pub fn group_name(&self, step: &RequestStep) -> String {
        step.operation(&self.plan.http)
    }
}

/// Values that never hold a character with a meaning in a URL.
fn url_safe(part: &loadwright_scenario::Part) -> bool {
    use loadwright_scenario::{Generator, Part};
    match part {
        Part::Generated(g) => {
            !matches!(g, Generator::Fake(_) | Generator::IsoTimestamp | Generator::Coded { .. })
        }
        Part::Literal(_) | Part::Var(_) | Part::Column(_) => false,
    }
}

fn merged(parts: Vec<TemplatePart>) -> Vec<TemplatePart> {
    let mut out: Vec<TemplatePart> = Vec::new();
    for part in parts {
        match (out.last_mut(), part) {
            (Some(TemplatePart::Text(last)), TemplatePart::Text(text)) => last.push_str(&text),
            (_, part) => out.push(part),
        }
    }
    out
}
