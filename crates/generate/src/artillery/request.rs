use loadwright_scenario::{ApiKeyPlace, Auth, Body, Field, Grant, Request, RequestStep, Segment, Text};

use super::context::Context;
use super::yaml::Yaml;
use crate::findings;

/// What credentials add to a request.
#[derive(Default)]
struct AuthCode {
    headers: Vec<(String, String)>,
    query: Option<String>,
    cookies: Vec<(String, String)>,
    basic: Option<(String, String)>,
}

impl Context<'_> {
    /// The keys of a request below its method.
    pub fn request(&mut self, step: &RequestStep) -> Vec<(String, Yaml)> {
        let request = &step.request;
        let own = if request.auth == Auth::None && matches!(self.plan.http.auth, Auth::Basic { .. }) {
            self.plan.http.auth.clone()
        } else {
            request.auth.clone()
        };
        let auth = self.auth(&own, step);
        let mut out = vec![
            ("url".to_owned(), Yaml::Text(self.url(request, auth.query.as_deref()))),
            ("name".to_owned(), Yaml::Text(step.operation(&self.plan.http))),
        ];
        let body = self.body(&request.body);
        let headers = self.headers(request, auth.headers, body.media_type);
        if !headers.is_empty() {
            out.push(("headers".to_owned(), texts(headers)));
        }
        let mut cookies: Vec<(String, String)> =
            request.cookies.iter().map(|f| (f.name.to_string(), self.text(&f.value, "cookie"))).collect();
        cookies.extend(auth.cookies);
        if !cookies.is_empty() {
            out.push(("cookie".to_owned(), texts(cookies)));
        }
        if let Some((user, pass)) = auth.basic {
            out.push((
                "auth".to_owned(),
                Yaml::map([("user", Yaml::Text(user)), ("pass", Yaml::Text(pass))]),
            ));
        }
        out.extend(body.pairs);
        if request.overrides.max_redirects == Some(0) {
            out.push(("followRedirect".to_owned(), Yaml::bool(false)));
        }
        out
    }

    /// Relative to the target when the base is the plan's own.
    fn url(&mut self, request: &Request, query: Option<&str>) -> String {
        let own = self.plan.http.base.is_some() && request.url.base.as_var() == self.plan.http.base.as_ref();
        let mut out = if own { String::new() } else { self.text(&request.url.base, "base") };
        for segment in &request.url.path {
            out.push('/');
            match segment {
                Segment::Literal(text) => out.push_str(&tidy_escapes(text)),
                Segment::Param { label: _, value, encoding } => {
                    out.push_str(&self.url_text(value, *encoding));
                }
            }
        }
        if own && out.is_empty() {
            out.push('/');
        }
        let mut mark = '?';
        for field in &request.url.query {
            out.push(mark);
            mark = '&';
            out.push_str(&self.url_text(&field.name, field.encoding));
            if let Some(value) = &field.value {
                out.push('=');
                out.push_str(&self.url_text(value, field.encoding));
            }
        }
        if let Some(query) = query {
            out.push(mark);
            out.push_str(query);
        }
        out
    }

    fn headers(
        &mut self,
        request: &Request,
        auth: Vec<(String, String)>,
        media_type: Option<String>,
    ) -> Vec<(String, String)> {
        let is = |name: &str, f: &Field| f.name.as_literal().is_some_and(|n| n.eq_ignore_ascii_case(name));
        let multipart = matches!(request.body, Body::Multipart(_));
        let says_type = !multipart && request.headers.iter().any(|f| is("content-type", f));
        let mut out: Vec<(String, String)> = Vec::new();
        if let Some(media_type) = media_type.filter(|_| !says_type) {
            out.push(("Content-Type".to_owned(), media_type));
        }
        let own = |n: &str| request.headers.iter().any(|f| is(n, f)) || auth.iter().any(|(a, _)| a == n);
        out.extend(self.every.iter().filter(|(n, _)| !own(n)).cloned());
        out.extend(auth.into_iter().filter(|(n, _)| !request.headers.iter().any(|f| is(n, f))));
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
        out.extend(seen.into_iter().map(|(n, v)| {
            let value = self.text(&v, &n);
            (n, value)
        }));
        out
    }

    /// What every request sends, for `config.http.defaults.headers`.
    pub fn shared_headers(&mut self) -> Vec<(String, String)> {
        let http = self.plan.http.clone();
        let mut out: Vec<(String, String)> =
            http.headers.iter().map(|f| (f.name.to_string(), self.text(&f.value, "header"))).collect();
        out.extend(self.auth(&http.auth, &RequestStep::default()).headers);
        out
    }

    fn auth(&mut self, auth: &Auth, step: &RequestStep) -> AuthCode {
        let mut out = AuthCode::default();
        match auth {
            Auth::None => {}
            Auth::Basic { username, password } => {
                out.basic = Some((self.text(username, "user"), self.text(password, "password")));
            }
            Auth::Bearer { scheme, token } => {
                let token = self.text(token, "token");
                out.headers.push(("Authorization".to_owned(), format!("{scheme} {token}")));
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
                        let token = self.text(&token, "token");
                        let value = format!("{} {token}", o.prefix).trim_start().to_owned();
                        out.headers.push(("Authorization".to_owned(), value));
                    }
                    place => self.api_key(place, &Text::literal("access_token"), &token, &mut out),
                }
            }
            Auth::Digest { .. } => self.no_auth("digest", step),
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
        let message = format!("`{}` goes out without its {scheme} credentials", step.name);
        self.finding(&findings::UNSUPPORTED, message, &step.origin);
    }

    fn api_key(&mut self, place: ApiKeyPlace, name: &Text, value: &Text, out: &mut AuthCode) {
        let key = name.as_literal().unwrap_or("X-Api-Key").to_owned();
        match place {
            ApiKeyPlace::Header => out.headers.push((key, self.text(value, "key"))),
            ApiKeyPlace::Cookie => out.cookies.push((key, self.text(value, "key"))),
            ApiKeyPlace::Query => {
                let component = loadwright_scenario::Encoding::Component;
                out.query =
                    Some(format!("{}={}", self.url_text(name, component), self.url_text(value, component)));
            }
        }
    }
}

/// A percent sign that starts no escape ends the run of the tool: it is written as the escape of itself.
pub(super) fn tidy_escapes(text: &str) -> String {
    let bytes = text.as_bytes();
    let hex = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_hexdigit);
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        out.push(c);
        if c == '%' && !(hex(i + 1) && hex(i + 2)) {
            out.push_str("25");
        }
    }
    out
}

pub(super) fn texts(pairs: Vec<(String, String)>) -> Yaml {
    Yaml::Map(pairs.into_iter().map(|(k, v)| (k, Yaml::Text(v))).collect())
}
