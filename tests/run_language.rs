//! What scripts see of the language and the built-in modules.

use crate::program;

/// The lines that a script's one iteration prints.
fn printed(script: &str) -> Vec<String> {
    let (program, folder) = program();
    std::fs::write(folder.path().join("s.js"), script).expect("a file");
    let done = program.run(["run", "--quiet", "--log-format", "raw", "--summary-mode", "disabled", "s.js"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    done.stderr.lines().map(str::to_owned).collect()
}

#[test]
fn a_seed_gives_k6s_random_numbers() {
    let lines = printed(
        "import { randomSeed } from 'k6';\nexport default function () { randomSeed(42); console.log(Math.random()); }\n",
    );
    assert_eq!(lines, ["0.3730283610466326"]);
}

#[test]
fn errors_and_dates_read_as_in_k6() {
    let lines = printed(
        "const say = (f) => { try { f(); } catch (e) { console.log(e.name, e.message); } };
export default function () {
  const o = {}; const c = 1; const ice = Object.freeze({ a: 1 });
  say(() => { o.missing(); });
  say(() => { o.a.b; });
  say(() => { o.a.b(); });
  say(() => { c = 2; });
  say(() => { ice.a = 2; });
  say(() => { ice.b = 2; });
  say(() => { JSON.parse('<html>'); });
  say(() => { throw new TypeError('my own words'); });
  console.log(String(new Date(0)), '|', new Date(0).toLocaleString(), '|', String(new Date(NaN)));
}
",
    );
    assert_eq!(
        lines,
        [
            "TypeError Object has no member 'missing'",
            "TypeError Cannot read property 'b' of undefined",
            "TypeError Cannot read property 'b' of undefined or null",
            "TypeError Assignment to constant variable.",
            "TypeError Cannot assign to read only property 'a'",
            "TypeError Cannot add property b, object is not extensible",
            "SyntaxError invalid character '<' looking for beginning of value",
            "TypeError my own words",
            "Thu Jan 01 1970 00:00:00 GMT+0000 (UTC) | 01/01/1970, 00:00:00 | Invalid Date",
        ]
    );
}

#[test]
fn pages_can_be_searched_and_read() {
    let lines = printed(
        r#"import { parseHTML } from 'k6/html';
export default function () {
  const d = parseHTML(`<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>
<a id=l href="https://u:p@h.example:81/p?q=1#f">more</a><form id=f><input name=a><select><option>1<option selected>2</select><button>Go</button></form>`);
  console.log(d.find('a:contains("More")').size(), d.find('td:not(:first-child)').text(), d.find('[[').size());
  const a = d.find('#l').get(0);
  console.log(a.hash(), a.host(), a.hostname(), a.port(), a.pathname(), a.search(), a.protocol(), a.username());
  const f = d.find('#f').get(0);
  console.log(f.method(), f.enctype(), f.autocomplete(), f.length(), d.find('input').get(0).type(), d.find('button').get(0).type());
  const t = d.find('table').get(0);
  console.log(t.rows().length, t.tHead().nodeName(), t.tBodies().length, d.find('td').get(1).cellIndex(), d.find('td').get(0).parentNode().rowIndex(), d.find('option').get(1).index());
}
"#,
    );
    assert_eq!(
        lines,
        [
            "1 2 0",
            "#f h.example:81 h.example 81 /p ?q=1 https: u",
            "get application/x-www-form-urlencoded on 3 text submit",
            "2 thead 1 1 1 1",
        ]
    );
}

/// Every line of the page about the language is tried.
#[test]
fn the_page_about_the_language_says_what_is_so() {
    let more = [
        ("async generators", "async function* g() { yield 1 }"),
        ("for await", "(async () => { for await (const x of []) ; })"),
        ("using", "{ using x = null; }"),
        ("flags d and v", "/[a&&a]/v.test('a') && /a/d.exec('a').indices[0]"),
        ("modifiers", "/(?i:a)b/"),
        ("repeated group names", "/(?<y>a)|(?<y>b)/"),
        ("Object.groupBy", "Object.groupBy([1], (x) => x)"),
        ("Map.groupBy", "Map.groupBy([1], (x) => x)"),
        ("Array.fromAsync", "Array.fromAsync([1])"),
        ("Promise.withResolvers", "Promise.withResolvers()"),
        ("Promise.try", "Promise.try(() => 1)"),
        ("String.isWellFormed", "'a'.isWellFormed()"),
        ("iterator", "[1].values().map((x) => x).toArray()"),
        ("set methods", "new Set([1]).union(new Set([2]))"),
        ("resizable ArrayBuffer", "new ArrayBuffer(1, { maxByteLength: 4 }).resize(2)"),
        ("Uint8Array.fromBase64", "Uint8Array.fromBase64('AA==')"),
        ("RegExp.escape", "RegExp.escape('a.b')"),
        ("Error.isError", "Error.isError(new Error())"),
        ("Error.captureStackTrace", "Error.captureStackTrace({})"),
        ("Float16Array", "new Float16Array(1)"),
        ("Math.sumPrecise", "Math.sumPrecise([1])"),
        ("JSON.rawJSON", "JSON.rawJSON('1')"),
        ("URL", "new URL('http://x/').href"),
        ("URLSearchParams", "new URLSearchParams('a=1').get('a')"),
        ("btoa", "btoa('a')"),
        ("atob", "atob('YQ==')"),
        ("structuredClone", "structuredClone({})"),
        ("queueMicrotask", "queueMicrotask(() => 1)"),
        ("performance", "performance.now()"),
        ("AbortController", "new AbortController().signal"),
        ("EventTarget", "new EventTarget()"),
        ("DOMException", "new DOMException('a')"),
        ("WeakRef", "new WeakRef({}).deref()"),
        ("FinalizationRegistry", "new FinalizationRegistry(() => 1)"),
        ("recursion", "(function f(n) { return n ? f(n - 1) + 1 : 0; })(1000)"),
    ];
    let missing = [
        "Intl",
        "Temporal",
        "WebAssembly",
        "SharedArrayBuffer",
        "Atomics",
        "fetch",
        "Headers",
        "FormData",
        "setImmediate",
        "process",
        "Buffer",
        "window",
        "self",
        "navigator",
        "Blob",
    ];
    let refused = [("decorators", "@d class A {}"), ("recursion", "(function f() { return f() + 1; })()")];
    let (program, _folder) = program();
    let page = program.run(["explain", "runner/language"]);
    let text = page.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut script = String::from(
        "const t = (n, src) => { try { (0, eval)(src); console.log('yes', n); } catch (e) { console.log('no', n); } };\n\
         export default function () {\n",
    );
    let mut wanted = Vec::new();
    for (name, source) in more.iter().chain(&refused) {
        assert!(text.contains(name), "the page does not mention {name}");
        script.push_str(&format!("t({name:?}, {source:?});\n"));
    }
    wanted.extend(more.iter().map(|(name, _)| format!("yes {name}")));
    wanted.extend(refused.iter().map(|(name, _)| format!("no {name}")));
    for name in missing {
        assert!(text.contains(name), "the page does not mention {name}");
        script.push_str(&format!("t({name:?}, {name:?});\n"));
        wanted.push(format!("no {name}"));
    }
    script.push_str("import('k6').catch(() => console.log('no import()'));\n}\n");
    wanted.push("no import()".to_owned());
    assert_eq!(printed(&script), wanted);
    for module in ["k6/net/grpc", "k6/browser", "k6/crypto/x509", "k6/experimental/streams"] {
        assert!(text.contains(module), "the page does not mention {module}");
        let (program, folder) = crate::program();
        std::fs::write(
            folder.path().join("s.js"),
            format!("import '{module}';\nexport default function () {{}}\n"),
        )
        .expect("a file");
        assert_eq!(program.run(["run", "--quiet", "s.js"]).code, 107, "{module}");
    }
}

#[test]
fn a_scenario_that_has_ended_keeps_its_time() {
    let (program, folder) = program();
    std::fs::write(
        folder.path().join("s.js"),
        "import { sleep } from 'k6';
export const options = { scenarios: {
  short: { executor: 'shared-iterations', exec: 'short' },
  long: { executor: 'shared-iterations', exec: 'long' } } };
export function short() {}
export function long() { sleep(1.3); }
",
    )
    .expect("a file");
    let done = program.run(["run", "--summary-mode", "disabled", "s.js"]);
    let short: Vec<&str> = done.stdout.lines().filter(|l| l.starts_with("short ✓")).collect();
    assert!(short.len() >= 2 && short.iter().all(|l| l.contains("00m00.0s/10m0s")), "{}", done.stdout);
}

#[test]
fn a_body_that_a_script_assigns_is_the_one_that_is_read() {
    let lines = printed(
        "import http from 'k6/http';
export default function () {
  const r = http.get('http://127.0.0.1:1/');
  r.body = '{\"a\": [1, 2]}';
  console.log(r.body, r.json('a.1'), r.json().a.length);
  r.body = '<p>text</p>';
  console.log(r.html('p').text(), r.json('a'));
}
",
    );
    assert_eq!(lines.last().map(String::as_str), Some("text undefined"));
    assert!(lines.contains(&"{\"a\": [1, 2]} 2 2".to_owned()), "{lines:?}");
}

#[test]
fn modules_can_ask_where_a_specifier_leads() {
    let lines = printed(
        "const at = import.meta.resolve('./not/there.js');\nexport default function () { console.log(at.startsWith('file:///'), at.endsWith('/not/there.js')); }\n",
    );
    assert_eq!(lines, ["true true"]);
}

#[test]
fn a_web_socket_that_is_dropped_says_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = crate::socket::greet(&stream);
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    });
    let lines = printed(
        &"import ws from 'k6/ws';
export default function () {
  ws.connect('ws://ADDRESS/', {}, (socket) => {
    socket.on('error', (e) => console.log('error', e.error()));
    socket.on('close', (code) => console.log('close', code));
  });
  try { ws.connect('ws://ADDRESS/', { compression: 'zip' }, () => {}); } catch (e) { console.log(e.message); }
}
"
        .replace("ADDRESS", &address.to_string()),
    );
    assert_eq!(
        lines,
        [
            "error websocket: close 1006 (abnormal closure): unexpected EOF",
            "close 1006",
            "unsupported compression algorithm 'zip', supported algorithm is 'deflate'",
        ]
    );
}
