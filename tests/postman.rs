//! Postman collections by the real program: environments, merging, credentials, hostile text.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::program;

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

fn collection(items: &Value) -> Value {
    json!({"info": {"name": "c", "schema": SCHEMA}, "item": items})
}

fn write(folder: &std::path::Path, name: &str, value: &Value) {
    std::fs::write(folder.join(name), value.to_string()).expect("a file");
}

fn read(folder: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A server that answers every request with the same JSON and hands out what it got, head and body.
fn server(answer: &'static str) -> (u16, Receiver<String>) {
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
fn a_rewritten_script_does_what_postman_does() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server(r#"{"token":"t1","items":[{"id":1},{"id":2}],"none":null}"#);
    let login = "
        var token = 'local';
        const data = pm.response.json();
        if (pm.response.code === 200) { pm.environment.set('token', data.token); }
        data.items.forEach(function (item) { pm.test('item ' + item.id, () => pm.expect(item.id).to.be.above(0)); });
        tests['two::items'] = data.items.length === 2;
        tests['fails'] = data.items.length === 3;
        pm.test('throws', () => { pm.expect(data.nothing.at.all).to.eql(1); });
        pm.test('deep', () => { pm.expect(data.items).to.eql([{ id: 1 }, { id: 2 }]); });
        pm.environment.set('gone', 1);
        pm.environment.unset('gone');
        pm.environment.set('nil', data.nowhere);
        data.nothing.boom;
        tests['never'] = true;";
    let items = json!([
        {"name": "login", "request": {"method": "POST", "url": format!("http://127.0.0.1:{port}/login")},
         "event": [{"listen": "test", "script": {"exec": login.lines().collect::<Vec<_>>()}}]},
        {"name": "use", "request": {"url": format!("http://127.0.0.1:{port}/use?g={{{{gone}}}}&n={{{{nil}}}}"),
            "header": [{"key": "Authorization", "value": "Bearer {{token}}"}]}},
    ]);
    write(folder, "c.json", &collection(&items));
    let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(!folder.join("pm").exists(), "no modules are needed");
    let done = program.run(["run", "c.js", "--summary-export", "s.json"]);
    let sent: Vec<String> = got.try_iter().collect();
    assert_eq!(sent.len(), 2, "{}\n{}", done.stderr, read(folder, "c.js"));
    assert!(sent[1].contains("Authorization: Bearer t1"), "{}", sent[1]);
    assert!(
        sent[1].contains("{{gone}}&n=null") || sent[1].contains("%7B%7Bgone%7D%7D&n=null"),
        "{}",
        sent[1]
    );
    let summary: Value = serde_json::from_str(&read(folder, "s.json")).expect("json");
    let checks = summary["root_group"]["checks"].as_object().expect("checks");
    let outcome = |name: &str| (checks[name]["passes"].as_i64(), checks[name]["fails"].as_i64());
    for (name, expected) in
        [("item 1", 1), ("item 2", 1), ("two: items", 1), ("fails", 0), ("throws", 0), ("deep", 1)]
    {
        assert_eq!(outcome(name), (Some(expected), Some(1 - expected)), "{name}");
    }
    assert!(!checks.contains_key("never"));
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
