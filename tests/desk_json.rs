//! `--format json`: one value on standard output, which fits its schema.

use serde_json::Value;

use crate::program;

const API: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'http://pets.example'}]
paths:
  /pets:
    get: {operationId: listPets, responses: {'200': {description: ok}}}
    post: {operationId: addPet, callbacks: {a: {b: {}}}, responses: {'201': {description: ok}}}
";

/// The schema's name, the exit code, the arguments in one line.
const TOLD: &[(&str, i32, &str)] = &[
    ("conversion", 0, "convert api.yaml --format json"),
    ("conversion", 0, "convert api.yaml -o test.js --format json"),
    ("conversion", 0, "convert api.yaml -o test.js --check --format json"),
    ("conversion", 3, "convert newer.yaml -o test.js --check --format json"),
    ("conversion", 0, "convert newer.yaml -o test.js --diff --format json"),
    ("inspection", 0, "inspect api.yaml --format json"),
    ("codes", 0, "explain --format json"),
    ("codes", 0, "explain har/sanitized --format json"),
    ("schemas", 0, "schema --format json"),
    ("version", 0, "version --format json"),
    ("limits", 0, "doctor --format json"),
    ("result", 0, "run script.js --format json"),
    ("verdict", 0, "test api.yaml --mock -o tested.js --format json"),
    ("comparison", 0, "compare result.json result.json --format json"),
    ("coverage", 0, "coverage result.json --spec api.yaml --format json"),
];

#[test]
fn what_commands_report_is_json_that_fits_its_schema() {
    let (program, folder) = program();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("api.yaml", API);
    write("newer.yaml", &API.replace("/pets", "/animals"));
    write("script.js", "export default function () {}\n");
    assert_eq!(program.run(["run", "script.js", "--quiet", "--out", "result=result.json"]).code, 0);
    for (name, code, arguments) in TOLD {
        let done = program.run(arguments.split(' '));
        assert_eq!(done.code, *code, "{arguments}: {}", done.stderr);
        let value: Value = serde_json::from_str(&done.stdout)
            .unwrap_or_else(|e| panic!("{arguments}: {e}\n{}\n{}", done.stdout, done.stderr));
        let schema: Value = serde_json::from_str(&program.run(["schema", name]).stdout).expect("a schema");
        let validator = jsonschema::validator_for(&schema).expect("a schema that can be used");
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{arguments}: {errors:?}\n{value:#}");
        assert!(!validator.is_valid(&serde_json::json!({"version": "x"})), "{name} accepts anything");
        if name == &"conversion" && arguments.contains("--format json") && code == &3 {
            assert_eq!(value["changes"]["added"].as_array().map(Vec::len), Some(2), "{value:#}");
        }
    }
}

#[test]
fn text_for_people_is_beside_the_json() {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), API).expect("a file");
    let done = program.run(["convert", "api.yaml", "--format", "json"]);
    assert!(
        done.stderr.contains("openapi/callback") && done.stderr.contains("converted 2 requests"),
        "{}",
        done.stderr
    );
    let value: Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(value["outcome"], "printed");
    assert!(value["files"][0]["text"].as_str().is_some_and(|t| t.contains("k6/http")), "{value:#}");
    assert_eq!(value["counts"]["requests"], 2);
}
