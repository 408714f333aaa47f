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
