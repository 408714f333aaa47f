//! What people do wrong, and what they are told: the place, the reason, the next step.

use std::path::Path;

use crate::program;

const API: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'http://pets.example'}]
paths:
  /pets:
    get: {operationId: listPets, responses: {'200': {description: ok}}}
";

fn prepare(folder: &Path) {
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a file");
    write("api.yaml", API.as_bytes());
    write("empty.json", b"");
    write("program.bin", b"\x00\x01\x7fELF\x00\x00\x02");
    write("packed.har", b"PK\x03\x04rest");
    write("other.json", b"{\"a\": 1}");
    write("cut.json", b"{\"info\": {\"name\": \"x\"}, \"item\": [{\"name\": \"a\", \"req\n");
    write("cut.yaml", b"openapi: 3.0.3\npaths:\n  /a: [1\n  b: 2\n");
    write("new.yaml", b"openapi: 9.9\n");
    write("env.json", b"{\"values\": []}");
    write("rows.csv", b"name\nAda\n");
    for name in ["folder", "mine/k6"] {
        std::fs::create_dir_all(folder.join(name)).expect("a folder");
    }
    write("mine/k6/script.js.hbs", b"{{#if}}\n");
}

/// Arguments in one line, and what the answer has to say.
const WRONG: &[(&str, &[&str])] = &[
    ("convert", &["<INPUT>"]),
    ("convert api.yml", &["failed to read api.yml: No such file", "help: did you mean api.yaml?"]),
    ("convert absent.har", &["failed to read absent.har", "help: there is no such file in"]),
    ("convert folder", &["folder is a folder", "help: name a file in it"]),
    ("convert empty.json", &["empty.json: the input is empty", "help: "]),
    ("convert program.bin", &["program.bin: this is a binary file", "help: "]),
    ("convert packed.har --from openapi", &["packed.har: this is a ZIP archive", "unpacked"]),
    ("convert other.json", &["neither a Postman collection nor", "help: --from"]),
    ("convert cut.json", &["cut.json: the JSON breaks off", "cut.json:", "help: get the file again"]),
    ("convert cut.yaml", &["cut.yaml:4:", "neither JSON nor YAML"]),
    ("convert new.yaml", &["new.yaml:1:10", "help: known are"]),
    ("convert api.yaml --from har", &["api.yaml: the file has no log.entries"]),
    ("convert api.yaml --outptu x.js", &["--outptu", "similar argument exists: '--output'"]),
    ("conver api.yaml", &["similar subcommand", "'convert'"]),
    ("convert api.yaml -o nowhere/x.js", &["the folder nowhere does not exist", "help: make the folder"]),
    ("convert api.yaml -o folder", &["failed to write folder: it is a folder", "help: name a file in it"]),
    ("convert api.yaml --target gatling", &["--target gatling: there are k6, locust, artillery"]),
    ("convert api.yaml --templates nowhere", &["--templates nowhere: there is no such folder"]),
    ("convert api.yaml --templates mine", &["mine/k6/script.js.hbs:", "is not closed"]),
    ("convert api.yaml --data rows.csv", &["-d rows.csv", "help: "]),
    ("convert api.yaml -e env.json", &["-e env.json: environments", "help: "]),
    ("convert api.yaml --stages 30s", &["--stages 30s: give TIME:TARGET, such as 30s:10"]),
    ("convert api.yaml --stages 30:5", &["--stages 30", "such as 30s"]),
    ("convert api.yaml --profile huge", &["no profile is called huge; there are smoke, load"]),
    ("convert api.yaml --vus 0", &["--vus", "give a whole number from 1"]),
    ("convert api.yaml --weight x", &["--weight x: give NAME=N"]),
    ("convert api.yaml --thresholds low", &["--thresholds low: give profile, overall"]),
    (
        "convert api.yaml --include /nothing",
        &["nothing is left to convert", "help: `loadwright inspect api.yaml`"],
    ),
    ("convert api.yaml --skip-pass chian", &["--skip-pass chian: there are chain"]),
    ("convert api.yaml --rules other.json", &["other.json: there is no list `rules`", "help: "]),
    ("convert api.yaml -o new.js --check", &["new.js.lock does not exist", "help: convert once"]),
    ("convert api.yaml -o x.js --lang ts", &["x.js does not end in .ts", "help: "]),
    (
        "convert http://127.0.0.1:1/api.yaml",
        &["failed to fetch http://127.0.0.1:1/api.yaml", "refused", "help: "],
    ),
    (
        "convert api.yaml -o x.js --report nowhere/r.json",
        &["failed to write nowhere/r.json", "help: the folder has to"],
    ),
    ("mock api.yaml --listen there", &["--listen", "such as 127.0.0.1:8080"]),
    ("coverage api.yaml --spec api.yaml", &["api.yaml: not a result file", "help: `loadwright run"]),
    ("compare other.json other.json", &["other.json: not a result file", "help: "]),
    ("explain openapi", &["did you mean openapi/"]),
    ("schema nothing", &["no schema is called nothing; there are"]),
    ("new api.yaml", &["api.yaml already exists", "--force"]),
    ("redact api.yaml", &["api.yaml: the file has no log.entries"]),
];

#[test]
fn every_misuse_is_answered_with_place_reason_and_next_step() {
    let (program, folder) = program();
    prepare(folder.path());
    let mut wrong = Vec::new();
    for (arguments, said) in WRONG {
        let done = program.run(arguments.split(' '));
        let missing: Vec<_> = said.iter().filter(|s| !done.stderr.contains(**s)).collect();
        let codes =
            done.stderr.contains("(os error") || done.stderr.chars().any(|c| c.is_control() && c != '\n');
        if done.code != 1 || !missing.is_empty() || codes || !done.stdout.is_empty() {
            wrong.push(format!("{arguments}: {} {missing:?}\n{}{}", done.code, done.stderr, done.stdout));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
