//! Scripts of Postman collections that become plain k6 code, run by the real program against a real server.

use serde_json::{Value, json};

use crate::postman::{collection, read, server, write};
use crate::program;

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
        pm.test('library', () => { pm.expect(_.get(data, 'items[1].id')).to.eql(require('lodash').last([1, 2])); });
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
    assert!(!folder.join("pm/run.js").exists(), "only the library is needed");
    assert!(folder.join("pm/lodash.js").exists());
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
    for (name, expected) in [
        ("item 1", 1),
        ("item 2", 1),
        ("two: items", 1),
        ("fails", 0),
        ("throws", 0),
        ("deep", 1),
        ("library", 1),
    ] {
        assert_eq!(outcome(name), (Some(expected), Some(1 - expected)), "{name}");
    }
    assert!(!checks.contains_key("never"));
}

/// Headers, cookies, filled texts and the request's own facts, in plain code without any module beside it.
#[test]
fn a_script_that_changes_its_request_becomes_headers_of_the_request() {
    let (program, folder) = program();
    let folder = folder.path();
    let (port, got) = server(r#"{"ok":true}"#);
    let before = "
        const stamp = 'n' + (40 + 2);
        pm.request.headers.remove('x-old');
        pm.request.headers.add({ key: 'X-Stamp', value: stamp });
        pm.request.headers.upsert({ key: 'Accept', value: 'text/{{kind}}' });
        pm.collectionVariables.set('id', pm.variables.replaceIn('{{kind}}-`7`'));";
    let after = "
        pm.test(pm.info.requestName + ' ' + pm.request.method, () => {
            pm.expect(pm.request.url.toString()).to.include('/a?id=');
            pm.expect(pm.request.headers.get('x-stamp')).to.eql('n42');
            pm.expect(pm.cookies.has('sid')).to.eql(false);
            pm.expect(pm.collectionVariables.has('id')).to.eql(true);
        });
        if (pm.response.code === 500) { pm.collectionVariables.set('later', 'never'); }";
    let event = |listen: &str, code: &str| json!({"listen": listen, "script": {"exec": code.lines().collect::<Vec<_>>()}});
    let headers = json!([{"key": "X-Old", "value": "1"}, {"key": "accept", "value": "*/*"}]);
    let url = format!("http://127.0.0.1:{port}/a?id={{{{id}}}}");
    let mut items = collection(&json!([
        {"name": "first", "request": {"method": "PUT", "url": url, "header": headers},
         "event": [event("prerequest", before), event("test", after)]},
        {"name": "second", "request": {"url": format!("http://127.0.0.1:{port}/b")}},
    ]));
    let both = "pm.test(`${pm.info.requestName} is up`, () => { pm.response.to.have.status(200); });";
    items["event"] = json!([event("test", both)]);
    items["variable"] = json!([{"key": "kind", "value": "plain"}, {"key": "later", "value": ""}]);
    items["auth"] = json!({"type": "bearer", "bearer": [{"key": "token", "value": "{{later}}"}]});
    write(folder, "c.json", &items);
    let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(!folder.join("pm").exists(), "nothing is carried");
    let done = program.run(["run", "c.js", "--summary-export", "s.json"]);
    let sent: Vec<String> = got.try_iter().collect();
    assert_eq!(sent.len(), 2, "{}\n{}", done.stderr, read(folder, "c.js"));
    assert_eq!(read(folder, "c.js").matches("is up").count(), 1, "the collection's script is written once");
    let lines: Vec<&str> = sent[0].lines().collect();
    assert!(lines[0].starts_with("PUT /a?id=plain-"), "{}", lines[0]);
    assert!(lines[0].contains("`7`") || lines[0].contains("%607%60"), "{}", lines[0]);
    assert!(lines.contains(&"X-Stamp: n42"), "{lines:?}");
    assert!(lines.contains(&"Accept: text/plain"), "{lines:?}");
    assert!(!sent[0].to_lowercase().contains("x-old"), "{lines:?}");
    assert!(!sent[0].to_lowercase().contains("authorization"), "there is no token yet: {lines:?}");
    let summary: Value = serde_json::from_str(&read(folder, "s.json")).expect("json");
    for name in ["first PUT", "first is up", "second is up"] {
        let check = &summary["root_group"]["checks"][name];
        assert_eq!(check["passes"], 1, "{name}\n{}\n{}", done.stdout, done.stderr);
    }
}

#[test]
fn a_variable_that_nobody_has_is_no_riddle_in_a_condition() {
    let (program, folder) = program();
    let folder = folder.path();
    let script = "if (!(environment.integration)) { tests['asked'] = responseCode.code === 200; }";
    let items = json!([{"name": "read", "request": {"url": "http://127.0.0.1:1/a"},
        "event": [{"listen": "test", "script": {"exec": [script]}}]}]);
    write(folder, "c.json", &collection(&items));
    let done = program.run(["convert", "c.json", "-o", "c.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = read(folder, "c.js");
    assert!(script.contains("if (true) {"), "{script}");
}
