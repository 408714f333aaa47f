use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics};
use loadwright_import::{Object, Tree};
use loadwright_scenario::{
    ApiKeyPlace, Auth, ClientPlace, Grant, Lifetime, OAuth2, ParameterPlace, Part, Text, VarName, VarSource,
    Variable,
};
use openapiv3::{APIKeyLocation, SecurityScheme};
use serde_json::{Value, json};

use crate::codes;
use crate::document::{Document, Node, Version};

/// The credentials that the script needs so far: one variable each, whatever the number of operations.
#[derive(Default)]
pub(crate) struct Credentials {
    pub variables: IndexMap<String, Variable>,
    /// Whether the document refuses without saying what it wants; looked up once.
    silent: Option<bool>,
}

/// What one operation sends to prove who it is.
#[derive(Debug, Default, Clone)]
pub(crate) struct Secured {
    pub auth: Auth,
    /// API keys beside the main one.
    pub more: Vec<(ApiKeyPlace, String, Text)>,
    /// Where the credentials stand, for contracts.
    pub places: Vec<(ParameterPlace, String)>,
}

impl Credentials {
    /// Resolves an operation's requirement: its own, else the document's. The first alternative that can be met.
    pub fn secure(
        &mut self,
        document: &Document<'_>,
        operation: &Node<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Secured {
        let Some(list) = operation.get("security").or_else(|| document.root().get("security")) else {
            return Secured::default();
        };
        let alternatives: Vec<Node<'_>> = list.items().collect();
        if alternatives.iter().any(|a| a.object().is_some_and(Object::is_empty)) || alternatives.is_empty() {
            return Secured::default();
        }
        let rank = |a: &Node<'_>| {
            a.fields()
                .map(|(name, _)| scheme(document, name).map_or(9, |s| difficulty(&s.1)))
                .max()
                .unwrap_or(9)
        };
        let Some(chosen) = alternatives.iter().min_by_key(|a| rank(a)) else { return Secured::default() };
        let mut out = Secured::default();
        for (name, requirement) in chosen.fields() {
            match scheme(document, name) {
                Some((node, scheme)) => self.add(name, &node, &scheme, document, &mut out, diagnostics),
                None => diagnostics.push(Diagnostic::new(
                    &codes::UNKNOWN_SECURITY,
                    format!("the security scheme `{name}` is not defined"),
                    requirement.origin(),
                )),
            }
        }
        out
    }

    fn add(
        &mut self,
        name: &str,
        node: &Node<'_>,
        scheme: &Scheme,
        document: &Document<'_>,
        out: &mut Secured,
        diagnostics: &mut Diagnostics,
    ) {
        match scheme {
            Scheme::Known(SecurityScheme::APIKey { location, name: key, .. }) => {
                let (place, contract) = match location {
                    APIKeyLocation::Query => (ApiKeyPlace::Query, ParameterPlace::Query),
                    APIKeyLocation::Header => (ApiKeyPlace::Header, ParameterPlace::Header),
                    APIKeyLocation::Cookie => (ApiKeyPlace::Cookie, ParameterPlace::Cookie),
                };
                let value = self.variable(name, "", "demo-key", node, diagnostics);
                out.places.push((contract, key.clone()));
                if out.auth == Auth::None {
                    out.auth = Auth::ApiKey { place, name: Text::literal(key.as_str()), value };
                } else {
                    out.more.push((place, key.clone(), value));
                }
            }
            Scheme::Known(SecurityScheme::HTTP { scheme, .. }) => {
                out.places.push((ParameterPlace::Header, "Authorization".to_owned()));
                let auth = if scheme.eq_ignore_ascii_case("basic") || scheme.eq_ignore_ascii_case("digest") {
                    let username = self.variable(name, "username", "demo", node, diagnostics);
                    let password = self.variable(name, "password", "demo-password", node, diagnostics);
                    if scheme.eq_ignore_ascii_case("basic") {
                        Auth::Basic { username, password }
                    } else {
                        Auth::Digest { username, password }
                    }
                } else {
                    let scheme = if scheme.eq_ignore_ascii_case("bearer") { "Bearer" } else { scheme };
                    Auth::Bearer { scheme: scheme.to_owned(), token: self.token(node, diagnostics) }
                };
                Self::place(auth, out);
            }
            Scheme::Known(SecurityScheme::OAuth2 { flows, .. }) => {
                out.places.push((ParameterPlace::Header, "Authorization".to_owned()));
                let scope = requested_scopes(document, name);
                let known = |url: &str| !url.trim().is_empty() && !url.contains(['{', ' ']);
                let grant =
                    if let Some(flow) = flows.client_credentials.as_ref().filter(|f| known(&f.token_url)) {
                        Some(Grant::ClientCredentials {
                            token_url: token_address(&flow.token_url),
                            client_id: self.optional("client_id", node),
                            client_secret: self.optional("client_secret", node),
                            scope: Text::literal(scope),
                        })
                    } else {
                        flows.password.as_ref().filter(|f| known(&f.token_url)).map(|flow| Grant::Password {
                            token_url: token_address(&flow.token_url),
                            client_id: self.optional("client_id", node),
                            client_secret: self.optional("client_secret", node),
                            username: self.optional("username", node),
                            password: self.optional("password", node),
                            scope: Text::literal(scope),
                        })
                    };
                let token = self.token(node, diagnostics);
                if grant.is_none() && !diagnostics.iter().any(|d| d.code.as_str() == codes::OAUTH_FLOW.code) {
                    diagnostics.push(Diagnostic::new(
                        &codes::OAUTH_FLOW,
                        format!("`{name}` needs a person to log in; the script reads ACCESS_TOKEN"),
                        node.origin(),
                    ));
                }
                let auth = match grant {
                    Some(grant) => Auth::OAuth2(Box::new(OAuth2 {
                        grant,
                        place: ApiKeyPlace::Header,
                        prefix: "Bearer".to_owned(),
                        client: ClientPlace::Body,
                    })),
                    None => Auth::Bearer { scheme: "Bearer".to_owned(), token },
                };
                Self::place(auth, out);
            }
            Scheme::Known(SecurityScheme::OpenIDConnect { .. }) => {
                out.places.push((ParameterPlace::Header, "Authorization".to_owned()));
                let token = self.token(node, diagnostics);
                Self::place(Auth::Bearer { scheme: "Bearer".to_owned(), token }, out);
            }
            Scheme::MutualTls => diagnostics.push(Diagnostic::new(
                &codes::MUTUAL_TLS,
                format!("`{name}` wants a client certificate"),
                node.origin(),
            )),
            Scheme::Unknown => diagnostics.push(Diagnostic::new(
                &codes::UNKNOWN_SECURITY,
                format!("the security scheme `{name}` is of no known kind"),
                node.origin(),
            )),
        }
    }

    fn place(auth: Auth, out: &mut Secured) {
        if let Auth::ApiKey { place, name, value } = std::mem::replace(&mut out.auth, auth) {
            out.more.push((place, name.to_string(), value));
        }
    }

    /// For an operation that names no scheme but has an `Authorization` header among its parameters.
    pub fn header(&mut self, parameter: &Node<'_>, diagnostics: &mut Diagnostics) -> Auth {
        Auth::Bearer { scheme: "Bearer".to_owned(), token: self.token(parameter, diagnostics) }
    }

    /// Whether the document names no credential anywhere and still says that requests may be refused for lack of one.
    pub fn is_silent(&mut self, document: &Document<'_>, operation: &Node<'_>) -> bool {
        let silent = *self.silent.get_or_insert_with(|| {
            let root = document.root();
            let schemes = root
                .get("securityDefinitions")
                .or_else(|| root.get("components").and_then(|c| c.get("securitySchemes")));
            let none = schemes.is_none_or(|s| s.object().is_none_or(Object::is_empty));
            let refuses = |o: &Tree<'_>| {
                o.get("responses").is_some_and(|r| r.get("401").is_some() || r.get("403").is_some())
            };
            let mut items = root.get("paths").and_then(|p| p.object()).into_iter().flat_map(|p| p.values());
            none && items.any(|i| i.as_object().is_some_and(|i| i.values().any(refuses)))
        });
        // an operation that says that it needs none is believed
        silent
            && operation.get("security").is_none_or(|s| {
                operation.get("responses").is_some_and(|r| r.get("401").is_some()) && s.value.is_array()
            })
    }

    /// The whole header from the environment: nobody knows which scheme it is.
    pub fn undeclared(&mut self, operation: &Node<'_>, diagnostics: &mut Diagnostics) -> Auth {
        let name = "AUTHORIZATION".to_owned();
        if !self.variables.contains_key(&name) {
            let message =
                "the document names no credential, but answers 401 or 403; the script sends AUTHORIZATION";
            diagnostics.push(
                Diagnostic::new(&codes::CREDENTIAL, message, operation.origin())
                    .with_help("set the whole header with -e AUTHORIZATION='Bearer …'"),
            );
        }
        let value = self.declare(name, "Bearer demo-token", operation);
        Auth::ApiKey { place: ApiKeyPlace::Header, name: Text::literal("Authorization"), value }
    }

    fn token(&mut self, node: &Node<'_>, diagnostics: &mut Diagnostics) -> Text {
        self.variable("access_token", "", "demo-token", node, diagnostics)
    }

    /// A credential without which requests still go out: a placeholder until the environment has the real one.
    fn variable(
        &mut self,
        scheme: &str,
        part: &str,
        placeholder: &str,
        node: &Node<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Text {
        let name = env_name(scheme, part);
        if !self.variables.contains_key(&name) {
            diagnostics.push(
                Diagnostic::new(
                    &codes::CREDENTIAL,
                    format!("the credential of `{scheme}` comes from {name}"),
                    node.origin(),
                )
                .with_help(format!("set it with -e {name}=…")),
            );
        }
        self.declare(name, placeholder, node)
    }

    /// A credential that switches something on when it is there.
    fn optional(&mut self, name: &str, node: &Node<'_>) -> Text {
        self.declare(env_name(name, ""), "", node)
    }

    fn declare(&mut self, name: String, default: &str, node: &Node<'_>) -> Text {
        let var = VarName::new(&name);
        self.variables.entry(name.clone()).or_insert_with(|| Variable {
            name: var,
            source: VarSource::Environment { name: name.clone(), default: Some(Text::literal(default)) },
            lifetime: Lifetime::Iteration,
            secret: true,
            note: None,
            origin: node.origin(),
        });
        Text::var(name)
    }
}

#[expect(clippy::large_enum_variant, reason = "one short-lived value an operation")]
enum Scheme {
    Known(SecurityScheme),
    MutualTls,
    Unknown,
}

fn difficulty(scheme: &Scheme) -> u8 {
    match scheme {
        Scheme::Known(SecurityScheme::APIKey { .. }) => 1,
        Scheme::Known(SecurityScheme::HTTP { .. }) => 0,
        Scheme::Known(SecurityScheme::OAuth2 { .. }) => 2,
        Scheme::Known(SecurityScheme::OpenIDConnect { .. }) => 3,
        Scheme::MutualTls => 5,
        Scheme::Unknown => 6,
    }
}

/// The scheme in its 3.0 form, read by openapiv3's own type so that its rules are theirs, not ours.
fn scheme<'a>(document: &Document<'a>, name: &str) -> Option<(Node<'a>, Scheme)> {
    let root = document.root();
    let node = match document.version {
        Version::Swagger2 => root.get("securityDefinitions")?.get(name)?,
        _ => root.get("components")?.get("securitySchemes")?.get(name)?,
    };
    let node = document.follow(&node)?;
    if node.text("type") == Some("mutualTLS") {
        return Some((node, Scheme::MutualTls));
    }
    let value = if document.version == Version::Swagger2 {
        from_swagger(&node.value.to_value())
    } else {
        tidy(node.value.to_value())
    };
    let scheme = serde_json::from_value(value).map_or(Scheme::Unknown, Scheme::Known);
    Some((node, scheme))
}

/// 2.0 to 3.0: `basic` is HTTP basic, one `flow` becomes `flows`.
fn from_swagger(value: &Value) -> Value {
    let empty = json!({});
    match value.get("type").and_then(Value::as_str) {
        Some("basic") => json!({"type": "http", "scheme": "basic"}),
        Some("oauth2") => {
            let authorization = value.get("authorizationUrl").cloned().unwrap_or_else(|| json!(""));
            let token = value.get("tokenUrl").cloned().unwrap_or_else(|| json!(""));
            let scopes = value.get("scopes").filter(|s| s.is_object()).unwrap_or(&empty);
            let flows = match value.get("flow").and_then(Value::as_str) {
                Some("password") => json!({"password": {"tokenUrl": token, "scopes": scopes}}),
                Some("application") => json!({"clientCredentials": {"tokenUrl": token, "scopes": scopes}}),
                Some("accessCode") => {
                    json!({"authorizationCode": {"authorizationUrl": authorization, "tokenUrl": token, "scopes": scopes}})
                }
                _ => json!({"implicit": {"authorizationUrl": authorization, "scopes": scopes}}),
            };
            json!({"type": "oauth2", "flows": flows})
        }
        _ => value.clone(),
    }
}

/// What real documents leave out and the typed form demands.
fn tidy(mut value: Value) -> Value {
    if let Some(flows) = value.get_mut("flows").and_then(Value::as_object_mut) {
        flows.retain(|k, _| {
            matches!(k.as_str(), "implicit" | "password" | "clientCredentials" | "authorizationCode")
        });
        for flow in flows.values_mut().filter_map(Value::as_object_mut) {
            for key in ["authorizationUrl", "tokenUrl"] {
                flow.entry(key).or_insert_with(|| json!(""));
            }
            let scopes = flow.entry("scopes").or_insert_with(|| json!({}));
            if !scopes.as_object().is_some_and(|s| s.values().all(Value::is_string)) {
                *scopes = json!({});
            }
        }
    }
    if value.get("type").and_then(Value::as_str) == Some("openIdConnect")
        && value.get("openIdConnectUrl").is_none()
    {
        value["openIdConnectUrl"] = json!("");
    }
    value
}

/// The address of a token server; one that is relative is so to the API's own.
fn token_address(url: &str) -> Text {
    let url = url.trim();
    if url.contains("://") {
        return Text::literal(url);
    }
    let mut text = Text::from(Part::Var(crate::operation::base_variable()));
    text.push_str(&format!("/{}", url.trim_start_matches(['.', '/'])));
    text
}

/// The scopes that the document as a whole asks for.
fn requested_scopes(document: &Document<'_>, name: &str) -> String {
    let mut scopes: Vec<String> = Vec::new();
    if let Some(security) = document.root().get("security") {
        for s in security.items().filter_map(|r| r.get(name)).flat_map(|l| l.items().collect::<Vec<_>>()) {
            scopes.extend(s.value.as_str().map(str::to_owned));
        }
    }
    scopes.dedup();
    scopes.join(" ")
}

/// `petstore auth`, `password` → `PETSTORE_AUTH_PASSWORD`
fn env_name(scheme: &str, part: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in scheme.chars().chain(if part.is_empty() { None } else { Some('_') }).chain(part.chars()) {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && lower {
                out.push('_');
            }
            lower = c.is_ascii_lowercase();
            out.push(c.to_ascii_uppercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            lower = false;
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_');
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        format!("API_{out}")
    } else {
        out.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_names_are_words_in_capitals() {
        assert_eq!(env_name("petstoreAuth", "password"), "PETSTORE_AUTH_PASSWORD");
        assert_eq!(env_name("api_key", ""), "API_KEY");
        assert_eq!(env_name("OAuth2.0", ""), "OAUTH2_0");
    }
}
