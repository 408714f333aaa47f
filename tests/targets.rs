use loadwright_test_support::{Golden, cases};

use crate::program;

/// What Locust and Artillery get for one API, one recording and one collection, byte for byte.
#[test]
fn golden_files_of_the_other_targets() {
    let mut golden = Golden::default();
    for (family, name) in [("openapi", "shop"), ("har", "browser-shop"), ("postman", "shop")] {
        let case = cases(family)
            .into_iter()
            .find(|c| c.name == format!("{family}/{name}"))
            .unwrap_or_else(|| panic!("no fixture {family}/{name}"));
        for (target, files) in
            [("locust", &["locustfile.py"][..]), ("artillery", &["artillery.yml", "artillery-processor.js"])]
        {
            let (program, folder) = program();
            let input = folder.path().join(case.input.file_name().expect("a name"));
            std::fs::copy(&case.input, &input).expect("a copy");
            let main = files.first().copied().unwrap_or_default();
            let name = input.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let done = program.run(["convert", name.as_str(), "--target", target, "-o", main, "--quiet"]);
            if done.code != 0 {
                golden.fail(format!("{} for {target}: exit {}\n{}", case.name, done.code, done.stderr));
                continue;
            }
            for file in files {
                let text = std::fs::read_to_string(folder.path().join(file)).unwrap_or_default();
                golden.check(&case.folder, file, &text);
            }
        }
    }
    golden.finish();
}

#[test]
fn what_a_target_cannot_do_is_a_finding() {
    let (program, folder) = program();
    let collection = r#"{"info":{"name":"c","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item":[{"name":"a","event":[{"listen":"test","script":{"exec":["pm.request.headers.add({key: 'a', value: 'b'}); setTimeout(() => pm.visualizer.set('x'), 1);"]}}],
        "request":{"method":"GET","url":"http://a.example/x","auth":{"type":"ntlm","ntlm":[{"key":"username","value":"u"},{"key":"password","value":"p"}]}}}]}"#;
    std::fs::write(folder.path().join("c.json"), collection).expect("a file");
    for target in ["locust", "artillery"] {
        let done = program.run(["convert", "c.json", "--target", target]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stderr.contains("target/script"), "{target}: {}", done.stderr);
        assert!(done.stderr.contains("target/unsupported"), "{target}: {}", done.stderr);
    }
    let other = program.run(["test", "c.json", "--target", "locust"]);
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("convert --target locust"), "{}", other.stderr);
}
