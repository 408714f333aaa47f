use loadwright_diagnostic::{CodeInfo, Fate, Severity};

macro_rules! codes {
    ($($name:ident = $code:literal, $severity:ident, $fate:ident, $title:literal, $page:literal;)*) => {
        $(pub(crate) static $name: CodeInfo = CodeInfo {
            code: $code, severity: Severity::$severity, fate: Fate::$fate, title: $title, page: $page,
        };)*
        /// Every finding of this importer.
        pub const CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    BAD_REF = "openapi/unresolved-reference", Warning, Dropped, "a reference leads nowhere",
        "A `$ref` names a place that the document (or the file that it points to) does not have.\n\nWhat refers to it is treated as if it said nothing: a parameter is left out, a schema accepts everything.\n\nMend the reference, or place the referenced file beside the document. Remote references are read with --fetch.";
    REMOTE_REF = "openapi/remote-reference", Warning, Dropped, "a remote reference was not fetched",
        "A `$ref` is an address on the network. Conversions read no network by themselves.\n\nThe referenced part is treated as if it said nothing. `--fetch` reads remote references.";
    SHAPE = "openapi/unexpected-shape", Warning, Dropped, "a part of the document has the wrong shape",
        "The specification demands an object or a list here, and the document has something else.\n\nThe part is left out; everything else is converted.";
    NO_SERVER = "openapi/no-server", Note, Assumed, "the document does not say where the API is",
        "The document has no absolute server address.\n\nThe script uses a local address; set the real one with `-e BASE_URL=https://…` or in the script's first lines.";
    SERVER_CHOICE = "openapi/several-servers", Note, Assumed, "one of several servers was taken",
        "The document lists several servers. The first one is the default of the script's `BASE_URL`; any other is one `-e BASE_URL=…` away.";
    SERVER_OVERRIDE = "openapi/operation-server", Note, Kept, "an operation has a server of its own",
        "The operation is sent to its own server. That address is a variable of its own at the head of the script.";
    UNDECLARED_PARAMETER = "openapi/undeclared-path-parameter", Warning, Assumed, "a path parameter is not declared",
        "The path has a `{name}` that no parameter describes.\n\nThe script fills it with a sample value made from the name. Declare the parameter, with an example, to choose the value.";
    CREDENTIAL = "openapi/needs-credential", Note, Stubbed, "the API wants a credential that the document cannot hold",
        "A security scheme needs a secret. The script reads it from an environment variable; `.env.example` lists them.\n\nWithout it the script sends a placeholder, which mock servers accept and real ones refuse.";
    MUTUAL_TLS = "openapi/mutual-tls", Warning, Dropped, "mutual TLS has to be set up by hand",
        "The operation wants a client certificate. Documents do not hold certificates.\n\nAdd `tlsAuth: [{ cert: open('./client.pem'), key: open('./client.key') }]` to the options of the script.";
    OAUTH_FLOW = "openapi/interactive-oauth", Note, Stubbed, "an OAuth 2 flow needs a person",
        "Authorization code and implicit flows need a browser and a person who logs in. A load test cannot do that.\n\nThe script sends `Authorization: Bearer` with the environment variable ACCESS_TOKEN.";
    UNKNOWN_SECURITY = "openapi/unknown-security", Warning, Dropped, "a security scheme is not known",
        "The operation names a security scheme that the document does not define, or of a kind that no specification has. The requests are sent without it.";
    MEDIA_TYPE = "openapi/media-type", Note, Assumed, "one of several media types was taken",
        "The operation accepts several media types. The script sends JSON where it can, else forms, else the first one.";
    SAMPLE_INVALID = "openapi/example-breaks-schema", Note, Approximated, "an example does not satisfy its own schema",
        "The document's example would be refused by a server that validates against the document's schema. A value made from the schema is sent instead.";
    NOT_SAMPLED = "openapi/approximate-sample", Note, Approximated, "a sample value may not satisfy its schema",
        "The schema says something that cannot be satisfied constructively (`not`, look-around patterns, contradictions). The value is close; the server may refuse it. Give the property an `example`.";
    CALLBACK = "openapi/callback", Note, Dropped, "callbacks and webhooks are requests of the server",
        "Callbacks and webhooks are sent by the API, not by its clients. There is nothing to send in a load test.";
    FILE_BODY = "openapi/file-body", Note, Stubbed, "a file has to be provided",
        "The operation uploads a file. The script sends a few placeholder bytes; put a real file beside it and `open()` it to change that.";
    SKIPPED = "openapi/not-selected", Note, Dropped, "operations were left out as asked",
        "`--include`, `--exclude` or `--safe-only` left these operations out.";
    METHOD = "openapi/unknown-method", Note, Kept, "a method is not one of HTTP's usual ones",
        "The path has an operation under a method that the specification lists only in newer versions. It is sent as written.";
}
