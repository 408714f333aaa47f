use crate::Text;

/// How a request proves who sends it. Inheritance from folders or documents is resolved by the importer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub enum Auth {
    #[default]
    None,
    Basic {
        username: Text,
        password: Text,
    },
    Digest {
        username: Text,
        password: Text,
    },
    Ntlm {
        username: Text,
        password: Text,
        domain: Text,
    },
    /// `Authorization: <scheme> <token>`; the scheme is nearly always `Bearer`.
    Bearer {
        scheme: String,
        token: Text,
    },
    ApiKey {
        place: ApiKeyPlace,
        name: Text,
        value: Text,
    },
    OAuth1(Box<OAuth1>),
    OAuth2(Box<OAuth2>),
    AwsSigV4(Box<AwsCredentials>),
    Hawk {
        id: Text,
        key: Text,
        algorithm: String,
        /// `ext`, `app`, `dlg`, `nonce`, `timestamp` where the source sets them.
        extra: Vec<(String, Text)>,
    },
    /// A scheme that only a script helper can do (JWT, EdgeGrid, ASAP): its name and the source's parameters.
    Other {
        scheme: String,
        parameters: Vec<(String, Text)>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiKeyPlace {
    Header,
    Query,
    Cookie,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct OAuth1 {
    pub consumer_key: Text,
    pub consumer_secret: Text,
    pub token: Text,
    pub token_secret: Text,
    /// `HMAC-SHA1`, `HMAC-SHA256`, `HMAC-SHA512`, `RSA-SHA1`, …, `PLAINTEXT`
    pub signature_method: String,
    /// Whether the parameters go into the `Authorization` header, or else into the body or the query.
    pub in_header: bool,
    pub extra: Vec<(String, Text)>,
}

/// OAuth 2: the token is fetched once in `setup()` unless `grant` is `Static`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OAuth2 {
    pub grant: Grant,
    pub place: ApiKeyPlace,
    /// Prefix in the header, `Bearer` by default; the parameter's name in a query.
    pub prefix: String,
    pub client: ClientPlace,
}

/// Where a request for a token carries the client's id and secret (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientPlace {
    /// As basic credentials.
    Header,
    /// Among the fields of the form.
    Body,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grant {
    /// A token that somebody else got.
    Static {
        token: Text,
    },
    ClientCredentials {
        token_url: Text,
        client_id: Text,
        client_secret: Text,
        scope: Text,
    },
    Password {
        token_url: Text,
        client_id: Text,
        client_secret: Text,
        username: Text,
        password: Text,
        scope: Text,
    },
    Refresh {
        token_url: Text,
        client_id: Text,
        client_secret: Text,
        refresh_token: Text,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct AwsCredentials {
    pub access_key: Text,
    pub secret_key: Text,
    pub session_token: Text,
    pub region: Text,
    pub service: Text,
}
