//! Credentials as the modules for Postman's schemes take them.

use loadwright_diagnostic::Origin;
use loadwright_scenario::{
    ApiKeyPlace, Auth, Body, ClientPlace, Grant, Part, Request, Text, VarSource, for_each_request,
};

use crate::js::{JsExpr, JsIdent, Prop, Stmt, constant_case};
use crate::k6::context::Context;

/// Credentials of a folder that several of its requests sign with.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    from: Origin,
    auth: Auth,
    /// The constant that holds them.
    name: JsIdent,
}

impl Context<'_> {
    /// Names the credentials that several requests sign with: they are written once.
    pub(in crate::k6) fn share_credentials(&mut self) {
        let mut seen: Vec<(&Origin, &Auth, usize)> = Vec::new();
        for_each_request(self.plan, &mut |step| {
            let request = &step.request;
            if let (Some(from), true) = (&request.auth_from, signs(request)) {
                match seen.iter_mut().find(|(o, auth, _)| *o == from && *auth == &request.auth) {
                    Some((_, _, count)) => *count += 1,
                    None => seen.push((from, &request.auth, 1)),
                }
            }
        });
        for (from, auth, _) in seen.into_iter().filter(|(_, _, count)| *count > 1) {
            if !self.is_constant(auth) {
                continue;
            }
            let name = self.names.claim(&constant_case(scheme(auth)), "CREDENTIALS");
            self.credentials.push(Credentials { from: from.clone(), auth: auth.clone(), name });
        }
    }

    /// `const OAUTH1 = { type: 'oauth1', … };`
    pub(in crate::k6) fn shared_credentials(&mut self) -> Vec<Stmt> {
        let shared = self.credentials.clone();
        let object = |c: Credentials| Some(Stmt::Const(c.name, props(&c.auth, &mut |text| self.text(text))?));
        shared.into_iter().filter_map(object).collect()
    }

    /// Whether nothing in it changes while the test runs.
    fn is_constant(&self, auth: &Auth) -> bool {
        let mut constant = true;
        auth.for_each_text(&mut |text| {
            constant &= text.0.iter().all(|part| match part {
                Part::Literal(_) => true,
                Part::Var(name) => self
                    .plan
                    .variables
                    .iter()
                    .any(|v| &v.name == name && !matches!(v.source, VarSource::Captured { .. })),
                Part::Column(_) | Part::Generated(_) => false,
            });
        });
        constant
    }

    /// What signs the request when it is sent, for a request that has to be.
    pub(in crate::k6) fn signature(&mut self, request: &Request) -> Option<JsExpr> {
        if !signs(request) {
            return None;
        }
        let from = request.auth_from.as_ref();
        let shared = self.credentials.iter().find(|c| Some(&c.from) == from && c.auth == request.auth);
        let auth = match shared.map(|c| JsExpr::ident(&c.name)) {
            Some(shared) => shared,
            None => props(&request.auth, &mut |text| self.text(text))?,
        };
        if self.needs.libraries.insert(("signed.js", "signed".to_owned())) {
            for (path, content) in super::library_files("signed.js") {
                self.add_file(&path, content);
            }
        }
        Some(auth)
    }
}

/// Whether the call that sends the request can sign it: with a shared secret, and not over a file.
fn signs(request: &Request) -> bool {
    let files = matches!(request.body, Body::Multipart(_) | Body::File { .. });
    let asked = request.overrides.wait_for_challenge
        && matches!(request.auth, Auth::Digest { .. } | Auth::Ntlm { .. });
    (asked || is_signed(&request.auth)) && !has_key(&request.auth) && !files
}

fn scheme(auth: &Auth) -> &str {
    match auth {
        Auth::Digest { .. } => "digest",
        Auth::Ntlm { .. } => "ntlm",
        Auth::OAuth1(_) => "oauth1",
        Auth::AwsSigV4(_) => "aws",
        Auth::Hawk { .. } => "hawk",
        Auth::Other { scheme, .. } => scheme,
        Auth::None | Auth::Basic { .. } | Auth::Bearer { .. } | Auth::ApiKey { .. } | Auth::OAuth2(_) => {
            "credentials"
        }
    }
}

/// Whether each request gets a signature of its own.
pub(super) fn is_signed(auth: &Auth) -> bool {
    matches!(auth, Auth::OAuth1(_) | Auth::AwsSigV4(_) | Auth::Hawk { .. } | Auth::Other { .. })
}

/// `{ type: 'hawk', authId: … }`: what the modules that sign are given; `show` writes a text with holes.
pub(super) fn props(auth: &Auth, show: &mut dyn FnMut(&Text) -> JsExpr) -> Option<JsExpr> {
    let (kind, values): (&str, Vec<(&str, &Text)>) = match auth {
        Auth::None => return None,
        Auth::Basic { username, password } => ("basic", vec![("username", username), ("password", password)]),
        Auth::Digest { username, password } => {
            ("digest", vec![("username", username), ("password", password)])
        }
        Auth::Ntlm { username, password, domain } => {
            ("ntlm", vec![("username", username), ("password", password), ("domain", domain)])
        }
        Auth::Bearer { scheme: _, token } => ("bearer", vec![("token", token)]),
        Auth::ApiKey { place: _, name, value } => ("apikey", vec![("key", name), ("value", value)]),
        Auth::OAuth1(o) => (
            "oauth1",
            vec![
                ("consumerKey", &o.consumer_key),
                ("consumerSecret", &o.consumer_secret),
                ("token", &o.token),
                ("tokenSecret", &o.token_secret),
            ],
        ),
        Auth::OAuth2(o) => match &o.grant {
            Grant::Static { token } => ("oauth2", vec![("accessToken", token)]),
            Grant::ClientCredentials { token_url, client_id, client_secret, scope } => (
                "oauth2",
                vec![
                    ("accessTokenUrl", token_url),
                    ("clientId", client_id),
                    ("clientSecret", client_secret),
                    ("scope", scope),
                ],
            ),
            Grant::Password { token_url, client_id, client_secret, username, password, scope } => (
                "oauth2",
                vec![
                    ("accessTokenUrl", token_url),
                    ("clientId", client_id),
                    ("clientSecret", client_secret),
                    ("username", username),
                    ("password", password),
                    ("scope", scope),
                ],
            ),
            Grant::Refresh { token_url, client_id, client_secret, refresh_token } => (
                "oauth2",
                vec![
                    ("accessTokenUrl", token_url),
                    ("clientId", client_id),
                    ("clientSecret", client_secret),
                    ("refreshToken", refresh_token),
                ],
            ),
        },
        Auth::AwsSigV4(a) => (
            "awsv4",
            vec![
                ("accessKey", &a.access_key),
                ("secretKey", &a.secret_key),
                ("sessionToken", &a.session_token),
                ("region", &a.region),
                ("service", &a.service),
            ],
        ),
        Auth::Hawk { id, key, .. } => ("hawk", vec![("authId", id), ("authKey", key)]),
        Auth::Other { scheme, .. } => (scheme.as_str(), Vec::new()),
    };
    let mut props = vec![Prop::pair("type", JsExpr::string(kind))];
    props.extend(values.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| Prop::pair(k, show(v))));
    let more: &[(String, Text)] = match auth {
        Auth::OAuth1(o) => {
            props.push(Prop::pair("signatureMethod", JsExpr::string(&o.signature_method)));
            props.push(Prop::pair("addParamsToHeader", JsExpr::bool(o.in_header)));
            &o.extra
        }
        Auth::Hawk { algorithm, extra, .. } => {
            props.push(Prop::pair("algorithm", JsExpr::string(algorithm)));
            extra
        }
        Auth::Other { parameters, .. } => parameters,
        Auth::ApiKey { place: ApiKeyPlace::Query, .. } => {
            props.push(Prop::pair("in", JsExpr::string("query")));
            &[]
        }
        Auth::OAuth2(o) => {
            let grant = match &o.grant {
                Grant::Static { .. } => None,
                Grant::ClientCredentials { .. } => Some("client_credentials"),
                Grant::Password { .. } => Some("password"),
                Grant::Refresh { .. } => Some("refresh_token"),
            };
            props.extend(grant.map(|g| Prop::pair("grant", JsExpr::string(g))));
            if grant.is_some() && o.client == ClientPlace::Body {
                props.push(Prop::pair("clientAuthentication", JsExpr::string("body")));
            }
            match o.place {
                ApiKeyPlace::Query | ApiKeyPlace::Cookie => {
                    props.push(Prop::pair("addTokenTo", JsExpr::string("queryParams")));
                }
                ApiKeyPlace::Header => props.push(Prop::pair("headerPrefix", JsExpr::string(&o.prefix))),
            }
            &[]
        }
        _ => &[],
    };
    props.extend(more.iter().map(|(k, v)| Prop::pair(k.clone(), show(v))));
    Some(JsExpr::Object(props))
}

/// Whether a private key signs, and no shared secret.
pub(super) fn has_key(auth: &Auth) -> bool {
    match auth {
        Auth::OAuth1(o) => o.signature_method.starts_with("RSA"),
        Auth::Other { scheme, parameters } => {
            scheme == "asap"
                || scheme == "jwt"
                    && parameters.iter().any(|(name, value)| {
                        name == "algorithm" && !value.as_literal().is_some_and(|a| a.starts_with("HS"))
                    })
        }
        _ => false,
    }
}
