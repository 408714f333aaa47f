//! The calls of Postman's API, one test each: what the fixture says must pass passes, what must fail fails.

use std::collections::BTreeMap;

use loadwright_test_support::{echo, root};

use crate::program;

#[test]
fn carried_scripts_behave_as_in_postman() {
    outcomes_are_those_of("pm-api");
}

#[test]
fn every_object_of_pm_answers_as_in_postman() {
    outcomes_are_those_of("pm-surface");
}

#[test]
fn messages_of_failed_assertions_are_those_of_postman() {
    outcomes_are_those_of("pm-sentences");
}

#[test]
fn libraries_lists_and_requests_of_scripts_answer_as_in_postman() {
    outcomes_are_those_of("pm-more");
}

/// What is known to differ differs, has a reason, and is counted on the page.
#[test]
fn the_page_counts_what_is_the_same() {
    outcomes_are_those_of("pm-differences");
    let lines = |fixture: &str, file: &str| {
        let path = root().join("fixtures/postman").join(fixture).join(file);
        std::fs::read_to_string(path).expect("the fixture").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let names: Vec<String> = lines("pm-differences", "outcomes");
    let reasons = lines("pm-differences", "reasons");
    for name in &names {
        let name = name.split_once(' ').map_or("", |(_, name)| name);
        assert!(reasons.iter().any(|r| r.starts_with(&format!("{name}: "))), "{name} has no reason");
    }
    assert_eq!(names.len(), reasons.len(), "each reason has its call");
    let same: usize =
        ["pm-api", "pm-surface", "pm-sentences", "pm-more"].iter().map(|f| lines(f, "outcomes").len()).sum();
    let (program, _folder) = program();
    let page = program.run(["explain", "postman/api"]).stdout;
    let count = format!("{same} of {} calls", same + names.len());
    assert!(page.contains(&count), "the page says `{count}`");
}

/// Runs a fixture and compares its tests with the file `outcomes`.
fn outcomes_are_those_of(fixture: &str) {
    let fixture = root().join("fixtures/postman").join(fixture);
    let address = echo().expect("a free port");
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
