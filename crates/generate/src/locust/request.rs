use loadwright_scenario::{
    ApiKeyPlace, Auth, Body, Encoding, Field, Grant, Request, RequestStep, Segment, Text,
};

use super::context::Context;
use crate::findings;
use crate::py::{Arg, PyExpr, TextPart};

/// What credentials add to a request.
#[derive(Default)]
struct AuthCode {
    headers: Vec<(String, PyExpr)>,
    query: Vec<TextPart>,
    cookies: Vec<(PyExpr, PyExpr)>,
    auth: Option<PyExpr>,
}

impl Context<'_> {
    /// `self.client.post("/pets", …, name="POST /pets")`
    pub fn request(&mut self, step: &RequestStep, catch: bool) -> PyExpr {
        let request = &step.request;
        let auth = self.auth(&request.auth, step);
        let mut args: Vec<Arg> = Vec::new();
        let (function, needs_method) = match request.method.as_str() {
            "GET" => ("self.client.get", false),
            "POST" => ("self.client.post", false),
            "PUT" => ("self.client.put", false),
            "PATCH" => ("self.client.patch", false),
            "DELETE" => ("self.client.delete", false),
            "HEAD" => ("self.client.head", false),
            "OPTIONS" => ("self.client.options", false),
            _ => ("self.client.request", true),
        };
        if needs_method {
            args.push(PyExpr::string(&request.method).into());
        }
        args.push(self.url(request, &auth.query).into());
        let body = self.body(&request.body);
        args.extend(body.args);
        let headers = self.headers(request, auth.headers, body.media_type);
        if !headers.is_empty() {
            args.push(Arg::named("headers", PyExpr::Dict(headers)));
        }
        let mut cookies: Vec<(PyExpr, PyExpr)> =
            request.cookies.iter().map(|f| (self.text(&f.name), self.text(&f.value))).collect();
        cookies.extend(auth.cookies);
        if !cookies.is_empty() {
            args.push(Arg::named("cookies", PyExpr::Dict(cookies)));
        }
        if let Some(auth) = auth.auth {
            args.push(Arg::named("auth", auth));
        }
        let o = &request.overrides;
        if o.max_redirects == Some(0) {
            args.push(Arg::named("allow_redirects", PyExpr::bool(false)));
        } else if request.method == "HEAD" {
            args.push(Arg::named("allow_redirects", PyExpr::bool(true)));
        }
        if let Some(ms) = o.timeout_ms {
            args.push(Arg::named("timeout", PyExpr::number(&format!("{}", ms as f64 / 1000.0))));
        }
        args.push(Arg::named("name", PyExpr::string(&step.operation(&self.plan.http))));
        if catch {
            args.push(Arg::named("catch_response", PyExpr::bool(true)));
        }
        PyExpr::call(PyExpr::code(function), args)
    }

    /// Relative to the host when the base is the plan's own.
    fn url(&mut self, request: &Request, query: &[TextPart]) -> PyExpr {
        let own = self.plan.http.base.is_some() && request.url.base.as_var() == self.plan.http.base.as_ref();
        let mut parts = if own { Vec::new() } else { self.parts(&request.url.base) };
        for segment in &request.url.path {
            parts.push(TextPart::Text("/".to_owned()));
            match segment {
                Segment::Literal(text) => parts.push(TextPart::Text(text.to_string())),
                Segment::Param { label: _, value, encoding } => {
                    parts.extend(self.url_parts(value, *encoding));
                }
            }
        }
        let mut mark = "?";
        for field in &request.url.query {
            parts.push(TextPart::Text(mark.to_owned()));
            mark = "&";
            parts.extend(self.url_parts(&field.name, field.encoding));
            if let Some(value) = &field.value {
                parts.push(TextPart::Text("=".to_owned()));
                parts.extend(self.url_parts(value, field.encoding));
            }
        }
        if !query.is_empty() {
            parts.push(TextPart::Text(mark.to_owned()));
            parts.extend(query.iter().cloned());
        }
        PyExpr::text(&parts)
    }

    fn url_parts(&mut self, text: &Text, encoding: Encoding) -> Vec<TextPart> {
        match encoding {
            // requests encodes what a URL cannot hold and leaves escapes alone
            Encoding::Raw | Encoding::Lenient => self.parts(text),
            Encoding::Component => self.encoded_parts(text),
        }
    }

    fn headers(
        &mut self,
        request: &Request,
        auth: Vec<(String, PyExpr)>,
        media_type: Option<String>,
    ) -> Vec<(PyExpr, PyExpr)> {
        let is = |name: &str, f: &Field| f.name.as_literal().is_some_and(|n| n.eq_ignore_ascii_case(name));
        let multipart = matches!(request.body, Body::Multipart(_));
        let mut out = Vec::new();
        let says_type = request.headers.iter().any(|f| is("content-type", f));
        if let Some(media_type) = media_type.filter(|_| !says_type) {
            out.push((PyExpr::string("Content-Type"), PyExpr::string(&media_type)));
        }
        for (name, value) in auth {
            if !request.headers.iter().any(|f| is(&name, f)) {
                out.push((PyExpr::string(&name), value));
            }
        }
        let mut seen: Vec<(String, Text)> = Vec::new();
        for field in request.headers.iter().filter(|f| !(multipart && is("content-type", f))) {
            let name = field.name.to_string();
            match seen.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(&name)) {
                Some((_, value)) => {
                    value.push_str(if name.eq_ignore_ascii_case("cookie") { "; " } else { ", " });
                    value.append(field.value.clone());
                }
                None => seen.push((name, field.value.clone())),
            }
        }
        for (name, value) in seen {
            out.push((PyExpr::string(&name), self.string(&value)));
        }
        for name in &request.overrides.omit_headers {
            let known = ["user-agent", "accept", "accept-encoding", "connection"];
            if known.contains(&name.as_str()) {
                out.push((PyExpr::string(name), PyExpr::code("None")));
            }
        }
        out
    }

    /// Headers that every request sends: `HEADERS` of the module.
    pub fn shared_headers(&mut self) -> Vec<(PyExpr, PyExpr)> {
        let http = self.plan.http.clone();
        let mut out: Vec<(PyExpr, PyExpr)> = http
            .headers
            .iter()
            .map(|f| (PyExpr::string(&f.name.to_string()), self.string(&f.value)))
            .collect();
        let auth = self.auth(&http.auth, &RequestStep::default());
        out.extend(auth.headers.into_iter().map(|(n, v)| (PyExpr::string(&n), v)));
        if let Some(pair) = auth.auth {
            self.shared_auth = Some(pair);
        }
        out
    }

    fn auth(&mut self, auth: &Auth, step: &RequestStep) -> AuthCode {
        let mut out = AuthCode::default();
        match auth {
            Auth::None => {}
            Auth::Basic { username, password } => {
                out.auth = Some(PyExpr::Tuple(vec![self.string(username), self.string(password)]));
            }
            Auth::Digest { username, password } => {
                let f = self.import("requests.auth", "HTTPDigestAuth");
                let args = vec![self.string(username).into(), self.string(password).into()];
                out.auth = Some(PyExpr::call(f, args));
            }
            Auth::Bearer { scheme, token } => {
                let mut parts = vec![TextPart::Text(format!("{scheme} "))];
                parts.extend(self.parts(token));
                out.headers.push(("Authorization".to_owned(), PyExpr::text(&parts)));
            }
            Auth::ApiKey { place, name, value } => self.api_key(*place, name, value, &mut out),
            Auth::OAuth2(o) => {
                let token = match &o.grant {
                    Grant::Static { token } => token.clone(),
                    Grant::ClientCredentials { .. } | Grant::Password { .. } | Grant::Refresh { .. } => {
                        Text::default()
                    }
                };
                match o.place {
                    ApiKeyPlace::Header => {
                        let mut parts =
                            vec![TextPart::Text(format!("{} ", o.prefix).trim_start().to_owned())];
                        parts.extend(self.parts(&token));
                        out.headers.push(("Authorization".to_owned(), PyExpr::text(&parts)));
                    }
                    place => self.api_key(place, &Text::literal("access_token"), &token, &mut out),
                }
            }
            Auth::Ntlm { .. } => self.no_auth("NTLM", step),
            Auth::OAuth1(_) => self.no_auth("OAuth 1", step),
            Auth::AwsSigV4(_) => self.no_auth("AWS Signature", step),
            Auth::Hawk { .. } => self.no_auth("Hawk", step),
            Auth::Other { scheme, .. } => {
                let scheme = scheme.clone();
                self.no_auth(&scheme, step);
            }
        }
        out
    }

    fn no_auth(&mut self, scheme: &str, step: &RequestStep) {
        self.finding(
            &findings::UNSUPPORTED,
            format!(
                "`{}` goes out without its {scheme} credentials: they need an extension of requests",
                step.name
            ),
            &step.origin,
        );
    }

    fn api_key(&mut self, place: ApiKeyPlace, name: &Text, value: &Text, out: &mut AuthCode) {
        match place {
            ApiKeyPlace::Header => {
                let value = self.string(value);
                out.headers.push((name.as_literal().unwrap_or("X-Api-Key").to_owned(), value));
            }
            ApiKeyPlace::Query => {
                out.query.extend(self.encoded_parts(name));
                out.query.push(TextPart::Text("=".to_owned()));
                out.query.extend(self.encoded_parts(value));
            }
            ApiKeyPlace::Cookie => out.cookies.push((self.text(name), self.text(value))),
        }
    }
}
