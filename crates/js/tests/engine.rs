//! Scripts run against a host without sockets or clocks: what they print is what they saw.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use loadwright_js::{
    Activation, BatchLimits, Cancelled, Execution, Files, Host, Level, Limits, Op, OpId, OpResult, Program,
    Shared, Stop, Vm, VuIds,
};
use loadwright_metrics::{Engine, EngineSettings, Recorder, Registry};
use loadwright_transport::{Exchange, Request};
use loadwright_workload::{Options, SystemTags};

/// Time goes on only when the script waits; there is no network.
struct FakeHost {
    now: Cell<Duration>,
    lines: RefCell<Vec<String>>,
    recorder: Rc<RefCell<Recorder>>,
}

impl Host for FakeHost {
    fn now(&self) -> Duration {
        self.now.get()
    }
    fn wall_ms(&self) -> f64 {
        self.now.get().as_secs_f64() * 1000.0
    }
    fn sleep(&self, time: Duration) -> Result<(), Cancelled> {
        self.now.set(self.now.get() + time);
        Ok(())
    }
    fn send(&self, _: Request) -> Result<Exchange, Cancelled> {
        Err(Cancelled)
    }
    fn send_all(&self, _: Vec<Request>, _: BatchLimits) -> Result<Vec<Exchange>, Cancelled> {
        Err(Cancelled)
    }
    fn start(&self, _: Op) -> OpId {
        1
    }
    fn abandon(&self, _: OpId) {}
    fn wait(&self, patience: Option<Duration>) -> Result<Option<(OpId, OpResult)>, Cancelled> {
        self.sleep(patience.ok_or(Cancelled)?)?;
        Ok(None)
    }
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
    fn log_enabled(&self, _: Level) -> bool {
        true
    }
    fn console(&self, level: Level, text: &str) {
        self.lines.borrow_mut().push(format!("{}: {text}", level.name()));
    }
    fn log(&self, level: Level, text: &str, _: &[(&str, &str)]) {
        self.lines.borrow_mut().push(format!("[{}] {text}", level.name()));
    }
    fn recorder(&self) -> Rc<RefCell<Recorder>> {
        Rc::clone(&self.recorder)
    }
    fn execution(&self) -> Execution {
        Execution::default()
    }
    fn is_cancelled(&self) -> bool {
        false
    }
    fn mark_failed(&self, _: &str) {}
}

/// Runs the script's top level and `default` once; its lines, then the outcome when it is no success.
fn run(files: &[(&str, &str)]) -> Vec<String> {
    let registry = Arc::new(Registry::new());
    let engine = Engine::new(Arc::clone(&registry), EngineSettings::default()).unwrap();
    let host = Rc::new(FakeHost {
        now: Cell::default(),
        lines: RefCell::default(),
        recorder: Rc::new(RefCell::new(engine.recorder())),
    });
    let members =
        files.iter().map(|(name, text)| (format!("file:///t/{name}"), Arc::from(text.as_bytes()))).collect();
    let program = Program::new(format!("file:///t/{}", files[0].0), Files::in_memory(members));
    if let Err(e) = program.add(&program.entry.clone()) {
        return vec![e.to_string()];
    }
    let shared = Shared::new(BTreeMap::from([("HOME".to_owned(), "/h".to_owned())]), registry);
    shared.set_options(Options::default(), "{\"vus\":null}".to_owned());
    let limits = Limits { stack: 256 << 10, memory: 0 };
    let made = Vm::new(
        Arc::new(program),
        Arc::new(shared),
        Rc::clone(&host) as Rc<dyn Host>,
        VuIds { in_instance: 1, in_test: 1 },
        limits,
        Box::new(|| false),
    );
    let stop = made.and_then(|vm| {
        let (env, tags, system_tags) = (BTreeMap::new(), BTreeMap::new(), SystemTags::default());
        vm.activate(&Activation { scenario: "s", env: &env, tags: &tags, system_tags: &system_tags });
        vm.iterate("default", 0, Some("{\"n\":1}"))
    });
    let mut lines = host.lines.take();
    match stop {
        Ok(()) => {}
        Err(Stop::Exception(text)) => lines.push(text),
        Err(other) => lines.push(format!("{other:?}")),
    }
    lines
}

/// The lines of one script whose body is the default function's.
fn body(code: &str) -> Vec<String> {
    run(&[("main.js", &format!("export default function (data) {{\n{code}\n}}"))])
}

#[test]
fn console_prints_like_the_original() {
    let lines = body(
        "console.log('a', 1, -0, {a: [1, 'two', null], b: undefined}, [], {}, () => 1, new Map());\n\
         console.warn(new Uint8Array([1, 2]), new Date(0), new TypeError('x'));",
    );
    assert_eq!(
        lines,
        [
            "info: a 1 0 { a: [ 1, \"two\", null ], b: null } [] {} [object Function] {}",
            "warning: Uint8Array(2) [ 1, 2 ] \"1970-01-01T00:00:00.000Z\" TypeError: x",
        ]
    );
}

#[test]
fn microtasks_come_before_timers_and_timers_by_due_time() {
    let lines = body(
        "setTimeout(() => console.log('t20'), 20); setTimeout(() => console.log('t5'), 5);\n\
         Promise.resolve().then(() => console.log('micro')); console.log('sync', data.n);",
    );
    assert_eq!(lines, ["info: sync 1", "info: micro", "info: t5", "info: t20"]);
}

#[test]
fn stacks_point_into_the_script() {
    let lines = body("throw new Error('boo');");
    assert_eq!(lines, ["Error: boo\n\tat default (file:///t/main.js:2:11(0))\n"]);
}

#[test]
fn rejections_nobody_handles_end_the_iteration() {
    let lines = body("Promise.reject(new Error('lost')); setTimeout(() => console.log('never'), 1);");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("setTimeout 1 was stopped"));
    assert!(lines[1].starts_with("Uncaught (in promise) Error: lost"));
}

#[test]
fn modules_of_all_kinds_reach_each_other() {
    let lines = run(&[
        (
            "main.js",
            "import old, { greet } from './old.cjs';\nimport * as shapes from './shapes.ts';\n\
             import http, { nope } from 'k6/http';\nimport { none } from 'k6';\n\
             export default function () {\n\
             console.log(greet('x'), old.loads, shapes.area(2), typeof http.get, nope, none);\n}",
        ),
        ("old.cjs", "exports.loads = 1; exports.greet = (n) => 'hi ' + n;"),
        ("shapes.ts", "enum Kind { A = 3 }\nexport function area(n: number): number { return n * Kind.A; }"),
    ]);
    assert_eq!(lines, ["info: hi x 1 6 function undefined null"]);
}

#[test]
fn what_is_missing_is_named() {
    let lines = run(&[("main.js", "import x from './gone.js';\nexport default function () {}")]);
    assert!(lines[0].contains("./gone.js"), "{lines:?}");
    let lines = run(&[("main.js", "import x from 'lodash';\nexport default function () {}")]);
    assert!(lines[0].contains("couldn't be recognised as something k6 supports"), "{lines:?}");
    let lines = run(&[("main.js", "export default function () { console.log(1;\n}")]);
    assert!(lines[0].starts_with("SyntaxError: file:///t/main.js: Line 1:"), "{lines:?}");
}

#[test]
fn packages_are_found_in_node_modules() {
    let lines = run(&[
        (
            "main.js",
            "import add from 'add';\nimport { sub } from 'add/more';\n\
             export default function () { console.log(add(1, 2), sub(5, 3)); }",
        ),
        (
            "node_modules/add/package.json",
            r#"{"main":"lib/index","exports":{".":{"require":"./r.js","default":"./lib/index.js"},"./more":"./more.mjs"}}"#,
        ),
        ("node_modules/add/lib/index.js", "module.exports = require('./plus');"),
        ("node_modules/add/lib/plus.js", "module.exports = (a, b) => a + b;"),
        ("node_modules/add/more.mjs", "export const sub = (a, b) => a - b;"),
    ]);
    assert_eq!(lines, ["info: 3 2"]);
}

#[test]
fn the_environment_holds_strings_only_and_writes_stay_in_the_vu() {
    let lines = body(
        "__ENV.N = 5; __ENV.O = {};\n\
         console.log(__ENV.HOME, typeof __ENV.N, __ENV.O, __ENV.NONE, 'N' in __ENV, delete __ENV.N, __ENV.N);\n\
         console.log(Object.keys(__ENV).join());",
    );
    assert_eq!(lines, ["info: /h string [object Object] undefined true true undefined", "info: HOME,O"]);
}

#[test]
fn nothing_of_the_engine_leaks_and_missing_web_globals_are_there() {
    let lines = body(
        "console.log(typeof std, typeof os, typeof print, typeof scriptArgs, typeof process, typeof window, typeof Buffer);\n\
         console.log(new URL('../x?a=b c#d', 'http://h:80/p/q').href, atob(btoa('hi')), structuredClone({ a: [1] }).a[0]);\n\
         console.log(global === globalThis, new URLSearchParams({ a: 'ü&' }).toString(), performance.now() >= 0);",
    );
    assert_eq!(
        lines,
        [
            "info: undefined undefined undefined undefined undefined undefined undefined",
            "info: http://h/x?a=b%20c#d hi 1",
            "info: true a=%C3%BC%26 true",
        ]
    );
}

#[test]
fn a_stack_that_overflows_and_odd_values_are_survived() {
    let lines = body(
        "function f() { return f() + 1; } try { f(); } catch (e) { console.log(e.name); }\n\
         throw { toString() { throw 1; } };",
    );
    assert_eq!(lines, ["info: RangeError", "an unprintable value was thrown"]);
}

#[test]
fn shared_arrays_are_built_once_and_cannot_be_changed() {
    let lines = run(&[(
        "main.js",
        "import { SharedArray } from 'k6/data';\n\
         const list = new SharedArray('l', () => { console.log('built'); return [{ a: 1 }, { a: 2 }]; });\n\
         export default function () {\n\
         console.log(list.length, list[1].a, list.map((x) => x.a).join(), Array.isArray(list), list[0] === list[0]);\n\
         try { list[0] = 1; } catch (e) { console.log(e.name, e.message); }\n}",
    )]);
    assert_eq!(
        lines,
        ["info: built", "info: 2 2 1,2 true false", "info: TypeError SharedArray is immutable"]
    );
}

#[test]
fn web_crypto_round_trips() {
    let lines = run(&[(
        "main.js",
        "export default async function () {\n\
         const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', true, ['encrypt', 'decrypt']);\n\
         const iv = new Uint8Array(12);\n\
         const hidden = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array([1, 2, 3]));\n\
         console.log(hidden.byteLength, new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, hidden)));\n\
         const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);\n\
         const alg = { name: 'ECDSA', hash: 'SHA-256' };\n\
         const sig = await crypto.subtle.sign(alg, pair.privateKey, iv);\n\
         console.log(sig.byteLength, await crypto.subtle.verify(alg, pair.publicKey, sig, iv), crypto.randomUUID().length);\n}",
    )]);
    assert_eq!(lines, ["info: 19 Uint8Array(3) [ 1, 2, 3 ]", "info: 64 true 36"]);
}
