//! Every body that the importer makes up is accepted by an independent validator.

use std::path::PathBuf;

use jsonschema::Registry;
use loadwright_diagnostic::SourceId;
use loadwright_import::{ImportOptions, Imported, Importer as _, Source};
use loadwright_import_openapi::OpenApi;
use loadwright_scenario::{Body, Json, Part, RequestStep, for_each_request};
use loadwright_test_support::cases;
use serde_json::{Map, Value};

#[test]
fn emitted_bodies_satisfy_their_schemas() {
    let mut checked = 0;
    let mut announced = 0;
    let mut wrong: Vec<String> = Vec::new();
    let documents = documents();
    let fixtures = std::env::var_os(CORPUS).is_none();
    for path in &documents {
        let source = Source::file(SourceId(0), path);
        let options =
            ImportOptions { seed: 1, folder: path.parent().map(Into::into), ..ImportOptions::default() };
        let imported = match OpenApi.import(&source, &options) {
            Ok(imported) => imported,
            Err(e) if fixtures => panic!("{}: {}", path.display(), e.message),
            // a corpus has documents that nobody can read
            Err(_) => continue,
        };
        let name = path.parent().and_then(|p| p.file_name()).unwrap_or_default().to_string_lossy();
        let mut found = Vec::new();
        bodies(&name, &imported, &mut checked, &mut found);
        // contradictions and alternatives that are not exclusive: no body satisfies them, and a finding says so
        let said = imported.diagnostics.iter().any(|d| d.code.as_str() == "openapi/approximate-sample");
        if said && !fixtures {
            announced += found.len();
            found.iter().for_each(|w| eprintln!("announced: {w}"));
        } else {
            wrong.extend(found);
        }
    }
    eprintln!(
        "{checked} bodies of {} documents, {} break their schema; of these the importer says itself: {announced}",
        documents.len(),
        wrong.len() + announced,
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 8, "only {checked} bodies were checked");
}

/// A folder of documents to check instead of the fixtures; `cargo xtask bodies --dir DIR` sets it.
const CORPUS: &str = "LOADWRIGHT_CORPUS";

fn documents() -> Vec<PathBuf> {
    let Some(folder) = std::env::var_os(CORPUS) else {
        return cases("openapi").into_iter().map(|c| c.input).collect();
    };
    let mut out: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the corpus")
        .flatten()
        .flat_map(|case| ["json", "yaml", "yml"].map(|e| case.path().join(format!("spec.{e}"))))
        .filter(|p| p.is_file())
        .collect();
    out.sort();
    out
}

fn bodies(name: &str, imported: &Imported, checked: &mut usize, wrong: &mut Vec<String>) {
    let definitions = imported.evidence.definitions.first().expect("definitions");
    let definitions: Value = serde_json::from_str(definitions).expect("definitions");
    let registry = Registry::new()
        .add("urn:loadwright:definitions:0", definitions)
        .expect("a resource")
        .prepare()
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut steps: Vec<&RequestStep> = Vec::new();
    for_each_request(&imported.plan, &mut |r| steps.push(r));
    for step in steps {
        let Body::Json { value, .. } = &step.request.body else { continue };
        let exchange =
            imported.evidence.exchanges.iter().find(|e| e.origin == step.origin).expect("evidence");
        let sent =
            step.request.headers.iter().find(|f| f.name.to_string().eq_ignore_ascii_case("content-type"));
        let sent = sent.map_or_else(|| "application/json".to_owned(), |f| f.value.to_string());
        for (media, schema) in exchange.contract.iter().flat_map(|c| &c.bodies) {
            if *media != sent && !media.contains('*') {
                continue;
            }
            let schema: Value = serde_json::from_str(schema).expect("a schema");
            let validator = jsonschema::options().with_registry(&registry).build(&schema);
            let validator = match validator {
                Ok(validator) => validator,
                Err(e) => {
                    wrong.push(format!("{name} {}: no schema: {e}", step.name));
                    continue;
                }
            };
            *checked += 1;
            let value = plain(value);
            if let Some(e) = validator.iter_errors(&value).next() {
                let shown: String = value.to_string().chars().take(300).collect();
                wrong.push(format!("{name} {}: {} {e} in {shown}", step.name, e.instance_path()));
            }
        }
    }
}

/// The value as it is sent, generated parts filled with some text.
fn plain(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => serde_json::from_str(n).expect("a number"),
        Json::String(text) | Json::Hole(text) => Value::String(
            text.0
                .iter()
                .map(|p| match p {
                    Part::Literal(t) => t.to_string(),
                    Part::Var(_) | Part::Column(_) | Part::Generated(_) => "lz3k9x-1-0".to_owned(),
                })
                .collect(),
        ),
        Json::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Json::Object(fields) => {
            Value::Object(fields.iter().map(|(k, v)| (k.clone(), plain(v))).collect::<Map<_, _>>())
        }
    }
}
