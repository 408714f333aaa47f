//! What a document says about a request, as it goes on the wire.

use serde_json::{Value, json};

use crate::first_run::{HEAD, first_run, ok, sent};
use crate::loopback::{Came, Loopback};
use crate::program;

/// Client credentials and password: the token is fetched once in `setup()`, from an address that may be relative.
#[test]
fn tokens_are_fetched_before_the_test() {
    for (flow, env, form) in [
        (
            "clientCredentials: { tokenUrl: /token, scopes: {} }",
            ["CLIENT_ID=me", "CLIENT_SECRET=hush"],
            ["grant_type=client_credentials", "client_id=me", "client_secret=hush"],
        ),
        (
            "password: { tokenUrl: token, scopes: {} }",
            ["USERNAME=ada", "PASSWORD=hush"],
            ["grant_type=password", "username=ada", "password=hush"],
        ),
    ] {
        let server = Loopback::start(|r| match r.target.as_str() {
            "/token" => ok(json!({"access_token": "fresh", "token_type": "bearer"})),
            _ if r.header("authorization") == "Bearer fresh" => ok(json!({})),
            _ => (401, "", String::new()),
        });
        let document = format!(
            "{HEAD}security: [{{ o: [] }}]
components: {{ securitySchemes: {{ o: {{ type: oauth2, flows: {{ {flow} }} }} }} }}
paths: {{ /a: {{ get: {{ operationId: a, responses: {{ '200': {{ description: ok }} }} }} }} }}
"
        );
        let more = ["--env", env[0], "--env", env[1], "--iterations", "3"];
        let (verdict, _) = first_run(&document, &server, &more);
        assert_eq!(verdict["passed"], 1, "{verdict:#}");
        let came = server.came();
        let tokens: Vec<&Came> = came.iter().filter(|r| r.target == "/token").collect();
        assert_eq!((tokens.len(), came.len()), (1, 4));
        for piece in form {
            assert!(tokens[0].body.split('&').any(|p| p == piece), "{piece}: {}", tokens[0].body);
        }
        // without them the table says what to set
        let (verdict, _) = first_run(&document, &server, &[]);
        let needs = verdict["operations"][0]["needs"].to_string();
        assert_eq!(verdict["operations"][0]["verdict"], "needs-credential");
        assert!(needs.contains(env[0].split('=').next().expect("a name")), "{needs}");
    }
}

/// Remote references are read with `--fetch` only.
#[test]
fn remote_references_are_fetched_when_asked() {
    let server = Loopback::start(|r| {
        match r.target.as_str() {
        "/parts.yaml" => (200, "", "Thing: { type: object, required: [color], properties: { color: { type: string, enum: [teal] } } }".to_owned()),
        _ => ok(json!({})),
    }
    });
    let document = format!(
        "{HEAD}paths:\n  /things:\n    post:\n      operationId: make\n      requestBody: {{ required: true, content: {{ application/json: {{ schema: {{ $ref: '{}/parts.yaml#/Thing' }} }} }} }}\n      responses: {{ '200': {{ description: ok }} }}\n",
        server.address
    );
    first_run(&document, &server, &["--fetch"]);
    let post = server.came().into_iter().find(|r| r.method == "POST").expect("the POST");
    assert_eq!(sent(&post), json!({"color": "teal"}));
    let before = server.lines().iter().filter(|l| l.contains("parts.yaml")).count();
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), &document).expect("a document");
    let done = program.run(["convert", "api.yaml", "-o", "s.js"]);
    assert!(done.stderr.contains("openapi/remote-reference"), "{}", done.stderr);
    assert_eq!(server.lines().iter().filter(|l| l.contains("parts.yaml")).count(), before);
}

/// An operation's own server, the document's server variables, and `BASE_URL` for all of them.
#[test]
fn servers_of_single_operations_and_variables_are_used() {
    let document = format!(
        "{HEAD}servers: [{{ url: 'https://{{region}}.api.example/v1', variables: {{ region: {{ default: eu, enum: [eu, us] }} }} }}]
paths:
  /a: {{ get: {{ operationId: a, responses: {{ '200': {{ description: ok }} }} }} }}
  /files: {{ servers: [{{ url: 'https://uploads.example/v2' }}], get: {{ operationId: f, responses: {{ '200': {{ description: ok }} }} }} }}
"
    );
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), &document).expect("a document");
    let script = program.run(["convert", "api.yaml", "--quiet"]).stdout;
    for line in [
        "const SERVER_REGION = __ENV.SERVER_REGION || 'eu';",
        "const BASE_URL = __ENV.BASE_URL || `https://${SERVER_REGION}.api.example/v1`;",
        "${UPLOADS_BASE_URL}/files",
        "https://uploads.example/v2",
    ] {
        assert!(script.contains(line), "{line}\n{script}");
    }
    let (main, files) = (Loopback::start(|_| ok(json!({}))), Loopback::start(|_| ok(json!({}))));
    first_run(&document, &main, &[]);
    assert_eq!(main.lines(), ["GET /a", "GET /files"]);
    let own = format!("UPLOADS_BASE_URL={}", files.address);
    first_run(&document, &main, &["--env", &own]);
    assert_eq!(files.lines(), ["GET /files"]);
    let mock = program.run(["test", "api.yaml", "--mock", "--quiet", "--verdict", "v.json"]);
    assert_eq!(mock.code, 0, "{}{}", mock.stdout, mock.stderr);
}

/// The examples of the specification for every style, exploded and not, in every place.
#[test]
fn parameters_are_written_in_their_style() {
    let object = "{ type: object, example: { R: 100, G: 200 } }";
    let list = "{ type: array, items: { type: string }, example: [blue, black] }";
    let cases: &[(&str, &str, &str, &str)] = &[
        ("path", "style: simple", list, "/blue,black"),
        ("path", "style: simple", object, "/R,100,G,200"),
        ("path", "style: simple, explode: true", object, "/R=100,G=200"),
        ("path", "style: label", list, "/.blue,black"),
        ("path", "style: label, explode: true", list, "/.blue.black"),
        ("path", "style: label, explode: true", object, "/.R=100.G=200"),
        ("path", "style: matrix", list, "/;p=blue,black"),
        ("path", "style: matrix, explode: true", list, "/;p=blue;p=black"),
        ("path", "style: matrix, explode: true", object, "/;R=100;G=200"),
        ("query", "style: form", list, "?p=blue&p=black"),
        ("query", "style: form, explode: false", list, "?p=blue,black"),
        ("query", "style: form", object, "?R=100&G=200"),
        ("query", "style: form, explode: false", object, "?p=R,100,G,200"),
        ("query", "style: spaceDelimited, explode: false", list, "?p=blue black"),
        ("query", "style: pipeDelimited, explode: false", list, "?p=blue|black"),
        ("query", "style: deepObject, explode: true", object, "?p[R]=100&p[G]=200"),
        ("header", "style: simple", list, "blue,black"),
        ("header", "style: simple, explode: true", object, "R=100,G=200"),
        ("cookie", "style: form, explode: false", list, "p=blue,black"),
    ];
    let mut document = format!("{HEAD}paths:\n");
    for (i, (place, style, schema, _)) in cases.iter().enumerate() {
        let path = if *place == "path" { format!("/c{i}/{{p}}") } else { format!("/c{i}") };
        document.push_str(&format!(
            "  '{path}': {{ get: {{ parameters: [{{ name: p, in: {place}, required: true, {style}, schema: {schema} }}], responses: {{ '200': {{ description: ok }} }} }} }}\n"
        ));
    }
    let server = Loopback::start(|_| ok(json!({})));
    first_run(&document, &server, &[]);
    let came = server.came();
    for (i, (place, style, _, wanted)) in cases.iter().enumerate() {
        let start = format!("/c{i}");
        let r = came
            .iter()
            .find(|r| r.target.split(['/', '?']).nth(1) == Some(start.trim_start_matches('/')))
            .unwrap_or_else(|| panic!("{start} is missing"));
        let got = match *place {
            "header" => r.header("p").to_owned(),
            "cookie" => r.header("cookie").to_owned(),
            _ => decoded(r.target.strip_prefix(&start).unwrap_or_default()),
        };
        assert_eq!(decoded(&got), *wanted, "{place} {style}");
    }
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let hex: String = bytes.by_ref().take(2).map(char::from).collect();
            out.push(u8::from_str_radix(&hex, 16).expect("an escape"));
        } else {
            out.push(b);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Bodies of every media type as they go on the wire.
#[test]
fn bodies_of_every_media_type_are_sent() {
    let object = "{ type: object, required: [a, tags, deep], properties: { a: { type: string, example: x y }, tags: { type: array, items: { type: string }, example: [p, q] }, deep: { type: object, example: { k: 1 } } } }";
    let xml = "{ type: object, xml: { name: Pet }, required: [id, tag], properties: { id: { type: integer, example: 7, xml: { attribute: true } }, tag: { type: array, example: [a, b], items: { type: string, xml: { name: t } }, xml: { wrapped: true } } } }";
    let cases: &[(&str, &str, &[&str])] = &[
        ("application/json", object, &["\"a\":\"x y\"", "\"tags\":[\"p\",\"q\"]"]),
        ("application/x-www-form-urlencoded", object, &["a=x", "tags=p&tags=q", "k"]),
        (
            "multipart/form-data",
            "{ type: object, required: [note, file], properties: { note: { type: string, example: hi }, file: { type: string, format: binary } } }",
            &["name=\"note\"", "hi", "filename=", "name=\"file\""],
        ),
        ("text/plain", "{ type: string, example: just text }", &["just text"]),
        ("application/xml", xml, &["<Pet id=\"7\">", "<tag><t>a</t><t>b</t></tag>"]),
        ("application/octet-stream", "{ type: string, format: binary }", &["placeholder"]),
    ];
    let mut document = format!("{HEAD}paths:\n");
    for (i, (media, schema, _)) in cases.iter().enumerate() {
        document.push_str(&format!(
            "  /c{i}: {{ put: {{ requestBody: {{ required: true, content: {{ {media}: {{ schema: {schema} }} }} }}, responses: {{ '200': {{ description: ok }} }} }} }}\n"
        ));
    }
    let server = Loopback::start(|_| ok(json!({})));
    first_run(&document, &server, &[]);
    for (i, (media, _, pieces)) in cases.iter().enumerate() {
        let came = server.came();
        let r = came.iter().find(|r| r.target == format!("/c{i}")).expect(media);
        assert!(r.header("content-type").starts_with(media), "{media}: {}", r.header("content-type"));
        for piece in *pieces {
            assert!(r.body.contains(piece), "{media}: {piece} is not in {}", r.body);
        }
    }
}

/// What cannot be done is said with its place: interactive logins, client certificates, callbacks and webhooks.
#[test]
fn what_cannot_be_sent_is_a_finding() {
    let document = "openapi: 3.1.0\ninfo: { title: T, version: '1' }\nwebhooks: { news: { post: { responses: {} } } }\ncomponents:\n  securitySchemes:\n    oidc: { type: openIdConnect, openIdConnectUrl: 'https://id.example' }\n    cert: { type: mutualTLS }\npaths:\n  /a: { get: { operationId: a, security: [{ oidc: [] }], callbacks: { done: { '{$request.query.u}': { post: { responses: {} } } } }, responses: { '200': { description: ok } } } }\n  /b: { get: { operationId: b, security: [{ cert: [] }], responses: { '200': { description: ok } } } }\n";
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), document).expect("a document");
    let done = program.run(["convert", "api.yaml", "-o", "s.js", "--report", "f.json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let findings = std::fs::read_to_string(folder.path().join("f.json")).expect("findings");
    let findings: Value = serde_json::from_str(&findings).expect("JSON");
    let has = |code: &str, line: u64| {
        let found = findings["findings"].as_array().into_iter().flatten();
        found.clone().any(|f| f["code"] == code && f["line"] == line)
    };
    assert!(has("openapi/needs-credential", 6), "{findings:#}");
    assert!(has("openapi/mutual-tls", 7), "{findings:#}");
    assert!(has("openapi/callback", 9) && has("openapi/callback", 3), "{findings:#}");
    let script = std::fs::read_to_string(folder.path().join("s.js")).expect("a script");
    assert!(script.contains("ACCESS_TOKEN"), "{script}");
}
