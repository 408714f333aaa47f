use loadwright_scenario::{ApiKeyPlace, Auth, Grant, Part, Text, VarSource};

use super::context::Context;
use crate::js::{JsExpr, TemplatePart};

/// What credentials add to a request.
#[derive(Default)]
pub(crate) struct AuthCode {
    /// Header name and value.
    pub headers: Vec<(JsExpr, String, JsExpr)>,
    /// `name=value`, encoded.
    pub query: Vec<TemplatePart>,
    pub cookies: Vec<(Text, Text)>,
    /// `user:password@`, for the authority, and k6's `auth` parameter.
    pub userinfo: Option<(Vec<TemplatePart>, &'static str)>,
}

impl Context<'_> {
    pub fn auth(&mut self, auth: &Auth) -> AuthCode {
        let mut out = AuthCode::default();
        let authorization =
            |value: JsExpr| (JsExpr::code("Authorization"), "Authorization".to_owned(), value);
        match auth {
            Auth::None => {}
            Auth::Basic { username, password } => {
                self.import_default("encoding", "k6/encoding");
                let mut pair = self.template_parts(username);
                pair.push(TemplatePart::Text(":".to_owned()));
                pair.extend(self.template_parts(password));
                let encoded = JsExpr::call_fn("encoding.b64encode", vec![JsExpr::template(pair)]);
                out.headers.push(authorization(JsExpr::template(vec![
                    TemplatePart::Text("Basic ".to_owned()),
                    TemplatePart::Hole(encoded),
                ])));
            }
            Auth::Bearer { scheme, token } => {
                let mut parts = vec![TemplatePart::Text(format!("{scheme} "))];
                parts.extend(self.template_parts(token));
                out.headers.push(authorization(JsExpr::template(parts)));
            }
            Auth::ApiKey { place, name, value } => self.api_key(*place, name, value, &mut out),
            Auth::Digest { username, password } => {
                out.userinfo = Some((self.userinfo(username, password), "digest"));
            }
            Auth::Ntlm { username, password, domain } => {
                let mut user = domain.clone();
                if !domain.is_empty() {
                    user.push_str("\\");
                }
                user.append(username.clone());
                out.userinfo = Some((self.userinfo(&user, password), "ntlm"));
            }
            Auth::OAuth2(o) => {
                let token = match &o.grant {
                    Grant::Static { token } => token.clone(),
                    // a pass turns the other grants into a request in setup(); what is left has no token yet
                    Grant::ClientCredentials { .. } | Grant::Password { .. } | Grant::Refresh { .. } => {
                        Text::default()
                    }
                };
                match o.place {
                    ApiKeyPlace::Header => {
                        let mut parts =
                            vec![TemplatePart::Text(format!("{} ", o.prefix).trim_start().to_owned())];
                        parts.extend(self.template_parts(&token));
                        out.headers.push(authorization(JsExpr::template(parts)));
                    }
                    place => self.api_key(place, &Text::literal("access_token"), &token, &mut out),
                }
            }
            // signed when the request is sent
            Auth::OAuth1(_) | Auth::AwsSigV4(_) | Auth::Hawk { .. } | Auth::Other { .. } => {}
        }
        out
    }

    /// The variable of a bearer token that is empty until a response brings it: until then there is nothing to send.
    pub fn token_to_come(&mut self, auth: &Auth) -> Option<JsExpr> {
        let Auth::Bearer { token, .. } = auth else { return None };
        let [Part::Var(name)] = token.0.as_slice() else { return None };
        let empty = self.plan.variables.iter().any(|v| {
            &v.name == name && matches!(&v.source, VarSource::Captured { initial: Some(t) } if t.is_empty())
        });
        empty.then(|| self.var(name))
    }

    fn api_key(&mut self, place: ApiKeyPlace, name: &Text, value: &Text, out: &mut AuthCode) {
        match place {
            ApiKeyPlace::Header => {
                let key = name.as_literal().unwrap_or("X-Api-Key").to_owned();
                let value = self.text(value);
                out.headers.push((self.text(name), key, value));
            }
            ApiKeyPlace::Query => {
                out.query.extend(self.encoded_parts(name));
                out.query.push(TemplatePart::Text("=".to_owned()));
                out.query.extend(self.encoded_parts(value));
            }
            ApiKeyPlace::Cookie => out.cookies.push((name.clone(), value.clone())),
        }
    }

    fn userinfo(&mut self, username: &Text, password: &Text) -> Vec<TemplatePart> {
        let mut parts = self.encoded_parts(username);
        parts.push(TemplatePart::Text(":".to_owned()));
        parts.extend(self.encoded_parts(password));
        parts.push(TemplatePart::Text("@".to_owned()));
        parts
    }
}
