use serde_json::Value;

use crate::program;

const API: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'http://pets.example'}]
tags: [{name: pets}, {name: owners}]
paths:
  /pets:
    get: {operationId: listPets, tags: [pets], responses: {'200': {description: ok}}}
    post: {operationId: addPet, tags: [pets], responses: {'201': {description: ok}}}
  /owners:
    get: {operationId: listOwners, tags: [owners], responses: {'200': {description: ok}}}
";

/// The options of the script that the flags give.
fn options(flags: &[&str]) -> Value {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), API).expect("a file");
    let mut args = vec!["convert", "api.yaml", "-o", "test.js", "--quiet"];
    args.extend(flags);
    let done = program.run(&args);
    assert_eq!(done.code, 0, "{flags:?}: {}", done.stderr);
    let shown = program.run(["inspect", "test.js"]);
    assert_eq!(shown.code, 0, "{flags:?}: {}", shown.stderr);
    serde_json::from_str(&shown.stdout).expect("options as JSON")
}

#[test]
fn each_way_to_say_how_much_becomes_the_executor_for_it() {
    for (flags, scenario, field, value) in [
        (&["--vus", "5", "--duration", "30s"][..], "load", "executor", "constant-vus"),
        (&["--iterations", "20", "--vus", "4"], "load", "executor", "shared-iterations"),
        (&["--stages", "10s:5,1m:20"], "stages", "executor", "ramping-vus"),
        (&["--rate", "10"], "rate", "executor", "constant-arrival-rate"),
        (&["--rate", "10", "--stages", "10s:50"], "rate", "executor", "ramping-arrival-rate"),
        (&["--profile", "load", "--vus", "7"], "load", "executor", "ramping-vus"),
    ] {
        let options = options(flags);
        assert_eq!(options["scenarios"][scenario][field], value, "{flags:?}: {options}");
    }
}

#[test]
fn a_request_rate_becomes_an_iteration_rate() {
    let options = options(&["--rps", "50", "--duration", "10s"]);
    let rate = &options["scenarios"]["rate"];
    assert_eq!((rate["rate"].as_i64(), rate["timeUnit"].as_str()), (Some(50), Some("3s")), "{options}");
}

#[test]
fn weights_make_scenarios_that_share_the_users() {
    let options =
        options(&["--weight", "pets=70", "--weight", "owners=30", "--vus", "10", "--duration", "1m"]);
    let users = |name: &str| options["scenarios"][name]["vus"].as_i64();
    assert_eq!((users("pets"), users("owners")), (Some(7), Some(3)), "{options}");
}

#[test]
fn a_profile_that_measures_sets_a_threshold_for_each_operation() {
    let load = options(&["--profile", "load"]);
    assert!(load["thresholds"]["http_req_duration{name:GET /pets}"].is_array(), "{load}");
    let none = options(&["--profile", "load", "--thresholds", "none"]);
    assert!(none["thresholds"].get("http_req_duration").is_none(), "{none}");
}

#[test]
fn observed_thresholds_come_from_an_earlier_result() {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), API).expect("a file");
    let first = program.run(["test", "api.yaml", "--mock", "-o", "test.js", "--quiet"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let result = "{\"version\":1,\"script\":\"test.js\",\"duration\":1.0,\"passed\":true,\"metrics\":{},\
        \"operations\":[{\"name\":\"GET /pets\",\"requests\":10,\"failures\":0,\"p50\":10.0,\"p95\":100.0,\"p99\":120.0,\"max\":130.0}],\"checks\":{}}";
    std::fs::write(folder.path().join("result.json"), result).expect("a file");
    let args = [
        "convert",
        "api.yaml",
        "-o",
        "next.js",
        "--quiet",
        "--thresholds",
        "observed+20%",
        "--observed",
        "result.json",
    ];
    let done = program.run(args);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = std::fs::read_to_string(folder.path().join("next.js")).expect("a script");
    assert!(script.contains("'http_req_duration{name:GET /pets}': ['p(95)<120']"), "{script}");
}

#[test]
fn numbers_that_make_no_sense_are_refused_with_what_to_give() {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), API).expect("a file");
    for (flag, value, said) in [
        ("--duration", "soon", "--duration soon"),
        ("--stages", "30s", "TIME:TARGET"),
        ("--weight", "pets", "NAME=N"),
        ("--thresholds", "some", "observed+20%"),
        ("--profile", "huge", "smoke"),
        ("--vus", "0", "--vus"),
    ] {
        let done = program.run(["convert", "api.yaml", flag, value]);
        assert_eq!(done.code, 1, "{flag} {value}");
        assert!(done.stderr.contains(said), "{flag} {value}: {}", done.stderr);
    }
    let done = program.run(["convert", "api.yaml", "--weight", "nobody=1", "-o", "x.js"]);
    assert!(done.stderr.contains("load/no-such-group"), "{}", done.stderr);
}

/// The same bytes arrive, from a file that is easier to read and to change.
#[test]
fn long_bodies_go_to_files() {
    let (program, folder) = program();
    let text = "lorem ipsum ".repeat(60);
    let api = format!(
        "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\nservers: [{{url: 'http://a.example'}}]\npaths:\n  /a:\n    post:\n      \
         requestBody: {{content: {{application/json: {{example: {{text: '{text}'}}}}}}}}\n      responses: {{'200': {{description: ok}}}}\n"
    );
    std::fs::write(folder.path().join("api.yaml"), api).expect("a file");
    let done = program.run(["convert", "api.yaml", "-o", "test.js", "--bodies", "files", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = std::fs::read_to_string(folder.path().join("test.js")).expect("a script");
    assert!(script.contains("open('bodies/body-1.json', 'b')") && !script.contains("lorem"), "{script}");
    let body = std::fs::read_to_string(folder.path().join("bodies/body-1.json")).expect("a body");
    assert_eq!(body, format!("{{\"text\":\"{text}\"}}"));
    assert_eq!(program.run(["inspect", "test.js"]).code, 0);
}

#[test]
fn typescript_has_the_types_that_a_strict_compiler_asks_for() {
    let (program, folder) = program();
    let case = loadwright_test_support::cases("openapi").into_iter().find(|c| c.name.ends_with("/shop"));
    let input = case.expect("the shop fixture").input.to_string_lossy().into_owned();
    let done = program.run(["test", input.as_str(), "--mock", "-o", "test.ts", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let script = std::fs::read_to_string(folder.path().join("test.ts")).expect("a script");
    for part in [
        "import { Options } from 'k6/options';",
        "export const options: Options = {",
        "const json = (res: Response, path: string): any =>",
        "let productId: any;",
    ] {
        assert!(script.contains(part), "no {part} in\n{script}");
    }
    let plain = program.run(["convert", input.as_str(), "--lang", "ts", "-o", "test.js"]);
    assert_eq!(plain.code, 1);
    assert!(plain.stderr.contains("does not end in .ts"), "{}", plain.stderr);
}
