//! The calls of Postman's API, one test each: what the fixture says must pass passes, what must fail fails.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use loadwright_test_support::root;

use crate::program;

#[test]
fn carried_scripts_behave_as_in_postman() {
    outcomes_are_those_of("pm-api");
}

#[test]
fn every_object_of_pm_answers_as_in_postman() {
    outcomes_are_those_of("pm-surface");
}

/// Runs a fixture and compares its tests with the file `outcomes`.
fn outcomes_are_those_of(fixture: &str) {
    let fixture = root().join("fixtures/postman").join(fixture);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    // the thread ends with the process: nobody waits for it
    std::thread::spawn(move || listener.incoming().flatten().for_each(|s| drop(answer(s))));

    let (program, folder) = program();
    let collection = std::fs::read_to_string(fixture.join("input.json")).expect("the fixture");
    let collection = collection.replace("127.0.0.1:4556", &address);
    std::fs::write(folder.path().join("input.json"), collection).expect("a copy");
    let converted = program.run(["convert", "input.json", "-o", "script.js", "--quiet"]);
    assert_eq!(converted.code, 0, "{}", converted.stderr);
    let done = program.run(["run", "--quiet", "--out", "json=samples.json", "script.js"]);
    assert!([0, 99].contains(&done.code), "exit {}: {}", done.code, done.stderr);

    let samples = std::fs::read_to_string(folder.path().join("samples.json")).expect("samples");
    let mut seen: BTreeMap<String, bool> = BTreeMap::new();
    for line in samples.lines() {
        let sample: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
        if sample["type"] == "Point" && sample["metric"] == "checks" {
            let name = sample["data"]["tags"]["check"].as_str().unwrap_or_default().to_owned();
            seen.insert(name, sample["data"]["value"] == 1.0 || sample["data"]["value"] == 1);
        }
    }
    let outcomes = std::fs::read_to_string(fixture.join("outcomes")).expect("the outcomes");
    let mut wrong = Vec::new();
    for line in outcomes.lines() {
        let (outcome, name) = line.split_once(' ').expect("`pass name` or `fail name`");
        match seen.remove(name) {
            Some(passed) if passed == (outcome == "pass") => {}
            Some(passed) => {
                wrong.push(format!("{name}: {}, not {outcome}", if passed { "pass" } else { "fail" }));
            }
            None => wrong.push(format!("{name}: did not run")),
        }
    }
    wrong.extend(seen.into_keys().map(|name| format!("{name}: ran, but should not")));
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), done.stderr);
}

/// One JSON answer a connection; it repeats what it was sent.
fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = serde_json::json!({ "a": 1, "s": "text", "o": { "list": [{ "x": 1 }, { "x": 2 }] },
        "got": String::from_utf8_lossy(&body) })
    .to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Foo: 1\r\nSet-Cookie: sid=abc; Path=/\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
