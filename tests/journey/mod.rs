//! A shop that makes up values for each client, a client that records itself, and what the converted recording does.

mod client;
mod server;

use crate::program;
use client::Recording;
use server::Shop;
pub use server::base64_bytes;

/// Records one journey against a server of its own, so that its values are unknown to every other one.
fn record(name: &str, seed: u64, folder: &std::path::Path) -> Recording {
    let shop = Shop::start(seed);
    let recording = client::record(&shop);
    std::fs::write(folder.join(name), &recording.har).expect("a file");
    recording
}

#[test]
fn a_recording_replays_for_many_users_because_its_values_are_found() {
    let (program, folder) = program();
    let recording = record("a.har", 11, folder.path());
    let shop = Shop::start(13);
    let env = format!("BASE_URL={}", shop.address());

    let naive = program.run(["convert", "a.har", "-o", "naive.js", "--no-correlate", "--think-time", "none"]);
    assert_eq!(naive.code, 0, "{}", naive.stderr);
    let done = program.run(["run", "--quiet", "naive.js", "-e", &env]);
    assert_eq!(done.code, 99, "a naive replay has to fail: {}{}", done.stdout, done.stderr);
    assert!(shop.refused() > 5, "{}", shop.refused());

    let before = shop.connections();
    let convert = |script: &str| {
        let rules = format!("{script}.json");
        let args = ["convert", "a.har", "-o", script, "--think-time", "none", "--write-rules", &rules];
        let done = program.run(args);
        assert_eq!(done.code, 0, "{}", done.stderr);
        std::fs::read_to_string(folder.path().join(script)).expect("a script")
    };
    let script = convert("a.js");
    assert_eq!(script, convert("b.js"), "the same recording, the same bytes");
    assert_eq!(shop.connections(), before, "a conversion asks nobody");

    let missed: Vec<&String> = recording.dynamic.iter().filter(|v| script.contains(v.as_str())).collect();
    let found = recording.dynamic.len() - missed.len();
    let text = std::fs::read_to_string(folder.path().join("a.js.json")).expect("rules");
    let rules = text.matches("\"confidence\"").count();
    let recall = found as f64 / recording.dynamic.len() as f64;
    let precision = found as f64 / rules as f64;
    println!(
        "{} dynamic values, {rules} rules: recall {recall:.2}, precision {precision:.2}",
        recording.dynamic.len()
    );
    assert!(recall >= 0.95, "missed {missed:?}\n{script}");
    assert!(precision >= 0.95, "{rules} rules for {found} values\n{text}");
    for decoy in &recording.decoys {
        assert!(script.contains(decoy.as_str()), "{decoy} is the same for everybody\n{text}");
    }

    let refused = shop.refused();
    let done = program.run(["run", "--quiet", "a.js", "-e", &env, "--vus", "5", "--iterations", "100"]);
    assert_eq!(done.code, 0, "{}{}\n{:?}\n{script}", done.stdout, done.stderr, shop.reasons());
    assert_eq!(shop.refused(), refused, "{:?}", shop.reasons());
    assert_eq!(shop.finished(), 100, "every iteration gets to the end");
}

#[test]
fn rules_are_written_edited_and_applied_again() {
    let (program, folder) = program();
    record("a.har", 11, folder.path());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    let convert = |args: &[&str]| {
        let done = program.run([&["convert", "a.har", "--quiet"], args].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
    };
    convert(&["-o", "a.js", "--write-rules", "rules.json"]);
    convert(&["-o", "again.js", "--rules", "rules.json"]);
    assert!(read("a.js") == read("again.js"), "unedited rules change nothing");

    assert!(read("a.js").contains("X-Nonce': requestNonce"), "{}", read("a.js"));
    std::fs::write(
        folder.path().join("edited.json"),
        read("rules.json").replace("\"requestNonce\"", "\"myNonce\""),
    )
    .expect("a file");
    convert(&["-o", "edited.js", "--rules", "edited.json"]);
    assert!(read("edited.js").contains("X-Nonce': myNonce"), "{}", read("edited.js"));

    convert(&["-o", "without.js", "--skip-rule", "requestNonce", "--write-rules", "without.json"]);
    assert!(!read("without.js").contains("requestNonce"), "{}", read("without.js"));
    assert!(read("without.json").contains("\"enabled\": false"), "{}", read("without.json"));

    std::fs::write(folder.path().join("bad.json"), "{\"rules\": [{}]}").expect("a file");
    let bad = program.run(["convert", "a.har", "--rules", "bad.json"]);
    assert_eq!(bad.code, 1);
    assert!(bad.stderr.contains("bad.json: rule 1"), "{}", bad.stderr);
}

#[test]
fn two_recordings_tell_what_is_dynamic() {
    let (program, folder) = program();
    record("a.har", 11, folder.path());
    record("b.har", 12, folder.path());
    let done = program.run([
        "convert",
        "a.har",
        "-o",
        "a.js",
        "--diff-with",
        "b.har",
        "--write-rules",
        "rules.json",
        "--quiet",
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let rules = std::fs::read_to_string(folder.path().join("rules.json")).expect("rules");
    assert!(rules.contains("\"confidence\": 0.99"), "{rules}");
    // a word that only the comparison can tell from a constant
    assert!(rules.contains("$.mood"), "{rules}");
    let alone = program.run(["convert", "a.har", "-o", "alone.js", "--write-rules", "alone.json", "--quiet"]);
    assert_eq!(alone.code, 0, "{}", alone.stderr);
    let alone = std::fs::read_to_string(folder.path().join("alone.json")).expect("rules");
    assert!(!alone.contains("$.mood"), "{alone}");
}
