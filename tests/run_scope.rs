use crate::loopback::Loopback;
use crate::program;

fn run(script: &str, flags: &[&str], server: &Loopback) -> (i32, String) {
    let (program, folder) = program();
    std::fs::write(folder.path().join("script.js"), script).expect("a script");
    let origin = format!("ORIGIN={}", server.address);
    let mut args = vec!["run", "--quiet", "-e", origin.as_str()];
    args.extend(flags);
    args.push("script.js");
    let done = program.run(&args);
    (done.code, done.stdout + &done.stderr)
}

fn page() -> Loopback {
    Loopback::start(|came| match came.target.as_str() {
        "/" => (
            200,
            "Content-Type: text/html",
            "<a href=\"/next?x=1\">on</a><form id=f action=\"/send\" method=post>\
             <input name=a value=1><input name=b value=2><input type=submit name=s value=go></form>"
                .to_owned(),
        ),
        _ => (200, "Content-Type: text/plain", "fine".to_owned()),
    })
}

#[test]
fn links_are_clicked_and_forms_are_sent() {
    let server = page();
    let (code, said) = run(
        "import http from 'k6/http';\nexport default function () {\n  const res = http.get(`${__ENV.ORIGIN}/`);\n  \
         res.clickLink({ selector: 'a' });\n  res.submitForm({ formSelector: '#f', fields: { b: 'mine' } });\n}\n",
        &[],
        &server,
    );
    assert_eq!(code, 0, "{said}");
    let came = server.came();
    let lines: Vec<String> = came.iter().map(|c| c.line()).collect();
    assert_eq!(lines, ["GET /", "GET /next?x=1", "POST /send"], "{said}");
    let body = came.last().map(|c| c.body.clone()).unwrap_or_default();
    assert!(body.contains("a=1") && body.contains("b=mine"), "{body}");
}

#[test]
fn a_blocked_name_is_never_asked_and_an_alias_is() {
    let server = page();
    let port = server.address.rsplit(':').next().unwrap_or_default().to_owned();
    let script = format!(
        "import http from 'k6/http';\nexport const options = {{ blockHostnames: ['*.bad.example'], hosts: {{ 'good.example': '127.0.0.1' }} }};\n\
         export default function () {{\n  const blocked = http.get('http://www.bad.example/');\n  console.log(`blocked ${{blocked.error_code}}`);\n  \
         console.log(`alias ${{http.get('http://good.example:{port}/').status}}`);\n}}\n"
    );
    let (code, said) = run(&script, &[], &server);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("blocked 1111") || said.contains("blocked 1110"), "{said}");
    assert!(said.contains("alias 200"), "{said}");
}

#[test]
fn segments_share_out_the_iterations() {
    let server = page();
    let script = "export const options = { scenarios: { s: { executor: 'shared-iterations', vus: 4, iterations: 12 } } };\n\
                  export default function () { console.log('one iteration'); }\n";
    let mut all = 0;
    for segment in ["0:1/4", "1/4:1/2", "1/2:1"] {
        let (code, said) = run(
            script,
            &["--execution-segment", segment, "--execution-segment-sequence", "0,1/4,1/2,1"],
            &server,
        );
        assert_eq!(code, 0, "{said}");
        all += said.matches("one iteration").count();
    }
    assert_eq!(all, 12);
}

#[test]
fn a_threshold_that_aborts_ends_the_run_early() {
    let server = page();
    let script = "import { check, sleep } from 'k6';\n\
        export const options = { vus: 1, duration: '60s', thresholds: { checks: [{ threshold: 'rate>0.9', abortOnFail: true }] } };\n\
        export default function () { check(1, { never: () => false }); sleep(0.1); }\n";
    let start = std::time::Instant::now();
    let (code, said) = run(script, &[], &server);
    assert_eq!(code, 99, "{said}");
    assert!(start.elapsed() < std::time::Duration::from_secs(30), "{said}");
}
