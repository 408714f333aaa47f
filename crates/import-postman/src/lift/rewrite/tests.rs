use super::*;

/// The code with `res` for the response; what is read in `<>`, what is written in `[]`.
fn text(code: &str) -> Option<String> {
    let plain = rewrite(code, true, &Scopes::default()).ok()?;
    Some(
        plain
            .pieces
            .iter()
            .map(|p| match p {
                Piece::Code(t) => t.clone(),
                Piece::Read(n) => format!("<{n}>"),
                Piece::Write(n) => format!("[{n}]"),
                Piece::Unset(n) => format!("[{n}] gone"),
                Piece::Response => "res".to_owned(),
                Piece::Library(n) => format!("lib:{n}"),
                Piece::Filled(t) => format!("`{t}`"),
                Piece::RequestName => "NAME".to_owned(),
                Piece::Method => "METHOD".to_owned(),
                Piece::Source(..) => unreachable!("rendered"),
            })
            .collect(),
    )
}

#[test]
fn only_what_asks_postman_is_replaced() {
    for (code, expected) in [
        (
            "if (pm.response.code === 200) { /* keep */ pm.environment.set('t', pm.response.json().token); }",
            "if (res.status === 200) { /* keep */ [t] = JSON.parse(res.body).token ?? null; }",
        ),
        (
            "const d = JSON.parse(responseBody); d.forEach(function (x) { tests[x.id] = x.ok; });",
            "const d = JSON.parse(res.body); d.forEach(function (x) { tests[x.id] = x.ok; });",
        ),
        (
            "pm.test('a', () => { pm.expect(pm.response.json().n).to.be.above(2); });",
            "runTest(res, 'a', () => { must(((n) => typeof n === 'number' && n > 2)(JSON.parse(res.body).n)); });",
        ),
        (
            "pm.test('b', function () { pm.expect(x.length).to.not.eql(0, 'why'); }); var x = [];",
            "runTest(res, 'b', function () { must(!(x.length === 0)); }); var x = [];",
        ),
        (
            "pm.expect({a: 1}).to.have.property('a').that.is.a('number')",
            "must('a' in Object({a: 1}) && typeof ({a: 1}).a === 'number')",
        ),
        ("pm.globals.set(`g`, `${pm.environment.get('e')}!`)", "[g] = `${<e>}!`"),
        (
            "postman.setEnvironmentVariable('n', 1 + responseTime)",
            "[n] = asText(1 + Math.round(res.timings.duration))",
        ),
        ("pm.environment.unset('n')", "[n] gone"),
        ("tests['h'] = postman.getResponseHeader('content-type').has('json')", ""),
        ("tests['h'] = responseBody.has('json')", "tests['h'] = res.body.includes('json')"),
        (
            "found = _.get(pm.response.json(), 'a.b')",
            "let found;\nfound = lib:_.get(JSON.parse(res.body), 'a.b')",
        ),
        ("pm.response.to.have.status(201)", "must(res.status === 201)"),
        ("pm.response.to.not.have.jsonBody('a[0].b')", "must(!(bodyAt(res, 'a', 0, 'b') !== undefined))"),
        (
            "pm.expect(pm.response.json()).to.include.all.keys('a', 'b')",
            "must(['a', 'b'].every((key) => Object.keys(JSON.parse(res.body)).includes(key)))",
        ),
        (
            "pm.expect(pm.response.headers.get('x-id')).to.match(/^a/).and.to.be.a('string')",
            "must(/^a/.test(res.headers['X-Id']) && typeof res.headers['X-Id'] === 'string')",
        ),
        ("if (pm.environment.has('a')) pm.globals.set('b', 1)", "if ((<a> !== undefined)) [b] = 1"),
        ("const u = pm.request.url.toString() + pm.request.method;", "const u = res.request.url + METHOD;"),
        ("console.log(pm.info.requestName, request.name)", "console.log(NAME, NAME)"),
        ("pm.expect(pm.cookies.toObject()).to.have.property('a', 'b')", "must(cookies(res).a === 'b')"),
        (
            "pm.expect(x).to.have.nested.property('a[0].b-c').and.to.match(/d/); var x = {};",
            "must(x?.a?.[0]?.['b-c'] !== undefined && /d/.test(x?.a?.[0]?.['b-c'])); var x = {};",
        ),
        ("pm.response.to.have.jsonBody('a', [1])", "must(same(bodyAt(res, 'a'), [1]))"),
        ("pm.test.skip('no', function () { pm.nonsense(); });", "/* skipped: no */;"),
        ("const c = pm.cookies.get('sid');", "const c = cookie(res, 'sid');"),
        ("const id = pm.variables.replaceIn('a {{b}}')", "const id = `a {b}`"),
    ] {
        assert_eq!(text(code).unwrap_or_default(), expected, "{code}");
    }
}

#[test]
fn what_asks_for_something_else_is_left_alone() {
    for code in [
        "pm.sendRequest('http://x', () => {});",
        "postman.setNextRequest('a');",
        "pm.test('a', (done) => { done(); });",
        "pm.test('a', async () => {});",
        "pm.environment.set(name(), 1); function name() {}",
        "const pm2 = pm;",
        "token;",
        "var must = 1; pm.environment.set('a', must);",
        "pm.expect(1).to.be.nonsense;",
        "pm.expect(1).to.be.true();",
        "environment.a = 1;",
        "pm.environment.clear();",
        "pm.visualizer.set('x');",
        "setTimeout(() => {}, 1);",
        "`a\nb`; pm.environment.set('a', `1\n2`);",
        "[1].sum();",
        "this.a = 1;",
        "const r = { responseBody };",
    ] {
        assert_eq!(text(code), None, "{code}");
    }
}

#[test]
fn headers_that_a_script_gives_become_headers_of_the_request() {
    use HeaderChange::{Add, Remove, Upsert};
    use loadwright_scenario::Text;
    let rewritten = |code: &str| rewrite(code, false, &Scopes::default());
    let code = "const id = 1 + 1;\npm.request.headers.remove('X-Id');\n\
                pm.request.headers.add({ key: 'X-Id', value: id, disabled: false });\n\
                pm.request.headers.upsert({ key: 'Accept', value: 'text/{{kind}}' });";
    let plain = rewritten(code).unwrap_or_default();
    let kind = crate::template::text("text/{{kind}}");
    assert_eq!(
        plain.headers,
        [
            Remove("X-Id".to_owned()),
            Add("X-Id".to_owned(), Text::var("X-Id header")),
            Upsert("Accept".to_owned(), kind)
        ]
    );
    assert!(plain.writes.contains("X-Id header"));
    for code in [
        "if (a()) pm.request.headers.add({ key: 'A', value: 'b' }); function a() {}",
        "if (1) { return; } pm.request.headers.add({ key: 'A', value: 'b' });",
        "const name = 'A'; pm.request.headers.add({ key: name, value: 'b' });",
        "[1].forEach(() => pm.request.headers.remove('A'));",
        "pm.request.headers.clear();",
    ] {
        assert!(rewritten(code).is_err(), "{code}");
    }
}
