use serde_json::Value;

use crate::loopback::{Came, Loopback, Reply};
use crate::program;

pub const HEAD: &str = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\n";

/// Converts the document and runs it once against the server; the verdict as JSON.
pub fn first_run(document: &str, server: &Loopback, more: &[&str]) -> (Value, String) {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), document).expect("a document");
    let mut args = vec!["test", "api.yaml", "--base-url", &server.address, "--verdict", "verdict.json"];
    args.extend(more);
    let done = program.run(&args);
    let text = std::fs::read_to_string(folder.path().join("verdict.json"))
        .unwrap_or_else(|e| panic!("{e}: exit {}\n{}\n{}", done.code, done.stdout, done.stderr));
    (serde_json::from_str(&text).expect("JSON"), done.stdout)
}

pub fn ok(body: Value) -> Reply {
    (200, "", body.to_string())
}

pub fn sent(came: &Came) -> Value {
    serde_json::from_str(&came.body).unwrap_or(Value::Null)
}
