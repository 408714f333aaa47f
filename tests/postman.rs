//! Postman collections by the real program: environments, merging, credentials, hostile text.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::program;

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

pub fn collection(items: &Value) -> Value {
    json!({"info": {"name": "c", "schema": SCHEMA}, "item": items})
}

pub fn write(folder: &std::path::Path, name: &str, value: &Value) {
    let text = serde_json::to_string_pretty(value).expect("json");
    std::fs::write(folder.join(name), text).expect("a file");
}

pub fn read(folder: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A server that answers every request with the same JSON and hands out what it got, head and body.
pub fn server(answer: &'static str) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (send, got) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let send = send.clone();
            std::thread::spawn(move || serve(stream, answer, &send));
        }
    });
    (port, got)
}

fn serve(mut stream: TcpStream, answer: &str, send: &std::sync::mpsc::Sender<String>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|l| {
                    l.to_ascii_lowercase().strip_prefix("content-length:").map(|v| v.trim().parse::<usize>())
                })
                .and_then(Result::ok)
                .unwrap_or(0);
            if body.len() >= length {
                let _ = send.send(text);
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}",
                    answer.len()
                );
                bytes.clear();
                continue;
            }
        }
        match stream.read(&mut chunk) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&chunk[..n]),
            _ => return,
        }
    }
}

fn environment(name: &str, port: u16, token: &str) -> Value {
    json!({"name": name, "values": [
        {"key": "base", "value": format!("http://127.0.0.1:{port}"), "enabled": true},
        {"key": "token", "value": token, "type": "secret", "enabled": true},
        {"key": "same", "value": "both", "enabled": true},
    ]})
}

#[test]
fn several_environments_become_a_switch() {
    let (program, folder) = program();
    let folder = folder.path();
    let (dev, at_dev) = server("{}");
    let (prod, at_prod) = server("{}");
    write(folder, "dev.json", &environment("dev", dev, "canary-of-dev"));
    write(folder, "prod.json", &environment("prod", prod, "canary-of-prod"));
    for (name, script) in
        [("plain", "pm.response.to.have.status(200)"), ("carried", "pm.execution.setNextRequest(null)")]
    {
        let request = json!([{"name": "a", "event": [{"listen": "test", "script": {"exec": [script]}}],
            "request": {"method": "GET", "url": "{{base}}/{{same}}", "header": [{"key": "X-Key", "value": "k {{token}}"}]}}]);
        write(folder, "c.json", &collection(&request));
        let done =
            program.run(["convert", "c.json", "-e", "dev.json", "-e", "prod.json", "-o", "c.js", "--quiet"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        for file in ["c.js", ".env.example"] {
            assert!(!read(folder, file).contains("canary"), "{name}: {file}");
        }
        for (choice, got, canary) in
            [(None, &at_dev, "canary-of-dev"), (Some("ENVIRONMENT=prod"), &at_prod, "canary-of-prod")]
        {
            let mut args = vec!["run", "c.js", "--quiet"];
            args.extend(choice.into_iter().flat_map(|c| ["-e", c]));
            let done = program.run(args);
            assert_eq!(done.code, 0, "{name}: {}", done.stderr);
            let sent = got.try_recv().expect("a request");
            assert!(sent.starts_with("GET /both "), "{sent}");
            assert!(sent.contains(&format!("k {canary}")), "{sent}");
        }
        let done = program.run(["run", "c.js", "-e", "ENVIRONMENT=nowhere"]);
        assert_ne!(done.code, 0);
        assert!(done.stderr.contains("no environment is called nowhere"), "{}", done.stderr);
    }
}

#[test]
fn collections_with_and_without_carried_scripts_make_one_script() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server("{}");
    let base = format!("http://127.0.0.1:{port}");
    let item = |path: &str, script: &str| {
        json!([{"name": path, "request": {"url": format!("{base}/{path}")},
            "event": [{"listen": "test", "script": {"exec": [script]}}]}])
    };
    write(
        folder,
        "a.json",
        &collection(&item("first", "pm.test('a', () => pm.response.to.have.status(200))")),
    );
    write(folder, "b.json", &collection(&item("second", "pm.execution.setNextRequest(null)")));
    let done = program.run(["convert", "a.json", "b.json", "-o", "ab.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let done = program.run(["run", "ab.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let sent: Vec<String> = got.try_iter().map(|s| s.lines().next().unwrap_or_default().to_owned()).collect();
    assert_eq!(sent, ["GET /first HTTP/1.1", "GET /second HTTP/1.1"]);
}

#[test]
fn a_bundle_runs_alone_with_the_packages_that_npm_installed() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, _got) = server(r#"{"a":1}"#);
    let script = "const add = require('add-numbers'); const more = require('npm:missing-thing@1.2.3');";
    let works = "const add = require('add-numbers'); pm.test('sum', () => pm.expect(add(1, 2)).to.eql(3)); \
        pm.test('md5', () => pm.expect(require('crypto-js').MD5('a').toString()).to.eql('0cc175b9c0f1b6a831c399e269772661')); \
        pm.execution.setNextRequest(null);";
    let items = json!([
        {"name": "fails", "request": {"url": format!("http://127.0.0.1:{port}/a")},
         "event": [{"listen": "test", "script": {"exec": [script]}}]},
        {"name": "works", "request": {"url": format!("http://127.0.0.1:{port}/b")},
         "event": [{"listen": "test", "script": {"exec": [works]}}]},
    ]);
    write(folder, "c.json", &collection(&items));
    std::fs::create_dir_all(folder.join("node_modules/add-numbers/lib")).expect("folders");
    std::fs::write(folder.join("node_modules/add-numbers/package.json"), r#"{"main": "lib/index.js"}"#)
        .expect("a file");
    std::fs::write(
        folder.join("node_modules/add-numbers/lib/index.js"),
        "module.exports = require('./plus');",
    )
    .expect("a file");
    std::fs::write(folder.join("node_modules/add-numbers/lib/plus.js"), "module.exports = (a, b) => a + b;")
        .expect("a file");
    let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let manifest: Value = serde_json::from_str(&read(folder, "package.json")).expect("json");
    assert_eq!(manifest["dependencies"], json!({"add-numbers": "*", "missing-thing": "1.2.3"}));
    let done = program.run(["run", "c.js"]);
    assert!(
        done.stdout.contains("✓ sum") && done.stderr.contains("missing-thing"),
        "{}{}",
        done.stdout,
        done.stderr
    );
    let done = program.run(["convert", "c.json", "-o", "one.js", "--bundle", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    for gone in ["pm", "node_modules"] {
        std::fs::remove_dir_all(folder.join(gone)).expect("a folder");
    }
    let done = program.run(["run", "one.js"]);
    assert!(done.stdout.contains("✓ sum") && done.stdout.contains("✓ md5"), "{}{}", done.stdout, done.stderr);
    let script = read(folder, "one.js");
    assert!(!script.contains("from './"), "{script}");
}

#[test]
fn tokens_of_oauth_flows_are_fetched_once_in_setup() {
    for (flow, sent) in [
        (json!({"grant_type": "client_credentials", "scope": "s1"}), "client_credentials"),
        (
            json!({"grant_type": "password_credentials", "username": "u1", "password": "canary-pass"}),
            "password",
        ),
        (json!({"grant_type": "authorization_code", "refreshToken": "canary-refresh"}), "refresh_token"),
    ] {
        for script in ["pm.response.to.have.status(200)", "pm.visualizer.set('x')"] {
            let (program, folder) = program();
            let folder = folder.path();
            let (port, got) = server(r#"{"access_token":"fresh-1","expires_in":3600}"#);
            let mut flow = flow.as_object().cloned().unwrap_or_default();
            flow.insert("accessTokenUrl".into(), json!(format!("http://127.0.0.1:{port}/token")));
            flow.insert("clientId".into(), json!("client-1"));
            flow.insert("clientSecret".into(), json!("canary-secret"));
            let items = json!([{"name": "a", "event": [{"listen": "test", "script": {"exec": [script]}}],
                "request": {"url": format!("http://127.0.0.1:{port}/a"), "auth": {"type": "oauth2", "oauth2": flow}}}]);
            write(folder, "c.json", &collection(&items));
            let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
            assert_eq!(done.code, 0, "{}", done.stderr);
            let text = read(folder, "c.js");
            assert!(text.contains("export function setup()") && !text.contains("canary"), "{text}");
            let done = program.run(["run", "c.js", "--vus", "2", "--iterations", "4"]);
            let all: Vec<String> = got.try_iter().collect();
            let (tokens, uses): (Vec<&String>, Vec<&String>) =
                all.iter().partition(|r| r.starts_with("POST /token"));
            assert_eq!((tokens.len(), uses.len()), (1, 4), "{sent}, {script}: {}\n{text}", done.stderr);
            assert!(tokens[0].contains(&format!("grant_type={sent}")), "{}", tokens[0]);
            assert!(uses.iter().all(|r| r.contains("Authorization: Bearer fresh-1")), "{}", uses[0]);
        }
    }
}

/// One secret in every place where a collection can have one: none of them gets into a file.
#[test]
fn planted_secrets_stay_in_their_files() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, _got) = server(r#"{"token":"x"}"#);
    let auths = [
        json!({"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "canary-1"}]}),
        json!({"type": "bearer", "bearer": {"token": "canary-2"}}),
        json!({"type": "apikey", "apikey": [{"key": "key", "value": "X-K"}, {"key": "value", "value": "canary-3"}]}),
        json!({"type": "apikey", "apikey": [{"key": "key", "value": "k"}, {"key": "value", "value": "canary-4"}, {"key": "in", "value": "query"}]}),
        json!({"type": "digest", "digest": {"username": "u", "password": "canary-5"}}),
        json!({"type": "ntlm", "ntlm": {"username": "u", "password": "canary-6"}}),
        json!({"type": "oauth1", "oauth1": {"consumerKey": "k", "consumerSecret": "canary-7", "token": "canary-8", "tokenSecret": "canary-9"}}),
        json!({"type": "oauth2", "oauth2": {"accessToken": "canary-10", "clientSecret": "canary-11", "refreshToken": "canary-12"}}),
        json!({"type": "awsv4", "awsv4": {"accessKey": "canary-13", "secretKey": "canary-14", "sessionToken": "canary-15"}}),
        json!({"type": "hawk", "hawk": {"authId": "i", "authKey": "canary-16"}}),
        json!({"type": "jwt", "jwt": {"algorithm": "HS256", "secret": "canary-17", "payload": "{}"}}),
        json!({"type": "jwt", "jwt": {"algorithm": "RS256", "privateKey": "canary-18", "payload": "{}"}}),
        json!({"type": "edgegrid", "edgegrid": {"accessToken": "canary-19", "clientToken": "canary-20", "clientSecret": "canary-21"}}),
        json!({"type": "asap", "asap": {"privateKey": "canary-22", "kid": "k"}}),
        json!({"type": "bearer", "bearer": {"token": "{{who}}"}}),
        json!({"type": "apikey", "apikey": {"key": "X-P", "value": "{{petKey}}"}}),
    ];
    let base = format!("http://127.0.0.1:{port}");
    let items: Vec<Value> = auths
        .iter()
        .map(|auth| json!({"name": auth["type"], "request": {"url": format!("{base}/a"), "auth": auth,
            "header": [{"key": "X-Api-Key", "value": "canary-30"}, {"key": "Authorization", "value": "Bearer canary-31"}]}}))
        .collect();
    for (name, script) in [
        (
            "plain",
            "pm.environment.set('token', pm.response.json().token); if (1) { pm.globals.set('gt_secret', 1); }",
        ),
        ("carried", "pm.visualizer.set('x'); pm.environment.set('token', 1);"),
    ] {
        let mut document = collection(&Value::Array(items.clone()));
        document["event"] = json!([{"listen": "test", "script": {"exec": [script]}}]);
        document["variable"] = json!([
            {"key": "db_password", "value": "canary-40"},
            {"key": "plain", "value": "canary-41", "type": "secret"},
            {"key": "who", "value": "{{inner}}"},
            {"key": "inner", "value": "canary-45"},
            {"key": "petKey", "value": "canary-46"},
            {"key": "heading", "value": "canary-47"},
        ]);
        document["item"][1]["request"]["header"] = json!([{"key": "X-A", "value": "{{db_password}}{{plain}}{{token}}{{gt_secret}}"}, {"key": "X-Api-Key", "value": "{{heading}}"}]);
        write(folder, "c.json", &document);
        write(
            folder,
            "e.json",
            &json!({"values": [{"key": "token", "value": "canary-42", "type": "secret"}, {"key": "other_token", "value": "canary-43"}]}),
        );
        write(folder, "g.json", &json!({"values": [{"key": "gt_secret", "value": "canary-44"}]}));
        for bundle in [false, true] {
            let mut args = vec![
                "convert",
                "c.json",
                "-e",
                "e.json",
                "-g",
                "g.json",
                "-o",
                "out/c.js",
                "--report",
                "out/report.json",
            ];
            args.extend(bundle.then_some("--bundle"));
            std::fs::create_dir_all(folder.join("out")).expect("a folder");
            let done = program.run(args);
            assert_eq!(done.code, 0, "{}", done.stderr);
            assert!(!done.stderr.contains("canary"), "{name}: {}", done.stderr);
            let mut left = vec![folder.join("out")];
            while let Some(path) = left.pop() {
                if path.is_dir() {
                    left.extend(std::fs::read_dir(&path).expect("a folder").flatten().map(|e| e.path()));
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let found: Vec<&str> =
                    text.match_indices("canary").map(|(i, _)| &text[i..(i + 9).min(text.len())]).collect();
                assert!(found.is_empty(), "{name}: {}: {found:?}", path.display());
            }
            assert_eq!(program.run(["inspect", "out/c.js"]).code, 0);
        }
    }
}

/// Text that would break out of a string, a template, a comment or a check's name, in every string of a collection.
#[test]
fn hostile_text_in_a_collection_stays_text() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server("{}");
    let evil = "'\"`${process.exit()}\\\n\u{2028}*/</script>//a::b";
    let url = format!("http://127.0.0.1:{port}/{evil}?{evil}={evil}");
    for script in ["pm.response.to.have.status(200)", "pm.visualizer.set('x')"] {
        let quoted = serde_json::to_string(evil).expect("json");
        let script = format!(
            "{script}; pm.test({quoted}, () => {{ pm.expect({quoted}).to.eql({quoted}); }}); tests[{quoted}] = true; pm.environment.set({quoted}, {quoted});"
        );
        let request = |body: Value| {
            json!({"name": evil, "description": evil, "event": [{"listen": "test", "script": {"exec": [script]}}],
                "request": {"method": "POST", "url": url, "description": evil, "body": body,
                    "header": [{"key": "X-A", "value": "'\"`${x}\\*/</script>"}]}})
        };
        let bodies = [
            json!({"mode": "raw", "raw": evil}),
            json!({"mode": "raw", "raw": json!({evil: evil}).to_string(), "options": {"raw": {"language": "json"}}}),
            json!({"mode": "urlencoded", "urlencoded": [{"key": evil, "value": evil}]}),
            json!({"mode": "formdata", "formdata": [{"key": evil, "value": evil, "type": "text"}]}),
            json!({"mode": "graphql", "graphql": {"query": evil, "variables": evil}}),
        ];
        let count = bodies.len();
        let mut document = collection(
            &json!([{"name": evil, "description": evil, "item": bodies.into_iter().map(request).collect::<Vec<_>>()}]),
        );
        document["info"]["name"] = json!(evil);
        document["info"]["description"] = json!(evil);
        document["variable"] = json!([{"key": evil, "value": evil}]);
        write(folder, "c.json", &document);
        for bundle in [None, Some("--bundle")] {
            let mut args = vec!["convert", "c.json", "-o", "c.js", "--quiet"];
            args.extend(bundle);
            let done = program.run(args);
            assert_eq!(done.code, 0, "{}", done.stderr);
            let text = read(folder, "c.js");
            assert!(!text.contains("</script>") || text.contains("\"'\\\"`"), "{text}");
            let done = program.run(["run", "c.js"]);
            assert_eq!(got.try_iter().count(), count, "{}\n{text}", done.stderr);
            assert_eq!(done.code, 0, "{}{}\n{text}", done.stdout, done.stderr);
        }
    }
}

#[test]
fn saved_examples_become_checks_when_asked_and_answers_of_the_mock() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, _got) = server("{}");
    for script in ["pm.environment.set('a', 1)", "pm.visualizer.set('x')"] {
        let items = json!([{"name": "a", "request": {"url": format!("http://127.0.0.1:{port}/a")},
            "event": [{"listen": "test", "script": {"exec": [script]}}],
            "response": [{"name": "no", "code": 404, "body": ""}, {"name": "yes", "code": 201, "status": "Created", "body": "{}"}]}]);
        write(folder, "c.json", &collection(&items));
        let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(!read(folder, "c.js").contains("status is 201"));
        let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet", "--example-checks"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        // the server says 200: the check has to notice
        let done = program.run(["run", "c.js"]);
        assert!(done.stdout.contains("✗ status is 201"), "{}", done.stdout);
    }
}

#[test]
fn every_kind_of_collection_and_companion_is_read() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server("{}");
    let url = format!("http://127.0.0.1:{port}/{{{{g}}}}/{{{{row}}}}");
    let v2 = json!([{"name": "one", "request": {"url": url}}, {"name": "two", "item": [{"name": "three", "request": url}]}]);
    write(folder, "g.json", &json!({"values": [{"key": "g", "value": "glob"}]}));
    std::fs::write(folder.join("rows.csv"), "\u{feff}row,other\r\n\"a\"\"b\",1\r\nplain,2\r\n")
        .expect("a file");
    std::fs::write(folder.join("rows.json"), r#"[{"row": "j1"}, {"row": "j2"}]"#).expect("a file");
    let v1 = json!({"id": "c", "name": "v1", "order": ["r1", "r2"], "requests": [
        {"id": "r1", "name": "one", "method": "GET", "url": url}, {"id": "r2", "name": "three", "method": "GET", "url": url}]});
    let documents = [
        collection(&v2),
        json!({"info": {"name": "c", "schema": SCHEMA.replace("v2.1.0", "v2.0.0")}, "item": v2}),
        json!({"collection": collection(&v2)}),
        json!({"item": v2}),
        v1,
    ];
    for (i, document) in documents.iter().enumerate() {
        write(folder, "c.json", document);
        for (data, rows) in [("rows.csv", ["a%22b", "plain"]), ("rows.json", ["j1", "j2"])] {
            let done =
                program.run(["convert", "c.json", "-g", "g.json", "--data", data, "-o", "c.js", "--quiet"]);
            assert_eq!(done.code, 0, "{i}: {}", done.stderr);
            let done = program.run(["run", "c.js", "--quiet"]);
            assert_eq!(done.code, 0, "{i}: {}", done.stderr);
            let sent: Vec<String> =
                got.try_iter().map(|s| s.split(' ').nth(1).unwrap_or_default().to_owned()).collect();
            let expected: Vec<String> =
                rows.iter().flat_map(|r| [format!("/glob/{r}"), format!("/glob/{r}")]).collect();
            assert_eq!(sent, expected, "{i} {data}\n{}", read(folder, "c.js"));
        }
    }
    write(folder, "c.json", &documents[0]);
    for (flags, count) in
        [(["--folder", "two"], 1), (["--only", "one"], 1), (["--skip", "one"], 1), (["--only", "t*"], 1)]
    {
        let done =
            program.run(["convert", "c.json", "-g", "g.json", "-o", "c.js", "--quiet", flags[0], flags[1]]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        program.run(["run", "c.js", "--quiet"]);
        assert_eq!(got.try_iter().count(), count, "{flags:?}");
    }
    let mut certified = documents[0].clone();
    certified["item"][0]["request"] =
        json!({"url": url, "certificate": {"name": "c"}, "proxy": {"host": "p"}});
    write(folder, "c.json", &certified);
    let done = program.run(["convert", "c.json", "-o", "c.js"]);
    assert!(
        done.stderr.contains("postman/certificate") && done.stderr.contains("postman/proxy"),
        "{}",
        done.stderr
    );
    assert!(program.run(["explain", "postman/certificate"]).stdout.contains("tlsAuth"));
    assert!(program.run(["explain", "postman/api"]).stdout.contains("pass sendRequest"));
}
