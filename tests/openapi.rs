//! From a document to a run: what flows where, and what the program says about each operation.

use serde_json::{Value, json};

use crate::first_run::{HEAD, first_run, ok, sent};
use crate::loopback::Loopback;
use crate::program;

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

/// A value that breaks what the parameter demands is not put into an address: the sample stands in.
#[test]
fn values_have_to_fit_what_the_parameter_demands() {
    let document = format!(
        "{HEAD}paths:
  /orders:
    post: {{ operationId: make, responses: {{ '200': {{ description: ok, content: {{ application/json: {{ schema: {{ type: object, properties: {{ id: {{ type: string }} }} }} }} }} }} }} }}
  /orders/{{id}}:
    get: {{ operationId: read, parameters: [{{ name: id, in: path, required: true, schema: {{ type: string, pattern: '^[A-Z]{{4}}-[0-9]+$' }} }}], responses: {{ '200': {{ description: ok }} }} }}
"
    );
    for (given, asked) in [("ABCD-77", "GET /orders/ABCD-77"), ("string", "GET /orders/AAAA-1")] {
        let server = Loopback::start(move |_| ok(json!({ "id": given })));
        first_run(&document, &server, &[]);
        assert_eq!(server.lines(), ["POST /orders", asked]);
    }
}

/// Documents that answer 401 without naming a credential, changes that change something, and emptied collections.
#[test]
fn what_documents_leave_out_is_asked_for() {
    let document = format!(
        "{HEAD}paths:
  /boxes:
    delete: {{ operationId: empty, responses: {{ '204': {{ description: gone }} }} }}
    post: {{ operationId: make, responses: {{ '200': {{ description: ok, content: {{ application/json: {{ schema: {{ type: object, properties: {{ id: {{ type: integer }} }} }} }} }} }} }} }}
  /boxes/{{id}}:
    parameters: [{{ name: id, in: path, required: true, schema: {{ type: integer }} }}]
    delete: {{ operationId: remove, responses: {{ '204': {{ description: gone }} }} }}
    patch:
      operationId: change
      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ name: {{ type: string }}, size: {{ type: integer }} }} }} }} }} }}
      responses: {{ '200': {{ description: ok }}, '401': {{ description: who are you }} }}
"
    );
    let server = Loopback::start(|r| match r.method.as_str() {
        "PATCH" if r.header("authorization") != "Basic me" => (401, "", String::new()),
        "DELETE" => (204, "", String::new()),
        _ => ok(json!({"id": 5})),
    });
    let (verdict, _) = first_run(&document, &server, &[]);
    assert!(verdict.to_string().contains("401; set AUTHORIZATION"), "{verdict:#}");
    assert_eq!(server.lines(), ["POST /boxes", "PATCH /boxes/5", "DELETE /boxes/5", "DELETE /boxes"]);
    let change = server.came().into_iter().find(|r| r.method == "PATCH").expect("the change");
    assert_eq!(sent(&change), json!({"size": 1}));
    let (verdict, _) = first_run(&document, &server, &["--env", "AUTHORIZATION=Basic me"]);
    assert_eq!(verdict["passed"], 4, "{verdict:#}");
}
