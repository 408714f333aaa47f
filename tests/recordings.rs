//! What the command line makes of recordings: pace, load, data, several files, redaction.

use std::fmt::Write as _;

use loadwright_test_support::Program;

use crate::loopback::Loopback;
use crate::program;

/// One entry of a recording, with what tests vary.
struct Entry<'a> {
    at_ms: u64,
    took_ms: u64,
    request: &'a str,
    response: &'a str,
    extra: &'a str,
}

fn har(extra: &str, entries: &[Entry<'_>]) -> String {
    let mut list = String::new();
    for e in entries {
        let (s, ms) = (e.at_ms / 1000, e.at_ms % 1000);
        let _ = write!(
            list,
            "{}{{\"startedDateTime\":\"2026-01-01T10:{:02}:{:02}.{ms:03}Z\",\"time\":{},\"request\":{{{}}},\
             \"response\":{{\"status\":200,\"statusText\":\"OK\",{}}}{}}}",
            if list.is_empty() { "" } else { ",\n" },
            s / 60,
            s % 60,
            e.took_ms,
            e.request,
            e.response,
            e.extra
        );
    }
    format!("{{\"log\":{{\"version\":\"1.2\",{extra}\"entries\":[{list}]}}}}")
}

fn get(at_ms: u64, took_ms: u64, request: &str) -> Entry<'_> {
    Entry { at_ms, took_ms, request, response: "\"headers\":[],\"content\":{}", extra: "" }
}

fn convert(program: &Program, folder: &tempfile::TempDir, args: &[&str]) -> String {
    let done = program.run([&["convert", "-o", "script.js"], args].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    let loaded = program.run(["inspect", "script.js"]);
    assert_eq!(loaded.code, 0, "{}", loaded.stderr);
    std::fs::read_to_string(folder.path().join("script.js")).expect("a script")
}

#[test]
fn what_went_out_together_goes_out_together_and_pauses_stay_outside() {
    let (program, folder) = program();
    let url = |p: &str| format!("\"method\":\"GET\",\"url\":\"http://a.test/{p}\",\"headers\":[]");
    let (one, two, three, four) = (url("one"), url("two"), url("three"), url("four"));
    let text =
        har("", &[get(0, 300, &one), get(50, 100, &two), get(4_000, 100, &three), get(4_050, 20, &four)]);
    std::fs::write(folder.path().join("a.har"), text).expect("a file");

    let script = convert(&program, &folder, &["a.har"]);
    assert_eq!(script.matches("http.batch(").count(), 2, "{script}");
    assert_eq!(script.matches("sleep(").count(), 1, "{script}");
    assert!(script.contains("sleep(3.7);"), "from the last answer on: {script}");
    let (before, after) = script.split_once("sleep(3.7)").expect("a pause");
    assert!(before.contains("/two`") && after.contains("/three`"), "{script}");

    for (mode, wanted) in [
        ("scaled:0.5", "sleep(1.9)"),
        ("range:1-3", "sleep(1 + Math.random() * 2)"),
        ("recorded", "sleep(3.7)"),
    ] {
        let script = convert(&program, &folder, &["a.har", "--think-time", mode]);
        assert!(script.contains(wanted), "{mode}: {script}");
    }
    for args in [["a.har", "--think-time=none"], ["a.har", "--keep-order"]] {
        let script = convert(&program, &folder, &args);
        assert!(!script.contains("sleep("), "{script}");
    }
    assert!(!convert(&program, &folder, &["a.har", "--no-batch"]).contains("http.batch"));
    assert!(!convert(&program, &folder, &["a.har", "--keep-order"]).contains("http.batch"));
    let bad = program.run(["convert", "a.har", "--think-time", "often"]);
    assert_eq!(bad.code, 1);
    assert!(bad.stderr.contains("often"), "{}", bad.stderr);
}

#[test]
fn pauses_checks_and_load_of_a_load_test_recorder_are_kept() {
    let (program, folder) = program();
    let request = "\"method\":\"GET\",\"url\":\"http://a.test/${who}/x\",\"headers\":[]";
    let login = "\"method\":\"GET\",\"url\":\"http://a.test/login\",\"headers\":[]";
    let extra = ",\"pageref\":\"p1\",\"sleep\":[{\"before\":120},{\"after\":1300}],\
                 \"variables\":[{\"name\":\"who\",\"type\":0,\"expression\":\"$.user.name\"}],\
                 \"checks\":[{\"type\":1,\"condition\":5,\"expression\":\"$.user\",\"value\":\"object\"},\
                 {\"type\":0,\"subject\":2,\"condition\":2,\"value\":\"200\"}]";
    let entries = [
        Entry { extra, ..get(0, 10, login) },
        Entry { extra: ",\"pageref\":\"p1\"", ..get(20, 10, request) },
    ];
    let page = "\"pages\":[{\"id\":\"p1\",\"title\":\"It's :: a 'page'\",\"sleep\":[{\"before\":300},{\"after\":2500}]}],\
                \"options\":{\"vus\":7,\"duration\":\"20s\",\"thresholds\":{\"checks\":[\"rate>0.5\"]}},";
    std::fs::write(folder.path().join("a.har"), har(page, &entries)).expect("a file");
    let script = convert(&program, &folder, &["a.har"]);
    for wanted in [
        "sleep(0.3)",
        "sleep(0.12)",
        "sleep(1.3)",
        "sleep(2.5)",
        "vus: 7",
        "'20s'",
        "rate>0.5",
        "${who}/x",
        "user.name",
        "is of type object",
    ] {
        assert!(script.contains(wanted), "{wanted}: {script}");
    }
    assert_eq!(script.matches("group(").count(), 1, "{script}");
}

#[test]
fn columns_of_data_stand_for_what_was_typed() {
    let (program, folder) = program();
    let login = "\"method\":\"POST\",\"url\":\"http://a.test/login\",\"headers\":[{\"name\":\"Content-Type\",\"value\":\"application/x-www-form-urlencoded\"}],\
                 \"postData\":{\"mimeType\":\"application/x-www-form-urlencoded\",\"text\":\"login=ada%40a.test&pwd=lovelace1815&lang=en\"}";
    let profile =
        "\"method\":\"GET\",\"url\":\"http://a.test/users/ada%40a.test/card?size=XL-77\",\"headers\":[]";
    std::fs::write(folder.path().join("a.har"), har("", &[get(0, 10, login), get(100, 10, profile)]))
        .expect("a file");
    std::fs::write(
        folder.path().join("users.csv"),
        "email,password,size,shoe\nben@a.test,difference,L-2,7\ncarla@a.test,engine,XL-77,9\n",
    )
    .expect("a file");
    let done = program.run(["convert", "a.har", "-o", "script.js", "--data", "users.csv"]);
    assert!(done.stderr.contains("pass/data-unbound") && done.stderr.contains("shoe"), "{}", done.stderr);
    let script = convert(&program, &folder, &["a.har", "--data", "users.csv"]);
    for wanted in ["row.email", "row.password", "row.size", "open('users.csv')"] {
        assert!(script.contains(wanted), "{wanted}: {script}");
    }
    assert_eq!(script.matches("row.email").count(), 2, "the name in the address too: {script}");
    for recorded in ["ada%40a.test", "ada@a.test", "lovelace1815", "PASSWORD"] {
        assert!(!script.contains(recorded), "{recorded}: {script}");
    }
}

#[test]
fn several_recordings_are_scenarios_with_addresses_of_their_own() {
    let (program, folder) = program();
    for (name, host) in [("browse.har", "a.test"), ("buy.har", "b.test")] {
        let request = format!("\"method\":\"GET\",\"url\":\"http://{host}/x\",\"headers\":[]");
        std::fs::write(folder.path().join(name), har("", &[get(0, 10, &request)])).expect("a file");
    }
    let script = convert(&program, &folder, &["browse.har", "buy.har"]);
    for wanted in ["browse: {", "buy: {", "http://a.test", "http://b.test", "BASE_URL_2"] {
        assert!(script.contains(wanted), "{wanted}: {script}");
    }
}

/// Secrets in every place that a recording has for them.
const CANARIES: &[&str] = &[
    "canaryBearer01",
    "canaryCookie02",
    "canarySet03",
    "canary Pass&04",
    "canaryJson05",
    "canaryQuery06",
    "canaryCsrf07",
    "eyJjYW5hcnkwOCI6MX0.eyJzdWIiOiJ4In0.canarySig08",
    "canaryAnswer09",
    "canaryPart10",
    "canaryBasic11",
    "canarySocket12",
    "canaryKey13",
    "canaryUser14",
    "sk_live_canary15canary15",
];

#[test]
fn a_redacted_recording_has_no_secret_and_still_converts() {
    let (program, folder) = program();
    let basic = "Y2xpZW50OmNhbmFyeUJhc2ljMTE=";
    // the answer's body as base64: {"refresh_token":"canaryAnswer09"}
    let answer = "eyJyZWZyZXNoX3Rva2VuIjoiY2FuYXJ5QW5zd2VyMDkifQ==";
    let login = "\"method\":\"POST\",\"url\":\"http://u:canaryUser14@a.test/login?api_key=canaryQuery06\",\
        \"headers\":[{\"name\":\"Authorization\",\"value\":\"Bearer canaryBearer01\"},{\"name\":\"Cookie\",\"value\":\"sid=canaryCookie02; lang=en\"},\
        {\"name\":\"X-Api-Key\",\"value\":\"canaryKey13\"},{\"name\":\"Content-Type\",\"value\":\"application/x-www-form-urlencoded\"}],\
        \"queryString\":[{\"name\":\"api_key\",\"value\":\"canaryQuery06\"}],\
        \"cookies\":[{\"name\":\"sid\",\"value\":\"canaryCookie02\"}],\
        \"postData\":{\"mimeType\":\"application/x-www-form-urlencoded\",\"text\":\"user=ada&password=canary+Pass%2604\",\
        \"params\":[{\"name\":\"password\",\"value\":\"canary Pass&04\"}]}";
    let page = "\"headers\":[{\"name\":\"Set-Cookie\",\"value\":\"sid=canarySet03; Path=/\"}],\
        \"content\":{\"mimeType\":\"text/html\",\"text\":\"<input type=hidden name=\\\"csrf_token\\\" value=\\\"canaryCsrf07\\\"><script>var k='sk_live_canary15canary15'</script>\"}";
    let pay = "\"method\":\"POST\",\"url\":\"http://a.test/pay?next=%2Fx%3Ftoken%3DcanaryCsrf07\",\
        \"headers\":[{\"name\":\"Authorization\",\"value\":\"Basic Y2xpZW50OmNhbmFyeUJhc2ljMTE=\"},{\"name\":\"X-Jwt\",\"value\":\"eyJjYW5hcnkwOCI6MX0.eyJzdWIiOiJ4In0.canarySig08\"},\
        {\"name\":\"Content-Type\",\"value\":\"application/json\"}],\
        \"postData\":{\"mimeType\":\"application/json\",\"text\":\"{\\\"card\\\":{\\\"secret\\\":\\\"canaryJson05\\\"},\\\"csrf\\\":\\\"canaryCsrf07\\\"}\"}";
    let token = format!(
        "\"headers\":[],\"content\":{{\"mimeType\":\"application/json\",\"encoding\":\"base64\",\"text\":\"{answer}\"}}"
    );
    let upload = "\"method\":\"POST\",\"url\":\"http://a.test/up\",\"headers\":[{\"name\":\"X-Refresh\",\"value\":\"canaryAnswer09\"}],\
        \"postData\":{\"mimeType\":\"multipart/form-data; boundary=b\",\"text\":\"--b\\r\\nContent-Disposition: form-data; name=\\\"auth_token\\\"\\r\\n\\r\\ncanaryPart10\\r\\n--b--\\r\\n\"}";
    let socket = "\"method\":\"GET\",\"url\":\"ws://a.test/live\",\"headers\":[]";
    let messages = ",\"_webSocketMessages\":[{\"type\":\"send\",\"time\":1,\"opcode\":1,\"data\":\"{\\\"token\\\":\\\"canarySocket12\\\"}\"}]";
    let entries = [
        Entry { response: page, ..get(0, 10, login) },
        Entry { response: &token, ..get(100, 10, pay) },
        get(200, 10, upload),
        Entry { extra: messages, ..get(300, 10, socket) },
    ];
    std::fs::write(folder.path().join("in.har"), har("", &entries)).expect("a file");
    let done = program.run(["redact", "in.har", "-o", "out.har"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let out = std::fs::read_to_string(folder.path().join("out.har")).expect("a recording");
    for canary in CANARIES.iter().chain([&basic, &answer, &"canary+Pass%2604"]) {
        assert!(!out.contains(canary), "{canary} is still there: {out}");
    }
    assert!(!out.contains("canary"), "{out}");
    for kept in ["http://u:", "user=ada", "lang=", "a.test/login?api_key=", "X-Api-Key"] {
        assert!(out.contains(kept), "{kept}: {out}");
    }
    let before = convert(&program, &folder, &["in.har", "--write-rules", "before.json"]);
    assert!(!before.contains("canary"), "no script has a secret: {before}");
    let after = convert(&program, &folder, &["out.har", "--write-rules", "after.json"]);
    assert_eq!(before.matches("http.").count(), after.matches("http.").count(), "{after}");
    let rules = |name: &str| {
        let text = std::fs::read_to_string(folder.path().join(name)).expect("rules");
        text.lines().filter(|l| l.contains("\"name\"")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rules("before.json"), rules("after.json"), "what flows still flows");
    assert!(!rules("after.json").is_empty());

    let same = program.run(["redact", "in.har", "-o", "in.har"]);
    assert_eq!(same.code, 1, "a recording is never overwritten by its own redaction");
}

#[test]
fn a_recorded_socket_is_played_against_a_real_one() {
    let server = crate::socket::Server::start();
    let (program, folder) = program();
    let request = format!("\"method\":\"GET\",\"url\":\"ws://{}/live\",\"headers\":[]", server.address());
    let messages = ",\"_webSocketMessages\":[{\"type\":\"send\",\"time\":1.0,\"opcode\":1,\"data\":\"hello\"},\
        {\"type\":\"receive\",\"time\":1.01,\"opcode\":1,\"data\":\"hi\"},\
        {\"type\":\"send\",\"time\":1.05,\"opcode\":2,\"data\":\"AAEC/w==\"}]";
    let entry = Entry { extra: messages, ..get(0, 50, &request) };
    std::fs::write(folder.path().join("a.har"), har("", &[entry])).expect("a file");
    convert(&program, &folder, &["a.har"]);
    let done = program.run(["run", "--quiet", "script.js"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(server.received(), [b"hello".to_vec(), vec![0, 1, 2, 255]]);
}

#[test]
fn a_socket_is_opened_with_what_the_server_gave() {
    let (program, folder) = program();
    let login = "\"method\":\"GET\",\"url\":\"http://a.test/ticket\",\"headers\":[]";
    let answer = "\"headers\":[],\"content\":{\"mimeType\":\"application/json\",\"text\":\"{\\\"ticket\\\":\\\"9f8e7d6c5b4a3f2e\\\",\\\"room\\\":\\\"r-77aa4410\\\"}\"}";
    let socket = "\"method\":\"GET\",\"url\":\"ws://a.test/live?ticket=9f8e7d6c5b4a3f2e\",\"headers\":[]";
    let messages = ",\"_webSocketMessages\":[{\"type\":\"send\",\"time\":1,\"opcode\":1,\"data\":\"{\\\"join\\\":\\\"r-77aa4410\\\"}\"}]";
    let entries =
        [Entry { response: answer, ..get(0, 10, login) }, Entry { extra: messages, ..get(900, 10, socket) }];
    std::fs::write(folder.path().join("a.har"), har("", &entries)).expect("a file");
    let script = convert(&program, &folder, &["a.har"]);
    for wanted in ["/live?ticket=${ticket}", "{\"join\":\"${room}\"}"] {
        assert!(script.contains(wanted), "{wanted}: {script}");
    }
}

#[test]
fn recordings_have_weights() {
    let (program, folder) = program();
    for (name, host) in [("browse.har", "a.test"), ("buy.har", "b.test")] {
        let request = format!("\"method\":\"GET\",\"url\":\"http://{host}/x\",\"headers\":[]");
        std::fs::write(folder.path().join(name), har("", &[get(0, 10, &request)])).expect("a file");
    }
    let load = ["--vus", "10", "--duration", "30s"];
    let flags = ["browse.har", "buy.har", "--weight", "browse=70", "--weight", "buy=30"];
    let by_flag = convert(&program, &folder, &[&flags[..], &load].concat());
    for wanted in ["vus: 7", "vus: 3"] {
        assert!(by_flag.contains(wanted), "{wanted}: {by_flag}");
    }
    let by_name = [&["browse.har=70", "buy.har=30", "--overwrite"][..], &load].concat();
    assert_eq!(convert(&program, &folder, &by_name), by_flag);
    let unknown = program.run(["convert", "browse.har=x", "buy.har=30", "-o", "other.js"]);
    assert_eq!(unknown.code, 1, "{}", unknown.stderr);
}

#[test]
fn rows_are_read_as_spreadsheets_write_them() {
    let server = Loopback::start(|_| (200, "", "{}".to_owned()));
    let (program, folder) = program();
    let login = format!(
        "\"method\":\"POST\",\"url\":\"{}/login\",\"headers\":[],\
         \"postData\":{{\"mimeType\":\"application/x-www-form-urlencoded\",\"text\":\"who=ada%40a.test&word=love%2C+%22lace%22\"}}",
        server.address
    );
    std::fs::write(folder.path().join("a.har"), har("", &[get(0, 10, &login)])).expect("a file");
    let rows = "\u{feff}mail, \"the word\"\r\n\r\nada@a.test , \"love, \"\"lace\"\"\"\r\nben@a.test,\"two\nlines\"\r\n";
    std::fs::write(folder.path().join("users.csv"), rows).expect("a file");
    let script = convert(&program, &folder, &["a.har", "--data", "users.csv"]);
    assert!(script.contains("row.mail") && script.contains("row['the word']"), "{script}");
    let done = program.run(["run", "--quiet", "--iterations", "2", "script.js"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let bodies: Vec<String> = server.came().into_iter().map(|c| c.body.replace('+', "%20")).collect();
    assert_eq!(bodies, ["who=ada%40a.test&word=love%2C%20%22lace%22", "who=ben%40a.test&word=two%0Alines"]);
}

/// Two tokens whose claims name two users; the signatures are none.
const TOKENS: [&str; 2] = [
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3ItNzdhYTQ0MTAifQ.c2lnbmF0dXJlLTE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3ItOTliYjAwMjEifQ.c2lnbmF0dXJlLTI",
];

#[test]
fn a_claim_of_a_token_is_read_from_the_live_token() {
    let answer = |token: &str| format!("{{\"access_token\":\"{token}\"}}");
    let live = answer(TOKENS[1]);
    let server = Loopback::start(move |came| match came.target.as_str() {
        "/login" => (200, "", live.clone()),
        _ => (200, "", "{}".to_owned()),
    });
    let (program, folder) = program();
    let login = format!("\"method\":\"POST\",\"url\":\"{}/login\",\"headers\":[]", server.address);
    let token = format!(
        "\"headers\":[],\"content\":{{\"mimeType\":\"application/json\",\"text\":\"{}\"}}",
        answer(TOKENS[0]).replace('"', "\\\"")
    );
    let orders = format!(
        "\"method\":\"GET\",\"url\":\"{}/users/usr-77aa4410/orders\",\
         \"headers\":[{{\"name\":\"Authorization\",\"value\":\"Bearer {}\"}}]",
        server.address, TOKENS[0]
    );
    let entries = [Entry { response: &token, ..get(0, 10, &login) }, get(900, 10, &orders)];
    std::fs::write(folder.path().join("a.har"), har("", &entries)).expect("a file");
    let script = convert(&program, &folder, &["a.har", "--write-rules", "rules.json"]);
    assert!(script.contains("claim(") && !script.contains("77aa4410"), "{script}");
    let done = program.run(["run", "--quiet", "script.js"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let last = server.came().pop().expect("a request");
    assert_eq!(last.line(), "GET /users/usr-99bb0021/orders");
    assert_eq!(last.header("authorization"), format!("Bearer {}", TOKENS[1]));
    // the rule survives its file
    let again = convert(&program, &folder, &["a.har", "--rules", "rules.json", "--overwrite"]);
    assert!(again.contains("claim("), "{again}");
}

#[test]
fn a_cookie_of_a_redirect_is_taken_from_the_jar() {
    let server = Loopback::start(|came| match came.target.as_str() {
        "/login" => (302, "Location: /hop", String::new()),
        "/hop" => (302, "Location: /home\r\nSet-Cookie: guard=live55cc66dd; Path=/", String::new()),
        _ => (200, "", "{}".to_owned()),
    });
    let (program, folder) = program();
    let request = |method: &str, path: &str, headers: &str| {
        format!("\"method\":\"{method}\",\"url\":\"{}{path}\",\"headers\":[{headers}]", server.address)
    };
    let redirect = |to: &str, headers: &str| {
        format!("\"status\":302,\"redirectURL\":\"{to}\",\"headers\":[{headers}],\"content\":{{}}")
    };
    let (login, hop, home) =
        (request("POST", "/login", ""), request("GET", "/hop", ""), request("GET", "/home", ""));
    let set = "{\"name\":\"Set-Cookie\",\"value\":\"guard=then11aa22bb; Path=/\"}";
    let (first, second) = (redirect("/hop", ""), redirect("/home", set));
    let save = request(
        "POST",
        "/save",
        "{\"name\":\"X-Guard\",\"value\":\"then11aa22bb\"},{\"name\":\"Cookie\",\"value\":\"guard=then11aa22bb\"}",
    );
    let entries = [
        Entry { response: &first, ..get(0, 10, &login) },
        Entry { response: &second, ..get(20, 10, &hop) },
        get(40, 10, &home),
        get(900, 10, &save),
    ];
    std::fs::write(folder.path().join("a.har"), har("", &entries)).expect("a file");
    convert(&program, &folder, &["a.har"]);
    let done = program.run(["run", "--quiet", "script.js"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(server.lines(), ["POST /login", "GET /hop", "GET /home", "POST /save"]);
    let last = server.came().pop().expect("a request");
    assert_eq!((last.header("x-guard"), last.header("cookie")), ("live55cc66dd", "guard=live55cc66dd"));
}

#[test]
fn a_secret_in_xml_is_no_part_of_the_script() {
    let (program, folder) = program();
    let soap = "<?xml version=\\\"1.0\\\"?><s:Envelope><s:Header><wsse:Password Type=\\\"text\\\">canarySoap21!</wsse:Password></s:Header>\
                <s:Body><login apiKey='canaryAttribute22'><param name='token'>canaryParam23</param></login></s:Body></s:Envelope>";
    let request = format!(
        "\"method\":\"POST\",\"url\":\"http://a.test/soap\",\"headers\":[{{\"name\":\"Content-Type\",\"value\":\"text/xml\"}}],\
         \"postData\":{{\"mimeType\":\"text/xml\",\"text\":\"{soap}\"}}"
    );
    std::fs::write(folder.path().join("a.har"), har("", &[get(0, 10, &request)])).expect("a file");
    let script = convert(&program, &folder, &["a.har"]);
    let done = program.run(["redact", "a.har", "-o", "safe.har"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let safe = std::fs::read_to_string(folder.path().join("safe.har")).expect("a recording");
    for canary in ["canarySoap21", "canaryAttribute22", "canaryParam23"] {
        assert!(!script.contains(canary), "{canary}: {script}");
        assert!(!safe.contains(canary), "{canary}: {safe}");
    }
    assert!(
        script.contains("${PASSWORD}") && script.contains("${APIKEY}") && script.contains("${TOKEN}"),
        "{script}"
    );
}
