use crate::program;

const API: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n      callbacks: {x: {}}\n      responses: {'200': {description: ok}}\n";

#[test]
fn standard_input_is_an_input_and_standard_output_an_output() {
    let (program, _folder) = program();
    let done = program.run_with_input(["convert", "-", "--quiet"], API);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("http.get(`${BASE_URL}/a`"), "{}", done.stdout);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_an_input_too() {
    let (program, _folder) = program();
    let recording = r#"{"log": {"version": "1.2", "entries": [{"startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"method": "GET", "url": "https://shop.example/a"}, "response": {"status": 200}}]}}"#;
    for input in [API, recording] {
        let done = program.run_with_input(["convert", "/dev/stdin", "--quiet"], input);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stdout.contains("http.get(`${BASE_URL}/a`"), "{}", done.stdout);
    }
}

#[test]
fn a_finding_points_into_the_users_file_and_strict_refuses_losses() {
    let (program, _folder) = program();
    let done = program.run_with_input(["convert", "-", "--strict"], API);
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(done.stderr.contains("<stdin>:6:7"), "{}", done.stderr);
    assert!(done.stderr.contains("1 dropped"), "{}", done.stderr);
}

#[test]
fn broken_input_is_refused_with_its_place() {
    let (program, folder) = program();
    std::fs::write(folder.path().join("x.json"), "{\n  \"openapi\": \"3.0.0\",\n  \"paths\": [1\n}")
        .expect("a file");
    let done = program.run(["convert", "x.json"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("x.json:"), "{}", done.stderr);
    let missing = program.run(["convert", "nowhere.json"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("nowhere.json"), "{}", missing.stderr);
    let unknown = program.run_with_input(["convert", "-"], "{\"hello\": 1}");
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("neither a Postman collection"), "{}", unknown.stderr);
}

/// Text that would break out of a string, a template, a comment or a page, in every place that a document has.
#[test]
fn hostile_text_stays_text() {
    let evil = "'\"`${process.exit()}\\\n\u{2028}*/</script>//";
    let quoted = serde_json::to_string(evil).expect("json");
    let document = format!(
        "{{\"openapi\":\"3.0.0\",\"info\":{{\"title\":{quoted},\"version\":\"1\"}},\"tags\":[{{\"name\":{quoted},\"description\":{quoted}}}],\
         \"paths\":{{\"/a/{{id}}\":{{\"post\":{{\"operationId\":{quoted},\"summary\":{quoted},\"tags\":[{quoted}],\
         \"parameters\":[{{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"example\":{quoted}}},\
         {{\"name\":{quoted},\"in\":\"query\",\"example\":{quoted}}},{{\"name\":\"x-a\",\"in\":\"header\",\"example\":{quoted}}}],\
         \"requestBody\":{{\"content\":{{\"application/json\":{{\"example\":{{{quoted}:{quoted}}}}}}}}},\
         \"responses\":{{\"200\":{{\"description\":{quoted}}}}}}}}}}}}}"
    );
    let (program, folder) = program();
    std::fs::write(folder.path().join("evil.json"), document).expect("a file");
    let done = program.run(["convert", "evil.json", "-o", "evil.js", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = std::fs::read_to_string(folder.path().join("evil.js")).expect("a script");
    assert!(!script.contains("</script>") && !script.contains('\u{2028}'), "{script}");
    let loaded = program.run(["inspect", "evil.js"]);
    assert_eq!(loaded.code, 0, "{}\n{script}", loaded.stderr);
}
