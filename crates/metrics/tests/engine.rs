//! Recorders, the engine, and what a summary then says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use loadwright_metrics::*;
use loadwright_workload::{GoDuration, Threshold};

const SECOND: Duration = Duration::from_secs(1);

fn thresholds(list: &[(&str, &[&str])]) -> BTreeMap<String, Vec<Threshold>> {
    list.iter().map(|(k, v)| ((*k).to_owned(), v.iter().map(|t| Threshold::new(*t)).collect())).collect()
}

fn engine(list: &[(&str, &[&str])]) -> Engine {
    let settings = EngineSettings {
        thresholds: thresholds(list),
        operations: true,
        scopes: true,
        samples: true,
        ..Default::default()
    };
    Engine::new(Arc::new(Registry::new()), settings).unwrap()
}

fn request<'a>(base: &'a Tags, url: &'a str, status: u16, waiting: f64) -> HttpSample<'a> {
    HttpSample {
        base,
        method: "GET",
        url,
        status,
        proto: "HTTP/1.1",
        tls_version: "",
        ip: "",
        error: "",
        error_code: if status >= 400 { 1000 + status } else { 0 },
        expected: Some(status < 400),
        metrics: HttpMetrics { waiting, ..Default::default() },
        time: SystemTime::UNIX_EPOCH,
        metadata: None,
    }
}

#[test]
fn http_metrics_reach_submetrics_operations_and_samples() {
    let mut engine =
        engine(&[("http_reqs{status:404}", &["count==1"]), ("http_req_duration{name:pets}", &["max<10"])]);
    let mut recorder = engine.recorder();
    let base = Tags::new([("scenario", "default"), ("group", ""), ("name", "pets")]);
    let plain = Tags::new([("scenario", "default"), ("group", "")]);
    recorder.record_http(&request(&base, "http://h/pets/1", 200, 5.0));
    recorder.record_http(&request(&base, "http://h/pets/2", 200, 7.0));
    recorder.record_http(&request(&plain, "http://h/x", 404, 20.0));
    let samples = engine.absorb(recorder.take());
    assert_eq!(samples.len(), 27);
    assert_eq!(samples[0].metric, builtin::HTTP_REQS);
    assert_eq!(samples[8].metric, builtin::HTTP_REQ_FAILED);
    let text: Vec<String> = samples[0].tags.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        text.join(" "),
        "expected_response=true group= method=GET name=pets proto=HTTP/1.1 scenario=default status=200 url=pets"
    );
    assert_eq!(samples[18].tags.get("error_code"), Some("1404"));
    let summary = engine.summary(SECOND, Health::default());
    assert!(summary.crossed().is_empty());
    let Values::Counter { count, rate } = summary.metrics["http_reqs"].values else { panic!() };
    assert_eq!((count, rate), (3.0, 3.0));
    let Values::Trend(trend) = &summary.metrics["http_req_duration{expected_response:true}"].values else {
        panic!()
    };
    assert_eq!((trend.count(), trend.max()), (2, 7.0));
    let Values::Rate { passes, fails, .. } = summary.metrics["http_req_failed"].values else { panic!() };
    assert_eq!((passes, fails), (1, 2));
    let rows: Vec<_> = summary.operations.iter().map(|o| (o.name.as_str(), o.requests, o.failures)).collect();
    assert_eq!(rows, [("pets", 2, 0), ("http://h/x", 1, 1)]);
}

#[test]
fn checks_build_the_tree_in_order() {
    let mut engine = engine(&[("checks{check:b}", &["rate>0.9"])]);
    let mut recorder = engine.recorder();
    let inner = Tags::new([("group", "::g::h"), ("scenario", "other")]);
    recorder.group("::first", "other");
    recorder.check("b", true, &inner, SystemTime::now(), None);
    recorder.check("a", false, &inner, SystemTime::now(), None);
    recorder.check("b", false, &inner, SystemTime::now(), None);
    engine.absorb(recorder.take());
    recorder.check("b", true, &inner, SystemTime::now(), None);
    engine.absorb(recorder.take());
    let summary = engine.summary(SECOND, Health::default());
    assert_eq!(summary.root_group.groups[0].path, "::first");
    let checks: Vec<_> =
        summary.root_group.all_checks().iter().map(|c| (c.path.clone(), c.passes, c.fails)).collect();
    assert_eq!(checks, [("::g::h::b".to_owned(), 2, 1), ("::g::h::a".to_owned(), 0, 1)]);
    recorder.check("b", true, &Tags::default(), SystemTime::now(), None);
    engine.absorb(recorder.take());
    let flat = engine.summary(SECOND, Health::default()).checks;
    assert_eq!(
        flat.iter().map(|c| (c.name.as_str(), c.passes, c.fails)).collect::<Vec<_>>(),
        [("b", 3, 1), ("a", 0, 1)]
    );
    assert_eq!(summary.crossed(), ["checks{check:b}"]);
    let other = &summary.scopes[0];
    assert!(other.is_scenario && other.name == "other" && other.checks.len() == 2);
    assert_eq!(other.groups[0].groups[0].checks[0].name, "b");
}

#[test]
fn empty_metrics_with_thresholds_are_shown_and_judged() {
    let mut engine = engine(&[
        ("http_reqs{a:b}", &["count<1"]),
        ("checks", &["rate>0.1"]),
        ("http_req_waiting", &["p(95)>1"]),
    ]);
    assert_eq!(engine.evaluate(SECOND), Evaluation::default());
    let summary = engine.summary(SECOND, Health::default());
    assert!(summary.metrics.contains_key("http_reqs"));
    assert!(summary.metrics.contains_key("http_reqs{a:b}"));
    assert_eq!(summary.crossed(), ["http_req_waiting"]);
}

#[test]
fn abort_waits_for_its_delay() {
    let mut list = thresholds(&[("iterations", &["count<1"])]);
    let limit = &mut list.get_mut("iterations").unwrap()[0];
    limit.abort_on_fail = true;
    limit.delay_abort_eval = Some(GoDuration::from_secs(2));
    let mut engine =
        Engine::new(Arc::new(Registry::new()), EngineSettings { thresholds: list, ..Default::default() })
            .unwrap();
    let mut recorder = engine.recorder();
    recorder.add(builtin::ITERATIONS, 1.0, &Tags::default(), SystemTime::now(), None);
    assert!(engine.absorb(recorder.take()).is_empty());
    assert_eq!(engine.evaluate(SECOND), Evaluation { crossed: vec!["iterations".into()], abort: false });
    assert!(engine.evaluate(2 * SECOND).abort);
}

#[test]
fn unusable_thresholds_are_refused_with_the_documented_texts() {
    let text = |name: &str, expression: &str| {
        let settings =
            EngineSettings { thresholds: thresholds(&[(name, &[expression])]), ..Default::default() };
        Engine::new(Arc::new(Registry::new()), settings).unwrap_err().0
    };
    assert_eq!(
        text("nope", "count>1"),
        "invalid threshold defined on nope; reason: no metric name \"nope\" found"
    );
    assert_eq!(
        text("http_reqs", "p(95)<1"),
        "invalid threshold \"p(95)<1\" applied on metric http_reqs; reason: unsupported aggregation method p on metric of type counter. supported aggregation methods for this metric are: count, rate"
    );
    assert_eq!(
        text("http_reqs{status}", "count>1"),
        "unable to validate threshold expressions; reason: parsing metric name failed, metric \"status\" tag expression is malformed"
    );
}

#[test]
fn scenarios_have_their_own_statistics_beside_the_total() {
    let mut engine = engine(&[("http_reqs", &["count==3"])]);
    let mut recorder = engine.recorder();
    for scenario in ["a", "b", "b"] {
        let base = Tags::new([("scenario", scenario)]);
        recorder.record_http(&request(&base, "http://h/", 200, 1.0));
    }
    engine.absorb(recorder.take());
    let summary = engine.summary(SECOND, Health::default());
    assert!(summary.crossed().is_empty());
    let count = |m: &MetricSummary| match m.values {
        Values::Counter { count, .. } => count,
        _ => panic!("{m:?}"),
    };
    assert_eq!(count(&summary.metrics["http_reqs"]), 3.0);
    assert_eq!(summary.metrics["http_reqs"].thresholds.len(), 1);
    let of: Vec<_> =
        summary.scopes.iter().map(|s| (s.name.as_str(), count(&s.metrics["http_reqs"]))).collect();
    assert_eq!(of, [("a", 1.0), ("b", 2.0)]);
}

#[test]
fn unbounded_names_do_not_grow_without_end() {
    let mut engine = engine(&[]);
    let mut recorder = engine.recorder();
    let base = Tags::new([("scenario", "s")]);
    for i in 0..10_000 {
        let url = format!("http://h/{i}");
        recorder.record_http(&request(&base, &url, 200, 1.0));
    }
    engine.absorb(recorder.take());
    let summary = engine.summary(SECOND, Health::default());
    assert!(summary.operations.len() <= 2001);
    assert_eq!(summary.operations.iter().map(|o| o.requests).sum::<u64>(), 10_000);
}
