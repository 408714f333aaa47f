use indexmap::IndexMap;
use loadwright_diagnostic::Origin;
use loadwright_scenario::{
    Auth, Body, Check, ClientPlace, Extraction, Field, Grant, Json, JsonPath, Lifetime, Predicate, Request,
    RequestStep, Selector, Step, Text, UrlTemplate, VarName, VarSource, Variable, for_each_request_mut,
};

use crate::{Pass, PassContext};

/// OAuth 2 grants become one token request each in `setup()`; the requests then carry the token.
pub(crate) struct FetchTokens;

impl Pass for FetchTokens {
    fn name(&self) -> &'static str {
        "fetch-tokens"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        // scripts that came along fetch their tokens themselves
        if cx.plan.carried.is_some() {
            return;
        }
        let mut grants: IndexMap<String, (Grant, ClientPlace, VarName, Origin)> = IndexMap::new();
        let taken: Vec<VarName> = cx.plan.variables.iter().map(|v| v.name.clone()).collect();
        for_each_request_mut(cx.plan, &mut |r| {
            let Auth::OAuth2(oauth) = &mut r.request.auth else { return };
            if matches!(oauth.grant, Grant::Static { .. }) {
                return;
            }
            let key = format!("{:?} {:?}", oauth.client, oauth.grant);
            let n = grants.len();
            let (_, _, name, _) = grants.entry(key).or_insert_with(|| {
                let mut name =
                    if n == 0 { "accessToken".to_owned() } else { format!("accessToken{}", n + 1) };
                while taken.iter().any(|t| t.as_str() == name) {
                    name.push('_');
                }
                (oauth.grant.clone(), oauth.client, VarName::new(name), r.origin.clone())
            });
            oauth.grant = Grant::Static { token: Text::from(loadwright_scenario::Part::Var(name.clone())) };
        });
        for (grant, client, name, origin) in grants.into_values() {
            // a token that somebody has already is taken as it is; credentials fetch a fresh one
            let ready = VarName::new("ACCESS_TOKEN");
            if !cx.plan.variables.iter().any(|v| v.name == ready) {
                cx.plan.variables.push(Variable {
                    name: ready.clone(),
                    source: VarSource::Environment { name: "ACCESS_TOKEN".to_owned(), default: None },
                    lifetime: Lifetime::Iteration,
                    secret: true,
                    note: None,
                    origin: origin.clone(),
                });
            }
            cx.plan.variables.push(Variable {
                name: name.clone(),
                source: VarSource::Captured { initial: Some(Text::var("ACCESS_TOKEN")) },
                lifetime: Lifetime::Test,
                secret: true,
                note: None,
                origin: origin.clone(),
            });
            cx.plan.setup.push(Step::Request(Box::new(token_request(grant, client, name, origin))));
        }
    }
}

/// The request of RFC 6749 sections 4.3, 4.4 and 6.
fn token_request(grant: Grant, client: ClientPlace, into: VarName, origin: Origin) -> RequestStep {
    let mut fields = Vec::new();
    let mut auth = Auth::None;
    let mut identify = |fields: &mut Vec<Field>, client_id: Text, client_secret: Text| match client {
        ClientPlace::Header => auth = Auth::Basic { username: client_id, password: client_secret },
        ClientPlace::Body => {
            for (name, value) in [("client_id", client_id), ("client_secret", client_secret)] {
                if !value.is_empty() {
                    fields.push(Field::new(name, value));
                }
            }
        }
    };
    let add = |fields: &mut Vec<Field>, name: &str, value: Text| {
        if !value.is_empty() {
            fields.push(Field::new(name, value));
        }
    };
    // without a client there is nothing to ask with: the step waits for the environment
    let needs = match &grant {
        Grant::ClientCredentials { client_id, .. } | Grant::Refresh { client_id, .. } => {
            client_id.as_var().cloned().into_iter().collect()
        }
        Grant::Password { username, .. } => username.as_var().cloned().into_iter().collect(),
        Grant::Static { .. } => Vec::new(),
    };
    let url = match grant {
        Grant::Static { token } => token,
        Grant::ClientCredentials { token_url, client_id, client_secret, scope } => {
            identify(&mut fields, client_id, client_secret);
            add(&mut fields, "grant_type", Text::literal("client_credentials"));
            add(&mut fields, "scope", scope);
            token_url
        }
        Grant::Password { token_url, client_id, client_secret, username, password, scope } => {
            identify(&mut fields, client_id, client_secret);
            add(&mut fields, "grant_type", Text::literal("password"));
            add(&mut fields, "password", password);
            add(&mut fields, "scope", scope);
            add(&mut fields, "username", username);
            token_url
        }
        Grant::Refresh { token_url, client_id, client_secret, refresh_token } => {
            identify(&mut fields, client_id, client_secret);
            add(&mut fields, "grant_type", Text::literal("refresh_token"));
            add(&mut fields, "refresh_token", refresh_token);
            token_url
        }
    };
    let name = "fetch token".to_owned();
    RequestStep {
        checks: vec![Check {
            name: format!("{name}: status is 200"),
            subject: Selector::Status,
            predicate: Predicate::Equals(Json::Number("200".to_owned())),
            origin: origin.clone(),
        }],
        extractions: vec![Extraction {
            into,
            from: Selector::Json(JsonPath::keys(["access_token"])),
            fallback: None,
            guard: Some(format!("{name}: answer has an access_token")),
            reason: None,
            origin: origin.clone(),
        }],
        request: Request {
            method: "POST".into(),
            url: UrlTemplate { base: url, path: Vec::new(), query: Vec::new() },
            body: Body::Form(fields),
            auth,
            ..Request::default()
        },
        url_group: Some("POST token".to_owned()),
        needs,
        name: name.into(),
        origin,
        ..RequestStep::default()
    }
}
