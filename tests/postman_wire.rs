//! What the settings of a collection do on the wire: redirects, headers, bodies, fresh values, saved examples.

use serde_json::{Value, json};

use crate::postman::{collection, read, server, write};
use crate::program;

/// Converts the items and runs them: as plain k6 code, with scripts that stay as they are beside it, and as a table of
/// steps.
fn sent(items: &dyn Fn(u16) -> Value, iterations: &str) -> Vec<Vec<String>> {
    [
        ("pm.response.to.have.status(200);", ""),
        ("pm.visualizer.set('x');", "script"),
        ("pm.environment.toObject();", "run"),
    ]
    .into_iter()
    .map(|(script, module)| {
        let (program, folder) = program();
        let folder = folder.path();
        let (port, got) = server("{}");
        let mut items = items(port);
        for item in items.as_array_mut().into_iter().flatten() {
            item["event"] = json!([{"listen": "test", "script": {"exec": [script]}}]);
        }
        write(folder, "c.json", &collection(&items));
        let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let code = read(folder, "c.js");
        for name in ["script", "run"] {
            assert_eq!(code.contains(&format!("./pm/{name}.js")), name == module, "{code}");
        }
        let done = program.run(["run", "c.js", "--quiet", "--iterations", iterations]);
        assert!([0, 99].contains(&done.code), "{}", done.stderr);
        got.try_iter().collect()
    })
    .collect()
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let lines = request.lines().skip(1).take_while(|l| !l.is_empty());
    lines.filter_map(|l| l.split_once(": ")).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
}

#[test]
fn system_headers_can_be_left_out() {
    let items = |port: u16| {
        json!([{"name": "a", "request": {"url": format!("http://127.0.0.1:{port}/a")},
            "protocolProfileBehavior": {"disabledSystemHeaders": {"cache-control": true, "postman-token": true, "accept": true}}},
            {"name": "b", "request": {"url": format!("http://127.0.0.1:{port}/b")}}])
    };
    // plain scripts leave them to k6
    for all in sent(&items, "1").into_iter().skip(2) {
        assert_eq!(all.len(), 2);
        for name in ["Cache-Control", "Postman-Token"] {
            assert_eq!(header(&all[0], name), None, "{}", all[0]);
        }
        assert_eq!(header(&all[1], "Cache-Control"), Some("no-cache"), "{}", all[1]);
    }
}

#[test]
fn bodies_of_get_are_pruned_unless_the_collection_keeps_them() {
    let request = |port: u16, method: &str| json!({"url": format!("http://127.0.0.1:{port}/a"), "method": method, "body": {"mode": "raw", "raw": "kept?"}});
    for method in ["GET", "HEAD", "COPY", "PURGE", "UNLOCK"] {
        let items = |port: u16| json!([{"name": "a", "request": request(port, method)}]);
        for all in sent(&items, "1") {
            assert!(!all[0].contains("kept?"), "{method}: {}", all[0]);
        }
    }
    let items = |port: u16| {
        json!([{"name": "a", "request": request(port, "GET"), "protocolProfileBehavior": {"disableBodyPruning": true}},
            {"name": "b", "request": request(port, "DELETE")}])
    };
    for all in sent(&items, "1") {
        assert!(all[0].ends_with("kept?") && all[1].ends_with("kept?"), "{all:?}");
    }
}

#[test]
fn every_use_of_a_dynamic_variable_is_another_value() {
    let items = |port: u16| {
        json!([{"name": "a", "request": {"method": "POST", "url": format!("http://127.0.0.1:{port}/{{{{$guid}}}}?q={{{{$randomUUID}}}}"),
            "header": [{"key": "X-One", "value": "{{$guid}}"}, {"key": "X-Two", "value": "{{$guid}} {{$guid}}"}],
            "body": {"mode": "urlencoded", "urlencoded": [{"key": "g", "value": "{{$guid}}"}]}}}])
    };
    for all in sent(&items, "3") {
        let text = all.join("\n");
        let is_guid = |t: &&str| t.len() == 36 && t.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
        let token = |r: &String| header(r, "Postman-Token").unwrap_or_default().to_owned();
        let tokens: Vec<String> = all.iter().map(token).collect();
        let found: Vec<&str> = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .filter(is_guid)
            .filter(|g| !tokens.iter().any(|t| t == g))
            .collect();
        let distinct: std::collections::BTreeSet<&&str> = found.iter().collect();
        assert_eq!((found.len(), distinct.len()), (18, 18), "{text}");
    }
}

/// Answers `/from` with a redirect to `/to`.
fn moving(status: &'static str) -> (u16, std::sync::mpsc::Receiver<String>) {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (send, got) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
            let length = header(&head, "content-length").and_then(|v| v.trim().parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            let _ = reader.read_exact(&mut body);
            let line = head.lines().next().unwrap_or_default().to_owned();
            let answer = if line.contains("/from") { status } else { "HTTP/1.1 200 OK\r\n" };
            let _ = send.send(line);
            let _ = write!(stream, "{answer}Content-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (port, got)
}

#[test]
fn redirects_are_followed_as_the_collection_says() {
    let cases = [
        (json!({}), vec!["POST /from", "GET /to"]),
        (json!({"followRedirects": false}), vec!["POST /from"]),
        (json!({"followOriginalHttpMethod": true}), vec!["POST /from", "POST /to"]),
        (json!({"maxRedirects": 0}), vec!["POST /from"]),
    ];
    for (behavior, expected) in cases {
        for script in ["pm.response.to.have.status(200);", "pm.visualizer.set('x');"] {
            let (port, got) = moving("HTTP/1.1 302 Found\r\nLocation: /to\r\n");
            let (program, folder) = program();
            let folder = folder.path();
            let items = json!([{"name": "a", "protocolProfileBehavior": behavior,
                "request": {"method": "POST", "url": format!("http://127.0.0.1:{port}/from"), "body": {"mode": "raw", "raw": "x"}},
                "event": [{"listen": "test", "script": {"exec": [script]}}]}]);
            write(folder, "c.json", &collection(&items));
            assert_eq!(program.run(["convert", "c.json", "-o", "c.js", "--quiet"]).code, 0);
            let done = program.run(["run", "c.js", "--quiet"]);
            let lines: Vec<String> = got.try_iter().map(|l| l.replace(" HTTP/1.1", "")).collect();
            assert_eq!(lines, expected, "{behavior} {script}: {}{}", done.stderr, read(folder, "c.js"));
        }
    }
}

#[test]
fn certificates_are_checked_only_when_the_collection_says_so() {
    for (strict, skips) in [(json!(true), false), (json!(false), true)] {
        let (program, folder) = program();
        let folder = folder.path();
        let items = json!([{"name": "a", "request": {"url": "https://example.com/"}, "protocolProfileBehavior": {"strictSSL": strict}}]);
        write(folder, "c.json", &collection(&items));
        let done = program.run(["convert", "c.json", "-o", "c.js"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let said =
            read(folder, "c.js").contains("insecureSkipTLSVerify") || done.stderr.contains("strictSSL");
        assert_eq!(said, skips, "{}", done.stderr);
    }
}

/// A form is encoded as Postman does it, whether its values are known, captured or computed.
#[test]
fn forms_escape_what_postman_escapes() {
    for value in ["it's (a) *test*!", "{{v}}"] {
        let items = |port: u16| {
            json!([{"name": "a", "request": {"method": "POST", "url": format!("http://127.0.0.1:{port}/a"),
                "body": {"mode": "urlencoded", "urlencoded": [{"key": "k", "value": value}, {"key": "a", "value": "1"}]}}}])
        };
        for script in [
            "pm.environment.set('v', \"it's (a) *test*!\");",
            "pm.visualizer.set('x'); pm.environment.set('v', \"it's (a) *test*!\");",
        ] {
            let (program, folder) = program();
            let folder = folder.path();
            let (port, got) = server("{}");
            let mut items = items(port);
            items[0]["event"] = json!([{"listen": "prerequest", "script": {"exec": [script]}}]);
            write(folder, "c.json", &collection(&items));
            assert_eq!(program.run(["convert", "c.json", "-o", "c.js", "--quiet"]).code, 0);
            let done = program.run(["run", "c.js", "--quiet"]);
            let request = got.try_recv().unwrap_or_else(|_| panic!("{}", done.stderr));
            assert!(
                request.ends_with("k=it%27s%20%28a%29%20%2Atest%2A%21&a=1"),
                "{script}: {request}\n{}",
                read(folder, "c.js")
            );
        }
    }
}

#[test]
fn the_mock_answers_with_saved_examples() {
    let (program, folder) = program();
    let folder = folder.path();
    let items = json!([{"name": "a", "request": {"url": "{{base}}/things/7"},
        "event": [{"listen": "test", "script": {"exec": ["pm.test('from the example', () => { pm.expect(pm.response.code).to.equal(201); pm.expect(pm.response.json().name).to.equal('saved'); });"]}}],
        "response": [{"name": "yes", "code": 201, "status": "Created", "header": [{"key": "Content-Type", "value": "application/json"}], "body": "{\"name\":\"saved\"}"}]}]);
    let mut document = collection(&items);
    document["variable"] = json!([{"key": "base", "value": "https://api.example.com"}]);
    write(folder, "c.json", &document);
    let done = program.run(["test", "c.json", "--mock"]);
    assert!(done.stdout.contains("✓ from the example"), "{}{}", done.stdout, done.stderr);
}

#[test]
fn a_literal_address_is_a_variable_so_the_mock_answers_for_it() {
    let (program, folder) = program();
    let folder = folder.path();
    let items = json!([{"name": "a", "request": {"url": "https://api.shop.test/things/7"},
        "event": [{"listen": "test", "script": {"exec": ["pm.test('from the example', () => { pm.expect(pm.response.code).to.equal(201); pm.expect(pm.response.json().name).to.equal('saved'); });"]}}],
        "response": [{"name": "yes", "code": 201, "status": "Created", "header": [{"key": "Content-Type", "value": "application/json"}], "body": "{\"name\":\"saved\"}"}]}]);
    write(folder, "c.json", &collection(&items));
    let done = program.run(["test", "c.json", "--mock"]);
    assert!(done.stdout.contains("✓ from the example"), "{}{}", done.stdout, done.stderr);
}
