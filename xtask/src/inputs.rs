//! Large inputs for measurements, the same on every machine.

use serde_json::{Value, json};

/// A recording of a shop of about that many bytes: pages, lists and orders; each list has the id that the next request
/// asks for.
pub fn recording(bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 20_000);
    out.push_str(
        r#"{"log":{"version":"1.2","creator":{"name":"inputs","version":"1"},"pages":[],"entries":["#,
    );
    let mut i = 0;
    while out.len() < bytes {
        if i > 0 {
            out.push(',');
        }
        out.push_str(&entry(i).to_string());
        i += 1;
    }
    out.push_str("]}}");
    out
}

/// 32 hexadecimal digits that look random.
fn id(n: usize) -> String {
    let mut x = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let mut out = String::new();
    for _ in 0..2 {
        x ^= x >> 31;
        x = x.wrapping_mul(0xd6e8_feb8_6659_fd93);
        x ^= x >> 29;
        out.push_str(&format!("{x:016x}"));
    }
    out
}

fn entry(i: usize) -> Value {
    let header = |name: String, value: String| json!({ "name": name, "value": value });
    let mut sent: Vec<Value> = vec![
        header(":authority".into(), "shop.example.com".into()),
        header("accept".into(), "application/json".into()),
        header("user-agent".into(), "Mozilla/5.0 (X11; Linux x86_64)".into()),
        header("x-request-id".into(), id(i * 1_000_000 + 999_999)),
    ];
    sent.extend((0..12).map(|k| header(format!("x-h{k}"), format!("v{k}"))));
    let mut got = vec![header("content-type".into(), "application/json".into())];
    got.extend((0..12).map(|k| header(format!("x-r{k}"), format!("v{k}"))));
    let items: Vec<Value> = (0..30)
        .map(|j| {
            json!({
                "id": id(i * 1_000 + j), "name": format!("item {j}"), "price": (i * 31 + j * 7) % 10_000,
                "tags": ["red", "green"], "description": "lorem ipsum dolor sit amet ".repeat(3),
            })
        })
        .collect();
    let body = json!({ "items": items, "next": format!("/api/items?page={}", i + 1) }).to_string();
    let before = id(i.saturating_sub(1) * 1_000 + 3);
    let mut request = json!({
        "method": if i.is_multiple_of(3) { "POST" } else { "GET" },
        "url": format!("https://shop.example.com/api/items/{before}?page={i}"),
        "httpVersion": "HTTP/2", "cookies": [], "headers": sent,
        "queryString": [{ "name": "page", "value": i.to_string() }], "headersSize": -1, "bodySize": -1,
    });
    if i.is_multiple_of(3) {
        request["postData"] = json!({ "mimeType": "application/json", "text": json!({ "q": i, "ref": format!("n{i}") }).to_string() });
    }
    json!({
        "startedDateTime": format!("2026-01-01T{:02}:{:02}:{:02}.000Z", i / 3600 % 24, i / 60 % 60, i % 60),
        "time": 35, "request": request,
        "response": {
            "status": 200, "statusText": "OK", "httpVersion": "HTTP/2", "cookies": [], "headers": got,
            "content": { "size": body.len(), "mimeType": "application/json", "text": body },
            "redirectURL": "", "headersSize": -1, "bodySize": -1,
        },
        "cache": {}, "timings": { "send": 0, "wait": 30, "receive": 5 },
    })
}

/// A collection with that many requests in folders of ten, with the scripts that people write.
pub fn collection(requests: usize) -> String {
    let request = |i: usize| {
        json!({
            "name": format!("Create order {i}"),
            "event": [{ "listen": "test", "script": { "type": "text/javascript", "exec": [
                "pm.test('created', () => {", "  pm.response.to.have.status(201);", "});",
                format!("pm.environment.set('order{i}', pm.response.json().id);"),
            ] } }],
            "request": {
                "method": "POST",
                "header": [{ "key": "Content-Type", "value": "application/json" }, { "key": "X-Trace", "value": "{{$guid}}" }],
                "url": { "raw": format!("{{{{base}}}}/orders/{i}?full=true"), "host": ["{{base}}"],
                    "path": ["orders", i.to_string()], "query": [{ "key": "full", "value": "true" }] },
                "body": { "mode": "raw", "raw": format!("{{\n  \"sku\": \"A-{i}\",\n  \"count\": {i}\n}}") },
            },
        })
    };
    let folders: Vec<Value> = (0..requests.div_ceil(10))
        .map(|f| {
            let items: Vec<Value> = (f * 10..(f * 10 + 10).min(requests)).map(request).collect();
            json!({ "name": format!("Folder {f}"), "item": items })
        })
        .collect();
    json!({
        "info": { "name": "Orders", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": folders, "variable": [{ "key": "base", "value": "https://shop.example.com" }],
    })
    .to_string()
}

/// A document with that many resources, each with an operation that creates and one that reads.
pub fn document(resources: usize) -> String {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for i in 0..resources {
        let schema = json!({ "$ref": format!("#/components/schemas/Thing{i}") });
        let body = |s: &Value| json!({ "content": { "application/json": { "schema": s } } });
        let answer = |s: &Value| json!({ "description": "The thing.", "content": { "application/json": { "schema": s } } });
        paths.insert(
            format!("/things{i}"),
            json!({ "post": { "operationId": format!("createThing{i}"), "summary": format!("Creates thing {i}"),
                "requestBody": body(&schema), "responses": { "201": answer(&schema) } } }),
        );
        paths.insert(
            format!("/things{i}/{{id}}"),
            json!({ "get": { "operationId": format!("getThing{i}"), "summary": format!("Reads thing {i}"),
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "responses": { "200": answer(&schema) } } }),
        );
        let text = |format: &str| json!({ "type": "string", "format": format });
        let mut fields = serde_json::Map::new();
        fields.insert("id".into(), text("uuid"));
        fields.insert("name".into(), json!({ "type": "string", "minLength": 3, "maxLength": 40 }));
        fields.insert("created".into(), text("date-time"));
        for k in 0..20 {
            fields.insert(
                format!("field{k}"),
                json!({ "type": "integer", "minimum": k, "maximum": 1000 + i, "description": "A number of the thing that says how much of it there is." }),
            );
        }
        schemas.insert(
            format!("Thing{i}"),
            json!({ "type": "object", "required": ["name", "field1"], "properties": fields }),
        );
    }
    json!({
        "openapi": "3.0.3", "info": { "title": "Things", "version": "1" },
        "servers": [{ "url": "https://things.example.com" }],
        "paths": paths, "components": { "schemas": schemas },
    })
    .to_string()
}
