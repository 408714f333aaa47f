use std::path::Path;

use serde_json::Value;

use crate::program;

const API: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'http://pets.example'}]
paths:
  /pets:
    get: {operationId: listPets, responses: {'200': {description: ok}}}
";

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn a_project_file_says_what_a_team_repeats_and_flags_win() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    write(
        folder,
        "loadwright.toml",
        "[convert]\nprofile = \"load\"\nvus = 7\nskip-pass = [\"hoist-headers\"]\n",
    );
    let done = program.run(["convert", "api.yaml", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("ramping-vus") && done.stdout.contains("target: 7"), "{}", done.stdout);
    let done = program.run(["convert", "api.yaml", "--quiet", "--profile", "smoke", "--vus", "1"]);
    assert!(done.stdout.contains("shared-iterations"), "{}", done.stdout);
    let shown = program.run(["convert", "api.yaml", "--vus", "3", "--explain-options"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    let line = |name: &str| shown.stdout.lines().find(|l| l.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("profile ").contains("loadwright.toml"), "{}", shown.stdout);
    assert!(line("vus ").contains("flag") && line("seed ").contains("default"), "{}", shown.stdout);
}

#[test]
fn a_project_file_with_a_typing_error_is_refused_at_its_line() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    for (text, said) in [
        (
            "[convert]\n\nprofil = \"load\"\n",
            "loadwright.toml:3: [convert] has no profil; did you mean profile?",
        ),
        ("[conver]\n", "loadwright.toml:1: no section is called [conver]"),
        ("[convert]\nvus = \n", "loadwright.toml:2:"),
    ] {
        write(folder, "loadwright.toml", text);
        let done = program.run(["convert", "api.yaml"]);
        assert_eq!(done.code, 1);
        assert!(done.stderr.contains(said), "{text}: {}", done.stderr);
    }
}

#[test]
fn templates_are_ejected_changed_and_used() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    let done = program.run(["templates", "eject", "mine"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let plain = program.run(["convert", "api.yaml", "--quiet"]).stdout;
    let same = program.run(["convert", "api.yaml", "--quiet", "--templates", "mine"]).stdout;
    assert_eq!(plain, same);
    let text = read(folder, "mine/k6/script.js.hbs");
    write(folder, "mine/k6/script.js.hbs", &format!("// (c) {{{{title}}}}\n{text}"));
    let own = program.run(["convert", "api.yaml", "--quiet", "--templates", "mine"]).stdout;
    assert_eq!(own, format!("// (c) Pets\n{plain}"));
    write(folder, "mine/k6/script.js.hbs", "ok\n{{#each sections}\n");
    let broken = program.run(["convert", "api.yaml", "--templates", "mine"]);
    assert_eq!(broken.code, 1);
    assert!(broken.stderr.contains("mine/k6/script.js.hbs:2:"), "{}", broken.stderr);
    write(folder, "mine/k6/script.js.hbs", "\n\n{{nothing}}\n");
    let unknown = program.run(["convert", "api.yaml", "--templates", "mine"]);
    assert!(unknown.stderr.contains("mine/k6/script.js.hbs:3:"), "{}", unknown.stderr);
}

#[test]
fn what_is_written_fits_its_schema() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    let done = program.run([
        "test",
        "api.yaml",
        "--mock",
        "-o",
        "test.js",
        "--quiet",
        "--report",
        "findings.json",
        "--verdict",
        "verdict.json",
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let har = loadwright_test_support::cases("har").into_iter().find(|c| c.name.ends_with("/browser-shop"));
    let har = har.expect("the recording").input.to_string_lossy().into_owned();
    let rules =
        program.run(["convert", har.as_str(), "-o", "har.js", "--quiet", "--write-rules", "rules.json"]);
    assert_eq!(rules.code, 0, "{}", rules.stderr);
    let ran = program.run(["convert", "api.yaml", "-o", "test.js", "--quiet"]);
    assert_eq!(ran.code, 0);
    write(folder, "script.js", "export default function () {}\n");
    assert_eq!(program.run(["run", "script.js", "--quiet", "--out", "result=result.json"]).code, 0);
    for (schema, file) in [
        ("findings", "findings.json"),
        ("lock", "test.js.lock"),
        ("result", "result.json"),
        ("rules", "rules.json"),
        ("verdict", "verdict.json"),
    ] {
        let schema: Value = serde_json::from_str(&program.run(["schema", schema]).stdout).expect("a schema");
        let value: Value = serde_json::from_str(&read(folder, file)).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema that can be used");
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
        assert!(!validator.is_valid(&serde_json::json!({"version": "x"})), "a schema that accepts anything");
    }
}

#[test]
fn shells_and_manuals_and_the_machine_are_described() {
    let (program, folder) = program();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = program.run(["completions", shell]);
        assert!(done.code == 0 && done.stdout.contains("convert"), "{shell}: {}", done.stderr);
    }
    assert_eq!(program.run(["man", "pages"]).code, 0);
    assert!(read(folder.path(), "pages/loadwright-convert.1").contains("profile"));
    let doctor = program.run(["doctor", "--format", "json"]);
    let limits: Value = serde_json::from_str(&doctor.stdout).expect("JSON");
    let names: Vec<&str> =
        limits.as_array().into_iter().flatten().filter_map(|l| l["name"].as_str()).collect();
    assert!(names.contains(&"cores"), "{names:?}");
    assert!(program.run(["doctor"]).stdout.contains("cores"));
}

#[test]
fn an_environment_file_fills_the_script_and_flags_win() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, ".env", "# secrets\nTOKEN='a b'\nOTHER=file\n");
    write(
        folder,
        "script.js",
        "console.log(`${__ENV.TOKEN}|${__ENV.OTHER}`);\nexport default function () {}\n",
    );
    let done = program.run(["run", "--quiet", "--env-file", ".env", "-e", "OTHER=flag", "script.js"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("a b|flag"), "{}\n{}", done.stdout, done.stderr);
    write(folder, ".env", "nonsense\n");
    let broken = program.run(["run", "--env-file", ".env", "script.js"]);
    assert!(broken.code != 0 && broken.stderr.contains("line 1"), "{}", broken.stderr);
}

#[test]
fn every_help_has_examples() {
    let (program, _folder) = program();
    for command in [
        "convert",
        "test",
        "mock",
        "inspect",
        "redact",
        "explain",
        "templates",
        "completions",
        "man",
        "doctor",
        "schema",
        "compare",
        "coverage",
    ] {
        let done = program.run([command, "--help"]);
        assert_eq!(done.code, 0);
        assert!(done.stdout.contains(&format!("\n  loadwright {command}")), "{command}: {}", done.stdout);
    }
}
