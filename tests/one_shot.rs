use loadwright_test_support::{Golden, cases};
use serde_json::Value;

use crate::program;

/// Every operation of every API fixture is answered with a success by the mock, and every check passes, without edits.
#[test]
fn the_first_run_against_the_mock_is_green() {
    let mut golden = Golden::default();
    for family in ["openapi", "har"] {
        for case in cases(family) {
            if case.folder.join("no-mock").exists() {
                continue;
            }
            let (program, folder) = program();
            let mut args =
                vec!["test".to_owned(), case.input.to_string_lossy().into_owned(), "--mock".to_owned()];
            args.extend(
                ["-o", "script.js", "--quiet", "--summary-export", "summary.json"].map(str::to_owned),
            );
            args.extend(case.args.iter().cloned());
            let done = program.run(&args);
            let text = std::fs::read_to_string(folder.path().join("summary.json")).unwrap_or_default();
            let summary: Value = serde_json::from_str(&text).unwrap_or_default();
            let fails = &summary["metrics"]["checks"]["fails"];
            let requests = summary["metrics"]["http_reqs"]["count"].as_f64().unwrap_or(0.0);
            let carried = summary["metrics"]["checks"].is_null();
            if done.code != 0 || requests < 1.0 || (!carried && fails.as_f64() != Some(0.0)) {
                golden.fail(format!(
                    "{}: exit {}, {requests} requests, failed checks {fails}\n{}\n{}",
                    case.name, done.code, done.stdout, done.stderr
                ));
            }
        }
    }
    golden.finish();
}

/// `mock` answers until it is interrupted, refuses what breaks the contract, and listens on loopback only.
#[test]
fn a_request_that_breaks_the_contract_is_refused_with_the_reason() {
    let (program, folder) = program();
    let script = folder.path().join("broken.js");
    std::fs::write(
        &script,
        "import http from 'k6/http';\nimport { check } from 'k6';\nexport default function () {\n\
         const res = http.post(`${__ENV.BASE_URL}/carts`, '{\"items\": 7}', { headers: { 'Content-Type': 'application/json', Authorization: 'Bearer x' } });\n\
         check(res, { refused: (r) => r.status === 400 && r.body.includes('items') });\n\
         check(http.get(`${__ENV.BASE_URL}/nowhere`), { unknown: (r) => r.status === 404 });\n}\n",
    )
    .expect("a script");
    let case = cases("openapi").into_iter().find(|c| c.name.ends_with("/shop")).expect("the shop fixture");
    let done = program.run([
        "test".as_ref(),
        case.input.as_os_str(),
        "--mock".as_ref(),
        "-o".as_ref(),
        "generated.js".as_ref(),
        "--script".as_ref(),
        script.as_os_str(),
        "--quiet".as_ref(),
        "--summary-export".as_ref(),
        "summary.json".as_ref(),
    ]);
    let text = std::fs::read_to_string(folder.path().join("summary.json")).unwrap_or_default();
    let summary: Value = serde_json::from_str(&text).unwrap_or_default();
    assert_eq!(summary["metrics"]["checks"]["passes"], 2, "{}\n{}", done.stdout, done.stderr);
}
