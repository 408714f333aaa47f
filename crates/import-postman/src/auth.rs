//! Authorization: which scheme applies to a request (its own, else the nearest folder's, else the collection's) and what
//! its parameters are.

use std::cell::RefCell;

use loadwright_diagnostic::{Origin, Pointer};
use loadwright_scenario::{ApiKeyPlace, Auth, AwsCredentials, ClientPlace, Grant, OAuth1, OAuth2, Text};
use serde_json::Value;

use crate::secret::{self, Vault};
use crate::template::text;
use crate::v1::FROM;
use crate::value::scalar;

/// The parameters of one scheme, whatever the version of the export: a list of `key`/`value`, or an object.
struct Parameters<'a, 'v> {
    value: &'a Value,
    at: Origin,
    /// Where values of a converted export stand in the original.
    from: Option<&'a Value>,
    vault: RefCell<&'v mut Vault>,
}

impl Parameters<'_, '_> {
    fn plain(&self, key: &str) -> Option<String> {
        let value = match self.value {
            Value::Array(items) => {
                items.iter().rev().find(|p| p.get("key").and_then(Value::as_str) == Some(key))?.get("value")
            }
            other => other.get(key),
        };
        match value? {
            Value::Object(_) | Value::Array(_) => value.map(ToString::to_string),
            value => scalar(Some(value)),
        }
    }

    fn text(&self, key: &str) -> Text {
        let plain = self.plain(key).unwrap_or_default();
        let wish = match key {
            "value" => "apiKey",
            key if secret::looks_secret(key) => key,
            _ => return text(&plain),
        };
        let kept = self.vault.borrow_mut().keep(wish, &plain, self.origin(key));
        kept.unwrap_or_else(|| text(&plain))
    }

    fn origin(&self, key: &str) -> Origin {
        if let Some(at) = self.from.and_then(|f| f.get(key)).and_then(Value::as_str) {
            return Origin::new(self.at.source, Pointer::from_text(at));
        }
        match self.value {
            Value::Array(items) => {
                let is = |p: &Value| p.get("key").and_then(Value::as_str) == Some(key);
                let i = items.iter().rposition(is).unwrap_or_default();
                self.at.index(i).key("value")
            }
            _ => self.at.key(key),
        }
    }

    fn all(&self) -> Vec<(String, Text)> {
        let names: Vec<String> = match self.value {
            Value::Array(items) => {
                items.iter().filter_map(|p| p.get("key").and_then(Value::as_str)).map(str::to_owned).collect()
            }
            Value::Object(fields) => fields.keys().cloned().collect(),
            _ => Vec::new(),
        };
        names.into_iter().map(|n| (n.clone(), self.text(&n))).collect()
    }

    fn rest(&self, known: &[&str]) -> Vec<(String, Text)> {
        self.all().into_iter().filter(|(n, v)| !known.contains(&n.as_str()) && !v.is_empty()).collect()
    }
}

/// Whether a value of `auth` says anything: `null`, `{}` and an object without a type inherit.
pub fn is_set(auth: Option<&Value>) -> bool {
    auth.and_then(|a| a.get("type")).and_then(Value::as_str).is_some_and(|t| !t.is_empty())
}

/// Reads an `auth` object. The second answer is the name of a scheme that is not supported.
pub fn read(auth: &Value, at: &Origin, vault: &mut Vault) -> (Auth, Option<String>) {
    let kind = auth.get("type").and_then(Value::as_str).unwrap_or("noauth");
    let p = Parameters {
        value: auth.get(kind).unwrap_or(&Value::Null),
        at: at.key(kind),
        from: auth.get(FROM),
        vault: RefCell::new(vault),
    };
    let read = match kind {
        "noauth" => Auth::None,
        "basic" => Auth::Basic { username: p.text("username"), password: p.text("password") },
        "bearer" => Auth::Bearer { scheme: "Bearer".to_owned(), token: p.text("token") },
        "apikey" => Auth::ApiKey {
            place: if p.plain("in").as_deref() == Some("query") {
                ApiKeyPlace::Query
            } else {
                ApiKeyPlace::Header
            },
            name: p.text("key"),
            value: p.text("value"),
        },
        "digest"
            if p.plain("realm").is_some_and(|r| !r.is_empty())
                && p.plain("nonce").is_some_and(|n| !n.is_empty()) =>
        {
            Auth::Other { scheme: kind.to_owned(), parameters: p.all() }
        }
        "digest" => Auth::Digest { username: p.text("username"), password: p.text("password") },
        "ntlm" => Auth::Ntlm {
            username: p.text("username"),
            password: p.text("password"),
            domain: p.text("domain"),
        },
        "oauth1" => Auth::OAuth1(Box::new(OAuth1 {
            consumer_key: p.text("consumerKey"),
            consumer_secret: p.text("consumerSecret"),
            token: p.text("token"),
            token_secret: p.text("tokenSecret"),
            signature_method: p.plain("signatureMethod").unwrap_or_else(|| "HMAC-SHA1".to_owned()),
            in_header: p.plain("addParamsToHeader").as_deref() == Some("true"),
            extra: p.rest(&[
                "consumerKey",
                "consumerSecret",
                "token",
                "tokenSecret",
                "signatureMethod",
                "addParamsToHeader",
            ]),
        })),
        "oauth2" => return (oauth2(&p), None),
        "awsv4" if p.plain("addAuthDataToQuery").as_deref() != Some("true") => {
            Auth::AwsSigV4(Box::new(AwsCredentials {
                access_key: p.text("accessKey"),
                secret_key: p.text("secretKey"),
                session_token: p.text("sessionToken"),
                region: p.text("region"),
                service: p.text("service"),
            }))
        }
        "hawk" => Auth::Hawk {
            id: p.text("authId"),
            key: p.text("authKey"),
            algorithm: p.plain("algorithm").unwrap_or_else(|| "sha256".to_owned()),
            extra: p.rest(&["authId", "authKey", "algorithm"]),
        },
        "awsv4" | "jwt" | "asap" | "edgegrid" => Auth::Other { scheme: kind.to_owned(), parameters: p.all() },
        other => return (Auth::None, Some(other.to_owned())),
    };
    (read, None)
}

/// The stored token when there is one; else the flow that fetches it without a browser.
fn oauth2(p: &Parameters<'_, '_>) -> Auth {
    let token = p.text("accessToken");
    let place = if p.plain("addTokenTo").as_deref() == Some("queryParams") {
        ApiKeyPlace::Query
    } else {
        ApiKeyPlace::Header
    };
    let prefix = match (place, p.plain("headerPrefix")) {
        (ApiKeyPlace::Query | ApiKeyPlace::Cookie, _) => "access_token".to_owned(),
        (ApiKeyPlace::Header, prefix) => prefix.map_or_else(|| "Bearer".to_owned(), |p| p.trim().to_owned()),
    };
    let client = match p.plain("client_authentication").as_deref() {
        Some("body") => ClientPlace::Body,
        _ => ClientPlace::Header,
    };
    let token_url = p.text("accessTokenUrl");
    let refresh_token = p.text("refreshToken");
    if token.is_empty() && !refresh_token.is_empty() {
        let own = p.text("refreshTokenUrl");
        let token_url = if own.is_empty() { token_url } else { own };
        let (client_id, client_secret) = (p.text("clientId"), p.text("clientSecret"));
        let grant = Grant::Refresh { token_url, client_id, client_secret, refresh_token };
        return Auth::OAuth2(Box::new(OAuth2 { grant, place, prefix, client }));
    }
    let (client_id, client_secret, scope) = (p.text("clientId"), p.text("clientSecret"), p.text("scope"));
    let grant = match p.plain("grant_type").as_deref() {
        _ if !token.is_empty() || token_url.is_empty() => Grant::Static { token },
        Some("client_credentials") => Grant::ClientCredentials { token_url, client_id, client_secret, scope },
        Some("password_credentials") => Grant::Password {
            token_url,
            client_id,
            client_secret,
            username: p.text("username"),
            password: p.text("password"),
            scope,
        },
        _ => Grant::Static { token },
    };
    Auth::OAuth2(Box::new(OAuth2 { grant, place, prefix, client }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_shapes_of_parameters_are_read() {
        let list = json!({"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{p}}"}]});
        let object = json!({"type": "basic", "basic": {"username": "u", "password": "{{p}}"}});
        let read = |auth: &Value| read(auth, &Origin::default(), &mut Vault::default());
        assert_eq!(read(&list), read(&object));
        assert_eq!(read(&list).0, Auth::Basic { username: Text::literal("u"), password: Text::var("p") });
    }

    #[test]
    fn a_flow_is_only_taken_without_a_token() {
        let read = |auth: &Value| read(auth, &Origin::default(), &mut Vault::default());
        let flow = json!({"type": "oauth2", "oauth2": [{"key": "grant_type", "value": "client_credentials"},
            {"key": "accessTokenUrl", "value": "http://t"}]});
        assert!(
            matches!(read(&flow).0, Auth::OAuth2(o) if matches!(o.grant, Grant::ClientCredentials { .. }))
        );
        assert_eq!(read(&json!({"type": "wsse"})), (Auth::None, Some("wsse".to_owned())));
    }
}
