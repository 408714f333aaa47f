use loadwright_test_support::{Case, Golden, cases};

use crate::program;

/// Every fixture converts to the committed outline, findings and script, byte for byte.
fn goldens(family: &str) {
    let mut golden = Golden::default();
    for case in cases(family) {
        check(&case, &mut golden);
    }
    golden.finish();
}

fn check(case: &Case, golden: &mut Golden) {
    let (program, folder) = program();
    let input = case.input.to_string_lossy().into_owned();
    let mut args = vec!["convert".to_owned(), input.clone(), "-o".to_owned(), "script.js".to_owned()];
    args.extend(["--report".to_owned(), "findings.json".to_owned(), "--quiet".to_owned()]);
    args.extend(case.args.iter().cloned());
    let done = program.run(&args);
    if done.code != 0 {
        golden.fail(format!("{}: exit {}\n{}", case.name, done.code, done.stderr));
        return;
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let place = case.folder.to_string_lossy().into_owned();
    // where the repository stands on this machine is nobody's business
    golden.check(&case.folder, "script.js", &read("script.js").replace(&format!("{place}/"), ""));
    golden.check(&case.folder, "findings.json", &read("findings.json").replace(&format!("{place}/"), ""));
    let mut outline = vec!["inspect".to_owned(), input];
    outline.extend(case.args.iter().cloned());
    golden.check(&case.folder, "outline.txt", &program.run(&outline).stdout);
    let inspected = program.run(["inspect", "script.js"]);
    if inspected.code != 0 {
        golden.fail(format!("{}: the script does not load\n{}", case.name, inspected.stderr));
    }
}

/// Collections are converted beside a copy of their files: scripts name the files in which secrets stay.
#[test]
fn postman_fixtures_convert_as_committed() {
    let mut golden = Golden::default();
    for case in cases("postman") {
        let (program, folder) = program();
        for file in
            std::fs::read_dir(&case.folder).into_iter().flatten().flatten().filter(|f| f.path().is_file())
        {
            let copied = std::fs::copy(file.path(), folder.path().join(file.file_name()));
            copied.unwrap_or_else(|e| panic!("{}: {e}", file.path().display()));
        }
        let mut args: Vec<String> =
            ["convert", "input.json", "-o", "script.js", "--report", "findings.json", "--quiet"]
                .map(str::to_owned)
                .to_vec();
        args.extend(case.args.iter().cloned());
        let done = program.run(&args);
        if done.code != 0 {
            golden.fail(format!("{}: exit {}\n{}", case.name, done.code, done.stderr));
            continue;
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        for name in ["script.js", "findings.json"] {
            golden.check(&case.folder, name, &read(name));
        }
        let mut outline = vec!["inspect".to_owned(), "input.json".to_owned()];
        outline.extend(case.args.iter().cloned());
        golden.check(&case.folder, "outline.txt", &program.run(&outline).stdout);
        let inspected = program.run(["inspect", "script.js"]);
        if inspected.code != 0 {
            golden.fail(format!("{}: the script does not load\n{}", case.name, inspected.stderr));
        }
        // the fixtures hold planted secrets: none may be in what is written
        for name in ["script.js", ".env.example", "findings.json"] {
            if read(name).contains("canary") {
                golden.fail(format!("{}: {name} holds a secret", case.name));
            }
        }
    }
    golden.finish();
}

#[test]
fn openapi_fixtures_convert_as_committed() {
    goldens("openapi");
}

#[test]
fn har_fixtures_convert_as_committed() {
    goldens("har");
}

/// The same input gives the same bytes, twice.
#[test]
fn conversion_is_deterministic() {
    for family in ["openapi", "har"] {
        for case in cases(family) {
            let (program, _folder) = program();
            let args: Vec<String> =
                ["convert".to_owned(), case.input.to_string_lossy().into_owned(), "--quiet".to_owned()]
                    .into_iter()
                    .chain(case.args.iter().cloned())
                    .collect();
            assert_eq!(program.run(&args).stdout, program.run(&args).stdout, "{}", case.name);
        }
    }
}
