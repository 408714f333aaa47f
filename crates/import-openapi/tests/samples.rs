//! Every body that the importer makes up is accepted by an independent validator.

use jsonschema::Registry;
use loadwright_diagnostic::SourceId;
use loadwright_import::{ImportOptions, Importer as _, Source};
use loadwright_import_openapi::OpenApi;
use loadwright_scenario::{Body, Json, Part, RequestStep, for_each_request};
use loadwright_test_support::cases;
use serde_json::{Map, Value};

#[test]
fn emitted_bodies_satisfy_their_schemas() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for case in cases("openapi") {
        let source = Source::file(SourceId(0), &case.input);
        let imported =
            OpenApi.import(&source, &ImportOptions { seed: 1, ..ImportOptions::default() }).expect("a plan");
        let definitions = imported.evidence.definitions.first().expect("definitions");
        let definitions: Value = serde_json::from_str(definitions).expect("definitions");
        let registry = Registry::new()
            .add("urn:loadwright:definitions:0", definitions)
            .expect("a resource")
            .prepare()
            .unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let mut steps: Vec<&RequestStep> = Vec::new();
        for_each_request(&imported.plan, &mut |r| steps.push(r));
        for step in steps {
            let exchange =
                imported.evidence.exchanges.iter().find(|e| e.origin == step.origin).expect("evidence");
            for (media, schema) in exchange.contract.iter().flat_map(|c| &c.bodies) {
                let schema: Value = serde_json::from_str(schema).expect("a schema");
                let validator = jsonschema::options()
                    .with_registry(&registry)
                    .build(&schema)
                    .unwrap_or_else(|e| panic!("{} {}: {e}\n{schema}", case.name, step.name));
                let Body::Json { value, .. } = &step.request.body else { continue };
                if media.contains("json") {
                    checked += 1;
                    let value = plain(value);
                    wrong.extend(
                        validator
                            .iter_errors(&value)
                            .map(|e| format!("{} {}: {e} in {value}", case.name, step.name)),
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 8, "only {checked} bodies were checked");
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
                    Part::Literal(t) => t.clone(),
                    Part::Var(_) | Part::Column { .. } | Part::Generated(_) => "lz3k9x-1-0".to_owned(),
                })
                .collect(),
        ),
        Json::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Json::Object(fields) => {
            Value::Object(fields.iter().map(|(k, v)| (k.clone(), plain(v))).collect::<Map<_, _>>())
        }
    }
}
