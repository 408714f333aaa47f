use std::path::Path;

use crate::program;

const API: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'http://pets.example'}]
paths:
  /pets:
    get: {operationId: listPets, responses: {'200': {description: ok}}}
  /owners:
    get: {operationId: listOwners, responses: {'200': {description: ok}}}
  /toys:
    get: {operationId: listToys, responses: {'200': {description: ok}}}
";

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a file")
}

#[test]
fn edits_survive_a_changed_source_and_nothing_changes_for_nothing() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    let convert = ["convert", "api.yaml", "-o", "test.js", "--quiet"];
    assert_eq!(program.run(convert).code, 0);
    let first = read(folder, "test.js");
    let edited = first.replace("    const listPets", "    // mine\n    const listPets");
    assert_ne!(first, edited);
    write(folder, "test.js", &edited);
    let again = program.run(convert);
    assert_eq!((again.code, read(folder, "test.js")), (0, edited.clone()), "{}", again.stderr);
    assert_eq!(program.run(["convert", "api.yaml", "-o", "test.js", "--check"]).code, 0);

    let newer = API.replace("/toys", "/games").replace("listToys", "listGames");
    write(folder, "api.yaml", &newer);
    let check = program.run(["convert", "api.yaml", "-o", "test.js", "--check"]);
    assert_eq!(check.code, 3, "{}", check.stderr);
    assert_eq!(check.stdout, "added    GET /games\nremoved  GET /toys\n");
    let diff = program.run(["convert", "api.yaml", "-o", "test.js", "--diff"]);
    assert!(diff.stdout.contains("\n-") && diff.stdout.contains("listGames"), "{}", diff.stdout);
    assert_eq!(read(folder, "test.js"), edited, "neither writes");
    assert_eq!(program.run(convert).code, 0);
    let merged = read(folder, "test.js");
    assert!(
        merged.contains("// mine") && merged.contains("listGames") && !merged.contains("listToys"),
        "{merged}"
    );
    assert_eq!(program.run(["inspect", "test.js"]).code, 0);
}

#[test]
fn a_lock_of_an_older_program_counts_only_what_the_script_says_otherwise() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    let check = ["convert", "api.yaml", "-o", "test.js", "--check"];
    assert_eq!(program.run(["convert", "api.yaml", "-o", "test.js", "--quiet"]).code, 0);
    let mut lock: serde_json::Value = serde_json::from_str(&read(folder, "test.js.lock")).expect("a lock");
    for fingerprint in lock["operations"].as_object_mut().expect("operations").values_mut() {
        *fingerprint = "0123456789abcdef".into();
    }
    write(folder, "test.js.lock", &lock.to_string());
    let same = program.run(check);
    assert_eq!((same.code, same.stdout.as_str()), (0, ""), "{}", same.stderr);
    write(folder, "api.yaml", &API.replace("listToys", "allToys"));
    let changed = program.run(check);
    assert_eq!((changed.code, changed.stdout.as_str()), (3, "changed  GET /toys\n"), "{}", changed.stderr);
}

#[test]
fn a_conflict_is_marked_and_the_script_still_loads() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    let convert = ["convert", "api.yaml", "-o", "test.js", "--quiet"];
    assert_eq!(program.run(convert).code, 0);
    let edited = read(folder, "test.js").replace("${BASE_URL}/toys`", "${BASE_URL}/toys?mine=1`");
    write(folder, "test.js", &edited);
    write(folder, "api.yaml", &API.replace("/toys", "/playthings"));
    let done = program.run(convert);
    assert_eq!(done.code, 2, "{}", done.stderr);
    let merged = read(folder, "test.js");
    assert!(merged.contains("/toys?mine=1") && merged.contains("// >>>>>>>"), "{merged}");
    assert_eq!(program.run(["inspect", "test.js"]).code, 0, "{merged}");
    let over = program.run(["convert", "api.yaml", "-o", "test.js", "--overwrite", "--quiet"]);
    assert_eq!(over.code, 0, "{}", over.stderr);
    assert!(!read(folder, "test.js").contains("mine"));
}

#[test]
fn a_file_that_no_conversion_wrote_is_not_lost() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    write(folder, "test.js", "precious\n");
    let done = program.run(["convert", "api.yaml", "-o", "test.js"]);
    assert_eq!(done.code, 0);
    assert!(done.stderr.contains("test.js.orig"), "{}", done.stderr);
    assert_eq!(read(folder, "test.js.orig"), "precious\n");
}

#[test]
fn the_script_of_another_source_is_replaced_and_edits_of_it_are_kept_aside() {
    let (program, folder) = program();
    let folder = folder.path();
    write(folder, "api.yaml", API);
    write(
        folder,
        "other.yaml",
        &API.replace("/toys", "/cars").replace("responses:", "security: [{key: []}], responses:"),
    );
    let convert = |input: &str| program.run(["convert", input, "-o", "test.js", "--quiet"]);
    for input in ["api.yaml", "other.yaml", "api.yaml", "other.yaml"] {
        let done = convert(input);
        assert_eq!(done.code, 0, "{input}: {}", done.stderr);
    }
    write(folder, "test.js", &(read(folder, "test.js") + "// mine\n"));
    assert_eq!(convert("api.yaml").code, 0);
    assert!(read(folder, "test.js").contains("/toys") && read(folder, "test.js.orig").contains("// mine"));
}
