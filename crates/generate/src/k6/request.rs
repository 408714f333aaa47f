use std::borrow::Cow;

use loadwright_scenario::{Body, Encoding, Field, Part, Request, RequestStep, Segment, Text};

use super::auth::AuthCode;
use super::body::{BodyCode, MediaTypeCode, encode_component};
use super::context::Context;
use super::helpers::Helper;
use crate::js::{JsExpr, Prop, Template};

/// The pieces of one `http` call.
pub(crate) struct RequestCode<'a> {
    /// `const form = multipart([...]);` has to come first.
    pub form: Option<JsExpr>,
    method: &'a str,
    url: JsExpr,
    body: Option<JsExpr>,
    params: JsExpr,
    /// What a signed request signs with.
    signature: Option<JsExpr>,
}

impl RequestCode<'_> {
    /// `http.post(url, body, params)`
    pub fn call(self, cx: &mut Context<'_>) -> JsExpr {
        let Self { form: _, method, url, body, params, signature } = self;
        let or_null = |body: Option<JsExpr>| body.unwrap_or_else(|| JsExpr::code("null"));
        if let Some(auth) = signature {
            return JsExpr::call_fn("signed", vec![JsExpr::string(method), url, or_null(body), params, auth]);
        }
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
            Some((function, with_body)) => (function, with_body, Vec::with_capacity(3)),
            None => ("http.request", true, vec![JsExpr::string(method)]),
        };
        args.push(url);
        if with_body {
            args.push(or_null(body));
        }
        args.push(params);
        let f = cx.http(function);
        JsExpr::call(f, args)
    }

    /// The same request for `http.batch`.
    pub fn item(self) -> JsExpr {
        let body = self.body.unwrap_or_else(|| JsExpr::code("null"));
        JsExpr::Array(vec![JsExpr::string(self.method), self.url, body, self.params])
    }
}

impl Context<'_> {
    pub fn request<'s>(&mut self, step: &'s RequestStep) -> RequestCode<'s> {
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
        RequestCode { form, method: &request.method, url, body, params, signature }
    }

    /// Base, path and query as one template literal.
    pub fn url(&mut self, request: &Request, auth: &AuthCode) -> JsExpr {
        let mut out = Template::default();
        self.put_base(&request.url.base, auth, &mut out);
        for segment in &request.url.path {
            out.text("/");
            match segment {
                Segment::Literal(text) => out.text(text),
                Segment::Param { label: _, value, encoding } => self.put_in_url(value, *encoding, &mut out),
            }
        }
        let mut mark = "?";
        for field in &request.url.query {
            out.text(mark);
            mark = "&";
            self.put_in_url(&field.name, field.encoding, &mut out);
            if let Some(value) = &field.value {
                out.text("=");
                self.put_in_url(value, field.encoding, &mut out);
            }
        }
        if !auth.query.is_empty() {
            out.text(mark);
            auth.query.iter().for_each(|part| out.part(part));
        }
        out.finish()
    }

    fn put_base(&mut self, base: &Text, auth: &AuthCode, out: &mut Template) {
        let Some((userinfo, _)) = &auth.userinfo else { return self.put(base, out) };
        if let Some((scheme, rest)) = base.as_literal().and_then(|b| b.split_once("://")) {
            out.text(scheme);
            out.text("://");
            userinfo.iter().for_each(|part| out.part(part));
            out.text(rest);
            return;
        }
        let mut with = Template::default();
        with.text("://");
        userinfo.iter().for_each(|part| with.part(part));
        let base = self.text(base);
        out.hole(&JsExpr::call(base.member("replace"), vec![JsExpr::string("://"), with.finish()]));
    }

    fn put_in_url(&mut self, text: &Text, encoding: Encoding, out: &mut Template) {
        for part in &text.0 {
            let function = match (encoding, part) {
                (Encoding::Raw | Encoding::Lenient, Part::Literal(text)) => {
                    out.text(text);
                    continue;
                }
                (Encoding::Component, Part::Literal(text)) => {
                    out.text(&encode_component(text));
                    continue;
                }
                (Encoding::Lenient, Part::Column(_) | Part::Generated(_)) if !url_safe(part) => {
                    self.helper(Helper::InUrl)
                }
                (Encoding::Component, _) if !url_safe(part) => JsExpr::code("encodeURIComponent"),
                _ => {
                    self.put_hole(part, out);
                    continue;
                }
            };
            out.hole(&JsExpr::call(function, vec![self.hole(part)]));
        }
    }

    fn params(&mut self, step: &RequestStep, auth: &AuthCode, media_type: Option<MediaTypeCode>) -> JsExpr {
        let mut props = Vec::with_capacity(2);
        if let Some(headers) = self.headers(&step.request, auth, media_type) {
            props.push(Prop::pair("headers", headers));
        }
        let own = step.request.cookies.iter().map(|f| (&f.name, &f.value));
        let cookies: Vec<Prop> = own
            .chain(auth.cookies.iter().map(|(name, value)| (name, value)))
            .map(|(n, v)| Prop::pair(n.to_string(), self.text(v)))
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
        JsExpr::Object(props)
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
        let mut seen: Vec<(Cow<'_, str>, Cow<'_, Text>)> = Vec::with_capacity(request.headers.len());
        for field in &request.headers {
            if own_type && is("content-type", field) {
                continue;
            }
            let name = match field.name.as_literal() {
                Some(name) => Cow::Borrowed(name),
                None => Cow::Owned(field.name.to_string()),
            };
            match seen.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(&name)) {
                // one value a name is all that k6 can send: several are joined as RFC 9110 section 5.3 allows
                Some((_, value)) => {
                    let value = value.to_mut();
                    value.push_str(if name.eq_ignore_ascii_case("cookie") { "; " } else { ", " });
                    value.append(field.value.clone());
                }
                None => seen.push((name, Cow::Borrowed(&field.value))),
            }
        }
        for (name, value) in seen {
            let value = self.text(&value);
            props.push(Prop::pair(name.into_owned(), value));
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
fn url_safe(part: &Part) -> bool {
    use loadwright_scenario::Generator;
    match part {
        Part::Generated(g) => {
            !matches!(g, Generator::Fake(_) | Generator::IsoTimestamp | Generator::Coded { .. })
        }
        Part::Literal(_) | Part::Var(_) | Part::Column(_) => false,
    }
}
