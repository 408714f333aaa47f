use crate::program;

const API: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'https://pets.example/api'}]
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      summary: One pet
      parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}
  /pets:
    get: {operationId: listPets, responses: {'200': {description: ok}}}
";

const HAR: &str = r#"{"log":{"version":"1.2","creator":{"name":"t","version":"1"},"entries":[
 {"startedDateTime":"2024-01-01T00:00:00.000Z","time":5,"request":{"method":"GET","url":"https://pets.example/api/pets/77","httpVersion":"HTTP/1.1","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
  "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[{"name":"Content-Type","value":"application/json"}],"cookies":[],"content":{"size":14,"mimeType":"application/json","text":"{\"name\":\"Rex\"}"},"redirectURL":"","headersSize":-1,"bodySize":14},"cache":{},"timings":{"send":0,"wait":5,"receive":0}}]}}"#;

/// The recording says what is done, the document what it is called and what it promises.
#[test]
fn a_document_describes_what_a_recording_does() {
    let (program, folder) = program();
    std::fs::write(folder.path().join("api.yaml"), API).expect("a file");
    std::fs::write(folder.path().join("session.har"), HAR).expect("a file");
    for order in [["api.yaml", "session.har"], ["session.har", "api.yaml"]] {
        let mut args = vec!["convert"];
        args.extend(order);
        let done = program.run(&args);
        assert_eq!(done.code, 0, "{}", done.stderr);
        for part in [
            "const getPet = http.get(",
            "`${BASE_URL}/api/pets/77`",
            "// One pet",
            "tags: { name: 'GET /pets/{petId}' }",
            "'getPet: status is 200'",
            "'getPet: body has name'",
        ] {
            assert!(done.stdout.contains(part), "{order:?}: no {part} in\n{}", done.stdout);
        }
        assert!(!done.stdout.contains("listPets"), "{}", done.stdout);
        let said = "1 of 1 requests are operations of the document; 1 of its 2 operations are not requested";
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
}

const SIGNED: &str = r#"{"log":{"version":"1.2","creator":{"name":"t","version":"1"},"entries":[
 {"startedDateTime":"2024-01-01T00:00:00.000Z","time":5,"request":{"method":"GET","url":"https://pets.example/api/pets/77","httpVersion":"HTTP/1.1","headers":[{"name":"X-Api-Key","value":"recorded-9f8e7d6c5b4a"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
  "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[{"name":"Content-Type","value":"application/json"}],"cookies":[],"content":{"size":14,"mimeType":"application/json","text":"{\"name\":\"Rex\"}"},"redirectURL":"","headersSize":-1,"bodySize":14},"cache":{},"timings":{"send":0,"wait":5,"receive":0}}]}}"#;

const COLLECTION: &str = r#"{"info":{"name":"Pets","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
 "auth":{"type":"apikey","apikey":[{"key":"key","value":"X-Api-Key"},{"key":"value","value":"{{petKey}}"},{"key":"in","value":"header"}]},
 "variable":[{"key":"petKey","value":"collection-key-0123456789"}],
 "item":[
  {"name":"One pet","request":{"method":"GET","url":"{{host}}/pets/:id"},"event":[{"listen":"test","script":{"exec":[
   "pm.test('it has a name', function () { pm.expect(pm.response.json()).to.have.property('name'); });",
   "pm.test('it is called Tom', function () { pm.expect(pm.response.json().name).to.eql('Tom'); });"]}}]},
  {"name":"Remove a pet","request":{"method":"DELETE","url":"{{host}}/pets/:id"}}]}"#;

/// The recording says what is done, the document what it is called, the collection how it is signed and asserted.
#[test]
fn a_collection_gives_credentials_and_assertions_to_a_recording() {
    let (program, folder) = program();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("api.yaml", API);
    write("session.har", SIGNED);
    write("pets.postman_collection.json", COLLECTION);
    let done = program.run(["convert", "api.yaml", "session.har", "pets.postman_collection.json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    for part in [
        "const getPet = http.get(",
        "`${BASE_URL}/api/pets/77`",
        "'getPet: body has name'",
        "it has a name",
        "'X-Api-Key': ",
        "__ENV.PET_KEY",
    ] {
        assert!(done.stdout.contains(part), "no {part} in\n{}\n{}", done.stdout, done.stderr);
    }
    for part in ["recorded-9f8e", "collection-key-0123456789", "it is called Tom", "http.del("] {
        assert!(!done.stdout.contains(part), "{part} in\n{}", done.stdout);
    }
    assert!(
        done.stderr.contains("pass/refuted-assertion") && done.stderr.contains("it is called Tom"),
        "{}",
        done.stderr
    );
    let said = "1 of 1 requests are in the collection: 1 take its credentials, 1 of its assertions are made; 1 of its 2";
    assert!(done.stderr.contains(said), "{}", done.stderr);
}

/// What has nothing to do with the recording stays a scenario of its own.
#[test]
fn a_collection_of_something_else_stays_beside_the_recording() {
    let (program, folder) = program();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("session.har", HAR);
    write("other.postman_collection.json", &COLLECTION.replace("/pets/", "/shops/"));
    let done = program.run(["convert", "session.har", "other.postman_collection.json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("/shops/") && done.stdout.contains("/api/pets/77"), "{}", done.stdout);
}
