//! From a document to requests on the wire: what flows where, what is sent, and what the program says about it.

use serde_json::{Value, json};

use crate::loopback::{Came, Loopback, Reply};
use crate::program;

const HEAD: &str = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\n";

/// Converts the document and runs it once against the server; the verdict as JSON.
fn first_run(document: &str, server: &Loopback, more: &[&str]) -> (Value, String) {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), document).expect("a document");
    let mut args = vec!["test", "api.yaml", "--base-url", &server.address, "--verdict", "verdict.json"];
    args.extend(more);
    let done = program.run(&args);
    let text = std::fs::read_to_string(folder.path().join("verdict.json"))
        .unwrap_or_else(|e| panic!("{e}: exit {}\n{}\n{}", done.code, done.stdout, done.stderr));
    (serde_json::from_str(&text).expect("JSON"), done.stdout)
}

fn ok(body: Value) -> Reply {
    (200, "", body.to_string())
}

fn sent(came: &Came) -> Value {
    serde_json::from_str(&came.body).unwrap_or(Value::Null)
}

/// The whole table: one operation for each verdict.
#[test]
fn a_first_run_ends_with_a_verdict_for_each_operation() {
    let document = format!(
        "{HEAD}components: {{ securitySchemes: {{ key: {{ type: apiKey, in: header, name: X-Key }} }} }}
paths:
  /fine: {{ get: {{ operationId: fine, responses: {{ '200': {{ description: ok }} }} }} }}
  /locked: {{ get: {{ operationId: locked, security: [{{ key: [] }}], responses: {{ '200': {{ description: ok }} }} }} }}
  /things/{{thing}}:
    get:
      operationId: thing
      parameters: [{{ name: thing, in: path, required: true, schema: {{ type: string }} }}]
      responses: {{ '200': {{ description: ok }} }}
  /other: {{ get: {{ operationId: other, responses: {{ '201': {{ description: ok }} }} }} }}
  /broken: {{ get: {{ operationId: broken, responses: {{ '200': {{ description: ok }} }} }} }}
"
    );
    let server = Loopback::start(|r| match r.target.as_str() {
        "/locked" => (401, "", String::new()),
        "/broken" => (500, "", String::new()),
        t if t.starts_with("/things") => (404, "", String::new()),
        _ => ok(json!({})),
    });
    let (verdict, text) = first_run(&document, &server, &[]);
    let rows: Vec<(String, String, String)> = verdict["operations"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|o| {
            let text = |k: &str| o[k].as_str().unwrap_or_default().to_owned();
            (text("operation"), text("verdict"), text("reason"))
        })
        .collect();
    let expected = [
        ("fine", "passed", ""),
        ("locked", "needs-credential", "401; set KEY"),
        ("thing", "needs-data", "404; thing: made up from the schema"),
        ("other", "contract-mismatch", "200, but not: status is 201"),
        ("broken", "server-error", "500"),
    ];
    for (operation, kind, reason) in expected {
        let wanted = (operation.to_owned(), kind.to_owned(), reason.to_owned());
        assert!(rows.contains(&wanted), "{wanted:?} is not in {rows:#?}");
    }
    assert_eq!((&verdict["total"], &verdict["passed"]), (&json!(5), &json!(1)));
    assert!(
        text.contains("needs-data(thing)") && text.contains("1 of 5 operations passed (20.0 %)"),
        "{text}"
    );

    // a script of one's own that leaves operations out
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), &document).expect("a document");
    std::fs::write(folder.path().join("own.js"), "export default function () {}").expect("a script");
    program.run(["test", "api.yaml", "--script", "own.js", "--verdict", "v.json", "--quiet"]);
    let text = std::fs::read_to_string(folder.path().join("v.json")).expect("a verdict");
    assert_eq!(text.matches("not-attempted").count(), 5, "{text}");
}

const SHOP: &str = "
paths:
  /orders:
    post:
      operationId: createOrder
      tags: [orders]
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [customer_id, site_ids], properties: { customer_id: { type: string }, site_ids: { type: array, items: { type: string }, minItems: 1 } } } } } }
      responses: { '201': { description: made, headers: { Location: { schema: { type: string } } } } }
  /orders/{orderId}:
    get: { operationId: getOrder, tags: [orders], parameters: [{ name: orderId, in: path, required: true, schema: { type: string } }], responses: { '200': { description: ok } } }
    delete: { operationId: deleteOrder, tags: [orders], parameters: [{ name: orderId, in: path, required: true, schema: { type: string } }], responses: { '204': { description: gone } } }
  /customers:
    post:
      operationId: createCustomer
      tags: [customers]
      requestBody: { content: { application/json: { schema: { type: object, required: [name], properties: { name: { type: string } } } } } }
      responses: { '201': { description: made, content: { application/json: { schema: { type: object, properties: { data: { type: object, properties: { id: { type: string } } } } } } } } }
  /customers/{id}:
    delete: { operationId: deleteCustomer, tags: [customers], parameters: [{ name: id, in: path, required: true, schema: { type: string } }], responses: { '204': { description: gone } } }
  /sites:
    get: { operationId: listSites, tags: [sites], responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { items: { type: array, items: { type: object, properties: { id: { type: string } } } } } } } } } } }
  /users:
    post:
      operationId: createUser
      tags: [users]
      requestBody: { content: { application/json: { schema: { type: object, required: [username], properties: { username: { type: string } } } } } }
      responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { message: { type: string } } } } } } }
  /users/{username}:
    get: { operationId: getUser, tags: [users], parameters: [{ name: username, in: path, required: true, schema: { type: string } }], responses: { '200': { description: ok } } }
  /keys/{key}:
    get: { operationId: readKey, tags: [keys], parameters: [{ name: key, in: path, required: true, schema: { type: string } }], responses: { '200': { description: ok } } }
    put: { operationId: putKey, tags: [keys], parameters: [{ name: key, in: path, required: true, schema: { type: string } }], responses: { '201': { description: made } } }
  /jobs:
    post:
      operationId: startJob
      tags: [jobs]
      responses:
        '200':
          description: ok
          content: { application/json: { schema: { type: object, properties: { handle: { type: string } } } } }
          links: { status: { operationId: jobStatus, parameters: { path.ticket: '$response.body#/handle' } } }
  /status/{ticket}:
    get: { operationId: jobStatus, tags: [jobs], parameters: [{ name: ticket, in: path, required: true, schema: { type: string } }], responses: { '200': { description: ok } } }
  /reports:
    get: { operationId: report, tags: [reports], parameters: [{ name: customerId, in: query, required: true, schema: { type: string } }], responses: { '200': { description: ok } } }
";

fn shop() -> Loopback {
    Loopback::start(|r| match r.line().as_str() {
        "POST /customers" => (201, "", json!({"data": {"id": "c-77"}}).to_string()),
        "POST /orders" => (201, "Location: /orders/o-9", String::new()),
        "GET /sites" => ok(json!({"items": [{"id": "s-5"}]})),
        "POST /jobs" => ok(json!({"handle": "h-3"})),
        _ if r.method == "DELETE" => (204, "", String::new()),
        _ if r.method == "PUT" => (201, "", String::new()),
        _ => ok(json!({})),
    })
}

/// Links, responses, Location headers, lists, chosen keys, foreign keys in bodies and queries; deletions last.
#[test]
fn values_flow_from_those_who_make_them() {
    let server = shop();
    let (verdict, _) = first_run(&format!("{HEAD}{SHOP}"), &server, &[]);
    let came = server.came();
    let lines: Vec<String> = server.lines();
    let at = |line: &str| {
        lines.iter().position(|l| l == line).unwrap_or_else(|| panic!("{line} is not in {lines:#?}"))
    };
    // a response's field, in a body and in a query
    let order = &came[at("POST /orders")];
    assert_eq!(sent(order), json!({"customer_id": "c-77", "site_ids": ["s-5"]}));
    at("GET /reports?customerId=c-77");
    // a Location header
    at("GET /orders/o-9");
    // a link
    at("GET /status/h-3");
    // what the client chooses: in its body, in its path
    let user = sent(&came[at("POST /users")])["username"].as_str().expect("a name").to_owned();
    at(&format!("GET /users/{user}"));
    let put = lines.iter().find(|l| l.starts_with("PUT /keys/")).expect("the PUT");
    assert!(at(put) < at(&put.replace("PUT", "GET")), "{lines:#?}");
    // producers first, deletions last, children before their parents
    assert!(at("POST /customers") < at("POST /orders"), "{lines:#?}");
    assert_eq!(lines[lines.len() - 2..], ["DELETE /orders/o-9", "DELETE /customers/c-77"], "{lines:#?}");
    assert_eq!(verdict["passed"], verdict["total"], "{verdict:#}");
}

/// Every kind of inference can be left out.
#[test]
fn each_inference_can_be_switched_off() {
    for (rule, line) in [
        ("chain-location", "GET /orders/o-9"),
        ("chain-link", "GET /status/h-3"),
        ("chain-query", "GET /reports?customerId=c-77"),
    ] {
        let server = shop();
        first_run(&format!("{HEAD}{SHOP}"), &server, &["--skip-rule", rule]);
        assert!(!server.lines().contains(&line.to_owned()), "{rule}: {:#?}", server.lines());
    }
    let server = shop();
    let more = ["--skip-rule", "chain-create", "--skip-rule", "chain-resource"];
    first_run(&format!("{HEAD}{SHOP}"), &server, &more);
    assert!(!server.lines().contains(&"DELETE /customers/c-77".to_owned()), "{:#?}", server.lines());
    let server = shop();
    first_run(&format!("{HEAD}{SHOP}"), &server, &["--skip-rule", "chain-body"]);
    let order = server.came().into_iter().find(|r| r.line() == "POST /orders").expect("the order");
    assert_ne!(sent(&order)["customer_id"], "c-77");
    let server = shop();
    first_run(&format!("{HEAD}{SHOP}"), &server, &["--skip-rule", "chain-put"]);
    assert_eq!(
        server.lines().iter().filter(|l| l.ends_with("/keys/key")).count(),
        2,
        "{:#?}",
        server.lines()
    );
}

/// No `undefined` in an address: the sample stands in, a check fails, and the verdict names the producer.
#[test]
fn a_producer_that_fails_is_named() {
    let server = Loopback::start(|r| match r.line().as_str() {
        "POST /customers" => (500, "", String::new()),
        _ if r.method == "DELETE" => (404, "", String::new()),
        _ => ok(json!({})),
    });
    let (verdict, text) = first_run(&format!("{HEAD}{SHOP}"), &server, &[]);
    assert!(!server.lines().iter().any(|l| l.contains("undefined")), "{:#?}", server.lines());
    let row =
        verdict["operations"].as_array().into_iter().flatten().find(|o| o["operation"] == "deleteCustomer");
    let row = row.expect("the deletion");
    assert_eq!(
        (&row["verdict"], &row["reason"]),
        (&json!("needs-data"), &json!("404; id: createCustomer gave none"))
    );
    assert!(text.contains("createCustomer: customerId found"), "{text}");
}

/// Names differ from iteration to iteration; the same seed gives the same script, another one other values.
#[test]
fn values_are_unique_each_time_and_scripts_are_not() {
    let server = shop();
    first_run(&format!("{HEAD}{SHOP}"), &server, &["--iterations", "3"]);
    let names: std::collections::BTreeSet<String> = server
        .came()
        .iter()
        .filter(|r| r.line() == "POST /customers")
        .map(|r| sent(r)["name"].to_string())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), format!("{HEAD}{SHOP}")).expect("a document");
    let script = |seed: &str| program.run(["convert", "api.yaml", "--quiet", "--seed", seed]).stdout;
    assert_eq!(script("7"), script("7"));
    assert_ne!(script("7"), script("8"));
}

/// One module for each tag, the same requests, and every import is of a file that was written.
#[test]
fn a_split_script_sends_what_a_single_one_sends() {
    let requests = |layout: &str| {
        let server = shop();
        let more = ["--layout", layout, "--skip-rule", "chain-put", "--skip-rule", "chain-sent"];
        let (verdict, _) = first_run(&format!("{HEAD}{SHOP}"), &server, &more);
        assert_eq!(verdict["passed"], verdict["total"], "{layout}: {verdict:#}");
        server.lines()
    };
    assert_eq!(requests("split"), requests("single"));
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), format!("{HEAD}{SHOP}")).expect("a document");
    program.run(["convert", "api.yaml", "--quiet", "--layout", "split", "-o", "api.js"]);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
    for line in read("api.js").lines().filter(|l| l.contains(" from './")) {
        let file = line.split("'./").nth(1).and_then(|f| f.split('\'').next()).expect("a file");
        assert!(folder.path().join(file).is_file(), "{line}");
    }
    assert!(read("api.orders.js").contains("export function orders()"));
    assert!(!read("api.customers.js").contains("/orders"));
}

/// A run's result is counted by name tag; k6's own JSON lines by address; 99 below the minimum.
#[test]
fn coverage_counts_operations_of_any_run() {
    let server = shop();
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), format!("{HEAD}{SHOP}")).expect("a document");
    let script = format!(
        "import http from 'k6/http';\nexport default function () {{\n  http.get('{0}/sites');\n  http.get('{0}/orders/17?x=1');\n  http.post('{0}/jobs', null, {{ tags: {{ name: 'POST /jobs' }} }});\n  http.get('{0}/else');\n}}\n",
        server.address
    );
    std::fs::write(folder.path().join("edited.js"), script).expect("a script");
    let run =
        program.run(["run", "edited.js", "--quiet", "--out", "result=r.json", "--out", "json=lines.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for file in ["r.json", "lines.json"] {
        let done = program.run(["coverage", file, "--spec", "api.yaml", "--format", "json"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let found: Value = serde_json::from_str(&done.stdout).expect("JSON");
        let mut covered: Vec<&str> = found["operations"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|o| o["requests"] != 0)
            .filter_map(|o| o["operation"].as_str())
            .collect();
        covered.sort_unstable();
        assert_eq!(covered, ["getOrder", "listSites", "startJob"], "{file}: {found:#}");
        assert_eq!(found["unknown"].as_array().map(Vec::len), Some(1), "{file}: {found:#}");
    }
    let done = program.run(["coverage", "r.json", "--spec", "api.yaml", "--min", "80"]);
    assert_eq!(done.code, 99, "{}", done.stdout);
    assert!(
        done.stdout.contains("GET /users/{username}") && done.stdout.contains("not requested"),
        "{}",
        done.stdout
    );
    assert_eq!(program.run(["coverage", "r.json", "--spec", "api.yaml", "--min", "20"]).code, 0);
}

/// By path, tag, operation id and method; only what changes nothing.
#[test]
fn operations_are_selected_by_path_tag_id_and_method() {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), format!("{HEAD}{SHOP}")).expect("a document");
    let names = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["inspect", "api.yaml"];
        all.extend(args);
        let text = program.run(&all).stdout;
        let mut out: Vec<String> = text
            .lines()
            .filter_map(|l| l.trim_start().strip_prefix('"')?.split_once("\": ").map(|(n, _)| n.to_owned()))
            .collect();
        out.sort();
        out
    };
    assert_eq!(names(&["--include", "/orders/**"]), ["deleteOrder", "getOrder"]);
    assert_eq!(names(&["--include", "jobs"]), ["jobStatus", "startJob"]);
    assert_eq!(names(&["--include", "getO*"]), ["getOrder"]);
    assert_eq!(names(&["--include", "orders", "--exclude", "DELETE"]), ["createOrder", "getOrder"]);
    let safe = names(&["--safe-only"]);
    assert!(
        safe.contains(&"getOrder".to_owned()) && !safe.iter().any(|n| n.starts_with("create")),
        "{safe:?}"
    );
}

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

const ACCOUNTS: &str = "security: [{ b: [] }]
components: { securitySchemes: { b: { type: http, scheme: bearer } } }
paths:
  /me: { get: { operationId: me, responses: { '200': { description: ok } } } }
  /login:
    post:
      operationId: logIn
      security: []
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [email, password], properties: { email: { type: string }, password: { type: string, example: other } } } } } }
      responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { data: { type: object, properties: { access_token: { type: string } } } } } } } } }
";

/// Whoever can register logs in as that; else name and password come from the environment, and a token stands in.
#[test]
fn tokens_come_from_the_login_of_the_api_itself() {
    let register = "  /register:\n    post:\n      operationId: register\n      security: []\n      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [user], properties: { user: { type: object, required: [email, password], properties: { email: { type: string }, password: { type: string } } } } } } } }\n      responses: { '200': { description: ok } }\n";
    let known = std::sync::Mutex::new(None);
    let server = Loopback::start(move |r| match r.target.as_str() {
        "/register" => {
            *known.lock().expect("the account") = Some(sent(r)["user"].clone());
            ok(json!({}))
        }
        "/login" if Some(sent(r)) == *known.lock().expect("the account") => {
            ok(json!({"data": {"access_token": "fresh"}}))
        }
        _ if r.header("authorization") == "Bearer fresh" => ok(json!({})),
        _ => (401, "", String::new()),
    });
    let (verdict, _) = first_run(&format!("{HEAD}{ACCOUNTS}{register}"), &server, &[]);
    assert_eq!(verdict["passed"], 3, "{verdict:#}");
    assert_eq!(server.lines(), ["POST /register", "POST /login", "GET /me"]);

    let server = || {
        Loopback::start(|r| match r.target.as_str() {
            "/login" if sent(r) == json!({"email": "a@b.c", "password": "hush"}) => {
                ok(json!({"data": {"access_token": "fresh"}}))
            }
            _ if ["Bearer fresh", "Bearer mine"].contains(&r.header("authorization")) => ok(json!({})),
            _ => (401, "", String::new()),
        })
    };
    let document = format!("{HEAD}{ACCOUNTS}");
    let more = ["--env", "LOGIN_EMAIL=a@b.c", "--env", "LOGIN_PASSWORD=hush"];
    let (verdict, _) = first_run(&document, &server(), &more);
    assert_eq!(verdict["passed"], 2, "{verdict:#}");
    // a token that somebody has already
    let (verdict, _) = first_run(&document, &server(), &["--env", "ACCESS_TOKEN=mine"]);
    let of = |name: &str| {
        verdict["operations"].as_array().into_iter().flatten().find(|o| o["operation"] == name).cloned()
    };
    assert_eq!(of("me").expect("me")["verdict"], "passed");
    assert!(of("logIn").expect("logIn")["needs"].to_string().contains("LOGIN_PASSWORD"), "{verdict:#}");
    // switched off
    let switched_off = server();
    let more = ["--skip-rule", "chain-login", "--env", "LOGIN_EMAIL=a@b.c"];
    first_run(&document, &switched_off, &more);
    assert!(switched_off.came().iter().all(|r| !r.body.contains("a@b.c")));
}
