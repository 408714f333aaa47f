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

/// A generator without descriptors is not a server without answers: the run says which of both it was.
#[cfg(unix)]
#[test]
fn a_lack_of_file_descriptors_is_named() {
    let (program, folder) = program();
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = server.local_addr().expect("an address");
    let script = format!(
        "import http from 'k6/http';\nexport const options = {{ vus: 60, iterations: 60 }};\n\
         export default function () {{ http.get('http://{address}/', {{ timeout: '1s' }}); }}\n"
    );
    std::fs::write(folder.path().join("script.js"), script).expect("a script");
    let _ = program;
    let done = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 48; exec \"$0\" run --quiet script.js", env!("CARGO_BIN_EXE_loadwright")])
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&done.stderr).into_owned() + &String::from_utf8_lossy(&done.stdout);
    assert!(said.contains("for lack of a file descriptor"), "{said}");
}
