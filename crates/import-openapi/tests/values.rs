//! What is sent where the document gives no example: every keyword, judged by an independent validator.

use loadwright_diagnostic::SourceId;
use loadwright_import::{ImportOptions, Imported, Importer as _, Source};
use loadwright_import_openapi::OpenApi;
use loadwright_scenario::{Body, Json, RequestStep, for_each_request};
use serde_json::{Map, Value, json};

fn import(document: &Value, options: &ImportOptions) -> Imported {
    let source = Source::text_of(SourceId(0), "api.json", document.to_string());
    OpenApi.import(&source, options).unwrap_or_else(|e| panic!("{}", e.message))
}

fn document(version: &str, schema: &Value, components: &Value) -> Value {
    json!({
        "openapi": version,
        "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "put": {
            "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
            "responses": { "200": { "description": "ok" } }
        } } },
        "components": { "schemas": components }
    })
}

fn step(imported: &Imported) -> RequestStep {
    let mut out = Vec::new();
    for_each_request(&imported.plan, &mut |r| out.push(r.clone()));
    out.remove(0)
}

/// The body for a schema.
fn body(version: &str, schema: &Value, components: &Value) -> Value {
    let imported = import(&document(version, schema, components), &ImportOptions::default());
    match step(&imported).request.body {
        Body::Json { value, .. } => plain(&value),
        other => panic!("{other:?}"),
    }
}

fn plain(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => serde_json::from_str(n).expect("a number"),
        Json::String(text) | Json::Hole(text) => Value::String(text.to_string()),
        Json::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Json::Object(fields) => {
            Value::Object(fields.iter().map(|(k, v)| (k.clone(), plain(v))).collect::<Map<_, _>>())
        }
    }
}

/// Keywords whose samples have to satisfy the schema as it stands (3.1 is JSON Schema 2020-12).
#[test]
fn samples_satisfy_every_keyword() {
    let wrap = |schema: Value| json!({ "type": "object", "required": ["v"], "properties": { "v": schema } });
    for schema in [
        json!({ "type": "integer", "minimum": 7, "maximum": 9, "multipleOf": 4 }),
        json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5, "multipleOf": 0.1 }),
        json!({ "type": "integer", "maximum": -3 }),
        json!({ "type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,5}$" }),
        json!({ "type": "string", "pattern": "^(foo|bar)+$", "minLength": 9 }),
        json!({ "type": "string", "minLength": 12, "maxLength": 14 }),
        json!({ "type": "string", "format": "date-time" }),
        json!({ "type": "string", "format": "uuid" }),
        json!({ "type": "string", "format": "ipv6" }),
        json!({ "type": "string", "enum": ["b", "a"] }),
        json!({ "const": { "k": [1, null] } }),
        json!({ "type": ["null", "integer"], "minimum": 3 }),
        json!({ "type": "array", "minItems": 3, "uniqueItems": true, "items": { "type": "integer" } }),
        json!({ "type": "array", "prefixItems": [{ "type": "integer" }, { "type": "boolean" }], "items": { "type": "string" } }),
        json!({ "type": "object", "minProperties": 2, "additionalProperties": { "type": "integer", "minimum": 5 } }),
        json!({ "type": "object", "required": ["free"], "additionalProperties": { "type": "boolean" } }),
        json!({ "allOf": [{ "type": "integer", "minimum": 4 }, { "maximum": 4 }] }),
        json!({ "allOf": [
            { "type": "object", "required": ["a"], "properties": { "a": { "type": "string" } } },
            { "type": "object", "required": ["b"], "properties": { "b": { "type": "integer" } } }
        ] }),
        json!({ "oneOf": [{ "type": "integer", "multipleOf": 3 }, { "type": "integer", "multipleOf": 5 }] }),
        json!({ "anyOf": [{ "type": "string", "minLength": 40 }, { "type": "null" }] }),
        json!({ "type": "integer", "not": { "const": 1 } }),
        json!({ "type": "string", "enum": ["x", "y"], "not": { "const": "x" } }),
    ] {
        let whole = wrap(schema.clone());
        let value = body("3.1.0", &whole, &json!({}));
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).expect("a schema");
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{schema}: {value}: {errors:?}");
    }
}

#[test]
fn evidence_comes_before_what_is_made_up() {
    let at = |schema: Value| body("3.0.3", &schema, &json!({}));
    // example over default over enumeration, unless it breaks the schema
    assert_eq!(at(json!({ "type": "string", "example": "e", "default": "d", "enum": ["d", "e"] })), "e");
    assert_eq!(at(json!({ "type": "string", "default": "d", "enum": ["c", "d"] })), "d");
    assert_eq!(at(json!({ "type": "string", "enum": ["c", "d"] })), "c");
    assert_eq!(at(json!({ "type": "integer", "example": 1, "minimum": 5, "default": 6 })), 6);
    // the example of the media type over that of the schema
    let mut document = document("3.0.3", &json!({ "type": "string", "example": "schema" }), &json!({}));
    document["paths"]["/a"]["put"]["requestBody"]["content"]["application/json"]["examples"] =
        json!({ "one": { "value": "media" } });
    let imported = import(&document, &ImportOptions::default());
    let Body::Json { value, .. } = step(&imported).request.body else { panic!("no JSON") };
    assert_eq!(plain(&value), "media");
}

#[test]
fn requests_leave_out_what_only_servers_write() {
    let schema = json!({
        "type": "object",
        "required": ["id", "name", "secret"],
        "properties": {
            "id": { "type": "integer", "readOnly": true },
            "name": { "type": "string" },
            "secret": { "type": "string", "writeOnly": true },
            "more": { "type": "string" }
        }
    });
    let imported = import(&document("3.0.3", &schema, &json!({})), &ImportOptions::default());
    let Body::Json { value, .. } = step(&imported).request.body else { panic!("no JSON") };
    let keys =
        |v: &Json| plain(v).as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    assert_eq!(keys(&value), ["name", "secret"]);
    let options = ImportOptions { all_properties: true, ..ImportOptions::default() };
    let Body::Json { value, .. } =
        step(&import(&document("3.0.3", &schema, &json!({})), &options)).request.body
    else {
        panic!("no JSON")
    };
    assert_eq!(keys(&value), ["name", "secret", "more"]);
}

#[test]
fn recursion_ends_and_discriminators_name_their_alternative() {
    let tree = json!({ "Tree": {
        "type": "object", "required": ["name", "children"],
        "properties": {
            "name": { "type": "string" },
            "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } }
        }
    } });
    let value = body("3.0.3", &json!({ "$ref": "#/components/schemas/Tree" }), &tree);
    assert!(value["children"].is_array(), "{value}");

    let base = |extra: Value| json!({ "allOf": [{ "$ref": "#/components/schemas/Pet" }, extra] });
    let pets = json!({
        "Pet": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } }, "discriminator": { "propertyName": "kind" } },
        "Cat": base(json!({ "type": "object", "required": ["lives"], "properties": { "lives": { "type": "integer" } } })),
        "Dog": base(json!({ "type": "object" }))
    });
    let one = |mapping: Value| {
        let mut schema = json!({
            "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
            "discriminator": { "propertyName": "kind" }
        });
        if !mapping.is_null() {
            schema["discriminator"]["mapping"] = mapping;
        }
        body("3.0.3", &schema, &pets)
    };
    assert_eq!(one(Value::Null), json!({ "kind": "Cat", "lives": 1 }));
    assert_eq!(one(json!({ "tabby": "#/components/schemas/Cat" }))["kind"], "tabby");
}

/// Swagger 2.0, 3.0 nullable, 3.1 type lists, 3.2 methods and query strings: one meaning.
#[test]
fn every_version_is_read() {
    let swagger = json!({
        "swagger": "2.0", "info": { "title": "T", "version": "1" }, "host": "h.example", "basePath": "/v2",
        "schemes": ["https"], "consumes": ["application/json"],
        "paths": { "/a": { "post": {
            "parameters": [
                { "in": "body", "name": "b", "schema": { "$ref": "#/definitions/B" } },
                { "in": "query", "name": "ids", "type": "array", "items": { "type": "integer" }, "collectionFormat": "pipes", "required": true, "x-example": [1, 2] }
            ],
            "responses": { "200": { "description": "ok" } }
        } } },
        "definitions": { "B": { "type": "object", "required": ["n"], "properties": { "n": { "type": "integer", "minimum": 3, "exclusiveMinimum": true } } } }
    });
    let imported = import(&swagger, &ImportOptions::default());
    let request = step(&imported).request;
    let Body::Json { value, .. } = &request.body else { panic!("no JSON") };
    assert_eq!(plain(value), json!({ "n": 4 }));
    assert_eq!(request.url.query[0].value.as_ref().map(ToString::to_string).as_deref(), Some("1|2"));
    assert_eq!(imported.evidence.exchanges[0].base, "https://h.example/v2");

    assert_eq!(
        body("3.0.3", &json!({ "type": "string", "nullable": true, "minLength": 9 }), &json!({})),
        "A short text"
    );
    assert_eq!(body("3.1.0", &json!({ "type": ["null", "string"], "const": "x" }), &json!({})), "x");

    let newest = json!({
        "openapi": "3.2.0", "info": { "title": "T", "version": "1" },
        "paths": { "/a": {
            "query": { "responses": { "200": { "description": "ok" } }, "parameters": [
                { "in": "querystring", "name": "q", "content": { "application/x-www-form-urlencoded": { "schema": {
                    "type": "object", "required": ["term"], "properties": { "term": { "type": "string", "example": "tea" } } } } } }
            ] },
            "additionalOperations": { "COPY": { "responses": { "200": { "description": "ok" } } } }
        } }
    });
    let imported = import(&newest, &ImportOptions { all_properties: true, ..ImportOptions::default() });
    let mut methods = Vec::new();
    for_each_request(&imported.plan, &mut |r| methods.push(r.request.method.clone()));
    assert_eq!(methods, ["QUERY", "COPY"]);
    assert_eq!(step(&imported).request.url.query[0].name.to_string(), "term");
}

/// Several media types to choose from: JSON is sent and asked for.
#[test]
fn json_is_preferred_where_there_is_a_choice() {
    let mut document = document("3.0.3", &json!({ "type": "object" }), &json!({}));
    document["paths"]["/a"]["put"]["requestBody"]["content"] = json!({
        "application/xml": { "schema": { "type": "object" } },
        "application/vnd.a+json": { "schema": { "type": "object" } }
    });
    document["paths"]["/a"]["put"]["responses"]["200"]["content"] =
        json!({ "text/csv": {}, "application/json": {} });
    let imported = import(&document, &ImportOptions::default());
    let request = step(&imported).request;
    let header =
        |name: &str| request.headers.iter().find(|f| f.name.to_string() == name).map(|f| f.value.to_string());
    assert_eq!(header("Content-Type").as_deref(), Some("application/vnd.a+json"));
    assert_eq!(header("Accept").as_deref(), Some("application/json"));
    assert!(imported.diagnostics.iter().any(|d| d.code.as_str() == "openapi/media-type"));
}
