//! A script that stays as it is among requests of plain code, and requests that are signed when they are sent.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use serde_json::json;

use crate::postman::{collection, read, server, write};
use crate::program;

#[test]
fn an_odd_script_shares_its_variables_with_the_code_around_it() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server(r#"{"token": "t1", "number": "n7", "id": 42}"#);
    let base = format!("http://127.0.0.1:{port}");
    let items = json!([
        {"name": "log in", "request": {"url": "{{base}}/login"},
            "event": [{"listen": "test", "script": {"exec": ["pm.environment.set('token', pm.response.json().token);"]}}]},
        {"name": "create", "request": {"method": "POST", "url": "{{base}}/orders", "header": [{"key": "X-Number", "value": "{{number}}"}]},
            "event": [
                {"listen": "prerequest", "script": {"exec": [
                    "pm.sendRequest(pm.collectionVariables.get('base') + '/numbers', (e, res) => pm.environment.set('number', res.json().number));"]}},
                {"listen": "test", "script": {"exec": [
                    "const id = pm.response.json().id;",
                    "pm.sendRequest({url: pm.collectionVariables.get('base') + '/check', header: {'X-Token': pm.environment.get('token')}}, () => {",
                    "  pm.test('sent', () => pm.expect(pm.request.headers.get('X-Number')).to.eql('n7'));",
                    "});",
                    "pm.test('old is gone', () => pm.expect(pm.environment.has('old')).to.be.false);",
                    "pm.environment.set('orderId', id); pm.globals.unset('gone');"]}}]},
        {"name": "read", "request": {"url": "{{base}}/orders/{{orderId}}/{{gone}}"},
            "event": [{"listen": "test", "script": {"exec": ["pm.test('number', () => pm.expect(pm.variables.get('orderId')).to.be.a('number'));"]}}]}
    ]);
    let mut whole = collection(&items);
    whole["variable"] = json!([{"key": "base", "value": base}]);
    write(folder, "c.json", &whole);
    let done = program.run(["convert", "c.json", "-o", "c.js"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = read(folder, "c.js");
    assert!(script.contains("pm.after('create', create, afterCreate);"), "{script}");
    assert!(script.contains("http.post(") && !script.contains("./pm/run.js"), "{script}");
    let done = program.run(["run", "c.js", "--iterations", "2"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let lines: Vec<String> =
        got.try_iter().map(|r| r.lines().next().unwrap_or_default().replace(" HTTP/1.1", "")).collect();
    let once =
        ["GET /login", "GET /numbers", "POST /orders", "GET /check", "GET /orders/42/%7B%7Bgone%7D%7D"];
    assert_eq!(lines, [once, once].concat());
    for test in ["sent", "old is gone", "number"] {
        assert!(done.stdout.contains(&format!("✓ {test}")), "{}", done.stdout);
    }
}

/// A server that lets nobody in without a digest, and what it got.
fn guarded() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (send, got) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = Vec::new();
            let mut chunk = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut chunk) {
                bytes.extend_from_slice(&chunk[..n]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if !text.ends_with("\r\n\r\n") {
                    continue;
                }
                bytes.clear();
                let answer = if text.contains("Authorization: Digest") {
                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                } else {
                    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"archive\", nonce=\"abc123\"\r\nContent-Length: 0\r\n\r\n"
                };
                let _ = stream.write_all(answer.as_bytes());
                let _ = send.send(text);
            }
        }
    });
    (port, got)
}

#[test]
fn a_digest_goes_out_when_the_server_asks_and_no_password_before() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = guarded();
    let item = json!({"name": "archive", "request": {"method": "PUT", "url": format!("http://127.0.0.1:{port}/archive/42")},
        "event": [{"listen": "test", "script": {"exec": ["pm.test('in', () => pm.response.to.have.status(200));"]}}]});
    let mut whole = collection(&json!([item, item]));
    whole["auth"] = json!({"type": "digest", "digest": [{"key": "username", "value": "ada"}, {"key": "password", "value": "lovelace"}]});
    write(folder, "c.json", &whole);
    let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = read(folder, "c.js");
    assert!(script.contains("= signed(") && !script.contains("lovelace"), "{script}");
    let done = program.run(["run", "c.js"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let sent: Vec<String> = got.try_iter().collect();
    // the second request of the collection knows what the server wants
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(!sent[0].contains("Authorization"), "{}", sent[0]);
    // RFC 2617 without qop: MD5(MD5(ada:archive:lovelace):abc123:MD5(PUT:/archive/42))
    assert!(script.contains("const DIGEST = {"), "{script}");
    for request in &sent[1..] {
        assert!(request.contains("response=\"18f24507f8d9b10cf1e5380dd14b1c86\""), "{request}");
    }
}

#[test]
fn scripts_may_choose_what_comes_next_and_look_into_the_row() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server(r#"{"done": false}"#);
    let base = format!("http://127.0.0.1:{port}");
    let request = |path: &str| json!({"url": format!("{base}{path}")});
    let items = json!([
        {"name": "start", "request": request("/start/{{round}}"), "event": [{"listen": "test", "script": {"exec": [
            "pm.environment.set('round', 0);",
            "if (pm.iterationData.get('kind') === 'short') { pm.execution.setNextRequest('end'); }"]}}]},
        {"name": "a folder", "item": [
            {"name": "poll", "request": request("/poll/{{round}}"), "event": [{"listen": "test", "script": {"exec": [
                "const round = pm.environment.get('round') + 1;",
                "pm.environment.set('round', round);",
                "if (round < 3) postman.setNextRequest('poll');"]}}]},
            {"name": "never", "request": request("/after"), "event": [{"listen": "prerequest", "script": {"exec": [
                "postman.setNextRequest('end');"]}}]},
            {"name": "left out", "request": request("/left-out")}]},
        {"name": "end", "request": request("/end/{{round}}/{{kind}}"), "event": [{"listen": "test", "script": {"exec": [
            "postman.setNextRequest(null);"]}}]},
        {"name": "behind", "request": request("/behind")}
    ]);
    write(folder, "c.json", &collection(&items));
    write(folder, "rows.json", &json!([{"kind": "long"}, {"kind": "short"}]));
    let done = program.run(["convert", "c.json", "-d", "rows.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = read(folder, "c.js");
    assert!(script.contains("pm.run(steps);") && script.contains("name: 'poll',"), "{script}");
    let done = program.run(["run", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let lines: Vec<String> = got.try_iter().filter_map(|r| r.split(' ').nth(1).map(str::to_owned)).collect();
    let expected = [
        "/start/%7B%7Bround%7D%7D",
        "/poll/0",
        "/poll/1",
        "/poll/2",
        "/after",
        "/end/3/long",
        // the environment stays from one iteration to the next
        "/start/3",
        "/end/0/short",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_script_may_leave_its_request_out() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server("{}");
    let item = |name: &str, before: &str| {
        json!({"name": name, "request": {"url": format!("http://127.0.0.1:{port}/{name}")}, "event": [
            {"listen": "prerequest", "script": {"exec": [before]}},
            {"listen": "test", "script": {"exec": [format!("pm.test('{name}', () => pm.response.to.have.status(200));")]}}]})
    };
    let items = json!([
        item("first", "if (pm.info.requestName === 'first') { pm.execution.skipRequest(); }"),
        item("second", "if (pm.info.requestName === 'first') { pm.execution.skipRequest(); }"),
    ]);
    write(folder, "c.json", &collection(&items));
    let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(
        read(folder, "c.js").contains("if (pm.before('first', beforeFirst)) {"),
        "{}",
        read(folder, "c.js")
    );
    let done = program.run(["run", "c.js"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let paths: Vec<String> = got.try_iter().filter_map(|r| r.split(' ').nth(1).map(str::to_owned)).collect();
    assert_eq!(paths, ["/second"]);
    assert!(!done.stdout.contains("✓ first"), "{}", done.stdout);
}
