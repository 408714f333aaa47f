use crate::program;

#[test]
fn a_script_runs_with_k6s_exit_codes() {
    let (program, folder) = program();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("ok.js", "export default function () {}\n");
    write(
        "fails.js",
        "import { check } from 'k6';\nexport const options = { thresholds: { checks: ['rate>0.5'] } };\nexport default function () { check(1, { no: () => false }); }\n",
    );
    write("throws.js", "throw new Error('early');\nexport default function () {}\n");
    write(
        "bad.js",
        "export const options = { thresholds: { nope: ['count>1'] } };\nexport default function () {}\n",
    );
    for (script, code) in
        [("ok.js", 0), ("fails.js", 99), ("throws.js", 107), ("bad.js", 104), ("missing.js", 255)]
    {
        let done = program.run(["run", "--quiet", script]);
        assert_eq!(done.code, code, "{script}: {}{}", done.stdout, done.stderr);
    }
}
