//! What stands at the end of each `--help`.

pub const CONVERT: &str = "\
Examples:
  loadwright convert api.yaml -o test.js --rps 50 --duration 5m
  loadwright convert shop.postman_collection.json -e dev.json -e prod.json -o test.js
  loadwright convert archive.har -o test.js --write-rules rules.json
  loadwright convert api.yaml session.har -o test.js       the recording, as the document calls it
  loadwright convert api.yaml --target locust -o locustfile.py
  loadwright convert api.yaml -o test.js --check           exit code 3 when api.yaml has moved on

What a team repeats goes into loadwright.toml; --explain-options shows where each value comes from.";

pub const TEST: &str = "\
Examples:
  loadwright test api.yaml --mock                          no server, no network
  loadwright test api.yaml --base-url http://localhost:8080 --env-file .env
  loadwright test api.yaml --mock --script test.js         your own edits
  loadwright test api.yaml --mock --verdict first-run.json";

pub const MOCK: &str = "\
Examples:
  loadwright mock api.yaml
  loadwright mock archive.har --listen 127.0.0.1:8080 --log requests.jsonl";

pub const INSPECT: &str = "\
Examples:
  loadwright inspect api.yaml
  loadwright inspect test.js --execution-requirements";

pub const REDACT: &str = "\
Examples:
  loadwright redact archive.har -o safe.har";

pub const EXPLAIN: &str = "\
Examples:
  loadwright explain
  loadwright explain har/sanitized
  loadwright explain exit-codes";

pub const TEMPLATES: &str = "\
Examples:
  loadwright templates eject mine --target k6
  loadwright convert api.yaml -o test.js --templates mine";

pub const COMPLETIONS: &str = "\
Examples:
  loadwright completions bash > /etc/bash_completion.d/loadwright
  loadwright completions zsh > ~/.zfunc/_loadwright";

pub const MAN: &str = "\
Examples:
  loadwright man /usr/local/share/man/man1";

pub const DOCTOR: &str = "\
Examples:
  loadwright doctor
  loadwright doctor --format json";

pub const SCHEMA: &str = "\
Examples:
  loadwright schema
  loadwright schema findings > findings.schema.json";

pub const COMPARE: &str = "\
Examples:
  loadwright run test.js --out result=before.json
  loadwright compare before.json after.json --tolerance 5";

pub const COVERAGE: &str = "\
Examples:
  loadwright run test.js --out result=result.json
  loadwright coverage result.json --spec api.yaml --min 80";
