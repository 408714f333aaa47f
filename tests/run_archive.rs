//! `new`, `archive`, and running an archive somewhere else.

use crate::program;

#[test]
fn a_new_script_can_be_run_and_is_not_overwritten() {
    let (program, folder) = program();
    for template in ["minimal", "protocol"] {
        let file = format!("{template}.js");
        let done = program.run(["new", &file, "--template", template]);
        assert_eq!((done.code, done.stdout.as_str()), (0, format!("New script created: {file}\n").as_str()));
        assert_eq!(program.run(["inspect", &file]).code, 0, "{template}");
        let again = program.run(["new", &file, "--template", template]);
        assert!(again.code != 0 && again.stderr.contains("--force"), "{}", again.stderr);
        assert_eq!(program.run(["new", &file, "-f"]).code, 0);
    }
    let text = std::fs::read_to_string(folder.path().join("protocol.js")).expect("the script");
    assert!(text.contains("vus: 10"), "--force writes the default template: {text}");
}

#[test]
fn an_archive_holds_what_the_script_reads_and_no_environment_of_the_machine() {
    let (program, folder) = program();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(path, text).expect("a file");
    };
    write("src/lib.js", "export const double = (n) => n * 2;\n");
    write("src/data.json", "[3, 4]");
    write(
        "src/main.ts",
        "import { double } from './lib.js';\nconst data: number[] = JSON.parse(open('./data.json'));\n\
         export const options = { iterations: 2 };\n\
         export default function () { console.log(double(data[__ITER]), __ENV.WHO, __ENV.LATER); }\n",
    );
    let done = program.run(["archive", "src/main.ts", "-O", "out.tar", "-e", "WHO=ada"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let bytes = std::fs::read(folder.path().join("out.tar")).expect("the archive");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("metadata.json") && text.contains("src/data.json") && !text.contains("\"PATH\""));
    std::fs::remove_dir_all(folder.path().join("src")).expect("the sources are gone");

    let quiet = ["--quiet", "--log-format", "raw", "--summary-mode", "disabled"];
    let run = |more: &[&str]| {
        let args: Vec<&str> = ["run"].into_iter().chain(quiet).chain(more.iter().copied()).collect();
        program.run(args)
    };
    let done = run(&["out.tar", "-e", "LATER=now"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, "6 ada now\n8 ada now\n"));
    let more = run(&["out.tar", "--iterations", "1", "-e", "WHO=bob"]);
    assert_eq!(more.stderr, "6 bob undefined\n");

    let requirements = program.run(["inspect", "--execution-requirements", "out.tar"]);
    assert!(requirements.stdout.contains("\"maxVUs\": 1"), "{}{}", requirements.stdout, requirements.stderr);
    std::fs::write(folder.path().join("cut.tar"), &bytes[..900]).expect("a damaged archive");
    let damaged = run(&["cut.tar"]);
    assert!(damaged.code == 255 && damaged.stderr.contains("damaged"), "{}", damaged.stderr);
}

#[test]
fn secrets_are_blotted_out_of_everything_that_is_logged() {
    let (program, folder) = program();
    std::fs::write(
        folder.path().join("s.js"),
        "import secrets from 'k6/secrets';
export default async function () {
  const key = await secrets.get('key');
  const other = await secrets.source('default').get('key');
  console.log('key is', key, { nested: key }, key.length, key === other);
  throw new Error(`failed with ${key}`);
}
",
    )
    .expect("a file");
    for output in [&["--console-output", "out.log"][..], &[]] {
        let base = ["run", "--quiet", "--secret-source", "mock=key=hunter2hunter2", "s.js"];
        let done = program.run(base.into_iter().chain(output.iter().copied()).collect::<Vec<_>>());
        let file = std::fs::read_to_string(folder.path().join("out.log")).unwrap_or_default();
        let all = format!("{}{}{file}", done.stdout, done.stderr);
        assert!(!all.contains("hunter2"), "{all}");
        assert!(all.contains("key is ***SECRET_REDACTED***") && all.contains("14 true"), "{all}");
    }
}

#[test]
fn flags_of_the_rest_api_say_that_there_is_none() {
    let (program, folder) = program();
    std::fs::write(folder.path().join("s.js"), "export default function () {}\n").expect("a file");
    let done = program.run(["run", "--quiet", "--paused", "--address", "127.0.0.1:0", "s.js"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.stderr.matches("there is no REST API").count(), 2, "{}", done.stderr);
}
